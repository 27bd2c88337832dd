# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_invoice_lines(self):
        """Leave out credit notes of after-sales: they give money back, and do not make
        the goods to be invoiced once more."""
        return (
            super()
            ._get_invoice_lines()
            .filtered(lambda item: not item.move_id.pdd_refund_id)
        )
