# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class SaleOrderLine(models.Model):
    """Lines whose goods left without Odoo count as delivered, without a transfer."""

    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, **kwargs):
        lines = self.filtered(lambda line: not line.order_id.pdd_is_fulfilled)
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)

    @api.depends("order_id.pdd_is_fulfilled", "product_uom_qty")
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        """Count all pieces as delivered but those that came back."""
        quantities = super()._prepare_qty_delivered()
        for line in self:
            if (
                line.order_id.pdd_is_fulfilled
                and line.qty_delivered_method == "stock_move"
            ):
                _outgoing, incoming = line._get_outgoing_incoming_moves()
                back = sum(
                    move.product_uom._compute_quantity(
                        move.quantity, line.product_uom_id
                    )
                    for move in incoming
                    if move.state == "done"
                )
                quantities[line] = line.product_uom_qty - back
        return quantities
