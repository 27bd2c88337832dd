# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Posting: both modes end alike, can be undone, and show what is not right."""

from unittest.mock import patch

from odoo import fields
from odoo.addons.pdd_connector_finance.models import (
    pdd_bill_line_link,
    pdd_bill_undo,
)
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from . import bills
from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestPosting(FinanceCase):
    def _balances(self):
        """Return the balance of each account, by name."""
        groups = self.env["account.move.line"]._read_group(
            [("parent_state", "=", "posted")], ["account_id"], ["balance:sum"]
        )
        return {
            account.name: round(total, 2)
            for account, total in groups
            if round(total, 2)
        }

    def _invoice(self):
        self.env["pdd.order"]._cron_invoice()

    def _lines_of(self, order):
        number = order.order_sn
        return [
            row(number, "85.00", "0010002"),
            row(number, "10.00", "0010005"),
            row(number, "-0.57", "0030002", "2026-06-08 10:00:01"),
            row(number, "-5.00", "0040002"),
            row(number, "-5.00", "0040002"),
            row("", "-3.00", "0040004", "2026-06-09 10:00:00"),
            row(number, "-10.00", "0040099", "2026-06-09 10:00:00"),
            row("", "-1.23", "0990099", "2026-06-09 11:00:00"),
            row("", "-50.00", "0080001", "2026-06-09 12:00:00"),
        ]

    # --- modes, undo

    def test_both_modes_have_the_same_balances_and_settlement(self):
        order = self._create_order("85.00", "10.00")
        self._invoice()
        bill = self._post(*self._lines_of(order))
        by_line = self._balances()
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(len(bill.line_ids.move_id), 9)
        self.assertEqual(len(bill.line_ids.move_id.statement_line_ids), 9)
        bill.action_undo()
        self.company.pdd_posting_mode = "day"
        bill.action_post_lines()
        self.assertEqual(self._balances(), by_line)
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(len(bill.line_ids.move_id), 2)
        self.assertFalse(bill.line_ids.move_id.statement_line_ids)

    def test_a_day_has_one_item_per_order_and_code(self):
        self.company.pdd_posting_mode = "day"
        order = self._create_order("85.00", "10.00")
        bill = self._post(*self._lines_of(order)[:5])
        items = bill.line_ids.move_id.line_ids
        self.assertEqual(
            sorted((item.pdd_part or "", item.balance) for item in items),
            [
                ("", -10.57),
                ("", 0.57),
                ("", 10.0),
                ("", 95.0),
                ("buyer", -85.0),
                ("platform", -10.0),
            ],
        )

    def test_undo_and_post_again_ends_the_same(self):
        order = self._create_order("85.00", "10.00")
        self._invoice()
        before = self._balances()
        bill = self._post(*self._lines_of(order))
        after = self._balances()
        for _time in range(2):
            bill.action_undo()
            self.assertEqual(self._balances(), before)
            self.assertEqual(order.settlement_state, "overdue")
            self.assertEqual(bill.state, "open")
            self.assertFalse(bill.line_ids.move_id)
            bill.action_post_lines()
            self.assertEqual(self._balances(), after)
            self.assertEqual(bill.state, "done")

    def _post_days(self, count):
        """Post two movements of each of so many days; return the bill."""
        return self._post(
            *(
                row("", f"-{1 + day}.00", "0080001", f"2026-06-{day:02d} {hour}:00:00")
                for day in range(1, count + 1)
                for hour in (10, 11)
            )
        )

    def test_an_undo_goes_batch_by_batch(self):
        for mode in ("statement", "day"):
            with self.subTest(mode), patch.object(pdd_bill_undo, "BATCH_SIZE", 3):
                self.company.pdd_posting_mode = mode
                self.shop = self._create_shop(mode, mode)
                bill = self._post_days(5)
                bill.action_undo()
                self.assertFalse(bill.line_ids.move_id)
                self.assertEqual((bill.state, bill.pending_count), ("open", 10))

    def test_an_undo_that_was_killed_is_finished_before_anything_is_posted(self):
        for mode in ("statement", "day"):
            with self.subTest(mode):
                self.company.pdd_posting_mode = mode
                self.shop = self._create_shop(mode, mode)
                bill = self._post_days(5)
                entries, balances = bill.line_ids.move_id, self._balances()
                bill.state = "undoing"  # as the first batch leaves it
                bill.line_ids.sorted("id")[:4]._undo_posting()
                bill.action_post_lines()
                self.assertEqual((bill.state, bill.pending_count), ("undoing", 4))
                self.env["pdd.shop"]._cron_post_bills()
                self.assertEqual((bill.state, bill.posted_count), ("done", 10))
                self.assertFalse(bill.line_ids.move_id & entries)
                self.assertEqual(self._balances(), balances)

    def test_an_undo_that_odoo_refuses_ends_and_says_why(self):
        bill = self._post_days(5)
        secured = bill.line_ids.sorted("id")[-1].move_id
        secured.inalterable_hash = "$4$secured"
        message = None
        with patch.object(pdd_bill_undo, "BATCH_SIZE", 4):
            try:  # not assertRaises(): that knows no commit
                bill.action_undo()
            except UserError as error:
                message = str(error)
        self.assertIn("locked journal entry", message)
        self.assertEqual((bill.state, bill.posted_count), ("open", 2))
        self.assertTrue(secured.exists())

    def test_what_is_posted_in_a_locked_period_is_not_undone(self):
        bill = self._post(row("", "-50.00", "0080001"))
        self.company.fiscalyear_lock_date = "2026-06-30"
        with self.assertRaisesRegex(UserError, "2026|lock"):
            bill.action_undo()
        self.assertEqual(bill.line_ids.state, "posted")

    def test_a_locked_day_is_booked_on_the_first_open_day_and_reported(self):
        self.company.fiscalyear_lock_date = "2026-06-30"
        for mode in ("statement", "day"):
            self.company.pdd_posting_mode = mode
            moment = f"2026-06-08 10:00:{len(mode):02d}"
            bill = self._post(row("", "-9.00", "0080001", moment))
            self.assertEqual(str(bill.line_ids.move_id.date), "2026-07-01")
            self.assertEqual(str(bill.line_ids.move_id.pdd_shifted_date), "2026-06-08")

    def test_posting_twice_posts_once(self):
        bill = self._post(row("", "-50.00", "0080001"))
        bill.action_post_lines()
        self.shop._cron_post_bills()
        statement_lines = self.env["account.bank.statement.line"].search([])
        self.assertEqual(len(statement_lines), 1)
        self.assertEqual(statement_lines.move_id, bill.line_ids.move_id)

    def test_the_journal_is_the_account_at_the_platform(self):
        order = self._create_order("85.00", "10.00")
        self._post(*self._lines_of(order))
        account = self.shop.journal_id.default_account_id
        self.assertEqual(self._balance(account), 20.20)
        self.assertEqual(account.account_type, "asset_cash")
        self.assertTrue(account.code.startswith("1012"))

    @mute_logger("odoo.sql_db")
    def test_a_journal_is_the_account_of_one_shop(self):
        other = self._create_shop("Second shop", "990001235")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            other.journal_id = self.shop._get_bill_journal()
        self.assertNotEqual(other._get_bill_journal(), self.shop.journal_id)

    # --- unknown codes

    def test_an_unknown_code_is_kept_apart_and_counted(self):
        bill = self._post(
            row("", "-1.23", "0990099"),
            row("", "-1.00", "0990099"),
            row("", "-9.00", "0080001"),
        )
        self.assertEqual(bill.unknown_count, 2)
        self.assertEqual(self._balance(self.shop.journal_id.suspense_account_id), 2.23)
        unknown = bill.line_ids.filtered(lambda line: line.state == "unknown")
        self.assertEqual(set(unknown.mapped("reason")), {"unknown_code"})

    def test_an_unknown_code_is_posted_anew_when_it_is_explained(self):
        bill = self._post(row("", "-1.23", "0990099"))
        account = self.company._make_pdd_account("other_charge")
        self.env["pdd.flow.type"].create(
            {"name": "New", "code": "0990099", "account_id": account.id}
        )
        bill.line_ids.action_retry()
        self.assertEqual(bill.line_ids.state, "posted")
        self.assertEqual(self._balance(account), 1.23)
        self.assertEqual(self._balance(self.shop.journal_id.suspense_account_id), 0)

    def _explain(self):
        """Let an accountant say what the unknown code is; return its account."""
        account = self.company._make_pdd_account("other_charge")
        self.env["pdd.flow.type"].create(
            {"name": "New", "code": "0990099", "account_id": account.id}
        )
        return account

    def _lock_june(self):
        self.env.flush_all()
        self.company.fiscalyear_lock_date = "2026-06-30"

    def _post_two_months(self):
        """Post an unknown code in a month that is locked then, and in the next one.

        In entries per day: Odoo locks no period with an unexplained statement line.
        """
        self.company.pdd_posting_mode = "day"
        charge = row("", "-9.00", "0080001")
        old = self._post(row("", "-1.00", "0990099"), charge)
        self._lock_june()
        new = row("", "-2.00", "0990099", "2026-07-02 10:00:00")
        new = self._post(new, start="2026-07-01", end="2026-07-31")
        return old, new

    def test_an_unknown_code_in_a_locked_period_stops_no_other(self):
        old, new = self._post_two_months()
        unknown = old.line_ids.filtered(lambda line: line.state == "unknown")
        entry, account = unknown.move_id, self._explain()
        issue = self.env["pdd.issue"].search([("cause", "=", "bill_code")])
        issue.action_retry()
        self.assertEqual(set((old + new).line_ids.mapped("state")), {"posted"})
        self.assertEqual(unknown.move_id, entry)
        self.assertEqual(self._balance(self.shop.journal_id.suspense_account_id), 0)
        self.assertEqual(self._balance(account), 3.0)
        correction = entry.pdd_correction_ids
        self.assertRecordValues(
            correction,
            [
                {
                    "date": fields.Date.to_date("2026-07-01"),
                    "pdd_shifted_date": fields.Date.to_date("2026-06-08"),
                    "state": "posted",
                }
            ],
        )
        self.assertEqual(sorted(correction.line_ids.mapped("balance")), [-1.0, 1.0])
        self.assertEqual(issue.state, "solved")

    def test_a_withdrawal_recognised_late_is_in_transit_by_its_correction(self):
        withdrawal = self.env.ref("pdd_connector_finance.flow_type_withdrawal")
        withdrawal.active = False
        bank = self.env["account.journal"].create(
            {"name": "ICBC", "code": "ICBC", "type": "bank"}
        )
        self.company.pdd_posting_mode = "day"
        line = self._post(row("", "-9.00", "0080001")).line_ids
        self._lock_june()
        withdrawal.active = True
        line.action_retry()
        self.assertTrue(line.is_in_transit)
        self.assertEqual(line.search([("is_in_transit", "=", True)]), line)
        bank_line = self.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "date": "2026-07-01", "amount": 9.0}
        )
        self.company.pdd_bank_days = 30
        self.shop._match_withdrawals()
        self.assertEqual(line.bank_line_id, bank_line)

    def test_a_correction_goes_when_its_entry_is_undone(self):
        before = self._balances()
        old, new = self._post_two_months()
        unknown = self._balances()
        self._explain()
        (old + new).line_ids.action_retry()
        known = self._balances()
        self.assertNotEqual(known, unknown)
        self.env.flush_all()
        self.company.fiscalyear_lock_date = False
        (old + new).action_undo()
        self.assertEqual(self._balances(), before)
        self.shop._post_bills()
        self.assertEqual(self._balances(), known)

    def test_a_code_without_account_in_a_locked_period_waits_for_one(self):
        old, _new = self._post_two_months()
        flow_type = self.env["pdd.flow.type"].create({"name": "N", "code": "0990099"})
        unknown = old.line_ids.filtered(lambda line: line.state == "unknown")
        unknown.action_retry()
        self.assertEqual((unknown.state, unknown.reason), ("unknown", "no_account"))
        flow_type.account_id = self.company._make_pdd_account("other_charge")
        unknown.action_retry()
        self.assertEqual((unknown.state, unknown.reason), ("posted", False))
        self.assertEqual(self._balance(flow_type.account_id), 1.0)

    def test_a_flow_type_is_used_from_its_first_day(self):
        account = self.company._make_pdd_account("other_charge")
        self.env["pdd.flow.type"].create(
            {
                "name": "From the 9th",
                "code": "0060001",
                "valid_from": "2026-06-09",
                "account_id": account.id,
            }
        )
        bare = row("", "-4.00", "0060001", "2026-06-09 00:00:01")
        old, new, without_code = self._post(
            row("", "-1.00", "0060001"),
            row("", "-2.00", "0060001", "2026-06-09 00:00:00"),
            bare.replace("0060001|", ""),
        ).line_ids.sorted("occurred_at")
        self.assertEqual(self._balance(account), 6.0)
        self.assertNotEqual(old.flow_type_id, new.flow_type_id)
        self.assertEqual(without_code.flow_type_id, new.flow_type_id)

    def test_a_line_that_cannot_be_posted_does_not_stop_the_others(self):
        flow_type = self.env.ref("pdd_connector_finance.flow_type_affiliate")
        flow_type._fill_accounts(self.company)
        flow_type.account_id.active = False
        bill = self._post(row("", "-1.00", "0060001"), row("", "-9.00", "0080001"))
        bad = bill.line_ids.filtered(lambda line: line.flow_code == "0060001")
        self.assertEqual((bad.state, bad.reason), ("held", "error"))
        self.assertIn("archived", bad.error_message)
        self.assertEqual((bill.posted_count, bill.held_count), (1, 1))
        self.assertEqual(bill.state, "open")
        flow_type.account_id.active = True
        bad.action_retry()
        self.assertEqual(bill.state, "done")

    def test_a_company_without_accounts_stops_no_other(self):
        other = self.env["res.company"].create({"name": "No chart"})
        shop = self.env["pdd.shop"].create(
            {"name": "No chart", "mall_id": "77", "company_id": other.id}
        )
        charge = row("", "-3.00", "0080001")
        stuck = self._import(bills.csv_file([charge]), shop=shop).line_ids
        mine = self._import_lines(charge).line_ids
        self.env["pdd.shop"]._cron_post_bills()
        self.assertEqual(mine.state, "posted")
        self.assertEqual(stuck.state, "held")
        self.assertTrue(stuck.error_message)

    def test_a_flow_type_without_account_holds_its_lines(self):
        self.env["pdd.flow.type"].create({"name": "New", "code": "0990099"})
        bill = self._post(row("", "-1.00", "0990099"))
        self.assertEqual(bill.line_ids.reason, "no_account")
        self.assertFalse(bill.line_ids.move_id)

    # --- flow types

    def test_a_transfer_cannot_get_an_account_of_profit_and_loss(self):
        withdrawal = self.env.ref("pdd_connector_finance.flow_type_withdrawal")
        with self.assertRaisesRegex(ValidationError, "balance sheet"):
            withdrawal.account_id = self.company._make_pdd_account("other_charge")
        affiliate = self.env.ref("pdd_connector_finance.flow_type_affiliate")
        affiliate._fill_accounts(self.company)
        with self.assertRaisesRegex(ValidationError, "balance sheet"):
            affiliate.treatment = "transfer"

    def test_a_charge_cannot_get_an_account_of_what_orders_owe(self):
        affiliate = self.env.ref("pdd_connector_finance.flow_type_affiliate")
        for part in ("buyer", "platform"):
            account = self.company._get_pdd_receivable(part)
            with self.assertRaisesRegex(ValidationError, "what orders owe"):
                affiliate.account_id = account
        other = account.copy({"name": "Claims on couriers"})
        affiliate.account_id = other
        self.company.pdd_buyer_account_id = other
        line = self._post(row("", "-1.00", "0060001")).line_ids
        self.assertEqual(line.state, "held")
        self.assertIn("what orders owe", line.error_message)

    def test_a_transfer_whose_account_became_one_of_profit_is_held(self):
        withdrawal = self.env.ref("pdd_connector_finance.flow_type_withdrawal")
        withdrawal._fill_accounts(self.company)
        withdrawal.account_id.write({"account_type": "expense", "reconcile": False})
        bill = self._post(row("", "-50.00", "0080001"))
        self.assertEqual(bill.line_ids.state, "held")
        self.assertIn("is a transfer", bill.line_ids.error_message)

    def test_a_flow_type_is_unconfirmed_until_a_person_confirms_it(self):
        flow_type = self.env.ref("pdd_connector_finance.flow_type_base_fee")
        self.assertFalse(flow_type.is_confirmed)
        flow_type.action_confirm()
        self.assertTrue(flow_type.is_confirmed)
        self.assertTrue(flow_type.account_id)
        flow_type.account_id = self.company._make_pdd_account("other_charge")
        self.assertFalse(flow_type.is_confirmed)

    def test_an_accountant_confirms_before_there_is_any_account(self):
        user = new_test_user(
            self.env, "booker", groups="pdd_connector_finance.group_pdd_accountant"
        )
        flow_types = self.env["pdd.flow.type"].search([]).with_user(user)
        flow_types.action_confirm()
        self.assertTrue(all(flow_types.mapped("is_confirmed")))
        self.assertTrue(all(t.used_account_id or t.part for t in flow_types))
        operator = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        with self.assertRaises(AccessError):
            flow_types.with_user(operator).action_confirm()

    def test_what_companies_share_is_confirmed_anew_in_each_of_them(self):
        flow_type = self.env.ref("pdd_connector_finance.flow_type_base_fee")
        other = self.env["res.company"].create({"name": "Other"})
        elsewhere = flow_type.with_company(other)
        for vals in ({"treatment": "reduction"}, {"valid_from": "2026-06-01"}):
            flow_type.action_confirm()
            elsewhere.confirmed_date = "2026-06-01 00:00:00"
            self.assertTrue(elsewhere.is_confirmed)
            flow_type.write(vals)
            self.assertFalse(flow_type.is_confirmed)
            self.assertFalse(elsewhere.is_confirmed)

    # --- orders

    def test_bill_before_invoice_is_matched_when_the_invoice_comes(self):
        order = self._create_order("85.00", "10.00", order_status=2, receive_time="")
        self._post(
            row(order.order_sn, "85.00", "0010002"),
            row(order.order_sn, "10.00", "0010005"),
        )
        self.assertEqual(order.settlement_state, "not_due")
        self.assertEqual(order.settlement_reason, "paid_before_invoice")
        order._write_row({"order_status": 3, "receive_date": "2026-06-20 04:00:00"})
        self._invoice()
        self.assertEqual(order.settlement_state, "settled")

    def test_a_missing_coupon_line_has_a_reason(self):
        order = self._create_order("85.00", "10.00")
        self._invoice()
        self._post(row(order.order_sn, "85.00", "0010002"))
        self.assertEqual(order.settlement_state, "overdue")
        self.assertEqual(order.settlement_reason, "coupon_missing")
        self.assertEqual(order.open_platform_amount, 10.0)
        self.assertIn("ask Pinduoduo", order.settlement_fix)

    def test_a_fen_off_has_a_reason(self):
        less = self._create_order("85.00")
        more = self._create_order("85.00")
        self._invoice()
        self._post(
            row(less.order_sn, "84.99", "0010002"),
            row(more.order_sn, "85.01", "0010002"),
        )
        self.assertEqual((less.settlement_reason, less.open_amount), ("short", 0.01))
        self.assertEqual(more.settlement_state, "over_settled")
        self.assertEqual((more.settlement_reason, more.open_amount), ("over", -0.01))

    def test_a_refund_without_income_has_a_reason(self):
        order = self._create_order("85.00", order_status=2, receive_time="")
        self._post(row(order.order_sn, "-85.00", "0020002"))
        self.assertEqual(order.settlement_reason, "refund_without_income")

    def test_income_of_an_order_refunded_before_its_invoice_has_a_reason(self):
        order = self._create_order("85.00", order_status=2, receive_time="")
        self._refund(order, "85.00")
        order._write_row({"order_status": 3, "receive_date": "2026-06-20 04:00:00"})
        self.env["pdd.order"]._cron_invoice()
        self.assertEqual(order.invoice_state, "nothing")
        self._post(row(order.order_sn, "85.00", "0010002"))
        self.assertEqual(
            (order.settlement_state, order.settlement_reason),
            ("refunded_open", "refund_missing"),
        )

    def test_a_refund_no_after_sale_explains_has_a_reason(self):
        order = self._create_order("85.00")
        self._invoice()
        self._post(
            row(order.order_sn, "85.00", "0010002"),
            row(order.order_sn, "-20.00", "0020002", "2026-06-10 10:00:00"),
        )
        self.assertEqual(order.settlement_reason, "refund_unknown")
        self._refund(order, "20.00")
        self._invoice()
        self.assertEqual(order.settlement_state, "settled")

    def test_parts_mixed_up_have_a_reason(self):
        order = self._create_order("85.00", "10.00")
        self._invoice()
        self._post(row(order.order_sn, "95.00", "0010002"))
        self.assertEqual(order.settlement_reason, "parts_differ")

    def test_an_order_that_is_not_in_odoo_is_matched_when_it_comes(self):
        for mode in ("statement", "day"):
            row_of_order = self._order_row("85.00")
            self.company.pdd_posting_mode = mode
            shop = self.shop = self._create_shop(mode, mode)
            bill = self._post(row(row_of_order["order_sn"], "85.00", "0010002"))
            self.assertEqual(bill.line_ids.reason, "unknown_order")
            self.assertEqual(bill.line_ids.state, "posted")
            order = self._create_orders(row_of_order, shop=shop)
            self._invoice()
            shop._cron_post_bills()
            self.assertFalse(bill.line_ids.reason)
            self.assertEqual(order.settlement_state, "settled", mode)

    def test_orders_that_come_late_are_linked_batch_by_batch(self):
        for mode in ("statement", "day"):
            with self.subTest(mode), patch.object(pdd_bill_line_link, "BATCH_SIZE", 2):
                self.company.pdd_posting_mode = mode
                shop = self.shop = self._create_shop(mode, mode)
                rows = [self._order_row("85.00") for _number in range(5)]
                lines = [row(vals["order_sn"], "85.00", "0010002") for vals in rows]
                bill = self._post(*lines)
                orders = self._create_orders(*rows, shop=shop)
                self._invoice()
                shop._cron_post_bills()
                self.assertEqual(bill.line_ids.order_id, orders)
                self.assertEqual(set(orders.mapped("settlement_state")), {"settled"})

    def test_the_fees_of_an_order_that_comes_later_are_its_own(self):
        for mode in ("statement", "day"):
            with self.subTest(mode):
                row_of_order = self._order_row("85.00")
                self.company.pdd_posting_mode = mode
                shop = self.shop = self._create_shop(mode, mode)
                self._post(row(row_of_order["order_sn"], "-2.00", "0060001"))
                order = self._create_orders(row_of_order, shop=shop)
                self.assertEqual(order.charge_amount, 0.0)
                shop._cron_post_bills()
                self.assertEqual(order.charge_amount, -2.0)

    def test_an_order_that_comes_after_the_lock_is_matched_without_a_new_entry(self):
        self.company.pdd_posting_mode = "day"
        row_of_order = self._order_row("85.00")
        bill = self._post(row(row_of_order["order_sn"], "85.00", "0010002"))
        entry = bill.line_ids.move_id
        order = self._create_orders(row_of_order)
        self._invoice()
        self.env.flush_all()
        self.company.fiscalyear_lock_date = "2026-06-30"
        self.env["pdd.shop"]._cron_post_bills()
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(bill.line_ids.move_id, entry)

    def test_an_order_that_comes_with_the_next_bill_is_matched(self):
        row_of_order = self._order_row("85.00")
        number = row_of_order["order_sn"]
        for mode in ("statement", "day"):
            self.company.pdd_posting_mode = mode
            self._post(
                row(number, "40.00", "0010002", f"2026-06-08 0{len(mode)}:00:00")
            )
        order = self._create_orders(row_of_order)
        self._invoice()
        self._post(row(number, "5.00", "0010002", "2026-06-09 10:00:00"))
        self.shop._cron_post_bills()
        self.assertEqual(order.settlement_state, "settled", order.settlement_reason)

    def test_income_without_number_is_matched_when_a_person_names_the_order(self):
        first, second = self._create_order("85.00"), self._create_order("40.00")
        self._invoice()
        for mode in ("statement", "day"):
            self.company.pdd_posting_mode = mode
            moment = f"2026-06-08 0{len(mode)}:00:00"
            bill = self._post(
                row("", "42.50", "0010002", moment), row("", "20.00", "0010002", moment)
            )
            for line in bill.line_ids:
                order = first if line.amount == 42.50 else second
                line._assign_order(order, "person")
        for order in (first, second):
            self.assertEqual(order.settlement_state, "settled", order.settlement_reason)

    def test_a_person_who_named_the_wrong_order_names_the_right_one(self):
        for mode in ("statement", "day"):
            with self.subTest(mode):
                self.company.pdd_posting_mode = mode
                wrong, right = self._create_order("85.00"), self._create_order("85.00")
                self.env["pdd.order"]._cron_invoice()
                moment = f"2026-06-0{len(mode)} 10:00:00"
                line = self._post(row("", "85.00", "0010002", moment)).line_ids
                line._assign_order(wrong, "person")
                self.assertEqual(wrong.settlement_state, "settled")
                line._assign_order(right, "person")
                self.assertEqual((wrong.open_amount, wrong.income_amount), (85.0, 0.0))
                self.assertEqual(right.settlement_state, "settled")
                self.assertEqual(right.open_amount, 0.0)

    def test_an_order_named_in_a_locked_period_is_settled_by_a_correction(self):
        self.company.pdd_posting_mode = "day"
        first, second = self._create_order("42.50"), self._create_order("42.50")
        self._invoice()
        bill = self._post(row("", "42.50", "0010002"), row("", "20.00", "0010002"))
        line = bill.line_ids.filtered(lambda line: line.amount == 42.50)
        entry, before = line.move_id, self._balances()
        self._lock_june()
        for order, other in ((first, second), (second, first), (first, second)):
            line._assign_order(order, "person")
            self.assertEqual(order.settlement_state, "settled")
            self.assertEqual((other.open_amount, other.income_amount), (42.5, 0.0))
        self.assertEqual(line.move_id, entry)
        self.assertEqual(self._balances(), before)
        dates = set(entry.pdd_correction_ids.mapped("date"))
        self.assertEqual(dates, {fields.Date.to_date("2026-07-01")})
        nameless = entry.line_ids.filtered(
            lambda item: item.pdd_part and not item.pdd_order_id
        )
        self.assertEqual(nameless.amount_residual, -20.0)

    def test_income_named_before_its_order_is_there_is_matched_when_it_comes(self):
        for mode in ("statement", "day"):
            with self.subTest(mode):
                self.company.pdd_posting_mode = mode
                row_of_order = self._order_row("42.50")
                moment = f"2026-06-0{len(mode)} 10:00:00"
                bill = self._post(
                    row("", "42.50", "0010002", moment),
                    row("", "20.00", "0010002", moment),
                )
                line = bill.line_ids.filtered(lambda line: line.amount == 42.50)
                numbers = {line: row_of_order["order_sn"]}
                line._assign_numbers(self.shop, numbers, "report")
                order = self._create_orders(row_of_order)
                self._invoice()
                self.shop._cron_post_bills()
                self.assertEqual(order.settlement_state, "settled")

    def test_a_movement_without_order_number_goes_to_a_person(self):
        bill = self._post(row("", "-3.00", "0040004"))
        self.assertEqual(
            (bill.line_ids.state, bill.line_ids.reason), ("posted", "no_order")
        )

    def test_overdue_comes_with_the_days(self):
        order = self._create_order("85.00", receive_time="2026-11-20 10:00:00")
        self._invoice()
        self.assertEqual(order.settlement_state, "open")
        self.company.pdd_due_days = 0
        order.settlement_due_date = order.invoice_id.invoice_date
        order._cron_settlement_age()
        self.assertEqual(order.settlement_state, "overdue")
        self.assertGreater(order.settlement_age, 0)

    def _assert_trouble(self, *orders):
        """Check which orders the issue counts once the settings' days are over."""
        self.env["pdd.order"]._cron_settlement_age()
        issue = self.env["pdd.issue"].search(
            [("cause", "=", "settlement"), ("state", "=", "open")]
        )
        found = self.env["pdd.order"]
        if issue:
            found = found.search(issue.action_view_orders()["domain"])
            self.assertEqual(issue.waiting_count, len(orders))
        self.assertEqual(sorted(found.ids), sorted(order.id for order in orders))

    def test_an_order_with_too_much_needs_a_person_after_some_days(self):
        self.company.pdd_due_days = 15
        order = self._create_order("85.00")
        self._invoice()
        self._post(row(order.order_sn, "85.01", "0010002", "2026-06-20 10:00:00"))
        self.assertEqual(str(order.settlement_due_date), "2026-07-05")
        with freeze_time("2026-07-05 04:00:00"):
            self._assert_trouble()
        with freeze_time("2026-07-06 04:00:00"):
            self._assert_trouble(order)
        self.assertEqual(order.settlement_state, "over_settled")

    def test_a_refund_the_bill_does_not_show_needs_a_person_after_some_days(self):
        self.company.pdd_due_days = 15
        order = self._create_order("85.00")
        self._invoice()
        self._post(row(order.order_sn, "85.00", "0010002"))
        self._refund(order, "20.00", updated_time="2026-06-25 10:00:00")
        self._invoice()
        with freeze_time("2026-07-10 04:00:00"):
            self._assert_trouble()
        with freeze_time("2026-07-11 04:00:00"):
            self._assert_trouble(order)
        self.assertEqual(order.settlement_state, "refunded_open")
        self._post(row(order.order_sn, "-20.00", "0020002", "2026-06-25 10:00:00"))
        self._assert_trouble()

    def test_money_of_an_order_without_invoice_needs_a_person_after_some_days(self):
        paid = self._create_order("85.00", order_status=2, receive_time="")
        self._refund(paid, "85.00")
        paid._write_row({"order_status": 3, "receive_date": "2026-06-20 04:00:00"})
        self._invoice()
        taken = self._create_order("85.00", order_status=2, receive_time="")
        self._post(
            row(paid.order_sn, "85.00", "0010002"),
            row(taken.order_sn, "-85.00", "0020002"),
        )
        self.assertEqual(paid.settlement_state, "refunded_open")
        self.assertEqual(taken.settlement_reason, "refund_without_income")
        self._assert_trouble(paid, taken)

    # --- receivables

    def test_the_receivable_of_orders_stays_once_it_is_used(self):
        for part in ("buyer", "platform"):
            name = f"pdd_{part}_account_id"
            account = self.company._get_pdd_receivable(part)
            other = self.company._make_pdd_account(part)
            self.company[name] = other  # no order yet
            self.company[name] = account
        order = self._create_order("85.00", "10.00")
        self._invoice()
        for part in ("buyer", "platform"):
            name = f"pdd_{part}_account_id"
            account = self.company[name]
            for value in (other, False):
                with self.assertRaisesRegex(UserError, order.order_sn):
                    self.company[name] = value
            self.company[name] = account  # no change

    def test_a_flow_type_of_orders_shows_the_receivable_it_uses(self):
        income = self.env.ref("pdd_connector_finance.flow_type_order_income")
        account = self.company._get_pdd_receivable("buyer")
        self.assertEqual(income.used_account_id, account)

    def test_a_later_row_for_withdrawals_is_about_withdrawals_too(self):
        new = self.env["pdd.flow.type"].create(
            {
                "name": "From July",
                "code": "0080001",
                "valid_from": "2026-07-01",
                "treatment": "transfer",
            }
        )
        new._fill_accounts(self.company)
        self.assertEqual(new.account_id, self.company.transfer_account_id)

    def test_texts_that_a_spreadsheet_takes_for_formulas_are_exported_as_texts(self):
        for number, text in enumerate(("=1+1", "+1", "@SUM(A1)", "-2+3")):
            line = row("", "-1.00", "0080001", f"2026-06-09 10:00:0{number}", text)
            self._import(bills.csv_file([line]), name=f"{text}.csv")
        lines = self.env["pdd.bill.line"].search([], order="occurred_at")
        self.assertEqual(lines[0].remark, "=1+1")  # stored as it came
        rows = lines.export_data(["remark", "bill_id/name", "amount"])["datas"]
        self.assertEqual(len(rows), 4)
        for remark, name, amount in rows:
            self.assertTrue(remark.startswith("'"), remark)
            self.assertTrue(name.startswith("'"), name)
            self.assertEqual(amount, -1.0)

    def test_a_description_that_begins_an_entry_is_exported_as_text(self):
        line = row("", "-1.00", "0080001").replace("提现-提现申请", "=1+1")
        entry = self._post(line).line_ids.move_id
        paths = [
            (entry, ["line_ids/name"]),
            (entry.statement_line_id, ["payment_ref"]),
            (entry.line_ids, ["name"]),
        ]
        for records, names in paths:
            for [text] in records.export_data(names)["datas"]:
                self.assertTrue(text.startswith("'=1+1"), text)
