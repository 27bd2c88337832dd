# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_pdd_openers(self):
        openers = super()._get_pdd_openers()
        return {**openers, "stock.picking": "stock.group_stock_user"}
