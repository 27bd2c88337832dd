# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Withdrawals are in transit until the company's bank shows them."""

from unittest.mock import patch

from odoo.addons.pdd_connector_finance.models import pdd_shop_transit as shop_transit
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestWithdrawals(FinanceCase):
    def setUp(self):
        super().setUp()
        self.bank = self.env["account.journal"].create(
            {"name": "ICBC", "code": "ICBC", "type": "bank"}
        )
        self.transit = self.company.transfer_account_id

    def _receive(self, amount, date, **vals):
        """Let the bank show an amount."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": date,
                "amount": amount,
                "payment_ref": "B2C",
                **vals,
            }
        )

    def _withdraw(self, *lines):
        """Post withdrawals of (amount, day)."""
        bill = self._post(
            *(
                row("", f"-{amount}", "0080001", f"{day} 18:00:00")
                for amount, day in lines
            )
        )
        return bill.line_ids.sorted("occurred_at")

    def _match(self):
        self.shop._cron_post_bills()

    def test_a_withdrawal_meets_the_line_of_the_bank(self):
        for mode in ("statement", "day"):
            with self.subTest(mode):
                self.company.pdd_posting_mode = mode
                self.shop = self._create_shop(mode, mode)
                line = self._withdraw(("5000.00", "2026-06-08"))
                self.assertTrue(line.is_in_transit)
                self.assertEqual(self._balance(self.transit), 5000.0)
                bank_line = self._receive(5000.0, "2026-06-09")
                self._match()
                self.assertFalse(line.is_in_transit)
                self.assertEqual(line.bank_line_id, bank_line)
                self.assertTrue(bank_line.is_reconciled)
                self.assertEqual(self._balance(self.transit), 0)
                self.assertEqual(self._balance(self.bank.suspense_account_id), 0)

    def test_a_line_of_the_bank_booked_on_the_transit_account_is_met_too(self):
        line = self._withdraw(("5000.00", "2026-06-08"))
        bank_line = self._receive(
            5000.0, "2026-06-09", counterpart_account_id=self.transit.id
        )
        self._match()
        self.assertEqual(line.bank_line_id, bank_line)
        self.assertFalse(line.is_in_transit)

    def test_a_withdrawal_in_parts_meets_what_a_person_booked_in_transit(self):
        for mode in ("statement", "day"):
            with self.subTest(mode):
                self.company.pdd_posting_mode = mode
                self.shop = self._create_shop(mode, mode)
                line = self._withdraw(("5000.00", "2026-06-08"))
                parts = [
                    self._receive(amount, day, counterpart_account_id=self.transit.id)
                    for amount, day in ((2000.0, "2026-06-09"), (3000.0, "2026-06-10"))
                ]
                self._match()
                self.assertFalse(line.is_in_transit)
                self.assertIn(line.bank_line_id, parts)
                self.assertTrue(all(part.is_reconciled for part in parts))
                self.assertEqual(self._balance(self.transit), 0)

    def test_parts_that_come_to_something_else_stay_open(self):
        line = self._withdraw(("5000.00", "2026-06-08"))
        for amount in (2000.0, 2999.0):
            self._receive(amount, "2026-06-09", counterpart_account_id=self.transit.id)
        self._match()
        self.assertTrue(line.is_in_transit)

    def test_two_withdrawals_in_one_amount_meet_what_a_person_booked(self):
        lines = self._withdraw(("500.00", "2026-06-08"), ("600.00", "2026-06-09"))
        self._receive(1100.0, "2026-06-10", counterpart_account_id=self.transit.id)
        self._match()
        self.assertFalse(lines.filtered("is_in_transit"))

    def test_a_person_says_which_of_two_lines_it_is(self):
        line = self._withdraw(("5000.00", "2026-06-08"))
        self._receive(5000.0, "2026-06-09")
        self._match()
        self.assertFalse(line.is_in_transit)
        line = self._withdraw(("700.00", "2026-06-18"))
        self._receive(700.0, "2026-06-19")
        mine = self._receive(
            700.0, "2026-06-19", counterpart_account_id=self.transit.id
        )
        self._match()
        self.assertEqual((line.bank_line_id, line.reason), (mine, False))

    def test_the_bank_may_come_first(self):
        bank_line = self._receive(5000.0, "2026-06-09")
        line = self._withdraw(("5000.00", "2026-06-08"))
        self._match()
        self.assertEqual(line.bank_line_id, bank_line)

    def test_too_late_too_early_another_amount_or_partner_is_not_it(self):
        line = self._withdraw(("5000.00", "2026-06-08"))
        partner = self.env["res.partner"].create({"name": "A customer"})
        self._receive(5000.0, "2026-06-14")
        self._receive(5000.0, "2026-06-07")
        self._receive(5000.01, "2026-06-09")
        self._receive(5000.0, "2026-06-09", partner_id=partner.id)
        self._match()
        self.assertTrue(line.is_in_transit)
        self.assertFalse(line.reason)

    def test_two_lines_of_the_bank_for_one_withdrawal_are_left_to_a_person(self):
        line = self._withdraw(("5000.00", "2026-06-08"))
        first = self._receive(5000.0, "2026-06-09")
        self._receive(5000.0, "2026-06-10")
        self._match()
        self.assertTrue(line.is_in_transit)
        self.assertEqual(line.reason, "several")
        # the person says which
        item = first._get_pdd_open_item(self.transit)
        item.account_id = self.transit
        (item + line._get_transit_item()).reconcile()
        self._match()
        self.assertEqual(line.bank_line_id, first)
        self.assertFalse(line.reason)

    def test_as_many_lines_as_withdrawals_are_matched_in_their_order(self):
        lines = self._withdraw(("500.00", "2026-06-08"), ("500.00", "2026-06-09"))
        banks = self._receive(500.0, "2026-06-09") + self._receive(500.0, "2026-06-10")
        self._match()
        self.assertEqual(lines.mapped("bank_line_id"), banks)
        self.assertFalse(lines.filtered("is_in_transit"))

    def test_fewer_lines_than_withdrawals_are_left_to_a_person(self):
        lines = self._withdraw(("500.00", "2026-06-08"), ("500.00", "2026-06-08"))
        self._receive(500.0, "2026-06-09")
        self._match()
        self.assertEqual(lines.mapped("reason"), ["several", "several"])

    def test_withdrawals_far_apart_do_not_disturb_each_other(self):
        first, second = self._withdraw(
            ("500.00", "2026-06-01"), ("500.00", "2026-06-20")
        )
        bank_line = self._receive(500.0, "2026-06-02")
        self._match()
        self.assertEqual(first.bank_line_id, bank_line)
        self.assertTrue(second.is_in_transit)
        self.assertFalse(second.reason)

    def test_only_lines_with_the_text_of_the_company_are_taken(self):
        self.company.pdd_bank_text = "拼多多"
        line = self._withdraw(("5000.00", "2026-06-08"))
        self._receive(5000.0, "2026-06-09")
        right = self._receive(5000.0, "2026-06-09", payment_ref="拼多多平台提现")
        self._match()
        self.assertEqual(line.bank_line_id, right)

    def test_withdrawals_the_bank_never_shows_keep_no_other_waiting(self):
        self._withdraw(("10.00", "2026-06-01"), ("11.00", "2026-06-01"))
        line, twin = self._withdraw(("70.00", "2026-06-08"), ("70.00", "2026-06-09"))
        self._receive(70.0, "2026-06-10")
        self._receive(70.0, "2026-06-11")
        with patch(f"{shop_transit.__name__}.BATCH_SIZE", 1):
            self._match()
        self.assertFalse(line.is_in_transit or twin.is_in_transit)

    def test_undo_and_post_again_finds_the_line_again(self):
        line = self._withdraw(("5000.00", "2026-06-08"))
        bank_line = self._receive(5000.0, "2026-06-09")
        self._match()
        line.bill_id.action_undo()
        self._match()
        self.assertEqual(line.bank_line_id, bank_line)
        self.assertEqual(self._balance(self.transit), 0)

    def test_withdrawals_in_transit_can_be_searched(self):
        lines = self._withdraw(("500.00", "2026-06-08"), ("600.00", "2026-06-08"))
        self._receive(500.0, "2026-06-09")
        self._match()
        found = self.env["pdd.bill.line"].search([("is_in_transit", "=", True)])
        self.assertEqual(found, lines.filtered("is_in_transit"))
        every = self.env["pdd.bill.line"].search([("is_withdrawal", "=", True)])
        self.assertEqual(every, lines.sorted())

    def test_withdrawals_in_transit_are_found_in_all_companies_looked_at(self):
        other = self.env["res.company"].create({"name": "Second company"})
        chart = self.env["account.chart.template"]
        chart.try_loading("cn", company=other, install_demo=False)
        ours = self._withdraw(("500.00", "2026-06-08"))
        self.shop = self._create_shop("Other", "990001235", company_id=other.id)
        theirs = self._withdraw(("600.00", "2026-06-08"))
        for first, second in ((self.company, other), (other, self.company)):
            Line = self.env["pdd.bill.line"].with_context(
                allowed_company_ids=[first.id, second.id]
            )
            found = Line.search([("is_in_transit", "=", True)])
            self.assertEqual(found, (ours + theirs).sorted())
