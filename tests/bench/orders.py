# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders per second: from the gateway's pages to reserved transfers, beside plain Odoo.

The machine may be busy with other things, so what is compared is measured in turns: a
part of the floor, a part of ours, and again.
"""

import contextlib
import resource
import time

import odoo.sql_db
from odoo.fields import Domain

from .floor import Floor
from .lane import Lane
from .platform import Shop, platform

WARM_UP = 20
ROUNDS = 4
FLOOR_BATCH = 150  # a round
FLOOR_SINGLE = 25
ORDERS = 2000
BACKLOG = 10_000
LANE_ORDERS = 400  # a round, of each lane


def measure(env):
    """Return the figures of the contract, and the ratios that the bars are about."""
    env.company.account_price_include = "tax_included"  # consumer prices hold VAT
    floor = Floor(env)
    floor.confirm_batch(WARM_UP)
    with platform(shops=2) as url:
        shop, crowded = Shop(env, url, 0), Shop(env, url, 1)
        shop.load(ORDERS)
        crowded.load(BACKLOG)
        _gather_statistics(env)
        figures = _measure_end_to_end(env, floor, shop)
        crowded.read()
        figures |= _measure_lanes(crowded)
        figures |= _measure_unchanged(crowded)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["peak_rss_mb"] = max(own, figures["peak_rss_mb"])
    return figures


class Stopwatch:
    """Sums up the time and the SQL statements of what is measured in parts."""

    def __init__(self):
        self.seconds = 0
        self.statements = 0

    @contextlib.contextmanager
    def running(self):
        start, statements = time.monotonic(), odoo.sql_db.sql_counter
        yield
        self.seconds += time.monotonic() - start
        self.statements += odoo.sql_db.sql_counter - statements


def _gather_statistics(env):
    """Let PostgreSQL plan by what is there, not by the moment its own turn comes."""
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def _measure_end_to_end(env, floor, shop):
    """Measure plain batches, plain single orders and ours in turns."""
    batch, single, ours = Stopwatch(), Stopwatch(), Stopwatch()
    with ours.running():
        shop.read()
    pending = shop.pending_ids()
    part = -(-len(pending) // ROUNDS)
    for number in range(ROUNDS):
        with batch.running():
            floor.confirm_batch(FLOOR_BATCH)
        with single.running():
            floor.confirm_one_by_one(FLOOR_SINGLE)
        ids = pending[number * part : (number + 1) * part]
        with ours.running():
            env["pdd.order"]._make_pending(Domain("id", "in", ids))
    made = shop.made_count()
    figures = {
        "floor_batch_per_s": ROUNDS * FLOOR_BATCH / batch.seconds,
        "floor_single_per_s": ROUNDS * FLOOR_SINGLE / single.seconds,
        "ours_per_s": made / ours.seconds,
        "sql_per_order": ours.statements / made,
    }
    figures["ours_to_floor_batch"] = (
        figures["ours_per_s"] / figures["floor_batch_per_s"]
    )
    figures["ours_to_floor_single"] = (
        figures["ours_per_s"] / figures["floor_single_per_s"]
    )
    return figures


def _measure_lanes(shop):
    """Measure one lane and two in turns, then let two lanes empty the backlog."""
    lanes = [Lane(), Lane()]
    pending = shop.pending_ids()
    places = iter(range(0, len(pending), LANE_ORDERS))

    def seconds(workers):
        """Return the time that so many lanes need for so many parts of the backlog."""
        start = next(places)
        for _ in workers[1:]:
            next(places)
        part = pending[start : start + LANE_ORDERS * len(workers)]
        return _make(workers, [("id", "in", part)])[0]

    one = two = 0
    seconds(lanes)  # warm
    for _ in range(ROUNDS):
        one += seconds(lanes[:1])
        two += seconds(lanes)
    before = _make(lanes, [("id", "in", pending[:1])])[1]["rss_mb"]
    left = shop.pending_ids()
    elapsed, memory = _make(lanes, [("shop_id", "=", shop.record.id)])
    for lane in lanes:
        lane.end()
    shop.check_made_once(pending)
    return {
        "two_lanes_ratio": 2 * one / two,
        "backlog_per_s": len(left) / elapsed,
        "backlog_growth_mb": memory["rss_mb"] - before,
        "peak_rss_mb": memory["peak_mb"],
    }


def _make(lanes, domain):
    """Let lanes make the orders of a domain together.

    :return tuple: seconds; the memory of the largest lane, see :class:`Lane`
    """
    start = time.monotonic()
    for lane in lanes:
        lane.ask(domain)
    answers = [lane.answer() for lane in lanes]
    memory = {name: max(answer[name] for answer in answers) for name in answers[0]}
    return time.monotonic() - start, memory


def _measure_unchanged(shop):
    watch = Stopwatch()
    with watch.running():
        shop.read_again()
    return {"unchanged_per_min": BACKLOG / watch.seconds * 60}
