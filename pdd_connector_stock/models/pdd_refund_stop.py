# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PddRefund(models.Model):
    _inherit = "pdd.refund"

    def _after_status_change(self, before):
        """Stop the transfers at once, or let them go on."""
        result = super()._after_status_change(before)
        self.order_id._review_deliveries()
        return result
