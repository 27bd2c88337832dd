# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain


class PddOrder(models.Model):
    """Goods that have left the house and are not signed for (发出商品)."""

    _inherit = "pdd.order"

    goods_cost = fields.Monetary(
        compute="_compute_goods_cost",
        help="Value of what was delivered, as Inventory has it; else at the product's "
        "cost of today.",
    )

    @api.depends("sale_order_id.order_line.product_uom_qty")
    def _compute_goods_cost(self):
        for order in self:
            lines = order.sale_order_id.order_line
            order.goods_cost = sum(line._get_pdd_cost() for line in lines)

    @api.model
    def _get_shipped_domain(self, day):
        """Return the orders shipped up to a day and not signed for by its end.

        :param date day: in Shanghai
        """
        end = pop.to_utc(fields.Datetime.to_datetime(day) + timedelta(days=1))
        domain = Domain("shipping_date", "<", end)
        domain &= Domain("sale_order_id.state", "=", "sale")
        return domain & (
            Domain("receive_date", "=", False) | Domain("receive_date", ">=", end)
        )
