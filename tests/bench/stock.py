# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock on offer: how long it takes to work out, and to reach the platform.

20,000 SKUs of one shop; the platform really has 2,000 of them, the others are copies
that are worked out and never sent. No figure is a ratio: the bars are in seconds.

``p50_s`` and ``p95_s`` are the time from the moment a change is committed until the call
that tells it reaches the platform, with Odoo's own scheduler in a process of its own:
notification, reading of the orders, computation, reading of the platform's quantity, call.
The same under an order burst, while the scheduler also reads and makes the orders.
``sent_per_s`` is how many SKUs a second one lane tells when very many have changed;
``budget_per_s`` is what the shop's pace would let through.
"""

import resource
import statistics
import time

import odoo.sql_db
import requests

from . import stock_told
from .cron import scheduler
from .platform import Shop, platform

SKUS = 20_000
GOODS, COLOURS = 334, 6  # on the platform
DIRTY = 2000
SINGLE_CHANGES = 40
BURST = 200  # orders
WRITE_API = "pdd.goods.quantity.update"
PUBLISH = ("ir_cron_stock_publish", "ir_cron_stock_publish_lane")
BUSY = ("pdd_connector.ir_cron_order_intake", "pdd_connector.ir_cron_order_make")
PAUSE = 0.02  # seconds between two looks
PATIENCE = 120


def measure(env):
    """Return the figures of the contract that are about the stock on offer."""
    env["ir.cron"].search([]).active = False  # the bench publishes by itself
    env.cr.commit()
    with platform(shops=1) as url:
        bench = StockBench(env, url)
        figures = bench.recompute()
        figures |= bench.tell_dirty()
        publish = [f"pdd_connector_stock.{name}" for name in PUBLISH]
        with scheduler(env, *publish):
            idle = bench.change_one_by_one()
        with scheduler(env, *publish, *BUSY):
            bench.burst()
            busy = bench.change_one_by_one()
    return {
        **figures,
        **stock_told.measure(env),
        "p50_s": statistics.median(idle),
        "p95_s": _p95(idle),
        "burst_p50_s": statistics.median(busy),
        "burst_p95_s": _p95(busy),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _p95(seconds):
    return sorted(seconds)[int(len(seconds) * 0.95)]


class StockBench:
    """A large shop whose SKUs are all products on stock."""

    def __init__(self, env, url):
        self.env, self._url = env, url
        self.mall_id = requests.get(f"{url}/_sim/shops", timeout=20).json()[0][
            "mall_id"
        ]
        for number in range(GOODS):
            options = {"颜色": [f"色{colour}" for colour in range(COLOURS)]}
            body = {
                "action": "add",
                "goods_name": f"Bench {number}",
                "outer_goods_id": f"BENCH{number}",
                "options": options,
            }
            self._control("goods", mall_id=self.mall_id, **body)
        self.shop = Shop(env, url, 0).record
        self.shop.action_sync_orders()
        self.skus = env["pdd.sku"].search(
            [("shop_id", "=", self.shop.id), ("goods_id.name", "like", "Bench %")],
            limit=DIRTY,
        )
        self._copy_skus(SKUS - env["pdd.sku"].search_count([]))
        env["pdd.stock.rule"].create({"shop_id": self.shop.id, "safety_qty": 5})
        env.cr.commit()
        env.cr.execute("ANALYZE")
        env.cr.commit()

    def _control(self, path, **body):
        answer = requests.post(f"{self._url}/_sim/{path}", json=body, timeout=600)
        answer.raise_for_status()

    def _copy_skus(self, count):
        """Copy a SKU with its product, listing and stock so many times."""
        model = self.skus[0]
        source = model.product_id
        templates = self._copy(source.product_tmpl_id, count)
        products = self._copy(source, count, product_tmpl_id=templates)
        quants = self.env["stock.quant"].search(
            [("product_id", "=", source.id), ("location_id.usage", "=", "internal")]
        )
        self._copy(quants[:1], count, product_id=products)
        texts = [f"copy-{number}" for number in range(count)]
        self._copy(model, count, product_id=products, sku_id=texts)
        self.env.invalidate_all()

    def _copy(self, record, count, **columns):
        """Copy a row in one statement; lists give the columns that differ."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name NOT IN ('id')",
            [record._table],
        )
        names = [f'"{name}"' for (name,) in cr.fetchall() if name not in columns]
        extra = [f'"{name}"' for name in columns]
        arrays = ", ".join(["%s::int[]"] + [_array_type(v) for v in columns.values()])
        aliases = ", ".join(["n"] + extra)
        cr.execute(
            f"INSERT INTO {record._table} ({', '.join(names + extra)})"
            f" SELECT {', '.join(f'row.{name}' for name in names)}"
            f"{''.join(f', data.{name}' for name in extra)}"
            f" FROM {record._table} AS row, unnest({arrays}) AS data ({aliases})"
            " WHERE row.id = %s RETURNING id",
            [list(range(count)), *columns.values(), record.id],
        )
        return [row_id for (row_id,) in cr.fetchall()]

    def recompute(self):
        """Work out all SKUs at once, all of them to be told."""
        self.env["pdd.stock.mark"]._mark("request", shops=self.shop)
        self.env.cr.commit()
        self.env.invalidate_all()
        start, statements = time.monotonic(), odoo.sql_db.sql_counter
        self.env["pdd.stock.level"]._compute_marked()
        self.env.cr.commit()
        seconds = time.monotonic() - start
        statements = odoo.sql_db.sql_counter - statements
        count = self.env["pdd.stock.level"].search_count([])
        self._pretend_told()
        return {"skus": count, "recompute_s": seconds, "statements": statements}

    def _pretend_told(self):
        """Let the copies count as told, and tell the others."""
        cr = self.env.cr
        cr.execute(
            """
            WITH told AS (
                UPDATE pdd_stock_publication AS row
                   SET state = 'sent', after_qty = row.quantity, sent_date = row.create_date,
                       read_date = row.create_date
                  FROM pdd_sku AS sku
                 WHERE sku.id = row.sku_id AND sku.sku_id LIKE 'copy-%%'
             RETURNING row.id, row.sku_id, row.quantity)
            UPDATE pdd_sku SET publication_id = told.id, published_qty = told.quantity
              FROM told WHERE told.sku_id = pdd_sku.id
            """
        )
        cr.commit()
        self.env.invalidate_all()
        self._publish()

    def _publish(self):
        self.env["pdd.stock.publication"]._publish(self.shop)

    def tell_dirty(self):
        """Change the stock of all SKUs of the platform by one piece and tell it."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "in", self.skus.product_id.ids),
                ("location_id.usage", "=", "internal"),
            ]
        )
        quants.sudo().write({"quantity": 500})
        self.env.cr.commit()
        self._forget_calls()
        start = time.monotonic()
        self._publish()
        seconds = time.monotonic() - start
        calls = self._calls()
        pace = self.env["pdd.shop"].default_get(["calls_per_second"])
        return {
            "calls_sent": len(calls),
            "calls_needed": len(self.skus),
            "sent_per_s": len(calls) / seconds,
            "budget_per_s": pace["calls_per_second"],
        }

    def _forget_calls(self):
        requests.delete(f"{self._url}/_sim/journal", timeout=20)

    def _calls(self):
        query = {"api": WRITE_API}
        return requests.get(
            f"{self._url}/_sim/journal", params=query, timeout=60
        ).json()

    def change_one_by_one(self):
        """Return the seconds from a change's commit until the platform is told."""
        self._forget_calls()
        changed = {}
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for sku in self.skus[:SINGLE_CHANGES]:
            Quant = self.env["stock.quant"]
            Quant._update_available_quantity(sku.product_id, location, -1)
            changed[sku.sku_id] = time.time()
            self.env.cr.commit()
            self._wait_until_told(sku)
        told = {}
        for call in self._calls():
            sku_id = str(call["params"]["sku_id"])
            if call["at"] > changed.get(sku_id, float("inf")):
                told.setdefault(sku_id, call["at"])
        return [told[sku_id] - moment for sku_id, moment in changed.items()]

    def _wait_until_told(self, sku):
        """Wait until no mark and no publication of the SKU is left."""
        query = """
            SELECT EXISTS (SELECT FROM pdd_stock_mark
                            WHERE product_id = %(product)s AND due_date IS NULL)
                OR EXISTS (SELECT FROM pdd_stock_publication
                            WHERE sku_id = %(sku)s
                              AND state IN ('to_send', 'sending', 'unknown'))
        """
        keys = {"product": sku.product_id.id, "sku": sku.id}
        cr, deadline = self.env.cr, time.monotonic() + PATIENCE
        while True:
            cr.execute(query, keys)
            [(is_open,)] = cr.fetchall()
            cr.rollback()
            if not is_open:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"not told: {sku.display_name}")
            time.sleep(PAUSE)

    def burst(self):
        """Let buyers order many pieces right now, without reading the orders yet."""
        self._control("load", mall_id=self.mall_id, burst=BURST)


def _array_type(values):
    return "%s::text[]" if isinstance(values[0], str) else "%s::int[]"
