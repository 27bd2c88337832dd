# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import PARTS


class AccountMoveLine(models.Model):
    """Journal items know the order they are about, and which part of it."""

    _inherit = "account.move.line"
    _has_pdd_texts = True

    pdd_order_id = fields.Many2one(
        "pdd.order",
        string="Pinduoduo Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    pdd_part = fields.Selection(
        PARTS, string="Pinduoduo Part", readonly=True, copy=False
    )

    def write(self, vals):
        """Mark what Odoo undoes by itself because an item changes."""
        items = self.with_context(pdd_item_changes=True)
        return super(AccountMoveLine, items).write(vals)

    @api.depends("pdd_order_id", "pdd_part")
    def _compute_term_key(self):
        result = super()._compute_term_key()
        for line in self:
            if line.term_key and line.pdd_part:
                line.term_key = line.move_id._get_pdd_term_key(
                    line.pdd_order_id.id, line.pdd_part, line.date_maturity
                )
        return result

    def _compute_name(self):
        """Name a receivable by its order: also where an invoice has thousands of them.

        Odoo would name all of them by the invoice, and anew when that gets its number.
        """
        receivables = self.filtered("pdd_part")
        # billing staff need no right to the mirror to see its order numbers
        for line in receivables.filtered(lambda line: not line.name):
            line.name = line.sudo().pdd_order_id.order_sn
        return super(AccountMoveLine, self - receivables)._compute_name()

    def _get_pdd_bank_lines(self):
        """Return the bank's lines whose items are reconciled with these."""
        partials = self.matched_debit_ids + self.matched_credit_ids
        items = partials.debit_move_id + partials.credit_move_id - self
        return items.statement_line_id
