# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command


class PddCase(models.Model):
    """What comes back of an order that was shipped outside Odoo."""

    _inherit = "pdd.case"

    def _create_receipts(self):
        """Expect the goods from the buyer, without a delivery they belong to.

        Goods that do not come to this stock are given up with *Nothing Comes Back*.
        """
        result = super()._create_receipts()
        if self.order_id.is_fulfilled and not self.return_picking_ids:
            self._create_plain_receipt()
        return result

    def _create_plain_receipt(self):
        """Create the expected receipt of goods that Odoo has not delivered."""
        quantities = self._get_plain_quantities()
        if not quantities:
            return
        sale_order = self.order_id.sale_order_id
        kind = sale_order.warehouse_id.in_type_id
        source = sale_order.partner_shipping_id.property_stock_customer
        target = kind.default_location_dest_id
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "partner_id": sale_order.partner_shipping_id.id,
                "origin": sale_order.name,
                "location_id": source.id,
                "location_dest_id": target.id,
                "pdd_case_id": self.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "product_uom": line.product_id.uom_id.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                            "sale_line_id": line.id,
                            "to_refund": self._is_about_money(),
                        }
                    )
                    for line, quantity in quantities.items()
                ],
            }
        )
        receipt.action_confirm()

    def _get_plain_quantities(self):
        """Return what can come back: sales order line -> pieces."""
        order, refund = self.order_id, self.refund_id
        named = order.line_ids.filtered(
            lambda line: line.sku_id.sku_id == refund.platform_sku_id
        )
        left = self._get_return_quantity() if named else float("inf")
        quantities = {}
        for line in named or order.line_ids:
            quantity = min(left, line.quantity - line.cut_quantity)
            if line.sale_line_id.product_id.type == "consu" and quantity > 0:
                quantities[line.sale_line_id] = quantity
                left -= quantity
        return quantities
