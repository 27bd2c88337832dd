# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ProductCategory(models.Model):
    """A category that moves may bring its products under another rule."""

    _inherit = "product.category"

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            # whoever arranges categories need not know the shops
            shops = (
                self.env["pdd.shop"].sudo().search([("stock_rule_ids", "!=", False)])
            )
            self.env["pdd.stock.mark"]._mark("rule", shops=shops)
        return result
