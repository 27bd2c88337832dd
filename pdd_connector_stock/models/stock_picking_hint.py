# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pdd_hints = fields.Text(string="Hints", compute="_compute_pdd_hints")

    def _compute_pdd_hints(self):
        """Show what tags of the platform and routing rules say about handling."""
        # whoever packs need not be allowed to see the shop's orders
        for picking, secret in zip(self, self.sudo(), strict=True):
            orders = secret.sale_id.pdd_order_ids
            hints = [order.handling_hints for order in orders if order.handling_hints]
            picking.pdd_hints = "\n".join(hints) or False
