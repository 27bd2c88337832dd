# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A simulated platform in a process of its own, and shops connected to it."""

import contextlib
import re
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import requests
from odoo import fields

from .goods_on_stock import put_on_stock

SPAN = timedelta(hours=20)  # the deals lie so far back
SHARE_OF_TWO_LINES = 0.3


@contextlib.contextmanager
def platform(shops):
    """Run a platform without orders; yield its address."""
    command = [sys.executable, "-m", "tests.simulator", "--port", "0", "--orders", "0"]
    command += ["--seed", "7", "--shops", str(shops), "--list-lag", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", process.stdout.readline()).group()
        _control(url, "settings", multi_line_share=SHARE_OF_TWO_LINES)
        yield url
    finally:
        process.terminate()
        process.wait()


class Shop:
    """A shop of the platform whose goods are all products on stock."""

    def __init__(self, env, url, number):
        self.env = env
        self._url = url
        account = requests.get(f"{url}/_sim/shops", timeout=20).json()[number]
        keys = (
            "mall_id",
            "client_id",
            "client_secret",
            "access_token",
            "refresh_token",
        )
        self.record = env["pdd.shop"].create(
            {
                "name": f"Bench {number}",
                "gateway_url": f"{url}/api/router",
                "import_from_date": fields.Datetime.now() - SPAN,
                "calls_per_second": 1000,
                **{key: account[key] for key in keys},
            }
        )
        self.record.action_check_connection()
        env.cr.commit()
        self.record.action_sync_goods()
        self._create_products()

    def _create_products(self):
        skus = self.env["pdd.sku"].search([("shop_id", "=", self.record.id)])
        self.env["pdd.sku.create.product"].create({"sku_ids": skus.ids}).action_create()
        goods = skus.product_id.filtered(lambda product: product.type == "consu")
        goods.is_storable = True
        put_on_stock(goods)
        self.env.cr.commit()
        self.env.invalidate_all()

    def load(self, count):
        """Let buyers order over the last hours; all orders wait to be shipped."""
        start = (fields.Datetime.now() - SPAN + timedelta(minutes=5)).timestamp()
        _control(
            self._url, "load", mall_id=self.record.mall_id, orders=count, start=start
        )

    def read(self):
        """Read what is new, page by page."""
        self.record._sync("order")

    def read_again(self):
        """Read all orders once more; nothing has changed."""
        feed = self.record.feed_ids.filtered(lambda feed: feed.kind == "order")
        feed.synced_until = self.record.import_from_date
        self.env.cr.commit()
        self.read()

    def pending_ids(self):
        """Return the ids of the orders to make, oldest first."""
        self.env.cr.commit()  # to see what the lanes have committed
        return self.env["pdd.order"].search(self._domain("pending"), order="id").ids

    def made_count(self):
        return self.env["pdd.order"].search_count(self._domain("done"))

    def check_made_once(self, ids):
        """Prove that no order was left, and each that is not held was made once.

        :raise AssertionError: the states, and the number of sales orders
        """
        self.env.cr.commit()
        orders = self.env["pdd.order"].browse(ids)
        states = Counter(orders.mapped("state"))
        sale_orders = self.env["sale.order"].search_count(
            [
                ("client_order_ref", "in", orders.mapped("order_sn")),
                ("state", "=", "sale"),
            ]
        )
        if states.keys() - {"done", "held"} or sale_orders != states["done"]:
            raise AssertionError(f"{states}, {sale_orders} sales orders")
        self.env.invalidate_all()

    def _domain(self, state):
        return [("shop_id", "=", self.record.id), ("state", "=", state)]


def _control(url, path, **body):
    answer = requests.post(f"{url}/_sim/{path}", json=body, timeout=600)
    answer.raise_for_status()
