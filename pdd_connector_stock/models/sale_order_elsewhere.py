# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    pdd_is_fulfilled = fields.Boolean(
        string="Shipped Outside Odoo",
        readonly=True,
        copy=False,
        help="The goods of this Pinduoduo order left without a transfer of Odoo: "
        "nothing is delivered, the stock stays as it is.",
    )
