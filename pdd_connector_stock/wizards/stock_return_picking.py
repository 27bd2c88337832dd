# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockReturnPicking(models.TransientModel):
    """Odoo's own return wizard, used for goods of Pinduoduo orders."""

    _inherit = "stock.return.picking"

    def _get_proc_values(self, line):
        """Mark what an exchange sends: it is told as an after-sale's parcel."""
        vals = super()._get_proc_values(line)
        if line.move_id.sale_line_id.order_id.pdd_shop_id:
            vals["pdd_is_exchange"] = True
        return vals

    def action_create_exchanges(self):
        """Link what is sent to the after-sale that asks for it."""
        action = super().action_create_exchanges()
        moves = self.product_return_moves.move_id.sale_line_id.move_ids
        # whoever handles goods need not be allowed to see the shop's cases
        moves.picking_id.sudo()._link_pdd_exchange()
        return action
