# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The floor: plain sales orders, created and confirmed with nothing of ours."""

from itertools import count

from odoo.fields import Command

from .goods_on_stock import put_on_stock

PRODUCTS = 60


class Floor:
    """Plain orders of 1.3 lines on average, with stock for all of them."""

    def __init__(self, env):
        self.env = env
        self.partner = env["res.partner"].create({"name": "Bench"})
        self.products = env["product.product"].create(
            [
                {"name": f"Bench {index}", "is_storable": True, "list_price": 39.9}
                for index in range(PRODUCTS)
            ]
        )
        put_on_stock(self.products)
        self._numbers = count()
        self._finish()

    def confirm_batch(self, number):
        """Create and confirm all orders at once."""
        orders = self.env["sale.order"].create(
            [self._prepare_order() for _ in range(number)]
        )
        orders.action_confirm()
        self._finish()

    def confirm_one_by_one(self, number):
        """Create and confirm one order after the other, each in its transaction."""
        for _ in range(number):
            self.env["sale.order"].create(self._prepare_order()).action_confirm()
            self._finish()

    def _finish(self):
        self.env.cr.commit()
        self.env.invalidate_all()

    def _prepare_order(self):
        """Return an order of one line, every third or so of two."""
        number = next(self._numbers)
        lines = 2 if number % 10 in (2, 5, 8) else 1
        return {
            "partner_id": self.partner.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.products[(number + line) % PRODUCTS].id,
                        "product_uom_qty": 1,
                        "price_unit": 39.9,
                    }
                )
                for line in range(lines)
            ],
        }
