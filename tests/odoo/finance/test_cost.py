# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cost of goods with perpetual valuation; needs Odoo's Inventory."""

from odoo.tests import tagged

from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCost(FinanceCase):
    def setUp(self):
        super().setUp()
        if "property_valuation" not in self.env["product.category"]._fields:
            self.skipTest("Inventory is not installed")
        category = self.env["product.category"].create(
            {"name": "Perpetual", "property_valuation": "real_time"}
        )
        self.product.write(
            {"is_storable": True, "standard_price": 40.0, "categ_id": category.id}
        )

    def _cost(self, moves):
        """Return the balance of the items of cost of these entries."""
        items = moves.line_ids.filtered(lambda item: item.display_type == "cogs")
        account = self.product._get_product_accounts()["expense"]
        mine = items.filtered(lambda item: item.account_id == account)
        self.assertEqual(round(sum(items.mapped("balance")), 2), 0)
        return round(sum(mine.mapped("balance")), 2)

    def _invoiced(self, **vals):
        order = self._create_order(**vals)
        self.env["pdd.order"]._cron_invoice()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        return order

    def _credit(self, order, amount, **vals):
        refund = self._refund(order, amount, **vals)
        self.env["pdd.order"]._cron_invoice()
        self.assertTrue(refund.credit_note_id, refund.book_error)
        return refund.credit_note_id

    def test_cost_is_booked_with_the_invoice(self):
        self.assertEqual(self._cost(self._invoiced().invoice_id), 40.0)

    def test_a_refund_of_money_alone_leaves_the_cost(self):
        order = self._invoiced()
        self.assertEqual(self._cost(self._credit(order, "100.00")), 0)

    def test_a_return_takes_the_cost_back(self):
        order = self._invoiced()
        note = self._credit(order, "100.00", after_sales_type=3, goods_number=1)
        self.assertEqual(self._cost(note), -40.0)
        self.assertEqual(note.amount_total, 100.0)

    def test_a_return_of_some_pieces_takes_their_cost_back(self):
        item = {
            **{"goods_id": "1", "sku_id": "11", "goods_name": "Cup"},
            **{"goods_price": 33.33, "goods_count": 3, "outer_id": "CUP"},
        }
        order = self._invoiced(paid="99.99", item_list=[item])
        self.assertEqual(self._cost(order.invoice_id), 120.0)
        note = self._credit(order, "66.66", after_sales_type=3, goods_number=2)
        self.assertEqual(self._cost(note), -80.0)
        self.assertEqual(note.amount_total, 66.66)

    def test_an_invoice_of_a_day_has_the_cost_of_all_orders(self):
        self.company.pdd_invoice_grouping = "day"
        orders = self._create_orders(self._order_row(), self._order_row())
        self.env["pdd.order"]._cron_invoice()
        self.assertEqual(self._cost(orders.invoice_id), 80.0)

    def test_the_bill_settles_an_order_with_cost(self):
        order = self._invoiced()
        self._post(row(order.order_sn, "100.00", "0010002"))
        self.assertEqual(order.settlement_state, "settled")
