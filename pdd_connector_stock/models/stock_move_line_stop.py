# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to pick by hand what must not be shipped."""
        move_ids = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        self.env["stock.move"].browse(move_ids)._check_pdd_stops()
        return super().create(vals_list)
