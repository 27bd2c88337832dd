# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class PddRefund(models.Model):
    """Money given back: which part of it is the platform's, which document books it."""

    _inherit = "pdd.refund"

    platform_amount = fields.Monetary(
        string="Platform's Part",
        compute="_compute_platform_amount",
        store=True,
        help="The platform takes its discount back in proportion; it is not in the "
        "after-sale, the bill shows it.",
    )
    credit_note_id = fields.Many2one(
        "account.move", readonly=True, copy=False, index="btree_not_null"
    )
    book_error = fields.Char(string="Not Booked Because", readonly=True, copy=False)

    @api.depends(
        "order_id.refund_ids.refund_amount",
        "order_id.refund_ids.after_sales_status",
        "order_id.platform_discount",
        "order_id.pay_amount",
    )
    def _compute_platform_amount(self):
        for order, refunds in self.grouped("order_id").items():
            shares = order._get_platform_shares()
            for refund in refunds:
                # one that is booked stays as it is
                refund.platform_amount = shares.get(refund, refund.platform_amount)

    def _get_cut_amount(self):
        """Add what the platform takes back together with the buyer's money."""
        return super()._get_cut_amount() + self.platform_amount
