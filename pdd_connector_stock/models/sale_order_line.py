# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, **kwargs):
        """Launch the orders of a shop as a set, see ``readme/DEVELOP.md``."""
        orders = self.order_id.filtered("pdd_shop_id")
        if not orders:
            return super()._action_launch_stock_rule(**kwargs)
        orders._create_stock_references()
        lines = self.with_context(pdd_rules={})
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)
