# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestOrders(PddCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 60, "days": 2}

    def test_orders_become_confirmed_sales_orders_to_the_fen(self):
        self._create_products()
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        orders = self.env["pdd.order"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(len(orders), 60)
        made = orders.filtered("sale_order_id")
        self.assertTrue(made)
        self.assertFalse(orders.filtered(lambda order: order.state == "error"))
        self.assertFalse(orders.filtered(lambda order: order.state == "pending"))
        for order in made:
            sale_order = order.sale_order_id
            self.assertEqual(order.state, "done")
            self.assertEqual(sale_order.state, "sale")
            self.assertEqual(sale_order.name, order.order_sn)
            self.assertEqual(sale_order.date_order, order.confirm_date)
            self.assertAlmostEqual(
                sale_order.amount_total, order.receivable_amount, places=2
            )

    def test_a_second_reading_changes_nothing(self):
        self._create_products()
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        Order = self.env["pdd.order"]
        before = Order.search([]).read(["state", "write_date", "sale_order_id"])
        count = self.env["sale.order"].search_count([])
        self.shop.action_sync_orders()
        after = Order.search([]).read(["state", "write_date", "sale_order_id"])
        self.assertEqual(before, after)
        self.assertEqual(self.env["sale.order"].search_count([]), count)

    def test_an_order_waits_until_its_sku_is_mapped(self):
        self.shop.action_sync_orders()
        reason = self.env.ref("pdd_connector.hold_reason_sku")
        waiting = self.env["pdd.order"].search([("hold_reasons", "in", reason.ids)])
        self.assertTrue(waiting)
        self._create_products()
        self.shop.action_sync_orders()
        still = waiting.filtered(lambda order: reason in order.hold_reasons)
        self.assertTrue(waiting.filtered("sale_order_id"))
        self.assertTrue(
            all(
                order.line_ids.filtered(lambda line: not line.product_id)
                for order in still
            )
        )
