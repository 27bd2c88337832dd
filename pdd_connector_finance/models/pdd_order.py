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

        In proportion to what the buyer gets back. The refund that completes the order
        takes what is left, so that all together give back the whole discount.

        :return dict: after-sale -> amount
        """
        shares, left, before = {}, self.platform_discount, 0.0
        if not left or not self.pay_amount:
            return shares
        currency = self.currency_id
        refunds = self.refund_ids
        done = refunds._filter_refunded().sorted(lambda r: (r._get_update_date(), r.id))
        for refund in (*done, *(refunds - done)):
            share = self.platform_discount * refund.refund_amount / self.pay_amount
            if refund in done:
                before += refund.refund_amount
                if currency.compare_amounts(before, self.pay_amount) >= 0:
                    share = left
            shares[refund] = currency.round(min(share, left))
            if refund in done:
                left -= shares[refund]
        return shares
