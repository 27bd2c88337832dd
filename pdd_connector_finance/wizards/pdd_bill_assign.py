# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddBillAssign(models.TransientModel):
    """Give movements without order number the order they belong to."""

    _name = "pdd.bill.assign"
    _description = "Assign an Order to PDD Movements"

    line_ids = fields.Many2many(
        "pdd.bill.line",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    shop_id = fields.Many2one(related="line_ids.shop_id")
    order_id = fields.Many2one(
        "pdd.order", required=True, domain="[('shop_id', '=', shop_id)]"
    )

    def action_assign(self):
        """Assign the order and name it on what is posted already."""
        self.ensure_one()
        self.env["pdd.bill.line"].check_access("read")
        # the connector writes the mirror, an accountant decides
        lines = self.line_ids.sudo().filtered(
            lambda line: line.shop_id == self.order_id.shop_id
        )
        lines._assign_order(self.order_id, "person")
        return {"type": "ir.actions.act_window_close"}
