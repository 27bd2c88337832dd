# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


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
        default=lambda self: self._default_warehouse_id(),
        help="Empty: for each company the first warehouse of its stock rule.",
    )

    @api.model
    def _default_warehouse_id(self):
        skus = self._default_sku_ids()
        several = len(skus.company_id) != 1
        return False if several else self.env["pdd.sku.opening"]._get_warehouse(skus)

    def _prepare_template_vals(self, goods, sku):
        vals = super()._prepare_template_vals(goods, sku)
        return {**vals, "is_storable": self.is_storable}

    def _create_products(self, skus):
        """Create products and confirm their quantities in the same transaction."""
        result = super()._create_products(skus)
        if self.is_storable and self.opening_basis in ("platform", "zero"):
            for mapped in skus.filtered("product_id").grouped("company_id").values():
                self._confirm_opening(mapped)
        return result

    def _confirm_opening(self, skus):
        """Confirm the quantities of SKUs of one company."""
        Opening, warehouse = self.env["pdd.sku.opening"], self.opening_warehouse_id
        if warehouse.company_id != skus.company_id:
            warehouse = Opening._get_warehouse(skus)
        products = Opening._get_open_products(skus, warehouse)
        quantities = Opening._get_quantities_of(self.opening_basis, skus, products)
        Opening._confirm(skus, warehouse, quantities)

    def _show_outcome(self, wanted):
        outcome = super()._show_outcome(wanted)
        mapped = wanted.filtered("product_id")
        if self.is_storable and self.opening_basis == "typed" and mapped:
            return mapped.action_confirm_opening()
        return outcome
