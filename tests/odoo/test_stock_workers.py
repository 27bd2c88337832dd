# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Workers that really run at once, each in its own transactions."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from .committed import CommittedCase

CHANGES = 1000  # of each worker
SKUS = 6


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestStockWorkers(CommittedCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 1, "goods": 4}

    def setUp(self):
        super().setUp()
        account = self.account
        for goods in account.goods.values():
            goods.is_promoted = False
        with self.worker() as env:
            shop = self.shop(env)
            shop.action_sync_goods()
            shop.action_sync_orders()
        with self.worker() as env:
            skus = env["pdd.sku"].search(
                [("shop_id", "=", self.shop_id)], order="id", limit=SKUS
            )
            products = env["product.product"].create(
                [{"name": f"W {sku.sku_id}", "is_storable": True} for sku in skus]
            )
            for sku, product in zip(skus, products, strict=True):
                sku.product_id = product
            env["pdd.stock.rule"].create({"shop_id": self.shop_id, "safety_qty": 3})
            self.sku_ids, self.product_ids = skus.ids, products.ids
            warehouse = env["stock.warehouse"].search([], limit=1)
            self.location_id = warehouse.lot_stock_id.id

    def _remove_shop(self):
        """Take away what the workers committed; products with moves are archived."""
        with self.worker() as env:
            skus = env["pdd.sku"].search([("shop_id", "=", self.shop_id)])
            goods = skus.goods_id
            env["stock.quant"].search(
                [("product_id", "in", self.product_ids)]
            ).sudo().unlink()
            skus.unlink()
            goods.unlink()
            env["pdd.stock.mark"].search([]).unlink()
            env["product.product"].browse(self.product_ids).unlink()
        super()._remove_shop()

    def _change(self, seed, barrier):
        """Make random changes of the stock, each in a transaction of its own."""
        rng = random.Random(seed)
        barrier.wait(timeout=60)
        done = 0
        while done < CHANGES:
            try:
                with self.worker() as env:
                    product = env["product.product"].browse(
                        rng.choice(self.product_ids)
                    )
                    env["stock.quant"]._update_available_quantity(
                        product,
                        env["stock.location"].browse(self.location_id),
                        rng.choice((-3, -1, 1, 2, 4)),
                    )
                done += 1
            except OperationalError:
                continue  # the other one was faster at the same quant

    def _publish(self, barrier, stop):
        """Publish over and over, as a scheduled action does that is woken again."""
        barrier.wait(timeout=60)
        while not stop.is_set():
            with self.worker() as env:
                env["pdd.stock.publication"]._cron_publish()

    @mute_logger("odoo.sql_db")
    def test_two_workers_and_two_publishers_end_with_the_formula(self):
        barrier, stop = Barrier(4), Event()
        with ThreadPoolExecutor(4) as pool:
            publishers = [pool.submit(self._publish, barrier, stop) for _ in range(2)]
            changers = [pool.submit(self._change, seed, barrier) for seed in (1, 2)]
            for changer in changers:
                changer.result()
            stop.set()
            for publisher in publishers:
                publisher.result()
        with self.worker() as env:
            env["pdd.stock.publication"]._cron_publish()
        with self.worker() as env:
            self._check_platform(env)

    def _check_platform(self, env):
        self.assertFalse(env["pdd.stock.mark"]._has_due())
        open_rows = env["pdd.stock.publication"].search(
            [("shop_id", "=", self.shop_id), ("state", "in", ("to_send", "sending"))]
        )
        self.assertFalse(open_rows)
        for sku in env["pdd.sku"].browse(self.sku_ids):
            quants = env["stock.quant"].search(
                [
                    ("product_id", "=", sku.product_id.id),
                    ("location_id", "=", self.location_id),
                ]
            )
            expected = max(0, int(sum(quants.mapped("quantity"))) - 3)
            shown = self.account.skus[int(sku.sku_id)].quantity
            self.assertEqual(shown, expected, sku.display_name)
            self.assertEqual(sku.published_qty, expected)

    def test_two_transactions_that_sell_one_product_do_not_wait_for_each_other(self):
        def sell(env):
            env.cr.execute("SET LOCAL lock_timeout TO '2s'")
            env["pdd.stock.mark"]._mark(
                "quantity", products=env["product.product"].browse(self.product_ids)
            )
            env.cr.flush()
            return env["pdd.stock.mark"].search_count([])

        self.assertEqual(len(self.at_once(2, sell)), 2)

    @mute_logger("odoo.sql_db")
    def test_the_worker_that_saw_the_older_stock_starts_over(self):
        with self.worker() as env:
            env["pdd.stock.publication"]._cron_publish()
            env["pdd.stock.mark"]._mark("request", skus=self._sku(env))
        with self.registry.cursor() as old_cr, self.worker() as env:
            old = env(cr=old_cr)
            old_cr.execute("SELECT 1")  # its snapshot
            claimed = old["pdd.stock.mark"]._claim(1)
            env["stock.quant"]._update_available_quantity(
                self._sku(env).product_id,
                env["stock.location"].browse(self.location_id),
                50,
            )
            env.cr.flush()
            env.cr.execute("SELECT 1")
            env["pdd.stock.level"]._compute_marked()
            env.cr.commit()
            with self.assertRaises(OperationalError):
                old["pdd.stock.level"]._compute_skus(claimed)
            old_cr.rollback()
        with self.worker() as env:
            env["pdd.stock.publication"]._cron_publish()
        self.assertEqual(self.account.skus[int(self.sku_key)].quantity, 47)

    def _sku(self, env):
        sku = env["pdd.sku"].browse(self.sku_ids[0])
        self.sku_key = sku.sku_id
        return sku
