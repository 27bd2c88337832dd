# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    pdd_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Routed Warehouse",
        readonly=True,
        copy=False,
        help="Chosen by a routing rule that may split an order over warehouses.",
    )

    @api.depends("pdd_warehouse_id")
    def _compute_warehouse_id(self):
        routed = self.filtered("pdd_warehouse_id")
        result = super(SaleOrderLine, self - routed)._compute_warehouse_id()
        for line in routed:
            line.warehouse_id = line.pdd_warehouse_id
        return result
