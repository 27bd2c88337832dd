# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Enterprise's bank matching works on the statement lines of a bill.

Enterprise itself is not here. What its screen relies on is: which lines it offers, of
which items a line consists, how it replaces the item on suspense and how it undoes.
"""

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestEnterpriseBankMatching(FinanceCase):
    def _offered(self):
        """Return the lines the screen offers to match."""
        return self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", self.shop.journal_id.id),
                ("is_reconciled", "=", False),
                ("state", "!=", "cancel"),
            ]
        )

    def _match(self, statement_line, item, amount=None):
        """Match a line with an open item as the screen does.

        The item on suspense is replaced by one on the account of the open item, what
        is left stays on suspense, and both items are reconciled.
        """
        _liquidity, suspense, _other = statement_line._seek_for_lines()
        total = suspense.balance
        amount = total if amount is None else amount
        vals = {
            "name": statement_line.payment_ref,
            "partner_id": item.partner_id.id,
            "account_id": item.account_id.id,
            "balance": amount,
        }
        commands = [Command.delete(suspense.id), Command.create(vals)]
        if amount != total:
            account = suspense.account_id
            rest = {**vals, "account_id": account.id, "balance": total - amount}
            commands.append(Command.create(rest))
        move = statement_line.move_id
        move.with_context(force_delete=True, skip_readonly_check=True).write(
            {"partner_id": item.partner_id.id, "line_ids": commands}
        )
        made = move.line_ids.filtered(
            lambda line: line.account_id == item.account_id and not line.reconciled
        )
        (item + made).reconcile()

    def _owe(self, amount):
        """Return the open item of an invoice that has nothing to do with a shop."""
        partner = self.env["res.partner"].create({"name": "A customer"})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": fields.Date.to_date("2026-06-01"),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Cup", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice.line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )

    def test_what_the_bill_explains_is_matched_already(self):
        order = self._create_order("85.00", "10.00")
        self.env["pdd.order"]._cron_invoice()
        number = order.order_sn
        bill = self._post(
            row(number, "85.00", "0010002"),
            row(number, "10.00", "0010005"),
            row(number, "-0.57", "0030002"),
            row("", "-50.00", "0080001"),
            row(number, "-10.00", "0040099"),
        )
        lines = bill.line_ids.move_id.statement_line_ids
        self.assertEqual(len(lines), 5)
        self.assertFalse(self._offered())
        for line in lines:
            liquidity, suspense, other = line._seek_for_lines()
            self.assertEqual((len(liquidity), len(suspense)), (1, 0))
            self.assertEqual(liquidity.balance, line.amount)
            self.assertTrue(other)
            self.assertTrue(line.payment_ref)
            self.assertEqual(line.state, "posted")
        income = lines.filtered(lambda line: line.amount == 85.0)
        self.assertEqual(income.partner_id, self.shop._get_debtor())
        latest = lines.sorted("internal_index")[-1]
        self.assertEqual(latest.running_balance, 34.43)

    def test_what_nobody_explained_is_offered_and_waits_on_suspense(self):
        bill = self._post(row("", "30.00", "0990099"), row("", "-50.00", "0080001"))
        unknown = bill.line_ids.filtered(lambda line: line.state == "unknown")
        offered = self._offered()
        self.assertEqual(offered, unknown.move_id.statement_line_ids)
        liquidity, suspense, other = offered._seek_for_lines()
        self.assertEqual((liquidity.balance, suspense.balance), (30.0, -30.0))
        self.assertFalse(other)
        self.assertEqual(abs(offered.amount_residual), 30.0)
        self.assertIn(unknown.flow_name, offered.payment_ref)

    def test_a_person_matches_an_unknown_movement_and_it_stays_so(self):
        line = self._post(row("", "30.00", "0990099")).line_ids
        item = self._owe(30.0)
        statement_line = self._offered()
        self._match(statement_line, item)
        self.assertTrue(statement_line.is_reconciled)
        self.assertIn(item.move_id.payment_state, ("paid", "in_payment"))
        self.assertFalse(self._offered())
        self.assertEqual(self._balance(self.shop.journal_id.suspense_account_id), 0)
        line.action_retry()
        self.env["pdd.shop"]._cron_post_bills()
        self.assertEqual((line.state, line.reason), ("posted", False))
        self.assertTrue(statement_line.exists().is_reconciled)
        self.assertTrue(item.reconciled)

    def test_what_is_left_after_a_match_is_offered_again(self):
        line = self._post(row("", "30.00", "0990099")).line_ids
        first, second = self._owe(10.0), self._owe(20.0)
        self._match(self._offered(), first, -10.0)
        self.assertTrue(first.reconciled)
        self.assertEqual(self._offered(), line.move_id.statement_line_ids)
        line._accept_bank_matching(self.shop)
        self.assertEqual(line.state, "unknown")
        self._match(self._offered(), second)
        self.assertTrue(second.reconciled)
        self.assertFalse(self._offered())

    def test_our_match_is_undone_the_standard_way_and_made_anew(self):
        order = self._create_order("85.00")
        self.env["pdd.order"]._cron_invoice()
        line = self._post(row(order.order_sn, "85.00", "0010002")).line_ids
        self.assertEqual(order.settlement_state, "settled")
        statement_line = line.move_id.statement_line_ids
        statement_line.action_undo_reconciliation()
        self.assertEqual(self._offered(), statement_line)
        self.assertEqual(order.open_amount, 85.0)
        item = order.item_ids.filtered(lambda item: item.move_id == order.invoice_id)
        self._match(statement_line, item.filtered("pdd_part"))
        self.assertFalse(self._offered())
        self.assertEqual((order.settlement_state, order.open_amount), ("settled", 0.0))

    def test_a_bill_matched_by_a_person_is_undone_and_posted_again(self):
        order = self._create_order("85.00")
        self.env["pdd.order"]._cron_invoice()
        bill = self._post(
            row(order.order_sn, "85.00", "0010002"), row("", "30.00", "0990099")
        )
        item = self._owe(30.0)
        self._match(self._offered(), item)
        bill.action_undo()
        self.assertFalse(item.reconciled)
        bill.action_post_lines()
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(self._offered().amount, 30.0)
