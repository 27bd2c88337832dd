# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddOrderLine(models.Model):
    _inherit = "pdd.order.line"

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        readonly=True,
        ondelete="set null",
        help="Set where another warehouse than the order's serves this line.",
    )
