# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class StockQuant(models.Model):
    """Goods that come in and goods that are counted make a quantity known."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants.filtered(lambda quant: quant.quantity > 0)._note_pdd_opening()
        return quants

    def write(self, vals):
        if "quantity" not in vals:
            return super().write(vals)
        before = {quant: quant.quantity for quant in self}
        result = super().write(vals)
        self.filtered(
            lambda quant: quant.quantity > max(0, before[quant])
        )._note_pdd_opening()
        return result

    def _apply_inventory(self, date=None):
        """A count makes a quantity known, also one of zero.

        What is written from the product's form without a difference is no count.
        """
        counted = self
        if self.env.context.get("from_inverse_qty"):
            counted = self.filtered("inventory_diff_quantity")
        counted._note_pdd_opening()
        return super()._apply_inventory(date)

    def _note_pdd_opening(self):
        if self:
            self.env["pdd.stock.opening"]._gather(self)
