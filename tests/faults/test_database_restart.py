# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PostgreSQL is restarted, and crashes, while orders are read and made."""

import os
import time

import pytest

from .nursery import Nursery
from .truth import Books

ORDERS = 250


@pytest.fixture
def cluster():
    from .cluster import Cluster

    running = Cluster()
    yield running
    running.remove()


@pytest.fixture
def nursery(sim, cluster):
    from lib import databases, server

    database = databases.TESTED
    with databases.lock():  # nobody can clone it while it is read
        cluster.copy_in(database)
    config = server.write_config(
        f"restart-{os.getpid()}", db_name=database, **cluster.connection
    )
    environment = {**server.environment(), "PGHOST": str(cluster.folder)}
    with Nursery(config, database, sim.url, environment) as running:
        yield running
    config.unlink()


@pytest.fixture
def books(cluster):
    from lib import databases

    return Books(
        dbname=databases.TESTED,
        user=cluster.connection["db_user"],
        host=cluster.connection["db_host"],
        port=cluster.connection["db_port"],
    )


@pytest.mark.timeout(1200)
def test_work_goes_on_after_the_database_was_away(sim, cluster, nursery, books):
    for mode in ("fast", "immediate"):
        sim.clock.advance(600)
        sim.loader.burst(sim.shops[0].mall_id, ORDERS)
        child = nursery.start()
        _wait_for_orders(books, len(sim.shops[0].orders) - ORDERS + 1)
        cluster.stop(mode)
        time.sleep(1)
        cluster.start()
        assert nursery.wait(child) == 0
    sim.clock.advance(600)
    nursery.run()
    books.assert_exact(sim.shops[0])


def _wait_for_orders(books, count):
    """Wait until the work is in the middle."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        (row,) = books.read("SELECT count(*) AS orders FROM pdd_order")
        if row["orders"] >= count:
            return
        time.sleep(0.05)
    raise AssertionError("no order was read")
