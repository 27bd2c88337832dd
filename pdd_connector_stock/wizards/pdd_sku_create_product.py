# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddSkuCreateProduct(models.TransientModel):
    """New products are goods on a shelf: only what is counted can be offered."""

    _inherit = "pdd.sku.create.product"

    is_storable = fields.Boolean(
        string="Track Inventory",
        default=True,
        help="Quantities of products that are not tracked are not told to Pinduoduo.",
    )

    def _prepare_template_vals(self, goods, sku):
        vals = super()._prepare_template_vals(goods, sku)
        return {**vals, "is_storable": self.is_storable}
