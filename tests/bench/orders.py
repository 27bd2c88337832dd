# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders per second: plain Odoo as the floor, the connector's makers beside it."""

import contextlib
import re
import resource
import subprocess
import sys
import time
from datetime import timedelta
from itertools import count

import requests
from odoo import fields
from odoo.fields import Command

ORDERS = 300
PRODUCTS = 60
STOCK = 100_000
WARM_UP = 20
PLATFORM_ORDERS = 1000


def measure(env):
    """Return the figures that can be measured so far (see the contract's names)."""
    bench = FloorBench(env)
    bench.confirm_batch(WARM_UP)
    return {
        "floor_batch_per_s": bench.rate(bench.confirm_batch),
        "floor_single_per_s": bench.rate(bench.confirm_one_by_one),
        **measure_ours(env),
    }


def measure_ours(env):
    """Return the connector's figures: from the gateway's pages to confirmed orders."""
    with simulator(PLATFORM_ORDERS) as url:
        bench = ConnectorBench(env, url)
        statements = env.cr.sql_log_count
        start = time.monotonic()
        made = bench.read_and_make()
        seconds = time.monotonic() - start
        statements = env.cr.sql_log_count - statements
        start = time.monotonic()
        bench.read_again()
        again = time.monotonic() - start
    return {
        "ours_per_s": made / seconds,
        "unchanged_per_min": PLATFORM_ORDERS / again * 60,
        "sql_per_order": statements / made,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@contextlib.contextmanager
def simulator(orders):
    """Run a platform in a process of its own; yield its address."""
    command = [sys.executable, "-m", "tests.simulator", "--port", "0", "--shops", "1"]
    command += ["--seed", "7", "--days", "0.9", "--orders", str(orders)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S+", process.stdout.readline()).group()
    finally:
        process.terminate()
        process.wait()


class ConnectorBench:
    """A shop of the simulated platform whose SKUs are all mapped."""

    def __init__(self, env, url):
        self.env = env
        account = requests.get(f"{url}/_sim/shops", timeout=20).json()[0]
        self.shop = env["pdd.shop"].create(
            {
                "name": "Bench",
                "mall_id": account["mall_id"],
                "gateway_url": f"{url}/api/router",
                "client_id": account["client_id"],
                "client_secret": account["client_secret"],
                "access_token": account["access_token"],
                "refresh_token": account["refresh_token"],
                "import_from_date": fields.Datetime.now() - timedelta(days=1),
                "calls_per_second": 1000,
            }
        )
        self.shop.action_check_connection()
        env.cr.commit()
        self.shop.action_sync_goods()
        wizard = env["pdd.sku.create.product"].create(
            {"sku_ids": env["pdd.sku"].search([]).ids}
        )
        wizard.action_create()
        env["product.template"].search([("type", "=", "consu")]).is_storable = True
        env.cr.commit()

    def read_and_make(self):
        """Read all orders and make them; return how many sales orders came of it."""
        self.shop.action_sync_orders()
        return self.shop.sale_order_count

    def read_again(self):
        """Read the same orders once more; nothing has changed."""
        feed = self.shop.feed_ids.filtered(lambda feed: feed.kind == "order")
        feed.synced_until = self.shop.import_from_date
        self.env.cr.commit()
        self.shop.action_sync_orders()


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
