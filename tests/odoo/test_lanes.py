# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several makers share the work; what one of them leaves, another one finishes."""

from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.pdd_connector.models import pdd_order_lane, pdd_order_make
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .committed import CommittedCase
from .common import PddCase
from .warehouse_common import TIDY, create_products, put_on_stock, read_orders

CRASH_LOG = "odoo.addons.pdd_connector.models.pdd_issue"


@tagged("post_install", "-at_install")
class TestMaker(PddCase):
    simulator_options = {"seed": 7, "shops": 2, "orders": 0, "settings": TIDY}

    def setUp(self):
        super().setUp()
        self.products = create_products(self.env, self.sim, self.account)
        put_on_stock(self.env, self.products, 1000)
        self.shop.action_sync_goods()

    def _read_orders(self, count, **options):
        return read_orders(self.shop, count, self.platform, **options)

    def _make_pending(self):
        self.env["pdd.order"]._make_pending(Domain.TRUE)

    # --- one that fails

    def test_a_failing_batch_is_halved_down_to_the_culprit(self):
        orders = self._read_orders(9)
        with (
            self._failing("_prepare_sale_order_vals", orders[5]),
            mute_logger(CRASH_LOG),
        ):
            self._make_pending()
        self.assertEqual(orders[5].state, "error")
        self.assertFalse(orders[5].sale_order_id)
        self.assertEqual((orders - orders[5]).mapped("state"), ["done"] * 8)
        self.assertEqual(len(orders.sale_order_id), 8)

    def test_an_order_that_cannot_be_reserved_does_not_hold_up_the_others(self):
        orders = self._read_orders(5)
        with self._failing("_reserve", orders[2]), mute_logger(CRASH_LOG):
            self._make_pending()
        states = orders.sale_order_id.picking_ids.mapped("state")
        self.assertEqual(sorted(states), ["assigned"] * 4 + ["confirmed"])
        self.assertEqual(orders.mapped("state"), ["done"] * 5)
        self.assertFalse(orders.reserve_warehouse_id)
        self.assertEqual(orders[2].issue_ids.mapped("cause"), ["exception"])

    def test_a_batch_that_met_another_worker_is_made_by_the_next_try(self):
        orders = self._read_orders(5)
        meeting = UniqueViolation("a row of another worker")
        with self._failing("_make_sale_orders", orders[2], meeting, times=2):
            self._make_pending()
        self.assertEqual(orders.mapped("state"), ["done"] * 5)

    def test_what_looks_like_another_worker_each_time_is_an_error_of_its_order(self):
        orders = self._read_orders(5)
        meeting = UniqueViolation("a row that is always there")
        with (
            self._failing("_prepare_sale_order_vals", orders[2], meeting),
            mute_logger(CRASH_LOG),
        ):
            self._make_pending()
        self.assertEqual(orders[2].state, "error")
        self.assertEqual((orders - orders[2]).mapped("state"), ["done"] * 4)

    def _failing(self, method, culprit, error=None, times=1000):
        """Let a method fail for one order, at most so many times."""
        registry_class = self.env.registry["pdd.order"]
        original = getattr(registry_class, method)
        failures = iter(range(times))

        def fail(orders, *args):
            if culprit in orders and next(failures, None) is not None:
                raise error or ZeroDivisionError("a bug")
            return original(orders, *args)

        return patch.object(registry_class, method, fail)

    # --- shops take turns

    def test_a_shop_with_many_orders_does_not_keep_another_waiting(self):
        crowded = self._read_orders(9)
        other_shop = self._connect_shop(self.sim.shops[1], name="Other shop")
        mall_id = int(self.sim.shops[1].mall_id)
        read_orders(other_shop, 2, self.platform, mall_id=mall_id)
        turns = []
        registry_class = self.env.registry["pdd.order"]
        original = registry_class._make_safely

        def note(orders, *args):
            if orders:
                turns.append((orders.shop_id.name, len(orders)))
            return original(orders, *args)

        with (
            patch.object(registry_class, "_make_safely", note),
            patch.object(pdd_order_make, "BATCH_SIZE", 3),
        ):
            self._make_pending()
        self.assertEqual(
            turns,
            [
                ("Test shop", 3),
                ("Other shop", 2),
                ("Test shop", 3),
                ("Test shop", 3),
            ],
        )
        self.assertEqual(crowded.mapped("state"), ["done"] * 9)

    # --- lanes

    def test_further_lanes_are_called_when_there_is_much_to_do(self):
        self._read_orders(3)
        with patch.object(pdd_order_lane, "TOGETHER", 4):
            self.assertFalse(self._called_lanes())
        with patch.object(pdd_order_lane, "TOGETHER", 3):
            self.assertEqual(
                self._called_lanes(), self.env.ref("pdd_connector.ir_cron_order_make_2")
            )

    def _called_lanes(self):
        Trigger = self.env["ir.cron.trigger"]
        before = Trigger.search([])
        self.env["pdd.order"]._wake_lanes()
        return (Trigger.search([]) - before).cron_id

    def test_a_lane_makes_orders_like_the_first_one(self):
        orders = self._read_orders(2)
        lane = self.env.ref("pdd_connector.ir_cron_order_make_2")
        lane.method_direct_trigger()
        self.assertEqual(orders.mapped("state"), ["done"] * 2)
        self.assertEqual(
            orders.sale_order_id.picking_ids.mapped("state"), ["assigned"] * 2
        )

    def test_the_number_of_lanes_is_a_setting(self):
        Settings = self.env["res.config.settings"]
        self.assertEqual(Settings.create({}).pdd_lane_count, 2)
        for count in (4, 1, 3):
            Settings.create({"pdd_lane_count": count}).execute()
            self.assertEqual(Settings.create({}).pdd_lane_count, count)
            self.assertEqual(len(self.env["pdd.order"]._get_lanes()), count - 1)

    # --- between confirmation and reservation

    def test_what_a_dead_maker_left_unreserved_is_reserved_by_the_scheduled_action(
        self,
    ):
        orders = self._read_orders(3)
        with patch.object(self.env.registry["pdd.order"], "_finish_made"):
            self._make_pending()
        pickings = orders.sale_order_id.picking_ids
        self.assertEqual(pickings.mapped("state"), ["confirmed"] * 3)
        cron = self.env.ref("pdd_connector_stock.ir_cron_order_reserve")
        cron.method_direct_trigger()
        self.assertEqual(pickings.mapped("state"), ["assigned"] * 3)
        self.assertFalse(orders.reserve_warehouse_id)

    def test_a_maker_without_time_leaves_the_rest_to_the_scheduled_action(self):
        orders = self._read_orders(3)
        with patch.object(self.env.registry["pdd.order"], "_finish_made"):
            self._make_pending()
        cron = self.env.ref("pdd_connector_stock.ir_cron_order_reserve")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        with (
            patch(
                "odoo.addons.pdd_connector_stock.models.pdd_order_reserve.BATCH_SIZE", 1
            ),
            patch.object(
                self.env.registry["ir.cron"],
                "_commit_progress",
                lambda *_args, **_vals: 0,
            ),
        ):
            self.env["pdd.order"]._finish_made()
        self.assertEqual(len(orders.filtered("reserve_warehouse_id")), 2)
        trigger = triggers.search([("cron_id", "=", cron.id)])
        self.assertTrue(trigger.call_at <= fields.Datetime.now())
        cron.method_direct_trigger()
        self.assertFalse(orders.reserve_warehouse_id)

    def test_an_order_cancelled_before_it_was_reserved_takes_no_stock(self):
        orders = self._read_orders(2)
        with patch.object(self.env.registry["pdd.order"], "_finish_made"):
            self._make_pending()
        orders[0].sale_order_id._action_cancel()
        self.env["pdd.order"]._cron_reserve()
        states = [order.sale_order_id.picking_ids.state for order in orders]
        self.assertEqual(states, ["cancel", "assigned"])


@tagged("post_install", "-at_install")
class TestLanes(CommittedCase):
    """Real transactions: each lane is a thread with a connection of its own."""

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "settings": TIDY}
    stock = 30

    def setUp(self):
        super().setUp()
        with self.worker() as env:
            products = create_products(env, self.sim, self.account)
            put_on_stock(env, products, self.stock)
            self.product_ids = products.ids
            self.addCleanup(self._remove_documents)
            self.shop(env).action_sync_goods()
        with self.worker() as env:
            self.order_ids = read_orders(self.shop(env), 40, self.sim.platform).ids

    def _remove_documents(self):
        """Take back all that was committed, since other tests follow in this database."""
        with self.worker() as env:
            orders = env["pdd.order"].search([("shop_id", "=", self.shop_id)])
            sale_orders, pickings = (
                orders.sale_order_id,
                orders.sale_order_id.picking_ids,
            )
            sale_orders._action_cancel()
            pickings.unlink()
            orders.sale_order_id = False
            orders.unlink()
            sale_orders.unlink()
            env["pdd.issue"].search([("shop_id", "=", self.shop_id)]).unlink()
            env["res.partner"].search([("pdd_shop_id", "=", self.shop_id)]).unlink()
        with self.worker() as env:
            products = env["product.product"].browse(self.product_ids)
            env["stock.quant"].search([("product_id", "in", products.ids)]).unlink()
            for name in ("pdd.sku", "pdd.goods"):
                env[name].search([("shop_id", "=", self.shop_id)]).unlink()
            products.unlink()

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def orders(self, env):
        return env["pdd.order"].browse(self.order_ids)

    def assert_each_made_once(self):
        with self.worker() as env:
            orders = self.orders(env)
            self.assertEqual(set(orders.mapped("state")), {"done"})
            self.assertEqual(len(orders.sale_order_id), len(orders))
            self.assertEqual(set(orders.sale_order_id.mapped("state")), {"sale"})
            made = env["sale.order"].search([("pdd_shop_id", "=", self.shop_id)])
            self.assertEqual(made, orders.sale_order_id)
            self.assertEqual(len(made.picking_ids), len(orders))

    def assert_stock_is_reserved_once(self):
        with self.worker() as env:
            orders = self.orders(env)
            self.assertFalse(orders.reserve_warehouse_id)
            moves = orders.sale_order_id.picking_ids.move_ids
            quants = env["stock.quant"].search(
                [("product_id", "in", moves.product_id.ids)]
            )
            self.assertEqual(len(quants), 1)  # none was split for a locked one
            self.assertEqual(quants.reserved_quantity, self.stock)
            self.assertEqual(sum(moves.move_line_ids.mapped("quantity")), self.stock)

    def test_two_lanes_make_each_order_once_and_do_not_oversell(self):
        with patch.object(pdd_order_make, "BATCH_SIZE", 5):
            self.at_once(2, lambda env: env["pdd.order"]._make_pending(Domain.TRUE))
        self.assert_each_made_once()
        self.assert_stock_is_reserved_once()

    def test_two_lanes_meet_at_receivers_and_each_has_one_address(self):
        keys = ["one", "two", "three"]
        with self.worker() as env:
            for place, order in enumerate(self.orders(env)):
                order.open_address_id = keys[place % 3]
        with patch.object(pdd_order_make, "BATCH_SIZE", 5):
            self.at_once(2, lambda env: env["pdd.order"]._make_pending(Domain.TRUE))
        self.assert_each_made_once()
        with self.worker() as env:
            contacts = self.orders(env).sale_order_id.partner_shipping_id
            self.assertEqual(sorted(contacts.mapped("pdd_address_key")), sorted(keys))

    def test_orders_of_a_lane_that_died_are_made_by_another(self):
        with self.registry.cursor() as cr:
            dying = self._env(cr)["pdd.order"]
            batch = dying._lock_batch(Domain("state", "=", "pending"), 0)
            batch._make_safely()
            self.at_once(1, lambda env: env["pdd.order"]._make_pending(Domain.TRUE))
            cr.rollback()  # what PostgreSQL does for a connection that is gone
        self.at_once(1, lambda env: env["pdd.order"]._make_pending(Domain.TRUE))
        self.assert_each_made_once()
        self.assert_stock_is_reserved_once()

    def test_orders_held_while_their_sku_is_mapped_are_made(self):
        with self.worker() as env:
            skus = self.orders(env).line_ids.sku_id
            products = {sku.id: sku.product_id.id for sku in skus}
            skus.product_id = False
        with self.registry.cursor() as cr:
            maker = self._env(cr)["pdd.order"]
            maker._lock_batch(Domain("state", "=", "pending"), 0)._make_safely()
            with self.worker() as env:
                for sku_id, product_id in products.items():
                    env["pdd.sku"].browse(sku_id).product_id = product_id
            cr.commit()
        with self.worker() as env:
            self.assertEqual(set(self.orders(env).mapped("state")), {"held"})
        self.at_once(1, lambda env: env["pdd.order"]._cron_make())
        self.assert_each_made_once()

    def test_two_lanes_that_look_for_mended_causes_at_once_release_once(self):
        with self.worker() as env:
            orders = self.orders(env)
            sku = orders.line_ids.sku_id[0]
            orders.state = "held"
            env["pdd.issue"]._report(
                self.shop(env), "sku", str(sku.id), "Mended", orders, sku_id=sku.id
            )
        self.at_once(2, lambda env: env["pdd.issue"]._release_mended())
        with self.worker() as env:
            self.assertEqual(set(self.orders(env).mapped("state")), {"pending"})
        self.at_once(1, lambda env: env["pdd.order"]._cron_make())
        self.assert_each_made_once()

    def test_a_maker_goes_on_while_another_one_reserves(self):
        with self.registry.cursor() as cr:
            warehouse = self._env(cr)["stock.warehouse"].search([], limit=1)
            warehouse.try_lock_for_update(allow_referencing=True)
            self.at_once(1, lambda env: env["pdd.order"]._make_pending(Domain.TRUE))
            self.assert_each_made_once()
            with self.worker() as env:
                self.assertEqual(
                    len(self.orders(env).filtered("reserve_warehouse_id")), 40
                )
        self.at_once(1, lambda env: env["pdd.order"]._cron_reserve())
        self.assert_stock_is_reserved_once()
