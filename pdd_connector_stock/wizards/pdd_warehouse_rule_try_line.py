# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddWarehouseRuleTryLine(models.TransientModel):
    """An order that the tried rules would have sent elsewhere."""

    _name = "pdd.warehouse.rule.try.line"
    _description = "Try Warehouse Rules: Change"

    try_id = fields.Many2one(
        "pdd.warehouse.rule.try", required=True, ondelete="cascade"
    )
    order_id = fields.Many2one("pdd.order", readonly=True)
    old_warehouse_id = fields.Many2one(
        "stock.warehouse", string="Now From", readonly=True
    )
    old_carrier_id = fields.Many2one(
        "delivery.carrier", string="Now With", readonly=True
    )
    warehouse_id = fields.Many2one("stock.warehouse", string="Then From", readonly=True)
    carrier_id = fields.Many2one("delivery.carrier", string="Then With", readonly=True)
    reason = fields.Char(readonly=True)
