# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.batches import do_safely, work_through
from odoo.addons.pdd_connector.button_time import (
    for_a_moment,
    hand_over,
    notify,
    work_for_a_moment,
)
from odoo.addons.pdd_connector.const import RETURN_AND_REFUND
from odoo.addons.pdd_connector.models.amounts import spread, to_fen
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import BUYER, PLATFORM
from .pdd_bill_line_post import POSTING

BATCH_SIZE = 200


class PddRefund(models.Model):
    """Refunds in the books: before the invoice the order changes, after it a credit note.

    One credit note per after-sales number, whatever happens in between.
    """

    _inherit = "pdd.refund"

    def _after_status_change(self, before):
        """Wake the booking when money was given back."""
        result = super()._after_status_change(before)
        if self.filtered(lambda refund: refund.effect == "credit"):
            self.env.ref("pdd_connector_finance.ir_cron_invoice_make")._trigger()
        return result

    def action_book(self):
        """Book these refunds; retry what failed."""
        self.env["pdd.bill"].check_access("read")  # for accountants only
        self.check_access("read")
        refunds = self.sudo()  # the connector makes the documents
        refunds.book_error = False
        waiting = for_a_moment(refunds.filtered_domain(self._get_to_book_domain()))
        work_for_a_moment(waiting, BATCH_SIZE, lambda some: some._book_safely())
        if hand_over(waiting, "pdd_connector_finance.ir_cron_invoice_make"):
            return notify(self.env, "", is_over=True)
        return None

    # --- runner

    @api.model
    def _get_to_book_domain(self):
        """Return the refunds to book; one without money, of a gift, brings cost alone."""
        brings_cost = Domain("after_sales_type", "=", RETURN_AND_REFUND)
        brings_cost &= Domain("order_id.invoice_state", "=", "done")
        return (
            Domain("refund_amount", "!=", 0) | brings_cost
        ) & self._get_credit_domain()

    @api.model
    def _get_credit_domain(self):
        return (
            Domain("effect", "=", "credit")
            & Domain("credit_note_id", "=", False)
            & Domain("book_error", "=", False)
            & Domain("order_id.invoice_state", "!=", "error")
        )

    @api.model
    def _book_all(self):
        """Book all refunds that wait for it, one transaction per batch."""
        work_through(
            self,
            self._get_to_book_domain(),
            BATCH_SIZE,
            lambda refunds: refunds._book_safely(),
        )

    def _book_safely(self):
        """Book a batch; one that fails stops no other.

        :raise OperationalError: another worker was faster
        """
        do_safely(
            self,
            lambda refunds: refunds._book(),
            lambda refund, error: refund._set_book_error(error),
        )

    def _lose_credit_note(self):
        """Note that a person took the credit note away: he decides about the next one."""
        self.write(
            {
                "credit_note_id": False,
                "book_error": self.env._(
                    'The credit note was cancelled or deleted: press "Book" to make it anew.'
                ),
            }
        )

    def _set_book_error(self, error):
        self.book_error = self.env["pdd.issue"]._explain_failure(
            self.shop_id, f"refund {self.after_sales_id}", error, self.order_id
        )

    # --- one batch

    def _book(self):
        """Reduce orders that are not invoiced, make credit notes for the others."""
        for company, refunds in self.grouped("company_id").items():
            refunds = refunds.with_company(company)
            invoiced = refunds.filtered(lambda r: r.order_id.invoice_state == "done")
            for refund in refunds - invoiced:
                refund._reduce_order()
            if invoiced:
                invoiced._make_credit_notes()

    def _reduce_order(self):
        """Take a refund off an order that is shipped and not invoiced."""
        order = self.order_id
        if order.invoice_state == "nothing":
            raise UserError(
                self.env._(
                    "%s has nothing left to give back: compare its refunds with the "
                    "merchant backend.",
                    order.order_sn,
                )
            )
        order._take_refunds({self: self._place()})
        asked = self.env["pdd.order.change"]._find_asked(self)
        self.book_error = asked.reason

    def _keep_placement(self, after, before=None):
        """A refund that is taken off the order after all has no trouble any more."""
        self.book_error = False
        return super()._keep_placement(after, before)

    def _take_back_credit_notes(self):
        """Name again the credit notes that were cancelled and are not any more.

        :return: their after-sales
        """
        notes = self.env["account.move"].search(
            [("pdd_refund_id", "in", self.ids), ("state", "!=", "cancel")]
        )
        for note in notes:
            note.pdd_refund_id.credit_note_id = note
        notes.pdd_refund_id.order_id._reconcile_receivables()
        return notes.pdd_refund_id

    def _make_credit_notes(self):
        """Create, post and reconcile one credit note per refund."""
        Move = self.env["account.move"].with_context(**POSTING)
        self -= self._take_back_credit_notes()
        # several refunds of an order share its lines: each must see the one before
        while self:
            first = self.browse(
                refunds[0].id for refunds in self.grouped("order_id").values()
            )
            notes = Move.create(
                [refund._prepare_credit_note_vals() for refund in first]
            )
            for refund, note in zip(first, notes, strict=True):
                refund._check_credit_total(note)
                refund.credit_note_id = note
            notes._post(soft=False)
            first.order_id._reconcile_receivables()
            self -= first

    def _check_credit_total(self, note):
        """Raise when a credit note is not what was given back, to the fen."""
        expected = self._get_cut_amount()
        if note.currency_id.compare_amounts(note.amount_total, expected):
            raise UserError(
                self.env._(
                    "The credit note of after-sale %(number)s would be %(total).2f "
                    "instead of %(expected).2f: use taxes that are included in the "
                    "price (fiscal position of the shop).",
                    number=self.after_sales_id,
                    total=note.amount_total,
                    expected=expected,
                )
            )

    # --- values

    def _prepare_credit_note_vals(self):
        """Return the credit note of a refund, split by the stored shares of the lines."""
        self.ensure_one()
        order, shop = self.order_id, self.shop_id
        invoice = order.invoice_id
        day = pop.platform_date(self._get_update_date())
        open_date = shop.company_id._get_pdd_open_date(day, True, invoice.journal_id)
        parts = ((BUYER, self.refund_amount), (PLATFORM, self.platform_amount))
        terms = [[order.id, part, amount] for part, amount in parts if amount]
        vals = {
            "move_type": "out_refund",
            "company_id": shop.company_id.id,
            "journal_id": invoice.journal_id.id,
            "partner_id": invoice.partner_id.id,
            "currency_id": invoice.currency_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_payment_term_id": False,
            "invoice_date": day,
            "invoice_date_due": day,
            "date": open_date,
            "ref": f"{order.order_sn} {self.after_sales_id}",
            "invoice_origin": order.order_sn,
            "pdd_shop_id": shop.id,
            "pdd_refund_id": self.id,
            "pdd_shifted_date": open_date != day and day,
            "pdd_terms": terms,
        }
        lines, pieces = self._prepare_credit_line_vals()
        # named before it is posted: Odoo then leaves cost and exchange rates alone
        vals |= {"reversed_entry_id": invoice.id, "pdd_pieces": pieces}
        return {**vals, "line_ids": order._prepare_invoice_items(vals, lines, terms)}

    def _prepare_credit_line_vals(self):
        """Return the lines: of the goods the refund names, or of the whole order.

        :return tuple: values of the lines; what comes back, see
            ``account.move.pdd_pieces``
        :raise UserError: the order has less left than was given back
        """
        left = self._get_left()
        total = to_fen(self._get_cut_amount())
        if total > sum(left.values()):
            raise UserError(
                self.env._(
                    "After-sale %(number)s gives back %(total).2f, the order has less "
                    "left to give back: compare its refunds with the merchant backend.",
                    number=self.after_sales_id,
                    total=total,
                )
            )
        vals_list, pieces = [], {}
        for line, part in self._spread_over_lines(left, total).items():
            is_whole = part == left.get(line, 0)
            back = self._count_pieces_back(line, is_whole)
            if back:
                pieces[str(line.id)] = back
            if part or back:
                vals_list.append(self._prepare_credit_line(line, part, is_whole, back))
        return vals_list, pieces

    def _spread_over_lines(self, left, total):
        """Return what is given back of which line: sales order line -> Decimal yuan.

        Without money it is about the goods that come back, whose cost does too.
        """
        named = [line for line in left if self._is_about(line)]
        if not total:
            lines = self.order_id.line_ids.sale_line_id.filtered(self._is_about)
            return dict.fromkeys(lines, total)
        lines = named if sum(left[line] for line in named) >= total else [*left]
        parts = spread(total, [left[line] for line in lines])
        return dict(zip(lines, parts, strict=True))

    def _count_pieces_back(self, sale_line, is_whole):
        """Return the quantity of a sales order line that comes back, in its unit.

        Never more than was sold and has not come back before.

        :param bool is_whole: nothing of the line's money is left after it
        """
        if self.after_sales_type != RETURN_AND_REFUND:
            return 0.0
        left = sale_line.product_uom_qty - sale_line._get_pdd_pieces_back()
        if left <= 0 or not (is_whole or self._is_about(sale_line)):
            return 0.0
        items = self.order_id.line_ids.filtered(
            lambda line: line.sale_line_id == sale_line
        )
        sold = sum(items.mapped("quantity")) - sum(items.mapped("cut_quantity"))
        unit = sale_line.product_uom_qty / sold if sold > 0 else 1.0
        named = self.quantity if self._is_about(sale_line) else 0
        return min(named * unit or (left if is_whole else unit), left)

    def _get_left(self):
        """Return what is left to give back of this order, by the stored shares.

        What a person has added to a credit note is taken off all lines.

        :return dict: sales order line -> Decimal yuan, taxes included
        """
        order = self.order_id
        shares = {
            line.sale_line_id: to_fen(line.share_amount - line.cut_amount)
            for line in order.line_ids
        }
        left = {
            line: shares.get(line, to_fen(line.price_total))
            for line in order.sale_order_id.order_line
            if not line.display_type
        }
        notes = order.refund_ids.credit_note_id.filtered(lambda n: n.state == "posted")
        by_hand = to_fen(0)
        for item in notes.invoice_line_ids:
            line, amount = item.sale_line_ids, to_fen(item.price_total)
            if line in left:
                left[line] -= amount
            else:
                by_hand += amount
        left = {line: amount for line, amount in left.items() if amount > 0}
        if by_hand > 0 and left:
            parts = zip(left, spread(by_hand, [*left.values()]), strict=True)
            left = {line: left[line] - part for line, part in parts}
        return {line: amount for line, amount in left.items() if amount > 0}

    def _is_about(self, sale_line):
        """Return whether the refund names the goods of a sales order line."""
        lines = self.order_id.line_ids.filtered(
            lambda line: line.sale_line_id == sale_line
        )
        return self.platform_sku_id in lines.sku_id.mapped("sku_id")

    def _prepare_credit_line(self, sale_line, total, is_whole, back):
        """Return a credit note line for a part of a sales order line.

        :param total: Decimal yuan, taxes included
        :param bool is_whole: nothing of the line is left after it
        :param float back: quantity that comes back
        """
        quantity = back or (is_whole and sale_line.product_uom_qty) or 1.0
        return sale_line._prepare_invoice_line(
            quantity=quantity,
            price_unit=self.order_id._get_price_unit(
                sale_line.product_id, quantity, total, sale_line.tax_ids
            ),
            discount=0.0,
            analytic_distribution=sale_line.analytic_distribution,
        )
