# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMove(models.Model):
    """Moves of orders that were shipped outside Odoo."""

    _inherit = "stock.move"

    def _get_pdd_stops(self):
        """Stop nothing that is only booked as it happened."""
        if self.env.context.get("pdd_as_shipped"):
            return {}
        return super()._get_pdd_stops()

    def _do_as_shipped(self, date):
        """Book these moves in full, dated.

        :param datetime date: when the goods left, naive UTC
        """
        for move in self:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings = self.picking_id
        self._action_done()
        self.write({"date": date})
        self.move_line_ids.write({"date": date})
        pickings.filtered(lambda p: p.state == "done").write({"date_done": date})
