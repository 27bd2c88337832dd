# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A button works for a moment; then the scheduled action goes on."""

from unittest.mock import patch

from odoo.addons.pdd_connector import button_time
from odoo.addons.pdd_connector.models import ir_cron, pdd_order_make
from odoo.tests import tagged
from odoo.tests.common import RecordCapturer

from .common import PddCase
from .parcel_common import ParcelMixin


@tagged("post_install", "-at_install")
class TestButtonTime(ParcelMixin, PddCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(pdd_order_make, "BATCH_SIZE", 2))

    def _no_time(self):
        return patch.object(button_time, "BUTTON_SECONDS", 0)

    def _woken(self, action, xmlid):
        """Press a button; return its answer, once it has woken a scheduled action."""
        cron = self.env.ref(xmlid)
        with RecordCapturer(
            self.env["ir.cron.trigger"], [("cron_id", "=", cron.id)]
        ) as triggers:
            answer = action()
        self.assertTrue(triggers.records, f"{xmlid} is not woken")
        return answer

    def _assert_goes_on(self, answer):
        self.assertIn("goes on in the background", answer["params"]["message"])

    def test_button_that_has_time_reads_and_makes_all(self):
        self.platform.create_order()
        answer = self.shop.action_sync_orders()
        self.assertEqual(self.shop.order_ids.state, "done")
        self.assertEqual(answer["params"]["title"], "Up to date")
        self.assertNotIn("background", answer["params"]["message"])

    def test_orders_a_button_has_no_time_for_are_made_by_the_scheduled_action(self):
        for _number in range(5):
            self.platform.create_order()
        with self._no_time():
            answer = self._woken(
                self.shop.action_sync_orders, "pdd_connector.ir_cron_order_intake"
            )
        self._assert_goes_on(answer)
        self.assertFalse(self.shop.order_ids.filtered("sale_order_id"))
        for name in ("order_intake", "order_make"):
            self.env.ref(f"pdd_connector.ir_cron_{name}").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.shop.order_ids.mapped("state"), ["done"] * 5)

    def test_time_that_ends_between_batches_leaves_the_rest_pending(self):
        for _number in range(5):
            self.platform.create_order()
        with self._no_time():
            self.shop.action_sync_orders()
        self.env.ref("pdd_connector.ir_cron_order_intake").method_direct_trigger()
        self.env.invalidate_all()
        made = []
        finish = self.env.registry["pdd.order"]._finish_made

        def finish_and_end(orders):
            finish(orders)
            made.append(True)
            for module in (ir_cron, pdd_order_make):
                over = patch.object(module, "get_time_left", lambda env: 0)
                self.enterContext(over)

        with patch.object(
            self.env.registry["pdd.order"], "_finish_made", finish_and_end
        ):
            self.shop.action_sync_orders()
        self.env.invalidate_all()
        self.assertEqual(len(self.shop.order_ids.filtered("sale_order_id")), 2)
        self.assertEqual(made, [True])

    def test_other_readings_go_on_in_the_background_as_well(self):
        for kind in ("goods", "refund"):
            with self.subTest(kind=kind), self._no_time():
                answer = self._woken(
                    getattr(
                        self.shop,
                        "action_sync_goods"
                        if kind == "goods"
                        else "action_sync_refunds",
                    ),
                    f"pdd_connector.ir_cron_{kind}_intake",
                )
                self._assert_goes_on(answer)

    def test_orders_tried_again_are_released_by_the_scheduled_action(self):
        for _number in range(5):
            self.platform.create_order()
        self.shop.postage_product_id = False
        self.shop.action_sync_orders()
        orders = self.shop.order_ids
        orders.write({"state": "error", "sale_order_id": False})
        self.env.flush_all()
        for sale_order in self.env["sale.order"].search([]):
            sale_order._action_cancel()
        with self._no_time():
            answer = self._woken(
                orders.action_retry, "pdd_connector.ir_cron_order_make"
            )
        self._assert_goes_on(answer)
        self.assertEqual(set(orders.mapped("state")), {"error"})
        self.env.ref("pdd_connector.ir_cron_order_make").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(orders.mapped("state")), {"done"})

    def test_changes_decided_are_applied_by_the_scheduled_action(self):
        self.env["pdd.change.policy"].search([]).write({"action": "ask"})
        order = self._make_orders()
        self._happen(order, "remark", text="please pack well")
        change = order.change_ids
        self.assertEqual(change.state, "asked")
        with self._no_time():
            answer = self._woken(
                change.action_apply, "pdd_connector.ir_cron_order_change"
            )
        self._assert_goes_on(answer)
        self.env.ref("pdd_connector.ir_cron_order_change").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(change.state, "applied")
        self.assertEqual(change.decided_user_id, self.env.user)

    def test_stock_is_published_in_the_background(self):
        self.env["pdd.stock.rule"].create({"shop_id": self.shop.id})
        self.shop.stock_publish = True
        with self._no_time():
            self._woken(
                self.shop.action_publish_stock,
                "pdd_connector_stock.ir_cron_stock_publish",
            )

    def test_deliveries_marked_are_booked_by_the_scheduled_action(self):
        order = self._make_orders()
        self._happen(order, "ship")
        with self._no_time():
            answer = self._woken(
                order.action_mark_elsewhere,
                "pdd_connector_stock.ir_cron_order_reserve",
            )
        self._assert_goes_on(answer)
        self.assertEqual(order.elsewhere_state, "booking")
        self.env.ref(
            "pdd_connector_stock.ir_cron_order_reserve"
        ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(order.sale_order_id.picking_ids.state, "cancel")
