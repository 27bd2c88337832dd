# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import frozendict

from ..const import PARTS
from .pdd_order_settle import SETTLEMENT_STATES


class AccountMove(models.Model):
    """Invoices and entries of Pinduoduo shops.

    An invoice of a shop has one receivable per order and part: what the buyer owes and
    what the platform owes stay apart until the bill settles them.
    """

    _inherit = "account.move"
    _has_pdd_texts = True

    pdd_shop_id = fields.Many2one(
        "pdd.shop",
        string="Pinduoduo Shop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    pdd_shifted_date = fields.Date(
        string="Platform's Day",
        readonly=True,
        copy=False,
        help="Set when the entry was booked later because this day is locked.",
    )
    pdd_corrects_id = fields.Many2one(
        "account.move",
        string="Corrects",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Entry in a locked period: what is booked otherwise by now is booked here.",
    )
    pdd_correction_ids = fields.One2many(
        "account.move", "pdd_corrects_id", string="Corrections", readonly=True
    )
    pdd_terms = fields.Json(
        readonly=True,
        copy=False,
        exportable=False,
        export_string_translation=False,
        help="Receivables of the invoice: order, part, amount.",
    )
    pdd_is_summary = fields.Boolean(
        string="Invoice of Many Orders",
        readonly=True,
        copy=False,
        help="One invoice for the orders of a shop and day: one line per product, one "
        "receivable per order and part.",
    )
    pdd_refund_id = fields.Many2one(
        "pdd.refund",
        string="Pinduoduo After-sale",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    pdd_order_ids = fields.One2many(
        "pdd.order",
        "invoice_id",
        string="Pinduoduo Orders",
        readonly=True,
        groups="pdd_connector.group_pdd_user",
    )

    pdd_settlement_state = fields.Selection(
        SETTLEMENT_STATES,
        string="Pinduoduo Settlement",
        compute="_compute_pdd_settlement_state",
        help="Of an invoice of many orders: the one that is farthest from settled.",
    )

    _pdd_refund_uniq = models.UniqueIndex(
        "(pdd_refund_id) WHERE pdd_refund_id IS NOT NULL AND state != 'cancel'",
        "This after-sale has a credit note already.",
    )

    def unlink(self):
        """Let what a deleted invoice or credit note was about be booked anew."""
        # whoever deletes a document needs no right to the mirror
        orders = self.sudo()._get_pdd_invoiced_orders()
        refunds = self.sudo()._get_pdd_booked_refunds()
        result = super().unlink()
        orders._lose_invoice()
        refunds._lose_credit_note()
        return result

    def button_cancel(self):
        """Let what a cancelled invoice or credit note was about be booked anew."""
        orders = self.sudo()._get_pdd_invoiced_orders()  # as above
        refunds = self.sudo()._get_pdd_booked_refunds()
        result = super().button_cancel()
        orders._lose_invoice()
        refunds._lose_credit_note()
        return result

    def _post(self, soft=True):
        """Settle anew what a person has changed and posts again."""
        posted = super()._post(soft)
        if not self.env.context.get("pdd_settled_later"):
            # whoever posts a document needs no right to the mirror
            documents = posted.sudo().filtered("pdd_terms")
            documents.reversed_entry_id._lose_reversed()
            documents.line_ids.pdd_order_id._reconcile_receivables()
        return posted

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Take back the receivables of a document order by order, as they were made."""
        default_values_list = default_values_list or [{} for _move in self]
        for move, vals in zip(self, default_values_list, strict=True):
            if move.pdd_terms:
                vals.update(
                    pdd_shop_id=move.pdd_shop_id.id,
                    pdd_terms=move.pdd_terms,
                    pdd_is_summary=move.pdd_is_summary,
                )
        return super()._reverse_moves(default_values_list, cancel)

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Leave receivables to be settled order by order, not as they come."""
        if self.env.context.get("pdd_settled_later"):
            return reverse_moves  # credit notes of after-sales, several of an invoice
        result = super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
        documents = reverse_moves.filtered("pdd_terms")
        documents.line_ids.filtered("pdd_part").remove_move_reconcile()
        return result

    def _lose_reversed(self):
        """Let the orders of invoices that are reversed as a whole be invoiced anew."""
        for move in self:
            if move._is_pdd_reversed():
                move._get_pdd_invoiced_orders()._lose_invoice()

    def _is_pdd_reversed(self):
        """Return whether a person has reversed this invoice as a whole."""
        self.ensure_one()
        notes = self.reversal_move_ids.filtered(
            lambda note: note.state == "posted" and not note.pdd_refund_id
        )
        total = sum(notes.mapped("amount_total"))
        is_whole = self.currency_id.compare_amounts(total, self.amount_total) >= 0
        return bool(notes) and is_whole

    def _get_pdd_invoiced_orders(self):
        """Return the orders these are invoices of, also as one of several."""
        others = self.filtered(
            lambda move: (
                move.pdd_terms and not move.pdd_refund_id and move.state != "cancel"
            )
        )
        return self.pdd_order_ids | others.line_ids.pdd_order_id

    def _get_pdd_booked_refunds(self):
        """Return the after-sales these are the credit notes of."""
        return self.pdd_refund_id.filtered(lambda r: r.credit_note_id in self)

    @api.depends("pdd_order_ids.settlement_state")
    def _compute_pdd_settlement_state(self):
        worst_first = ("overdue", "over_settled", "refunded_open", "partly", "open")
        for move in self:
            # billing staff need no right to the mirror to see how far an invoice is
            states = set(move.sudo().pdd_order_ids.mapped("settlement_state"))
            found = [state for state in (*worst_first, "settled") if state in states]
            move.pdd_settlement_state = found[0] if found else False

    @api.depends("pdd_terms")
    def _compute_needed_terms(self):
        """Split the receivable of a shop's invoice by order and part."""
        result = super()._compute_needed_terms()
        for move in self.filtered(lambda move: move.pdd_terms and move.needed_terms):
            move.needed_terms = move._get_pdd_terms()
        return result

    def _get_pdd_terms(self):
        """Return the receivables in the form of ``needed_terms``.

        What the parts do not explain, after a change by hand, is the first buyer's.
        """
        self.ensure_one()
        total = sum(term["balance"] for term in self.needed_terms.values())
        total_currency = sum(t["amount_currency"] for t in self.needed_terms.values())
        rate = total / total_currency if total_currency else 1.0
        currency, own = self.currency_id, self.company_id.currency_id
        terms, left, left_currency = [], total, total_currency
        for order_id, part, amount in self.pdd_terms:
            amount = currency.round(amount * self.direction_sign * -1)
            balance = own.round(amount * rate)
            left, left_currency = left - balance, left_currency - amount
            terms.append([order_id, part, balance, amount])
        terms[0][2] += left
        terms[0][3] += left_currency
        accounts = {
            part: self.company_id._get_pdd_receivable(part).id for part, _l in PARTS
        }
        return {
            self._get_pdd_term_key(order_id, part, self.invoice_date_due): {
                "balance": own.round(balance),
                "amount_currency": currency.round(amount),
                "account_id": accounts[part],
            }
            for order_id, part, balance, amount in terms
        }

    def _get_pdd_term_key(self, order_id, part, date_maturity):
        return frozendict(
            {
                "move_id": self.id,
                # one without a date is not compared with another one
                "date_maturity": fields.Date.to_date(date_maturity) or False,
                "discount_date": False,
                "pdd_order_id": order_id,
                "pdd_part": part,
            }
        )

    def _get_last_sequence(self, relaxed=False, with_prefix=None):
        """Look the last number up once per journal and month while a batch is posted.

        Numbers are counted on by Odoo's own cache; this only tells their form.
        """
        if relaxed or with_prefix or not self.env.context.get("pdd_same_sequence"):
            return super()._get_last_sequence(relaxed, with_prefix)
        known = self.env.cr.precommit.data.setdefault("pdd_last_sequences", {})
        is_refund = self.move_type in ("out_refund", "in_refund")
        key = (self.journal_id.id, is_refund, self.date.year, self.date.month)
        if not known.get(key):
            known[key] = super()._get_last_sequence(relaxed, with_prefix)
        return known[key]

    def _check_pdd_balanced(self):
        """Check entries that were created without Odoo's check per entry."""
        moves = self.with_context(check_move_validity=True)
        with moves._check_balanced({"records": moves}):
            pass

    def _delete_pdd_entries(self):
        """Delete entries of the connector, also those a person has reset already."""
        self.filtered(lambda move: move.state != "draft").button_draft()
        self.with_context(force_delete=True).unlink()

    def _is_pdd_locked(self):
        """Return whether the entry, or what corrects it, cannot be taken back."""
        self.ensure_one()
        return any(
            move._get_violated_lock_dates(move.date, move._affect_tax_report())
            for move in self + self.pdd_correction_ids
        )

    def _reconcile_pdd_corrections(self):
        """Reconcile what corrections take back with what had booked it.

        Items of orders are reconciled with all that concerns the order.
        """
        items = (self + self.pdd_corrects_id).line_ids
        items = items.filtered(
            lambda item: (
                item.account_id.reconcile
                and not item.reconciled
                and not item.pdd_order_id
            )
        )
        entries = {move: move.pdd_corrects_id or move for move in items.move_id}
        by_kind = items.grouped(
            lambda item: (entries[item.move_id], item.account_id, item.name)
        )
        self.env["account.move.line"]._reconcile_plan(
            [some for some in by_kind.values() if len(set(some.mapped("balance"))) > 1]
        )
