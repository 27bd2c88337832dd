# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestMergeProposals(PddCase):
    """Orders of one receiver and one warehouse are proposed as one parcel."""

    def setUp(self):
        super().setUp()
        if "pdd.parcel.group" not in self.env:
            self.skipTest("pdd_connector_stock is not installed")
        self._create_products()
        self.shop.action_sync_goods()
        receiver = self.platform.order_maker.person(5)
        self.orders = self._order(receiver=receiver) + self._order(receiver=receiver)
        self.other = self._order(receiver=self.platform.order_maker.person(6))

    def _proposals(self):
        return self.env["pdd.parcel.group"].search([("shop_id", "=", self.shop.id)])

    def test_two_orders_of_one_receiver_are_one_proposal(self):
        group = self._proposals()
        self.assertEqual(group.order_count, 2)
        self.assertAlmostEqual(group.amount, 200.0)
        self.assertEqual(group._get_orders(), self.orders.sorted())
        self.assertEqual(group.warehouse_id, self.orders.sale_order_id.warehouse_id)

    def test_an_after_sale_takes_the_order_out(self):
        self._happen(self.orders[0], "refund_request")
        self.assertFalse(self._proposals())

    def test_what_is_not_written_yet_counts_already(self):
        self.assertTrue(self._proposals())
        self.orders[0].refund_status = 2
        self.assertFalse(self._proposals())
        self.orders[0].refund_status = 1
        self.orders.receivable_amount = 30
        self.assertEqual(self._proposals().amount, 60)

    def test_another_warehouse_is_another_parcel(self):
        warehouse = self.env["stock.warehouse"].search(
            [
                ("company_id", "=", self.shop.company_id.id),
                ("id", "!=", self.orders.sale_order_id.warehouse_id.id),
            ],
            limit=1,
        ) or self.env["stock.warehouse"].create({"name": "Other", "code": "OTHER"})
        sale_order = self.orders[0].sale_order_id
        sale_order._action_cancel()
        sale_order.action_draft()
        sale_order.warehouse_id = warehouse
        sale_order.action_confirm()
        self.assertFalse(self._proposals())
