# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders per second: plain Odoo as the floor, the connector's makers beside it."""

import time
from itertools import count

from odoo.fields import Command

ORDERS = 300
PRODUCTS = 60
STOCK = 100_000
WARM_UP = 20


def measure(env):
    """Return the figures that can be measured so far (see the contract's names)."""
    bench = FloorBench(env)
    bench.confirm_batch(WARM_UP)
    return {
        "floor_batch_per_s": bench.rate(bench.confirm_batch),
        "floor_single_per_s": bench.rate(bench.confirm_one_by_one),
    }


class FloorBench:
    """Plain sales orders, created and confirmed with nothing of ours."""

    def __init__(self, env):
        self.env = env
        self.partner = env["res.partner"].create({"name": "Bench"})
        self.products = self._make_products()
        self._numbers = count()

    def rate(self, work):
        """Return orders per second of one way to work, commit included."""
        start = time.monotonic()
        work(ORDERS)
        return ORDERS / (time.monotonic() - start)

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
        """Return an order of one line, every third or so of two: 1.3 on average."""
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

    def _make_products(self):
        products = self.env["product.product"].create(
            [
                {"name": f"Bench {index}", "is_storable": True, "list_price": 39.9}
                for index in range(PRODUCTS)
            ]
        )
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        self.env["stock.quant"].with_context(inventory_mode=True).create(
            [
                {
                    "product_id": product.id,
                    "location_id": location.id,
                    "inventory_quantity": STOCK,
                }
                for product in products
            ]
        ).action_apply_inventory()
        self._finish()
        return products
