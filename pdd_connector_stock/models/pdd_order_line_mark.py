# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class PddOrderLine(models.Model):
    """A line that comes, changes or goes alters what its SKU may offer."""

    _inherit = "pdd.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._mark_stock()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"quantity", "cut_quantity", "sku_id"}:
            self._mark_stock()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_mark_stock(self):
        self._mark_stock()

    def _mark_stock(self):
        for order, lines in self.grouped("order_id").items():
            self.env["pdd.stock.mark"]._mark(
                "order", skus=lines.sku_id, origin=order.order_sn
            )
