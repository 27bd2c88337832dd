# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``setup/bench``: figures as ratios to plain Odoo, measured in the same run."""

import argparse
import json
import os
from pathlib import Path

from . import databases, ground, paths, postgres, server
from .steps import Steps, Trouble

FOLDER = paths.ROOT / "tests" / "bench"
GROUPS = ("orders", "stock", "finance")
PREFIX = f"pdd_bench_{databases.HERE}"


def main(arguments):
    options = _parse(arguments)
    groups = _groups(options.group)
    steps = Steps(2 + len(groups))
    with databases.lock():
        ground.ensure(steps)
    with postgres.in_use():
        with databases.lock(), steps.step("PostgreSQL and Odoo with the add-ons"):
            postgres.start(steps.note)
            databases.ensure_tested(steps.note)
            databases.drop_leftovers(PREFIX)
        for group in groups:
            figures = _measure(group, steps)
            if options.json:
                _add_to(options.json, group, figures)
    return 0


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/bench", description="Measure against plain Odoo in the same run."
    )
    parser.add_argument("group", nargs="*", help=f"{', '.join(GROUPS)}; all if none")
    parser.add_argument(
        "--json",
        metavar="FILE",
        type=lambda name: Path(name).resolve(),
        help="write the figures there, beside those of other groups in it",
    )
    return parser.parse_args(arguments)


def _add_to(path, group, figures):
    """Write a group's figures into the file; those of other groups stay.

    :raise Trouble: the file holds something else
    """
    text = path.read_text() if path.exists() else ""
    try:
        results = json.loads(text or "{}")
        results[group] = figures
    except (ValueError, TypeError) as error:
        raise Trouble(f"{path} is no file of results.", "name another one.") from error
    path.write_text(json.dumps(results, indent=2) + "\n")


def _groups(wanted):
    """Return the groups to measure, each once.

    :raise Trouble: one that was asked for does not exist
    """
    there = [name for name in GROUPS if (FOLDER / f"{name}.py").exists()]
    strange = [name for name in wanted if name not in there]
    if strange:
        raise Trouble(
            f"No bench {', '.join(strange)}.", f"there is: {', '.join(there)}"
        )
    return list(dict.fromkeys(wanted)) or there


def _measure(group, steps):
    """Run one group on a fresh database.

    :return dict: its figures
    """
    database = f"{PREFIX}_{os.getpid()}"
    answer = paths.RUN / f"bench-{os.getpid()}.json"
    try:
        with steps.step(f"Measuring {group}"):
            with databases.lock():
                databases.clone(databases.TESTED, database)
            output = server.script(
                "bench", database, group, answer, why=f"The bench {group} failed"
            )
            figures = json.loads(answer.read_text())
    finally:
        databases.drop(database)
        answer.unlink(missing_ok=True)
    print(output)
    return figures
