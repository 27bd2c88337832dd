# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddShop(models.Model):
    """What the platform's documents leave open about gift orders."""

    _inherit = "pdd.shop"

    gift_refund_policy = fields.Selection(
        [("hold", "Hold the gift"), ("ship", "Ship the gift")],
        string="Gift of a Refunded Order",
        required=True,
        default="hold",
        help="What happens to a gift that has an order of its own while the main order "
        "is being refunded or is refunded. Pinduoduo does not say whether the refund "
        "takes the gift along.",
    )
