# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMove(models.Model):
    """How much of a delivery may come back."""

    _inherit = "stock.move"

    def _get_returnable_quantity(self):
        """Return what was delivered and is neither back nor expected back."""
        self.ensure_one()
        returns = self.returned_move_ids.filtered(lambda move: move.state != "cancel")
        return self.quantity - sum(returns.mapped("product_uom_qty"))

    def _get_quantity_per_sold(self):
        """Return how many of its product belong to one sold piece: of kits not one."""
        self.ensure_one()
        line = self.sale_line_id
        if self.product_id == line.product_id or not line.product_uom_qty:
            return 1.0
        alike = line.move_ids.filtered(
            lambda move: (
                move.product_id == self.product_id
                and move.location_dest_usage == "customer"
            )
        )
        return sum(alike.mapped("product_uom_qty")) / line.product_uom_qty
