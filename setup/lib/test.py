# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``setup/test``: everything under pytest, on databases of its own."""

import os
import subprocess

from . import databases, ground, paths, postgres, processes, server, system
from .steps import Steps, Trouble

NO_TESTS = 5  # pytest's exit code when it collected nothing
PREFIX = f"pdd_test_{databases.HERE}"


def main(arguments):
    database = f"{PREFIX}_{os.getpid()}"
    steps = Steps(4)
    with databases.lock():
        ground.ensure(steps)
        with steps.step("Browser and Chinese font"):
            system.need("test", note=steps.note)
    with postgres.in_use():
        with databases.lock(), steps.step("PostgreSQL and Odoo with the add-ons"):
            postgres.start(steps.note)
            databases.ensure_tested(steps.note)
        try:
            with databases.lock(), steps.step("Databases of this run"):
                _drop_leftovers()
                databases.clone(databases.TESTED, database)
            return _pytest(database, arguments)
        finally:
            for name in databases.names(database):
                databases.drop(name)


def _pytest(database, arguments):
    config = server.write_config(
        f"test-{os.getpid()}", db_name=database, dbfilter=f"^{database}$"
    )
    command = [
        *(paths.PYTHON, "-m", "pytest"),
        *(f"--odoo-config={config}", "--odoo-http"),
        *_defaults(arguments),
        *arguments,
    ]
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=paths.ROOT,
        env=server.environment(),
        start_new_session=True,
    )
    try:
        code = process.wait()
    finally:
        processes.end_group(process.pid)
        config.unlink()
    if code == NO_TESTS:
        raise Trouble("No test was run.", "check the arguments given to pytest.")
    return code


def _defaults(arguments):
    """Return the options the caller did not choose himself."""
    given = " ".join(arguments)
    if " -n" in f" {given}" or "--numprocesses" in given or "--pdb" in given:
        return []
    # one more than there are cores: tests wait for browser, platform and database
    workers = str(min((os.cpu_count() or 1) + 1, 4))
    # tests/conftest.py says what comes first
    return ["-n", workers, "--dist", "loadscope", "--no-loadscope-reorder"]


def _drop_leftovers():
    """Remove what runs that ended without cleaning left behind."""
    databases.drop_leftovers(PREFIX)
    for path in paths.RUN.glob("test-*.conf"):
        if not os.path.exists(f"/proc/{path.stem.removeprefix('test-')}"):
            path.unlink()
