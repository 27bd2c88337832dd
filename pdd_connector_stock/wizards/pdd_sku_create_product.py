# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddSkuCreateProduct(models.TransientModel):
    """New products are goods on a shelf: only what is counted can be offered."""

    _inherit = "pdd.sku.create.product"

    is_storable = fields.Boolean(
        string="Track Inventory",
        default=True,
        help="Quantities of products that are not tracked are not published.",
    )
    opening_basis = fields.Selection(
        [
            ("later", "Later: nothing of them is published until then"),
            ("typed", "Type them in the next step"),
            ("platform", "As Pinduoduo shows it, and what is still to be shipped"),
            ("zero", "Zero: nothing is in the warehouse"),
        ],
        string="Opening Quantity",
        required=True,
        default="later",
    )
    opening_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Warehouse",
        default=lambda self: self.env["pdd.sku.opening"]._get_warehouse(
            self._default_sku_ids()
        ),
    )

    def _prepare_template_vals(self, goods, sku):
        vals = super()._prepare_template_vals(goods, sku)
        return {**vals, "is_storable": self.is_storable}

    def _create_products(self, skus):
        """Create products and confirm their quantities in the same transaction."""
        result = super()._create_products(skus)
        if self.is_storable and self.opening_basis in ("platform", "zero"):
            Opening, mapped = self.env["pdd.sku.opening"], skus.filtered("product_id")
            products = Opening._get_open_products(mapped, self.opening_warehouse_id)
            quantities = Opening._get_quantities_of(
                self.opening_basis, mapped, products
            )
            Opening._confirm(mapped, self.opening_warehouse_id, quantities)
        return result

    def _show_outcome(self, wanted):
        outcome = super()._show_outcome(wanted)
        mapped = wanted.filtered("product_id")
        if self.is_storable and self.opening_basis == "typed" and mapped:
            return mapped.action_confirm_opening()
        return outcome
