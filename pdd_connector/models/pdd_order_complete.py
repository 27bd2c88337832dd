# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddOrder(models.Model):
    """A row that lacks fields is asked for in full before it is judged unreadable."""

    _inherit = "pdd.order"

    is_incomplete = fields.Boolean(
        readonly=True,
        copy=False,
        help="The platform's last row lacked fields or could not be read.",
    )

    def _report_unreadable(self):
        """Ask for orders whose row has gaps; report what has gaps even in full."""
        incomplete = self.filtered("is_incomplete")
        for shop, orders in incomplete.grouped("shop_id").items():
            if self.env.context.get("pdd_in_full"):
                first = orders[0]
                message = first.error_message or self.env._("Its last change has gaps.")
                shop._report_unreadable("order", first.order_sn, message, orders)
            else:
                numbers = orders.mapped("order_sn")
                self.env["pdd.order.lookup"]._ask(shop, numbers)
