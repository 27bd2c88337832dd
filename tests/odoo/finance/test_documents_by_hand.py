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
