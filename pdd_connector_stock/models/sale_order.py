# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # whoever moves goods may see which orders they are for
    pdd_order_ids = fields.One2many(
        groups="pdd_connector.group_pdd_user,stock.group_stock_user"
    )

    def _compute_warehouse_id(self):
        """Look for the salesperson's warehouse once for all new orders of a shop."""
        ours = self.filtered(
            lambda order: order.pdd_shop_id and order.state in ("draft", "sent")
        )
        result = super(SaleOrder, self - ours)._compute_warehouse_id()
        alike = ours.grouped(lambda order: (order.user_id, order.company_id))
        for orders in alike.values():
            super(SaleOrder, orders[0])._compute_warehouse_id()
            orders.warehouse_id = orders[0]._get_open_warehouse()
        return result

    def _get_open_warehouse(self):
        """Return its warehouse; for an archived one of the salesperson the company's."""
        warehouse, company = self.warehouse_id, self.company_id
        if warehouse.active or not warehouse:
            return warehouse
        return warehouse.search([("company_id", "=", company.id)], limit=1)

    def _create_stock_references(self):
        """Give the orders their references in one go.

        Core creates them line by line with the same values; each creation makes the
        transfers look for their sales order again.
        """
        lines = self.env["sale.order.line"]
        for order in self:
            if not order.stock_reference_ids:
                lines += order.order_line.filtered(
                    lambda line: line.product_id.type == "consu"
                )[:1]
        self.env["stock.reference"].create(
            [line._prepare_reference_vals() for line in lines]
        )
