# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestAfterSales(PddCase):
    """What a refund before shipping does to the sales order, at whatever moment."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()

    def test_a_running_after_sale_holds_a_made_order_until_it_is_withdrawn(self):
        order = self._order()
        self.assertRecordValues(order, [{"state": "done"}])
        self._happen(order, "refund_request")
        self.assertEqual(order.state, "held")
        self.assertEqual(order.hold_reasons.code, "refund")
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertFalse(order._is_fulfilable())
        self._happen(order, "refund_withdraw")
        self.assertRecordValues(order, [{"state": "done", "hold_reasons": []}])
        self.assertTrue(order._is_fulfilable())

    def test_a_full_refund_cancels_the_sales_order(self):
        order = self._order(platform_discount=1000)
        self._happen(order, "refund_request")
        self._happen(order, "refund_agree")
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.refund_ids.effect, "cancelled")
        self.assertEqual(order.refunded_amount, order.pay_amount)

    def test_a_partial_refund_reduces_the_price(self):
        order = self._order()
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        self._happen(order, "refund_request", amount=2500)
        self._happen(order, "refund_agree")
        self.assertEqual(order.state, "done")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 75.0)
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(order.refund_ids.effect, "reduced")
        self.shop.action_sync_orders()
        self.assertAlmostEqual(order.sale_order_id.amount_total, 75.0)

    def test_a_refund_by_pieces_reduces_the_quantity(self):
        order = self._order()
        line = order.line_ids
        self.env["pdd.refund"].create(
            {
                "shop_id": self.shop.id,
                "currency_id": self.shop.currency_id.id,
                "after_sales_id": "9000",
                "order_sn": order.order_sn,
                "order_id": order.id,
                "after_sales_type": 2,
                "after_sales_status": 10,
                "refund_amount": 50.0,
                "platform_sku_id": line.sku_id.sku_id,
                "part_after_sales_type": 1,
                "part_after_sales_value": 1,
                "platform_update_date": order.platform_update_date,
            }
        )._after_status_change({})
        self.assertEqual(line.sale_line_id.product_uom_qty, 1)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 50.0)
        self.assertAlmostEqual(order.entitled_amount, 50.0)

    def test_an_order_refunded_in_part_before_it_is_made_is_made_reduced(self):
        order = self._order(risk=True)
        self.assertEqual(order.hold_reasons.code, "risk")
        for event in ("refund_request", "refund_agree", "risk_off"):
            details = {"amount": 3000} if event == "refund_request" else {}
            self.platform.event(order.order_sn, event, **details)
        self.shop.action_sync_refunds()
        self.shop.action_sync_orders()
        self.assertEqual(order.state, "done")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 70.0)

    def test_a_partial_refund_learnt_late_makes_the_order_after_all(self):
        order = self._order(risk=True)
        self.platform.event(order.order_sn, "refund_request", amount=3000)
        self.platform.event(order.order_sn, "refund_agree")
        self.platform.event(order.order_sn, "risk_off")
        self.sim.clock.advance(5)
        self.shop.action_sync_orders()
        self.assertEqual(order.state, "cancelled", "the row alone says refunded")
        self.shop.action_sync_refunds()
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 70.0)

    def test_a_locked_sales_order_is_held_with_an_issue(self):
        order = self._order()
        order.sale_order_id.locked = True
        self._happen(order, "refund_request")
        self._happen(order, "refund_agree")
        self.assertEqual(order.state, "held")
        issue = self.env["pdd.issue"].search([("cause", "=", "stop")])
        self.assertEqual(issue.order_ids, order)
        order.sale_order_id.locked = False
        issue.action_retry()
        self.assertEqual(order.state, "cancelled")

    def test_after_shipping_the_sales_order_stays_and_a_credit_note_is_due(self):
        order = self._order()
        self._happen(order, "ship")
        self._happen(order, "refund_request", amount=1000)
        self._happen(order, "refund_agree")
        self.shop.action_sync_refunds()
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        self.assertEqual(order.refund_ids.effect, "credit")

    def test_list_and_detail_that_contradict_each_other_are_shown(self):
        order = self._order()
        self._happen(order, "refund_request", amount=1000)
        Refund = self.env["pdd.refund"]
        refund = Refund._intake(
            self.shop, Refund._fetch_of_order(self.shop, order.order_sn)
        )
        detail = self.shop._call(
            "pdd.refund.information.get",
            order_sn=order.order_sn,
            after_sales_id=int(refund.after_sales_id),
        )
        refund._intake_detail(detail)
        self.assertFalse(refund.problem)
        self.assertFalse(refund._needs_detail())
        refund._intake_detail({**detail, "refund_amount": 999, "after_sales_type": 3})
        self.assertIn("9.99", refund.problem)
        self.assertIn("Type", refund.problem)
