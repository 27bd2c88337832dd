# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockLocation(models.Model):
    """A location that moves to another warehouse takes its stock along."""

    _inherit = "stock.location"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"location_id", "usage", "active"}:
            # whoever arranges locations need not know the shops
            shops = (
                self.env["pdd.shop"].sudo().search([("stock_rule_ids", "!=", False)])
            )
            self.env["pdd.stock.mark"]._mark("rule", shops=shops)
        return result
