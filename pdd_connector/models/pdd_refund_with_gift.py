# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PddRefund(models.Model):
    """After-sales of a main order concern its gift orders as well."""

    _inherit = "pdd.refund"

    def _after_status_change(self, before):
        result = super()._after_status_change(before)
        self.order_id._review_gift_orders()
        return result
