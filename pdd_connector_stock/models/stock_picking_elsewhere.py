# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockPicking(models.Model):
    """A delivery whose order was shipped outside Odoo offers the way out."""

    _inherit = "stock.picking"

    pdd_is_elsewhere = fields.Boolean(compute="_compute_pdd_is_elsewhere")

    def _compute_pdd_is_elsewhere(self):
        for picking in self:
            orders = picking._get_pdd_open_orders()
            picking.pdd_is_elsewhere = any(
                order._is_shipped_elsewhere() for order in orders
            )

    def _get_pdd_open_orders(self):
        """Return the platform's orders this transfer still delivers."""
        # whoever moves goods need not be allowed to see the shop's orders
        moves = self.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        return moves._filter_to_buyer().sale_line_id.order_id.pdd_order_ids

    def action_pdd_mark_elsewhere(self):
        """Follow the shop's setting: no second parcel leaves."""
        self.check_access("write")
        return self._get_pdd_open_orders().action_mark_elsewhere()
