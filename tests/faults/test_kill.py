# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SIGKILL at 50 random moments of reading and making; the books are exact in the end."""

import random
from itertools import cycle

import pytest

from tests.simulator.lifecycle import Impossible

from .truth import HOURS

KILLS = 50
NEW_ORDERS = (*(6,) * 7, 102)  # in turns; the last fill more than one page
CHANGES = 6
SECONDS = 500  # from one death to the next, on the platform's clock


class Life:
    """What happens on the platform between two deaths.

    :param Simulator sim: the platform
    :param random.Random rng: decides what
    """

    def __init__(self, sim, rng):
        self._sim = sim
        self._rng = rng
        self._numbers = []
        self._counts = cycle(NEW_ORDERS)

    def go_on(self):
        """Let orders arrive, and older ones be refunded, shipped or annotated."""
        loader, platform = self._sim.loader, self._sim.platform
        self._sim.clock.advance(SECONDS)
        for number in self._rng.sample(self._numbers, min(CHANGES, len(self._numbers))):
            order = platform.find_order(number)
            event = self._rng.choice(("memo", "refund_request", "refund_grant", "ship"))
            details = {"amount": order.pay_amount} if event == "refund_request" else {}
            try:
                platform.event(number, event, **details)
            except Impossible:
                continue
        self._numbers += loader.burst(self._sim.shops[0].mall_id, next(self._counts))


@pytest.mark.timeout(1200)
def test_no_order_is_lost_doubled_or_half_made(sim, nursery, books):
    rng = random.Random(7)
    life = Life(sim, rng)
    life.go_on()
    seconds = nursery.run()
    kills = 0
    for _attempt in range(2 * KILLS):
        life.go_on()
        kills += nursery.run_and_kill(rng.uniform(0.02, seconds))
        if kills == KILLS:
            break
    assert kills == KILLS
    sim.clock.advance(3 * 3600)
    nursery.run()
    nursery.run("count")
    books.assert_exact(sim.shops[0])
    hours = books.read(HOURS)
    assert sum(hour["odoo_count"] for hour in hours) == len(sim.shops[0].orders)
    assert {hour["state"] for hour in hours} == {"equal"}
