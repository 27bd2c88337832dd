# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddOrder(models.Model):
    """The invoice of an order."""

    _inherit = "pdd.order"

    invoice_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    invoice_state = fields.Selection(
        [
            ("waiting", "Not invoiced"),
            ("done", "Invoiced"),
            ("nothing", "Nothing to invoice"),
            ("error", "Error"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="waiting",
    )
    invoice_error = fields.Char(readonly=True, copy=False)

    _to_invoice_idx = models.Index("(shop_id, id) WHERE invoice_state = 'waiting'")

    def _get_platform_shares(self):
        """Return the platform's part of each refund of this order (yuan).

        In proportion to what the buyer gets back. All refunds up to one are rounded
        together, so that those that complete the order give back the whole discount.
        What is booked already stays.

        :return dict: after-sale -> amount
        """
        shares, currency = {}, self.currency_id
        if not self.platform_discount or not self.pay_amount:
            return shares
        done = self.refund_ids._filter_refunded()
        booked = done.filtered(lambda r: r.credit_note_id or r.effect == "reduced")
        rest = (done - booked).sorted(lambda r: (r._get_update_date(), r.id))
        before = sum(booked.mapped("refund_amount"))
        given = sum(booked.mapped("platform_amount"))
        for refund in (*rest, *(self.refund_ids - done)):
            back = min(before + refund.refund_amount, self.pay_amount)
            due = currency.round(self.platform_discount * back / self.pay_amount)
            shares[refund] = currency.round(max(due - given, 0.0))
            if refund in done:
                before += refund.refund_amount
                given += shares[refund]
        return shares
