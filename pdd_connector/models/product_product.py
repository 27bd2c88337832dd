# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    pdd_sku_ids = fields.One2many("pdd.sku", "product_id", string="Pinduoduo SKUs")
    pdd_sku_count = fields.Integer(
        string="Number of Pinduoduo SKUs", compute="_compute_pdd_sku_count"
    )

    @api.depends("pdd_sku_ids")
    def _compute_pdd_sku_count(self):
        counts = dict(
            self.env["pdd.sku"]._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.pdd_sku_count = counts.get(product, 0)

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        products._match_pdd_skus()
        return products

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"default_code", "barcode"}:
            self._match_pdd_skus()
        return result

    def action_view_pdd_skus(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_action"
        )
        action["domain"] = [("product_id", "in", self.ids)]
        return action

    def _match_pdd_skus(self):
        """Offer new codes to the SKUs that wait for a product."""
        codes = [*self.mapped("default_code"), *self.mapped("barcode")]
        # who edits products need not know the shops
        self.env["pdd.sku"].sudo()._match_codes(codes)
