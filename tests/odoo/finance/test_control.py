# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Proofs, previews, write-offs, and who may do what."""

import base64
import io

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from . import bills
from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestControl(FinanceCase):
    def _user(self, login, *groups):
        return new_test_user(self.env, login, groups=",".join(groups))

    def _accountant(self):
        return self._user("accountant", "pdd_connector_finance.group_pdd_accountant")

    # --- proofs

    def _prove(self):
        self.env["pdd.proof"]._cron_prove()
        return self.env["pdd.proof"].search([], order="date")

    def test_each_day_is_proven_against_the_ledger(self):
        self._post(
            row("", "100.00", "0130001", "2026-06-08 10:00:00"),
            row("", "-30.00", "0080001", "2026-06-10 10:00:00"),
            start="2026-06-08",
            end="2026-06-10",
        )
        self.assertRecordValues(
            self._prove(),
            [
                {"opening": 0.0, "closing": 100.0, "ledger": 100.0, "state": "proven"},
                {
                    "opening": 100.0,
                    "closing": 100.0,
                    "ledger": 100.0,
                    "state": "proven",
                },
                {"opening": 100.0, "closing": 70.0, "ledger": 70.0, "state": "proven"},
            ],
        )

    def test_an_entry_by_hand_is_a_difference_of_its_day(self):
        self._post(row("", "100.00", "0130001"), start="2026-06-08", end="2026-06-08")
        self._book_by_hand(7.0, "2026-06-08")
        proof = self._prove()
        self.assertEqual((proof.difference, proof.state), (7.0, "different"))
        self.assertIn("by hand", proof.next_step)

    def _book_by_hand(self, balance, date):
        accounts = (
            (self.shop.journal_id.default_account_id, balance),
            (self.company.transfer_account_id, -balance),
        )
        items = [
            Command.create({"account_id": account.id, "balance": amount})
            for account, amount in accounts
        ]
        self.env["account.move"].create({"date": date, "line_ids": items}).action_post()

    def test_a_balance_that_differs_at_the_platform_is_a_difference(self):
        self._post(row("", "100.00", "0130001"), start="2026-06-08", end="2026-06-08")
        proof = self._prove().with_user(self._accountant())
        proof.write({"has_platform_balance": True, "platform_balance": 99.0})
        self.assertEqual(proof.state, "different")
        self.assertIn("merchant backend", proof.next_step)
        proof.platform_balance = 100.0
        self.assertEqual((proof.state, proof.next_step), ("proven", False))
        with self.assertRaises(AccessError):
            proof.closing = 1.0

    def test_what_is_booked_later_counts_on_its_own_day(self):
        self.company.fiscalyear_lock_date = "2026-06-30"
        self._post(row("", "100.00", "0130001"), start="2026-06-08", end="2026-06-08")
        self.assertRecordValues(
            self._prove(), [{"closing": 100.0, "ledger": 100.0, "state": "proven"}]
        )

    def test_a_day_that_comes_late_is_proven_as_well(self):
        self._post(
            row("", "100.00", "0130001", "2026-06-10 10:00:00"),
            start="2026-06-10",
            end="2026-06-10",
        )
        self._prove()
        self._post(
            row("", "-30.00", "0080001", "2026-06-08 10:00:00"),
            start="2026-06-08",
            end="2026-06-09",
        )
        self.assertRecordValues(
            self._prove(),
            [
                {"opening": 0.0, "closing": -30.0, "ledger": -30.0, "state": "proven"},
                {
                    "opening": -30.0,
                    "closing": -30.0,
                    "ledger": -30.0,
                    "state": "proven",
                },
                {"opening": -30.0, "closing": 70.0, "ledger": 70.0, "state": "proven"},
            ],
        )

    def test_half_a_day_does_not_prove_the_day(self):
        morning = row("", "100.00", "0130001", "2026-06-08 10:00:00")
        evening = row("", "-30.00", "0080001", "2026-06-08 20:00:00")
        noon = "2026-06-08 12:00:00"
        self._post(morning, start="2026-06-08", end=noon)
        proof = self._prove()
        self.assertEqual((proof.state, proof.is_covered), ("open", False))
        self.assertIn("2026-06-08, 12:00:01–23:59:59", proof.next_step)
        self.assertIn("Account details", proof.next_step)
        self._post(morning, evening, start="2026-06-08", end="2026-06-08")
        self._prove()
        self.assertEqual((proof.state, proof.next_step), ("proven", False))

    def test_two_halves_of_a_day_prove_it_together(self):
        self._post(
            row("", "100.00", "0130001", "2026-06-08 10:00:00"),
            start="2026-06-08",
            end="2026-06-08 11:59:59",
        )
        self._post(
            row("", "-30.00", "0080001", "2026-06-09 20:00:00"),
            start="2026-06-08 12:00:00",
            end="2026-06-09 21:00:00",
        )
        first, second = self._prove()
        self.assertEqual((first.state, first.has_totals), ("proven", True))
        self.assertEqual((second.state, second.gaps), ("open", "21:00:01–23:59:59"))

    def test_a_file_without_totals_proves_no_day_and_the_list_says_so(self):
        lines = [row("", "100.00", "0130001", "2026-06-08 10:00:00")]
        self._post(*lines, start="2026-06-08", end="2026-06-08", tail=[])
        proof = self._prove()
        self.assertRecordValues(
            proof,
            [
                {
                    "state": "open",
                    "is_covered": True,
                    "has_totals": False,
                    "missing": "no totals in the file: 00:00:00–23:59:59",
                }
            ],
        )
        self.assertIn("No totals in the file", proof.next_step)
        self._import_lines(*lines, start="2026-06-08", end="2026-06-08 11:59:59")
        self.assertEqual(self._prove().total_gaps, "12:00:00–23:59:59")
        self._import_lines(start="2026-06-08 12:00:00", end="2026-06-08")
        self.assertRecordValues(
            self._prove(), [{"state": "proven", "missing": "", "next_step": False}]
        )

    def test_a_day_that_was_not_over_when_it_was_exported_is_not_proven(self):
        lines = [row("", "100.00", "0130001", "2026-06-08 10:00:00")]
        tail = bills.totals(lines)
        tail[-1] = "#导出时间：2026-06-08 15:30:00"
        self._post(*lines, start="2026-06-08", end="2026-06-08", tail=tail)
        self.assertEqual(self._prove().gaps, "15:30:01–23:59:59")

    def test_a_file_that_names_no_period_proves_no_day(self):
        file = bills.text([row("", "100.00", "0130001")]).split("\r\n")
        kept = [line for line in file if "起始时间" not in line]
        self._import(io.BytesIO("\r\n".join(kept).encode("gb18030")))
        self.shop._post_bills()
        self.assertEqual(self._prove().gaps, "00:00:00–23:59:59")

    def test_an_entry_dated_back_into_a_proven_day_is_a_difference_of_that_day(self):
        self._post(
            row("", "100.00", "0130001", "2026-06-08 10:00:00"),
            row("", "-30.00", "0080001", "2026-06-09 10:00:00"),
            start="2026-06-08",
            end="2026-06-09",
        )
        self.assertEqual(self._prove().mapped("state"), ["proven", "proven"])
        self._book_by_hand(7.0, "2026-06-08")
        self.assertEqual(self._prove().mapped("difference"), [7.0, 7.0])

    def test_a_day_is_open_until_its_movements_are_posted(self):
        self._import_lines(
            row("", "100.00", "0130001"), start="2026-06-08", end="2026-06-08"
        )
        self.shop._get_bill_journal()
        self.assertEqual(self._prove().state, "open")
        self.shop._post_bills()
        self.assertEqual(self._prove().state, "proven")

    # --- preview

    def test_a_preview_shows_the_entries_and_posts_nothing(self):
        bill = self._import_lines(
            row("", "-3.00", "0080001"), row("", "-1.23", "0990099")
        )
        bill = bill.with_user(self._accountant())
        action = bill.action_preview()
        preview = self.env["pdd.bill.preview"].browse(action["res_id"])
        found = {(r.flow_code, r.debit, r.credit, r.reason) for r in preview.line_ids}
        self.assertEqual(
            found,
            {("0080001", 3.0, 0.0, False), ("0990099", 1.23, 0.0, "unknown_code")},
        )
        self.assertFalse(self.env["account.bank.statement.line"].search([]))
        self.assertEqual(bill.line_ids.mapped("state"), ["pending"] * 2)

    # --- fixes

    def _open_order(self, income):
        order = self._create_order("85.00")
        self.env["pdd.order"]._cron_invoice()
        self._post(row(order.order_sn, income, "0010002"))
        return order

    def test_a_fen_is_written_off_by_a_right_holder_with_a_reason(self):
        order = self._open_order("84.99")
        user = self._user("writer", "pdd_connector_finance.group_pdd_write_off")
        wizard = (
            self.env["pdd.order.write.off"]
            .with_user(user)
            .create({"order_ids": order.ids, "reason": "Rounding"})
        )
        wizard.action_write_off()
        self.assertEqual(order.settlement_state, "settled")
        account = self.company.pdd_write_off_account_id
        self.assertEqual(self._balance(account), 0.01)
        entry = (
            self.env["account.move.line"]
            .search([("account_id", "=", account.id)])
            .move_id
        )
        self.assertIn("Rounding", entry.ref)
        self.assertEqual(entry.create_uid, user)

    def test_more_than_the_limit_is_not_written_off(self):
        order = self._open_order("80.00")
        wizard = self.env["pdd.order.write.off"].create(
            {"order_ids": order.ids, "reason": "Because"}
        )
        with self.assertRaisesRegex(UserError, "limit for write-offs is 1.00"):
            wizard.action_write_off()

    def test_an_accountant_without_the_right_does_not_write_off(self):
        order = self._open_order("84.99")
        with self.assertRaises(AccessError):
            self.env["pdd.order.write.off"].with_user(self._accountant()).create(
                {"order_ids": order.ids, "reason": "Because"}
            )

    def test_mixed_up_parts_are_offset_without_profit_or_loss(self):
        order = self._create_order("85.00", "10.00")
        self.env["pdd.order"]._cron_invoice()
        self._post(row(order.order_sn, "95.00", "0010002"))
        order.with_user(self._accountant()).action_offset_parts()
        self.assertEqual(order.settlement_state, "settled")

    def test_a_person_gives_a_movement_its_order(self):
        order = self._create_order()
        bill = self._post(row("", "-3.00", "0040004"))
        wizard = (
            self.env["pdd.bill.assign"]
            .with_user(self._accountant())
            .create({"line_ids": bill.line_ids.ids, "order_id": order.id})
        )
        wizard.action_assign()
        self.assertRecordValues(
            bill.line_ids,
            [{"order_id": order.id, "order_source": "person", "reason": False}],
        )
        self.assertIn(order, bill.line_ids.move_id.line_ids.pdd_order_id)

    # --- who may

    def test_an_accountant_uploads_posts_and_undoes_a_bill(self):
        user = self._accountant()
        content = bills.csv_file([row("", "-3.00", "0080001")]).read()
        wizard = (
            self.env["pdd.bill.upload"]
            .with_user(user)
            .create(
                {
                    "shop_id": self.shop.id,
                    "file": base64.b64encode(content),
                    "file_name": "bill.csv",
                }
            )
        )
        bill = self.env["pdd.bill"].browse(wizard.action_upload()["res_id"])
        bill = bill.with_user(user)
        bill.action_post_lines()
        self.assertEqual(bill.state, "done")
        bill.action_undo()
        self.assertEqual(bill.state, "open")

    def test_an_operator_neither_sees_bills_nor_books(self):
        order = self._create_order()
        bill = self._import_lines(row("", "-3.00", "0080001"))
        user = self._user("operator", "pdd_connector.group_pdd_user")
        self.assertTrue(order.with_user(user).settlement_state)
        for work in (
            lambda: bill.with_user(user).read(["income"]),
            lambda: bill.with_user(user).action_post_lines(),
            lambda: bill.with_user(user).action_undo(),
            lambda: self.shop.with_user(user).action_import_bill("2026-06-08"),
            lambda: order.with_user(user).action_make_invoice(),
        ):
            with self.assertRaises(AccessError):
                work()

    def test_bills_of_another_company_are_not_seen(self):
        self._import_lines(row("", "-3.00", "0080001"))
        other = self.env["res.company"].create({"name": "Other"})
        user = self._accountant()
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for name in ("pdd.bill", "pdd.bill.line"):
            self.assertFalse(self.env[name].with_user(user).search([]))

    def test_an_accountant_of_another_company_presses_none_of_our_buttons(self):
        order = self._create_order()
        refund = self._refund(order, "5.00")
        posted = self._post(row("", "-3.00", "0080001"), row("", "-1.23", "0990099"))
        other = self.env["res.company"].create({"name": "Other"})
        user = self._accountant()
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        content = base64.b64encode(bills.csv_file([]).read())
        uploads = [
            self.env[name]
            .with_user(user)
            .create({"shop_id": self.shop.id, "file": content})
            for name in ("pdd.bill.upload", "pdd.report.upload")
        ]
        for work in (
            posted.with_user(user).action_read,
            posted.with_user(user).action_post_lines,
            posted.with_user(user).action_preview,
            posted.with_user(user).action_undo,
            posted.line_ids.with_user(user).action_retry,
            posted.line_ids.with_user(user).action_match_bank,
            order.with_user(user).action_settle,
            refund.with_user(user).action_book,
            self.shop.with_user(user).action_import_bill,
            *(wizard.action_upload for wizard in uploads),
        ):
            with self.subTest(work.__qualname__), self.assertRaises(AccessError):
                work()
        self.assertTrue(posted.line_ids.move_id)
