# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``setup/translate``: the terms of the add-ons, and those without a translation."""

import json

from . import databases, ground, paths, postgres, server
from .steps import Steps, Trouble

ADVICE = "fill in msgstr in the files named above, then call setup/translate again."
WIDTH = 100  # characters of a term that are shown


def main(arguments):
    if arguments:
        raise Trouble(f"Not understood: {' '.join(arguments)}", "setup/translate")
    answer = paths.RUN / "translate.json"
    steps = Steps(3)
    with databases.lock():
        ground.ensure(steps)
        with postgres.in_use():
            with steps.step("PostgreSQL and Odoo with the add-ons"):
                postgres.start(steps.note)
                databases.ensure_tested(steps.note)
            with steps.step("Terms of the add-ons"):
                server.script(
                    "translate",
                    databases.TESTED,
                    *(answer, paths.ROOT, *paths.present_addons()),
                    why="The terms could not be exported",
                )
    return _tell(json.loads(answer.read_text()))


def _tell(missing):
    """Print what is missing; {file: [terms]}."""
    for file, terms in missing.items():
        print(f"{file}: {len(terms) or 'nothing'} to translate")
        for term in terms:
            print(f"    {term[:WIDTH]!r}")
    if any(missing.values()):
        raise Trouble("Some terms have no translation.", ADVICE)
    return 0
