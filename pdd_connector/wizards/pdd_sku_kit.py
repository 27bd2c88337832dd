# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class PddSkuKit(models.TransientModel):
    """Map a SKU to a kit: several products sold as one (needs Manufacturing)."""

    _name = "pdd.sku.kit"
    _description = "Map SKU to a Kit"

    sku_id = fields.Many2one(
        "pdd.sku",
        string="SKU",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    line_ids = fields.One2many("pdd.sku.kit.line", "kit_id", string="Components")

    def action_create(self):
        """Create the kit product with its bill of materials and map the SKU to it."""
        self.ensure_one()
        self.sku_id.check_access("write")
        if "mrp.bom" not in self.env:
            raise UserError(self.env._("Install Manufacturing to work with kits."))
        if self.sku_id.product_id:
            raise UserError(
                self.env._(
                    "%(sku)s is mapped to %(product)s already.",
                    sku=self.sku_id.display_name,
                    product=self.sku_id.product_id.display_name,
                )
            )
        if not self.line_ids:
            raise UserError(self.env._("Add the products the kit consists of."))
        # mapped when its bill of materials is there, not by its code before
        products = self.env["product.product"].with_context(pdd_match_later=True)
        product = products.create(self._prepare_product_vals())
        self.env["mrp.bom"].create(self._prepare_bom_vals(product))
        # how it was mapped is not the user's to write
        sku = self.sku_id.sudo()
        sku.write({"product_id": product.id, "mapping_method": "kit"})
        product.with_context(pdd_match_later=False)._match_pdd_skus(
            product._get_pdd_codes()
        )
        return {"type": "ir.actions.act_window_close"}

    def _prepare_product_vals(self):
        """Return the values of the kit product; extended by the stock add-on."""
        return {
            "name": self.sku_id.display_name,
            "default_code": self.sku_id.outer_id,
            "type": "consu",
            "list_price": self.sku_id._get_list_price(),
        }

    def _prepare_bom_vals(self, product):
        return {
            "product_tmpl_id": product.product_tmpl_id.id,
            "product_id": product.id,
            "type": "phantom",
            "bom_line_ids": [
                Command.create(
                    {"product_id": line.product_id.id, "product_qty": line.quantity}
                )
                for line in self.line_ids
            ],
        }


class PddSkuKitLine(models.TransientModel):
    _name = "pdd.sku.kit.line"
    _description = "Component of a Kit"

    kit_id = fields.Many2one("pdd.sku.kit", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True)
    quantity = fields.Float(default=1.0, required=True, digits="Product Unit")

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity of a component must be more than 0."
    )
