# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResPartner(models.Model):
    """One delivery address per receiver of a shop, holding masked values only."""

    _inherit = "res.partner"

    pdd_shop_id = fields.Many2one(
        "pdd.shop",
        string="Pinduoduo Shop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    pdd_address_key = fields.Char(
        string="Pinduoduo Receiver Key",
        readonly=True,
        copy=False,
        exportable=False,
        help="The platform's open_address_id: equal for equal receivers.",
    )

    _pdd_address_uniq = models.UniqueIndex(
        "(pdd_shop_id, pdd_address_key) WHERE pdd_address_key IS NOT NULL",
        "This receiver has a delivery address already.",
    )
