# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddShop(models.Model):
    _inherit = "pdd.shop"

    shipped_policy = fields.Selection(
        [
            ("none", "No delivery: Odoo's stock stays as it is"),
            ("stock", "Delivered from Odoo's stock, as of the day of shipping"),
        ],
        string="Orders Shipped Outside Odoo",
        required=True,
        default="none",
        tracking=True,
        help="Orders that are shipped already when they are read first, such as those "
        "of the time before Odoo, and orders that another tool or the merchant backend "
        "ships. Choose before the first import. No delivery: right when the stock is "
        "counted today. Delivered: right when Odoo's stock still holds these goods.",
    )
