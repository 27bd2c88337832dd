# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddOrder(models.Model):
    """Orders sold and not yet in a stock move count against what is on offer."""

    _inherit = "pdd.order"

    is_stock_freed = fields.Boolean(
        string="Delivery Changed",
        readonly=True,
        exportable=False,
        help="A stock move of it was cancelled or changed while it was to ship.",
    )

    _stock_unmade_idx = models.Index(
        "(id) WHERE sale_order_id IS NULL AND state IN ('pending', 'held', 'error')"
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"state", "sale_order_id"}:
            self._mark_stock()
        elif "order_status" in vals:
            self.filtered("is_stock_freed")._mark_stock()
        return result

    def _write_lines(self, shop, rows, before):
        """Note the pieces of orders that are new to Odoo, by SKU."""
        unknown = self.filtered(lambda order: not order.line_ids)
        result = super()._write_lines(shop, rows, before)
        Mark = self.env["pdd.stock.mark"]
        for order in unknown:
            for line in order.line_ids.filtered(lambda line: not line.is_gift):
                Mark._mark_sold(
                    line.sku_id, line.quantity, order.confirm_date, order.order_sn
                )
        return result

    def _mark_stock(self):
        for order in self:
            self.env["pdd.stock.mark"]._mark(
                "order", skus=order.line_ids.sku_id, origin=order.order_sn
            )
