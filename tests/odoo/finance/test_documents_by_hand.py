# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connector's own documents, changed by a person: nothing is stuck or lost."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestDocumentsByHand(FinanceCase):
    def _cron(self):
        self.env["pdd.order"]._cron_invoice()

    def _create_credit_note(self, order, amount):
        """Invoice an order, take in an after-sale and book it; return the after-sale."""
        self._cron()
        refund = self._refund(order, amount)
        self._cron()
        self.assertTrue(refund.credit_note_id, refund.book_error)
        return refund

    # --- invoices

    def test_a_paid_invoice_that_is_changed_is_paid_as_before(self):
        for mode in ("statement", "day"):
            self.company.pdd_posting_mode = mode
            order = self._create_order("103.00", "10.00")
            self._cron()
            invoice = order.invoice_id
            bill = self._post(
                row(order.order_sn, "103.00", "0010002"),
                row(order.order_sn, "10.00", "0010005"),
            )
            self.assertEqual(order.settlement_state, "settled")
            invoice.button_draft()
            line = invoice.invoice_line_ids
            line.price_unit += 5.0
            invoice.action_post()
            self.assertEqual(order.open_amount, 5.0)
            self.assertEqual(order.settlement_reason, "short")
            invoice.button_draft()
            line.price_unit -= 5.0
            invoice.action_post()
            with self.subTest(mode):
                self.assertEqual(order.open_amount, 0.0)
                self.assertEqual(order.settlement_state, "settled")
                receivables = order.item_ids.filtered("pdd_part")
                self.assertTrue(all(receivables.mapped("reconciled")))
                self.assertLessEqual(bill.line_ids.move_id, order.item_ids.move_id)
                suspense = self.shop.journal_id.suspense_account_id
                self.assertEqual(self._balance(suspense), 0.0)

    def _reverse(self, invoice, method="refund_moves"):
        """Reverse an invoice as a person does; return what that made."""
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        getattr(wizard, method)()
        made = wizard.new_move_ids
        made.filtered(lambda move: move.state == "draft").action_post()
        return made

    def test_an_invoice_that_was_reversed_is_made_anew_when_wanted(self):
        for grouping in ("order", "day"):
            self.company.pdd_invoice_grouping = grouping
            paid, other = self._create_orders(
                self._order_row("103.00", "10.00"), self._order_row("50.00")
            )
            orders = paid + other
            self._cron()
            self._post(
                row(paid.order_sn, "103.00", "0010002"),
                row(paid.order_sn, "10.00", "0010005"),
            )
            notes = self._reverse(orders.invoice_id)
            with self.subTest(grouping):
                self.assertEqual(sum(notes.mapped("amount_total")), 163.0)
                self.assertEqual(orders.mapped("invoice_state"), ["error"] * 2)
                self.assertIn("reversed", paid.invoice_error)
                self.assertEqual(orders.mapped("open_amount"), [-113.0, 0.0])
                lines = orders.sale_order_id.order_line
                self.assertEqual(lines.mapped("qty_invoiced"), [0.0, 0.0])
                orders.action_make_invoice()
                self.assertEqual(orders.mapped("open_amount"), [0.0, 50.0])
                self.assertEqual(paid.settlement_state, "settled")
                self.assertEqual(lines.mapped("qty_invoiced"), [1.0, 1.0])
                items = (orders.item_ids & notes.line_ids).filtered("pdd_part")
                self.assertTrue(all(items.mapped("reconciled")))

    def test_an_invoice_that_was_reversed_and_replaced_by_hand_is_taken_over(self):
        order = self._create_order("103.00", "10.00")
        self._cron()
        self._reverse(order.invoice_id, "modify_moves")
        self.assertEqual(order.invoice_state, "error")
        order.action_make_invoice()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self._post(
            row(order.order_sn, "103.00", "0010002"),
            row(order.order_sn, "10.00", "0010005"),
        )
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(len(order.sale_order_id.invoice_ids), 3)

    def test_a_part_of_an_invoice_is_given_back_by_hand(self):
        order = self._create_order("100.00")
        self._cron()
        note = order.invoice_id._reverse_moves([{}])
        note.invoice_line_ids.price_unit = note.invoice_line_ids.price_unit / 5
        note.action_post()
        self.assertEqual((order.invoice_state, order.open_amount), ("done", 80.0))
        self.assertEqual(order.item_ids.move_id, order.invoice_id + note)

    # --- credit notes

    def test_lines_added_to_a_credit_note_leave_less_to_give_back(self):
        order = self._create_order("100.00")
        note = self._create_credit_note(order, "20.00").credit_note_id
        note.button_draft()
        note.invoice_line_ids = [
            Command.create({"display_type": "line_note", "name": "agreed by phone"}),
            Command.create(
                {
                    "name": "goodwill",
                    "price_unit": 5.0,
                    "tax_ids": note.invoice_line_ids.tax_ids.ids,
                }
            ),
        ]
        note.action_post()
        self.assertEqual(note.amount_total, 25.0)
        second = self._refund(order, "75.00")
        third = self._refund(order, "0.01")
        self._cron()
        self.assertEqual(second.credit_note_id.amount_total, 75.0, second.book_error)
        self.assertIn("less left to give back", third.book_error)
        self.assertEqual(order.open_amount, 0.0)

    def test_a_credit_note_that_was_taken_away_is_made_anew_when_wanted(self):
        deleted, cancelled = (
            self._create_credit_note(self._create_order("100.00"), "20.00")
            for _number in range(2)
        )
        (deleted + cancelled).credit_note_id.button_draft()
        deleted.credit_note_id.with_context(force_delete=True).unlink()
        cancelled.credit_note_id.button_cancel()
        self._cron()
        for refund in deleted + cancelled:
            self.assertFalse(refund.credit_note_id)
            self.assertIn("cancelled or deleted", refund.book_error)
            self.assertEqual(refund.order_id.open_amount, 100.0)
        issue = self.env["pdd.issue"].search(
            [("shop_id", "=", self.shop.id), ("cause", "=", "credit")]
        )
        self.assertEqual((issue.state, issue.waiting_count), ("open", 2))
        issue.action_retry()
        self.assertEqual(issue.state, "solved")
        for refund in deleted + cancelled:
            self.assertEqual(refund.credit_note_id.state, "posted")
            self.assertEqual(refund.order_id.open_amount, 80.0)

    def test_a_credit_note_that_was_reversed_gives_nothing_back(self):
        order = self._create_order("103.00", "10.00")
        note = self._create_credit_note(order, "103.00").credit_note_id
        self.assertEqual(order.open_amount, 0.0)
        self._reverse(note)
        self.assertEqual(
            (order.open_buyer_amount, order.open_platform_amount), (103.0, 10.0)
        )

    def test_a_cancelled_credit_note_that_is_posted_again_is_the_one(self):
        refund = self._create_credit_note(self._create_order("100.00"), "20.00")
        note = refund.credit_note_id
        note.button_draft()
        note.button_cancel()
        note.button_draft()
        note.action_post()
        refund.action_book()
        self.assertEqual((refund.credit_note_id, refund.book_error), (note, False))
        self.assertEqual(refund.order_id.open_amount, 80.0)

    # --- entries of bills and reports

    def test_a_bill_is_undone_whatever_was_done_to_its_entries(self):
        for mode in ("statement", "day"):
            self.company.pdd_posting_mode = mode
            self.shop = self._create_shop(mode, mode)
            bill = self._post(
                *(
                    row("", "-5.00", "0070004", f"2026-06-{day} 10:00:00")
                    for day in ("08", "09", "10")
                )
            )
            moves = bill.line_ids.move_id.sorted("date")
            moves[:2].button_draft()
            moves[1].button_cancel()
            bill.action_undo()
            with self.subTest(mode):
                self.assertEqual(set(bill.line_ids.mapped("state")), {"pending"})
                self.assertFalse(moves.exists())
                bill.action_post_lines()
                self.assertEqual(bill.state, "done")

    # --- sales orders

    def test_a_sold_order_whose_sales_order_is_cancelled_is_told(self):
        order, other = self._create_order("100.00"), self._create_order("50.00")
        sale_order = order.sale_order_id
        sale_order._action_cancel()
        self._post(row(order.order_sn, "100.00", "0010002"))
        self._cron()
        self.assertEqual(other.invoice_state, "done")
        self.assertEqual(order.invoice_state, "error")
        self.assertIn(sale_order.name, order.invoice_error)
        self.assertEqual(order.settlement_reason, "invoice_failed")
        order.action_make_invoice()
        self.assertEqual(order.invoice_state, "error")
        sale_order.action_draft()
        sale_order.action_confirm()
        order.action_make_invoice()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self.assertEqual(order.settlement_state, "settled")

    def test_an_order_without_sales_order_is_not_invoiced_by_a_button(self):
        order = self.env["pdd.order"]._intake(self.shop, [self._order_row()])
        self.assertFalse(order.sale_order_id)
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            order.action_make_invoice()
        self.assertEqual(order.invoice_state, "waiting")

    # --- drafts

    def test_what_is_left_as_a_draft_is_told(self):
        first, second = self._create_order("100.00"), self._create_order("100.00")
        note = self._create_credit_note(second, "20.00").credit_note_id
        self._post(
            row(first.order_sn, "100.00", "0010002"),
            row(second.order_sn, "100.00", "0010002"),
        )
        documents = first.invoice_id + note
        documents.button_draft()
        for order in first + second:
            self.assertEqual(order.settlement_reason, "document_draft")
            self.assertEqual(order.settlement_state, "overdue")
        documents.action_post()
        first.action_settle()
        self.assertEqual(
            (first + second).mapped("settlement_state"), ["settled", "refunded_open"]
        )
