# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

COUNTED = {
    *("state", "product_uom_qty", "quantity", "date", "procure_method"),
    *("location_id", "location_dest_id", "location_final_id"),
}


class StockMove(models.Model):
    """What is promised and on its way: each change marks the product."""

    _inherit = "stock.move"

    def write(self, vals):
        result = super().write(vals)
        if COUNTED & vals.keys():
            counts = self.filtered(lambda move: move._is_pdd_count())
            (self - counts)._mark_pdd_stock("move")
            counts._mark_pdd_stock("count")
        if vals.get("state") == "cancel" or "product_uom_qty" in vals:
            self._note_freed()
        return result

    def _is_pdd_count(self):
        """Return whether nobody got the goods: they were counted, found or scrapped."""
        places = self.location_id | self.location_dest_id
        return "inventory" in places.mapped("usage")

    def _mark_pdd_stock(self, cause):
        move_ids = {move.product_id.id: move.id for move in self}
        self.env["pdd.stock.mark"]._mark(
            cause, products=self.product_id, move_ids=move_ids
        )

    def _note_freed(self):
        """Have the orders looked at whose pieces these moves need not bring any more."""
        # whoever moves goods need not be allowed to see the orders
        orders = self.sudo().sale_line_id.order_id.pdd_order_ids
        orders.filtered(lambda order: order.order_status == 1).is_stock_freed = True
