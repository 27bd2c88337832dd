# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shop of a company whose books are not in yuan: the bill stays in yuan."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase

RATE = 0.125  # one yuan in the currency of the books


@tagged("post_install", "-at_install")
class TestCurrency(FinanceCase):
    def setUp(self):
        super().setUp()
        yuan, dollar = self.shop.currency_id, self.env.ref("base.USD")
        dollar.active = True
        self.company.currency_id = dollar
        rates = self.env["res.currency.rate"]
        rates.search([]).unlink()
        rates.create(
            [
                {"currency_id": dollar.id, "rate": 1.0, "name": "2026-01-01"},
                {"currency_id": yuan.id, "rate": 1 / RATE, "name": "2026-01-01"},
            ]
        )
        self.shop.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Yuan", "currency_id": yuan.id}
        )

    def _check(self, order):
        """The journal is in yuan, each item is converted, nothing is left open."""
        for item in self.env["account.move.line"].search(
            [("move_id.pdd_shop_id", "=", self.shop.id)]
        ):
            self.assertEqual(item.currency_id, self.shop.currency_id, item.name)
            self.assertAlmostEqual(
                item.balance, item.amount_currency * RATE, 1, item.name
            )
        self.assertEqual(order.settlement_state, "settled", order.settlement_reason)

    def _live(self):
        order = self._create_order("85.00", "10.00")
        self.env["pdd.order"]._cron_invoice()
        bill = self._post(
            row(order.order_sn, "85.00", "0010002"),
            row(order.order_sn, "10.00", "0010005"),
            row(order.order_sn, "-0.57", "0030002"),
            row(order.order_sn, "-11.30", "0040099"),
        )
        self.assertEqual(
            set(bill.line_ids.mapped("state")),
            {"posted"},
            bill.line_ids.mapped("error_message"),
        )
        return order

    def test_statement_lines(self):
        self._check(self._live())
        journal = self.shop.journal_id
        self.assertEqual(journal.currency_id, self.shop.currency_id)
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", journal.id)]
        )
        self.assertTrue(all(lines.mapped("is_reconciled")))
        self.assertEqual(round(sum(lines.mapped("amount")), 2), 83.13)

    def test_nothing_is_posted_to_a_journal_in_another_currency(self):
        self.shop.journal_id = self.env["account.journal"].create(
            {"name": "Dollars", "code": "USD1", "type": "bank"}
        )
        [line] = self._post(row("", "-3.00", "0040004")).line_ids
        self.assertEqual(line.state, "held")
        self.assertIn("Journal Dollars is in USD, the bill in CNY", line.error_message)
        self.shop.journal_id = False
        line.action_retry()
        self.assertEqual(line.state, "posted")

    def test_entries_per_day(self):
        self.company.pdd_posting_mode = "day"
        self._check(self._live())

    def test_a_write_off_is_measured_in_the_currency_of_its_limit(self):
        order = self._create_order("85.00", "10.00")
        self.env["pdd.order"]._cron_invoice()
        self._post(row(order.order_sn, "75.00", "0010002"))
        self.assertNotEqual(order.settlement_state, "settled")
        wizard = self.env["pdd.order.write.off"].with_context(active_ids=order.ids)
        self.company.pdd_write_off_limit = 1.24
        wizard = wizard.create({"reason": "cents"})
        with self.assertRaisesRegex(UserError, "2.50 open, the limit .* is 1.24"):
            wizard.action_write_off()
        self.company.pdd_write_off_limit = 2.5
        wizard.action_write_off()
        self._check(order)

    def test_offset(self):
        order = self._create_order("85.00", "10.00")
        self.env["pdd.order"]._cron_invoice()
        self._post(row(order.order_sn, "95.00", "0010002"))
        order.action_offset_parts()
        self._check(order)

    def test_revenue_sheet_is_in_one_currency(self):
        order = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self.env["pdd.invoice.application"]._intake(
            self.shop,
            [
                {
                    "order_sn": order.order_sn,
                    "application_status": 2,
                    "invoice_amount": "11300",
                    "apply_time": 1784000000000,
                }
            ],
        )
        self.env.flush_all()
        rows = self.env["pdd.revenue.report"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertAlmostEqual(sum(rows.mapped("uninvoiced_amount")), 0.0, 2)

    def test_promotion_costs(self):
        day = self.env["pdd.promotion.day"].create(
            {"shop_id": self.shop.id, "date": "2026-06-08", "amount": 100.0}
        )
        day._book()
        self.assertEqual(sorted(day.move_id.line_ids.mapped("balance")), [-12.5, 12.5])
