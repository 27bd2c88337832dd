# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models
from odoo.addons.pdd_connector.models.amounts import to_fen
from odoo.exceptions import UserError

from ..const import BUYER, PLATFORM


class PddOrder(models.Model):
    """Invoices a person has made of the sales orders: taken over, not made once more.

    What they claim moves to the receivables of Pinduoduo, by order and part: the bill
    settles them as it does the connector's own.
    """

    _inherit = "pdd.order"

    def _adopt_invoices(self):
        """Take over the invoices that a person has made of these orders.

        :return: the orders that have one, also others that are on the same invoices
        :raise UserError: they cannot be taken over: why, and what to do
        """
        adopted = self.browse()
        for order in self:
            if order in adopted:
                continue
            invoices, orders = order._find_invoices_by_hand()
            amounts = {invoice: invoice._get_pdd_amounts() for invoice in invoices}
            totals = orders._add_up_by_hand(amounts)
            if any(totals.values()):  # what was reversed as a whole is no invoice
                orders._check_by_hand(invoices, totals)
                orders._take_over(invoices, amounts)
                adopted += orders
        return adopted

    def _find_invoices_by_hand(self):
        """Return the invoices of an order, and all orders that are on them.

        :return tuple: invoices and credit notes in order of their dates, orders
        """
        orders, invoices = self, self.env["account.move"]
        while True:
            found = orders.sale_order_id.invoice_ids.filtered(
                lambda move: (
                    move.state == "posted"
                    and move.move_type in ("out_invoice", "out_refund")
                    and not move.pdd_refund_id
                )
            )
            if found == invoices:
                return invoices.sorted(lambda move: (move.date, move.id)), orders
            invoices = found
            sale_orders = invoices.invoice_line_ids.sale_line_ids.order_id
            orders |= sale_orders.pdd_order_ids

    def _add_up_by_hand(self, amounts):
        """Return what the invoices claim for each order: order -> Decimal yuan."""
        return {
            order: sum(by_order[order] for by_order in amounts.values())
            for order in self
        }

    # --- what cannot be taken over

    def _check_by_hand(self, invoices, totals):
        """Raise when these invoices are not what the orders are entitled to."""
        for order, total in totals.items():
            if total != to_fen(order.entitled_amount):
                raise UserError(
                    self.env._(
                        "The invoices made by hand of %(order)s (%(invoices)s) add up "
                        "to %(total).2f, the shop is entitled to %(expected).2f: "
                        "correct them, or reverse them with a credit note and the "
                        "order is invoiced anew. Then press Try Again.",
                        order=order.order_sn,
                        invoices=", ".join(invoices.mapped("name")),
                        total=total,
                        expected=order.entitled_amount,
                    )
                )
        taken = self.filtered(lambda order: order.invoice_state == "done")
        if taken or len(self.shop_id) > 1:
            raise UserError(
                self.env._(
                    "The invoices made by hand %(invoices)s are also about %(orders)s, "
                    "of another shop or invoiced already: reverse them with a credit "
                    "note and each order is invoiced on its own. Then press Try Again.",
                    invoices=", ".join(invoices.mapped("name")),
                    orders=", ".join((taken or self)[:3].mapped("order_sn")),
                )
            )

    # --- taking over

    def _take_over(self, invoices, amounts):
        """Split what the invoices claim by order and part; they are posted again.

        :raise UserError: one of them cannot be changed any more
        """
        terms = self._get_terms_by_hand(amounts)
        to_change = invoices.filtered(
            lambda move: sorted(move.pdd_terms or []) != sorted(terms[move])
        )
        for invoice in to_change:
            reason = invoice._find_pdd_obstacle(invoices)
            if reason:
                raise UserError(reason)
        to_change.line_ids.remove_move_reconcile()  # with each other, e.g. a reversal
        for invoice in to_change:
            invoice._set_pdd_terms(self.shop_id, terms[invoice])
        first = invoices.filtered(lambda move: move.move_type == "out_invoice")[:1]
        self.write(
            {"invoice_id": first.id, "invoice_state": "done", "invoice_error": False}
        )

    def _get_terms_by_hand(self, amounts):
        """Return the receivables of each invoice, see ``account.move.pdd_terms``.

        Of an order on several invoices each takes what the rounded running total of
        the platform's part grows by.
        """
        terms = {invoice: [] for invoice in amounts}
        for order in self:
            whole = to_fen(order.entitled_amount)
            parts = {part: amount for _order, part, amount in order._get_terms()}
            platform = to_fen(parts.get(PLATFORM))
            upto = given = to_fen(0)
            for invoice, by_order in amounts.items():
                upto += by_order[order]
                due = to_fen(platform * upto / whole) if whole else whole
                sign = 1 if invoice.move_type == "out_invoice" else -1
                of_platform, given = due - given, due
                split = {BUYER: by_order[order] - of_platform, PLATFORM: of_platform}
                terms[invoice] += [
                    [order.id, part, float(amount * sign)]
                    for part, amount in split.items()
                    if amount
                ]
        return terms


class AccountMove(models.Model):
    """What is asked and done of an invoice that is taken over."""

    _inherit = "account.move"

    def _get_pdd_amounts(self):
        """Return what an invoice claims for each order, a credit note below zero.

        The connector's own, posted again by a person, still knows it. What its lines
        do not explain is the first order's: such an order does not add up, and a person
        is told.

        :return dict: order -> Decimal yuan
        """
        amounts = defaultdict(lambda: to_fen(0))
        for order_id, _part, amount in self.pdd_terms or []:
            amounts[self.env["pdd.order"].browse(order_id)] += to_fen(amount)
        for item in self.invoice_line_ids if not amounts else []:
            order = item.sale_line_ids.order_id.pdd_order_ids[:1]
            if order:
                amounts[order] += to_fen(item.price_total)
        rest = to_fen(self.amount_total) - sum(amounts.values())
        amounts[next(iter(amounts))] += rest
        if self.move_type == "out_refund":
            for order in amounts:
                amounts[order] *= -1
        return amounts

    def _find_pdd_obstacle(self, invoices):
        """Return why the receivable of an invoice cannot be split any more, or False.

        :param invoices: what is taken over with it; that they settle each other is
            no obstacle
        """
        name = {"invoice": self.name}
        receivables = self.line_ids.filtered(
            lambda item: item.display_type == "payment_term"
        )
        partials = receivables.matched_debit_ids + receivables.matched_credit_ids
        matched = (partials.debit_move_id + partials.credit_move_id).move_id
        payments = self.matched_payment_ids.filtered(
            lambda payment: payment.state in ("in_process", "paid")
        )
        if matched - invoices or payments:
            return self.env._(
                "Invoice %(invoice)s, made by hand, is paid or reconciled already: undo "
                "that, the bill of Pinduoduo pays it. Then press Try Again.",
                **name,
            )
        if self.company_id._get_pdd_open_date(self.date, True, self.journal_id) != (
            self.date
        ):
            return self.env._(
                "Invoice %(invoice)s, made by hand, is in a locked period, and its "
                "receivable is not on the accounts of Pinduoduo: add an exception to "
                "the lock date, or reverse it with a credit note and the order is "
                "invoiced anew. Then press Try Again.",
                **name,
            )
        if self.inalterable_hash or self.need_cancel_request:
            return self.env._(
                "Invoice %(invoice)s, made by hand, cannot be changed any more, and its "
                "receivable is not on the accounts of Pinduoduo: reverse it with a "
                "credit note and the order is invoiced anew. Then press Try Again.",
                **name,
            )
        return False

    def _set_pdd_terms(self, shop, terms):
        """Move what an invoice claims to the receivables of a shop's orders."""
        self.button_draft()
        self.write(
            {
                "pdd_shop_id": shop.id,
                "pdd_terms": terms,
                "invoice_payment_term_id": False,
                "invoice_date_due": self.invoice_date_due,
            }
        )
        self.with_context(pdd_settled_later=True)._post(soft=False)
        # who owes is a setting, whomever the invoice is made out to
        self.line_ids.filtered("pdd_part").partner_id = shop._get_debtor()
        self.message_post(
            body=self.env._("Taken over: its receivable is settled by the bill.")
        )
