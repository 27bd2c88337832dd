# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"
    _has_pdd_texts = True

    pdd_sku_count = fields.Integer(
        string="Number of Pinduoduo SKUs",
        compute="_compute_pdd_sku_count",
        groups="pdd_connector.group_pdd_user",
    )

    @api.depends("product_variant_ids.pdd_sku_ids")
    def _compute_pdd_sku_count(self):
        for template in self:
            variants = template.product_variant_ids
            template.pdd_sku_count = sum(variants.mapped("pdd_sku_count"))

    def action_view_pdd_skus(self):
        return self.product_variant_ids.action_view_pdd_skus()
