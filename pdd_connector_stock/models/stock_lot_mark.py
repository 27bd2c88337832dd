# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

DATES = {"expiration_date", "removal_date", "product_id"}


class StockLot(models.Model):
    """The dates of a lot decide how long it may be offered (module product_expiry)."""

    _inherit = "stock.lot"

    def write(self, vals):
        result = super().write(vals)
        if DATES & vals.keys():
            self.env["pdd.stock.mark"]._mark("expiry", products=self.product_id)
        return result
