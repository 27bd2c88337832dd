# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bills, invoices and postings: SIGKILL at random moments, and two workers at once."""

import random
import time

import pytest

from tests.simulator import Settings, Simulator
from tests.simulator.clock import DAY
from tests.simulator.lifecycle import Impossible

from .truth_of_books import assert_books

pytestmark = pytest.mark.slow

KILLS = 15
UNDO_KILLS = 3
ROUNDS = 4  # of two workers
NEW_ORDERS = 6  # a day
EVENTS = 24  # a day
KINDS = (
    *("ship", "ship", "receive", "receive", "receive"),
    *("refund_request", "refund_grant", "refund_grant"),
    *("penalty", "small_transfer", "compensation", "appeal"),
)


@pytest.fixture
def sim():
    """Return a platform of some weeks ago: its days pass faster than ours."""
    settings = Settings(
        clock_start=time.time() - 60 * DAY,
        rate_scale=0,
        access_life=400 * DAY,
        bill_ready_hour=0,
        untidy_codes=False,
    )
    with Simulator(seed=7, shops=1, settings=settings) as simulator:
        yield simulator


class Days:
    """What happens on the platform, day after day.

    :param Simulator sim: the platform
    :param random.Random rng: decides what
    """

    def __init__(self, sim, rng):
        self._sim = sim
        self._rng = rng
        self._numbers = []

    def next(self):
        """Let orders arrive, older ones move on, and midnight pass."""
        sim, rng = self._sim, self._rng
        for number in rng.sample(self._numbers, min(EVENTS, len(self._numbers))):
            order, event = sim.platform.find_order(number), rng.choice(KINDS)
            details = {}
            if event == "refund_request":
                amount = order.pay_amount // rng.choice((1, 3))
                details = {"amount": amount or order.pay_amount}
            try:
                sim.platform.event(number, event, **details)
            except Impossible:
                continue
        self._give_back()
        self._numbers += sim.loader.burst(sim.shops[0].mall_id, NEW_ORDERS)
        sim.clock.advance(DAY)

    def _give_back(self):
        """Let a buyer who has the goods for days get some money back."""
        platform, since = self._sim.platform, self._sim.clock.now() - 2 * DAY
        for order in map(platform.find_order, self._numbers):
            is_due = 0 < order.received < since and not order.after_sales
            if is_due and order.pay_amount:
                amount = max(1, order.pay_amount // 3)
                platform.event(order.order_sn, "refund_request", amount=amount, kind=1)
                platform.event(order.order_sn, "refund_grant")
                return


@pytest.mark.timeout(900)
def test_no_movement_or_document_is_lost_doubled_or_half_made(sim, nursery, books):
    rng = random.Random(7)
    days = Days(sim, rng)
    for _day in range(4):
        days.next()
    nursery.run("keep_books")
    days.next()
    seconds = nursery.run("keep_books")
    kills = 0
    for _attempt in range(2 * KILLS):
        days.next()
        kills += nursery.run_and_kill(rng.uniform(0.1, seconds), "keep_books")
        if kills == KILLS:
            break
    assert kills == KILLS
    _finish(sim, nursery)
    assert_books(books, sim)


@pytest.mark.parametrize("by_day", [False, True])
@pytest.mark.timeout(600)
def test_two_workers_at_once_book_everything_once(sim, nursery, books, by_day):
    days = Days(sim, random.Random(8))
    if by_day:
        nursery.run("book_by_day")
    nursery.run("keep_books")  # the feeds are there
    for _round in range(ROUNDS):
        days.next()
        days.next()
        children = [nursery.start("keep_books") for _worker in range(2)]
        assert [nursery.wait(child) for child in children] == [0, 0]
    nursery.run("keep_books")
    days.next()  # somebody gives back what is invoiced by now, whoever was faster
    _finish(sim, nursery)
    assert_books(books, sim)


@pytest.mark.parametrize("by_day", [False, True])
@pytest.mark.timeout(600)
def test_an_undo_that_is_killed_is_finished_by_the_next_run(
    sim, nursery, books, by_day
):
    rng = random.Random(9)
    days = Days(sim, rng)
    if by_day:
        nursery.run("book_by_day")
    for _day in range(8):
        days.next()
        nursery.run("keep_books")
    seconds = nursery.run("undo_books")
    kills = 0
    for _attempt in range(3 * UNDO_KILLS):
        nursery.run("keep_books")
        kills += nursery.run_and_kill(rng.uniform(0.05, seconds), "undo_books")
        if kills == UNDO_KILLS:
            break
    assert kills == UNDO_KILLS
    _finish(sim, nursery)
    assert_books(books, sim)


def _finish(sim, nursery):
    """Let everything be read and booked, and once more: nothing may change."""
    sim.clock.advance(3 * 3600)
    nursery.run("keep_books")
    nursery.run("keep_books")
