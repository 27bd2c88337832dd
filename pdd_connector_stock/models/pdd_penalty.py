# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class PddPenalty(models.Model):
    """What shipping late costs, by the order's amount: the platform's rule as data.

    The row with the highest lower limit that an order reaches holds for it. The rules of
    the platform change often; what is really charged stands in the bills.
    """

    _name = "pdd.penalty"
    _description = "PDD Late Shipment Penalty"
    _order = "min_amount"
    _rec_name = "min_amount"

    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: all companies without rows of their own.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.CNY")
    )
    min_amount = fields.Monetary(string="Order Amount From", required=True)
    fixed_amount = fields.Monetary(string="Fixed")
    percentage = fields.Float(
        string="Share (%)", help="Of the order's receivable amount."
    )
    max_amount = fields.Monetary(string="At Most", help="0: no limit.")

    _min_amount_uniq = models.UniqueIndex(
        "(company_id, min_amount) NULLS NOT DISTINCT",
        "There is a row for this amount already.",
    )
    _not_negative = models.Constraint(
        "CHECK(min_amount >= 0 AND fixed_amount >= 0 AND percentage >= 0 "
        "AND max_amount >= 0)",
        "A penalty cannot be negative.",
    )

    @api.depends("min_amount", "currency_id")
    def _compute_display_name(self):
        for penalty in self:
            penalty.display_name = self.env._(
                "Orders from %s", penalty.currency_id.format(penalty.min_amount)
            )
