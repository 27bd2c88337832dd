# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

MARKED = {"categ_id", "uom_id", "is_storable", "type", "use_expiration_date"}


class ProductTemplate(models.Model):
    """Category, unit and tracking of a product decide its rule and its stock."""

    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & MARKED:
            self.env["pdd.stock.mark"]._mark(
                "product", products=self.product_variant_ids
            )
        return result
