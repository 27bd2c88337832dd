# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

COUNTED = {"quantity", "reserved_quantity", "location_id"}


class StockQuant(models.Model):
    """What is on hand and reserved: each change marks the product."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants._mark_pdd_stock()
        return quants

    def write(self, vals):
        result = super().write(vals)
        if COUNTED & vals.keys():
            self._mark_pdd_stock()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_mark_pdd_stock(self):
        self._mark_pdd_stock()

    def _mark_pdd_stock(self):
        self.env["pdd.stock.mark"]._mark("quantity", products=self.product_id)
