# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run one bench module: arguments GROUP FILE; its figures go to FILE as JSON.

``tests/bench/GROUP.py`` has a function ``measure(env)`` that returns the figures; only
what was measured is in it.
"""

import importlib
import json
from pathlib import Path

from environment import ARGUMENTS, configure, environment


def main():
    group, answer = ARGUMENTS
    configure()
    with environment() as env:
        figures = importlib.import_module(f"tests.bench.{group}").measure(env)
    Path(answer).write_text(json.dumps(figures))
    width = max(map(len, figures), default=0)
    for name, value in figures.items():
        print(f"      {name:<{width}}  {value:>10.4g}")


if __name__ == "__main__":
    main()
