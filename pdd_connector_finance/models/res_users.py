# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_pdd_openers(self):
        readers = "account.group_account_invoice,account.group_account_readonly"
        return {
            **super()._get_pdd_openers(),
            "account.move": readers,
            "account.account": readers,
        }
