# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddSkuOpeningLine(models.TransientModel):
    """A product and the pieces of it that a person finds in a warehouse."""

    _name = "pdd.sku.opening.line"
    _description = "PDD Opening Quantity to Confirm"

    opening_id = fields.Many2one("pdd.sku.opening", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    shown_qty = fields.Float(
        string="On Pinduoduo",
        digits="Product Unit",
        readonly=True,
        help="Pieces that the shop shows now.",
    )
    to_ship_qty = fields.Float(
        string="To Ship",
        digits="Product Unit",
        readonly=True,
        help="Pieces that are sold, also elsewhere, and have not left yet.",
    )
    quantity = fields.Float(
        string="On Hand",
        digits="Product Unit",
        help="Pieces that are in the warehouse now. Proposed: what the shop shows and "
        "what is still to be shipped.",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The opening quantity must not be negative."
    )
