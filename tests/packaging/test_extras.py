# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``tests/extras``, in a database with the modules that our add-ons only work with.

All others run without these modules, as our add-ons must.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database():
    """Make a database that has the modules our add-ons only work with."""
    sys.path.insert(0, str(ROOT / "setup"))
    from lib import databases
    from lib.test import PREFIX

    name = f"{PREFIX}_{os.getpid()}-extras"
    with databases.lock():
        databases.clone(databases.ensure_extras(), name)
    yield name
    databases.drop(name)


@pytest.fixture
def config(database):
    from lib import server

    path = server.write_config(f"extras-{os.getpid()}", db_name=database)
    yield path
    path.unlink()


def test_all_works_where_more_modules_are_installed(config):
    from lib import server

    environment = {
        name: value
        for name, value in server.environment().items()
        if not name.startswith("PYTEST_")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"--odoo-config={config}", "tests/extras"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
