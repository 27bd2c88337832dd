# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import sys
from pathlib import Path

import pytest

from tests.simulator import Settings, Simulator

from .nursery import Nursery
from .truth import Books

SETUP = Path(__file__).parents[2] / "setup"

if str(SETUP) not in sys.path:
    sys.path.insert(0, str(SETUP))


@pytest.fixture
def sim():
    """Return a platform without limits on the pace."""
    with Simulator(seed=7, shops=1, settings=Settings(rate_scale=0)) as simulator:
        yield simulator


@pytest.fixture
def database():
    """Return the name of a copy of the tested database."""
    from lib import databases
    from lib.test import PREFIX

    name = f"{PREFIX}_{os.getpid()}-faults"
    with databases.lock():
        databases.clone(databases.TESTED, name)
    yield name
    databases.drop(name)


@pytest.fixture
def nursery(sim, database):
    """Return a worker script on that database."""
    from lib import server

    config = server.write_config(f"faults-{os.getpid()}", db_name=database)
    with Nursery(config, database, sim.url, server.environment()) as running:
        yield running
    config.unlink()


@pytest.fixture
def books(database):
    """Return what that database holds."""
    from lib import postgres

    place = postgres.connection()
    return Books(
        dbname=database,
        user=place["db_user"],
        host=place["db_host"] or None,
        port=place["db_port"] or None,
    )
