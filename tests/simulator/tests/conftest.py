# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytest

from tests.simulator import Settings, Simulator

from .client import Client

#: 2026-06-01 12:00:00 on the platform.
NOON = 1780286400
MONTH = 30 * 86400


@pytest.fixture
def make():
    """Start simulators with a frozen clock; they are stopped after the test."""
    started = []

    def start(seed=7, shops=1, orders=0, days=3, goods=25, **settings):
        clock = {"clock_start": NOON, "clock_frozen": True, "access_life": MONTH}
        settings = {**clock, **settings}
        sim = Simulator(seed, shops, orders, days, Settings(**settings), goods)
        started.append(sim.start())
        return sim

    yield start
    for sim in started:
        sim.stop()


@pytest.fixture
def sim(make):
    """A simulator with one shop without orders."""
    return make()


@pytest.fixture
def client(sim):
    """A client of the first shop."""
    return Client(sim)
