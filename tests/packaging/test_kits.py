# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kits, in a database that has Manufacturing: the others must work without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database():
    """Make a copy of the tested database and install Manufacturing in it."""
    sys.path.insert(0, str(ROOT / "setup"))
    from lib import databases
    from lib.test import PREFIX

    name = f"{PREFIX}_{os.getpid()}-kits"
    with databases.lock():
        databases.clone(databases.TESTED, name)
        databases.install(name, "+mrp")
    yield name
    databases.drop(name)


@pytest.fixture
def config(database):
    from lib import server

    path = server.write_config(f"kits-{os.getpid()}", db_name=database)
    yield path
    path.unlink()


def test_kits_work_where_manufacturing_is_installed(config):
    from lib import server

    environment = {
        name: value
        for name, value in server.environment().items()
        if not name.startswith("PYTEST_")
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", f"--odoo-config={config}", "-q"),
            *("tests/odoo/test_kit.py", "-k", "TestWithManufacturing or TestKit"),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
