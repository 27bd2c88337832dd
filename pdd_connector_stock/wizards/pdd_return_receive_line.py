# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PddReturnReceiveLine(models.TransientModel):
    """What was found in a returned parcel of one product of one delivery."""

    _name = "pdd.return.receive.line"
    _description = "Receive a Returned Parcel: Goods"

    receive_id = fields.Many2one(
        "pdd.return.receive", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        "stock.move",
        required=True,
        ondelete="cascade",
        export_string_translation=False,
    )
    product_id = fields.Many2one(related="move_id.product_id")
    picking_id = fields.Many2one(related="move_id.picking_id", string="Receipt")
    expected_quantity = fields.Float(
        related="move_id.product_uom_qty",
        string="Quantity Expected",
        help="Pieces that should come back.",
    )
    good_quantity = fields.Float(string="Good", digits="Product Unit")
    damaged_quantity = fields.Float(string="Damaged", digits="Product Unit")
    missing_quantity = fields.Float(
        string="Missing", digits="Product Unit", compute="_compute_missing_quantity"
    )

    @api.depends("expected_quantity", "good_quantity", "damaged_quantity")
    def _compute_missing_quantity(self):
        for line in self:
            line.missing_quantity = (
                line.expected_quantity - line.good_quantity - line.damaged_quantity
            )

    def _check_quantities(self):
        """Raise unless good and damaged pieces are at most what is expected."""
        amounts = (self.good_quantity, self.damaged_quantity, self.missing_quantity)
        if min(amounts) < 0:
            raise UserError(
                self.env._(
                    "%s: good and damaged pieces together must not exceed what is "
                    "expected. Receive more pieces by an ordinary receipt.",
                    self.product_id.display_name,
                )
            )
