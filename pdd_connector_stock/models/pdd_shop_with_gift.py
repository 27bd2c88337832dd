# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddShop(models.Model):
    _inherit = "pdd.shop"

    gift_parcel_policy = fields.Selection(
        [
            ("together", "In the parcel of the main order"),
            ("apart", "In parcels of their own"),
        ],
        string="Gift Orders Travel",
        required=True,
        default="together",
        help="Gifts that have an order of their own: with the carrier and number of the "
        "main order where both go to one receiver from one warehouse. Pinduoduo does not "
        "promise to take one number for two orders: change this if it refuses.",
    )
