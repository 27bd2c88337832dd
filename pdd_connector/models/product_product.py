# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

MATCHED_FIELDS = {"default_code", "barcode", "active"}


class ProductProduct(models.Model):
    _inherit = "product.product"
    _has_pdd_texts = True

    pdd_sku_ids = fields.One2many(
        "pdd.sku",
        "product_id",
        string="Pinduoduo SKUs",
        groups="pdd_connector.group_pdd_user",
    )
    pdd_sku_count = fields.Integer(
        string="Number of Pinduoduo SKUs",
        compute="_compute_pdd_sku_count",
        groups="pdd_connector.group_pdd_user",
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
        products._match_pdd_skus(products._get_pdd_codes())
        return products

    def write(self, vals):
        if not vals.keys() & MATCHED_FIELDS:
            return super().write(vals)
        codes = self._get_pdd_codes()  # a code that goes may leave one product
        result = super().write(vals)
        self._match_pdd_skus(codes | self._get_pdd_codes())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_mapped(self):
        # also SKUs of shops the user does not see
        skus = self.env["pdd.sku"].sudo().with_context(active_test=False)
        mapped = skus.search([("product_id", "in", self.ids)], limit=1).product_id
        if mapped:
            raise UserError(
                self.env._(
                    "%s stands for SKUs of Pinduoduo: archive it, or map them to "
                    "another product first.",
                    mapped.display_name,
                )
            )

    def unlink(self):
        codes = self._get_pdd_codes()
        result = super().unlink()
        self._match_pdd_skus(codes)
        return result

    def action_view_pdd_skus(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_action"
        )
        action["domain"] = [("product_id", "in", self.ids)]
        return action

    def _get_pdd_codes(self):
        """Return the codes by which SKUs may find these products."""
        return {*self.mapped("default_code"), *self.mapped("barcode")} - {False}

    @api.model
    def _match_pdd_skus(self, codes):
        """Offer codes to the SKUs that wait for a product."""
        if self.env.context.get("pdd_match_later"):
            return
        # who edits products need not know the shops
        self.env["pdd.sku"].sudo()._match_codes(codes)
