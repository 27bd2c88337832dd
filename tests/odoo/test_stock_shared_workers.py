# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two shops that sell one product while two publishers run."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, Event

import pytest
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from .committed import CommittedCase
from .common import shop_vals

DEALS = 150  # of each buyer
RECEIPTS = 100
STOCK = 400


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestTwoShopsOneProduct(CommittedCase):
    simulator_options = {"seed": 7, "shops": 2, "orders": 0, "days": 1, "goods": 2}

    def setUp(self):
        super().setUp()
        with self.worker() as env:
            other = env["pdd.shop"].create(shop_vals(self.sim, self.sim.shops[1]))
            self.shop_ids = [self.shop_id, other.id]
        self.addCleanup(self._remove_documents)
        with self.worker() as env:
            shops = env["pdd.shop"].browse(self.shop_ids)
            shops[1].action_check_connection()
            for shop in shops:
                shop.action_sync_goods()
                shop.action_sync_orders()
        with self.worker() as env:
            product = env["product.product"].create({"name": "W", "is_storable": True})
            self.product_id = product.id
            warehouse = env["stock.warehouse"].search([], limit=1, order="id")
            self.location_id = warehouse.lot_stock_id.id
            self._receive(env, STOCK)
            self.sku_keys = []
            for shop, account in zip(self.shop_ids, self.sim.shops, strict=True):
                for goods in account.goods.values():
                    goods.is_promoted = False
                sku = env["pdd.sku"].search([("shop_id", "=", shop)], limit=1)
                sku.product_id = product
                self.sku_keys.append((account, int(sku.sku_id)))
                env["pdd.stock.rule"].create({"shop_id": shop})
        self._publish_once()

    def _remove_documents(self):
        with self.worker() as env:
            for name in ("pdd.order", "pdd.issue", "pdd.sku", "pdd.goods"):
                env[name].search([("shop_id", "in", self.shop_ids)]).unlink()
            env["stock.quant"].search([("product_id", "=", self.product_id)]).unlink()
            env["pdd.stock.mark"].search([]).unlink()
            env["product.product"].browse(self.product_id).unlink()
            env["pdd.shop"].browse(self.shop_ids[1]).unlink()

    # --- what they do

    def _receive(self, env, quantity):
        env["stock.quant"]._update_available_quantity(
            env["product.product"].browse(self.product_id),
            env["stock.location"].browse(self.location_id),
            quantity,
        )

    def _buy(self, seed, barrier):
        """Buy at either shop."""
        rng = random.Random(seed)
        barrier.wait(timeout=60)
        for _deal in range(DEALS):
            account, sku_id = rng.choice(self.sku_keys)
            items = [{"sku_id": sku_id, "count": rng.randint(1, 2)}]
            with suppress(ValueError):  # sold out
                self.sim.platform.create_order(account.mall_id, items)

    def _receive_some(self, barrier):
        """Put pieces on the shelf and take them off."""
        rng = random.Random(9)
        barrier.wait(timeout=60)
        for _receipt in range(RECEIPTS):
            with suppress(OperationalError), self.worker() as env:
                self._receive(env, rng.choice((-2, -1, 1, 3)))

    def _publish(self, barrier, stop):
        barrier.wait(timeout=60)
        while not stop.is_set():
            self._publish_once()

    def _publish_once(self):
        with self.worker() as env:
            env["pdd.stock.publication"]._cron_publish()

    def _calm_down(self):
        """Read all orders and let what waits fall due."""
        for _round in range(4):
            self.sim.clock.advance(400)
            with self.worker() as env:
                for shop in env["pdd.shop"].browse(self.shop_ids):
                    shop._get_feeds("order")._run_pulls()
            with self.worker() as env:
                env.cr.execute("UPDATE pdd_stock_mark SET due_date = NULL")
                env.cr.execute("UPDATE pdd_stock_publication SET retry_date = NULL")
            self._publish_once()

    # --- what must come of it

    def _get_bought(self):
        return sum(
            item.count
            for account in self.sim.shops
            for order in account.orders.values()
            for item in order.lines
        )

    @mute_logger("odoo.sql_db")
    def test_both_shops_end_with_what_is_left_of_the_product(self):
        barrier, stop = Barrier(5), Event()
        with ThreadPoolExecutor(5) as pool:
            publishers = [pool.submit(self._publish, barrier, stop) for _ in range(2)]
            others = [pool.submit(self._buy, seed, barrier) for seed in (1, 2)]
            others.append(pool.submit(self._receive_some, barrier))
            for other in others:
                other.result()
            stop.set()
            for publisher in publishers:
                publisher.result()
        self._calm_down()
        with self.worker() as env:
            quants = env["stock.quant"].search(
                [
                    ("product_id", "=", self.product_id),
                    ("location_id", "=", self.location_id),
                ]
            )
            left = int(sum(quants.mapped("quantity"))) - self._get_bought()
            read = env["pdd.order.line"].search([("shop_id", "in", self.shop_ids)])
            self.assertEqual(sum(read.mapped("quantity")), self._get_bought())
        self.assertGreater(self._get_bought(), DEALS)
        shown = [account.skus[sku_id].quantity for account, sku_id in self.sku_keys]
        self.assertEqual(shown, [max(0, left)] * 2)
