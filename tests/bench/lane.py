# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A lane in a process of its own: ``python -m tests.bench.lane CONFIG DATABASE``.

Reads domains from standard input, one JSON text a line, makes their pending orders, and
answers each with a line of figures.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil


class Lane:
    """The bench's end of such a process."""

    def __init__(self):
        # where ``environment`` lies, which the process needs as well
        folder = Path(sys.modules["environment"].__file__).parent
        paths = os.pathsep.join(
            filter(None, [os.environ.get("PYTHONPATH"), str(folder)])
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.lane", *sys.argv[1:3]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self.answer()

    def ask(self, domain):
        """Let the lane make the pending orders of a domain; do not wait for it."""
        self._process.stdin.write(json.dumps(domain) + "\n")
        self._process.stdin.flush()

    def answer(self):
        """Wait for the end of the work.

        :return dict: ``seconds``; ``rss_mb`` now, ``peak_mb`` at most so far
        """
        return json.loads(self._process.stdout.readline())

    def end(self):
        self._process.stdin.close()
        self._process.wait()


def main():
    from environment import configure, environment

    configure()
    with environment() as env:
        _answer(seconds=0)
        for line in sys.stdin:
            start = time.monotonic()
            env["pdd.order"]._make_pending(json.loads(line))
            _answer(seconds=time.monotonic() - start)


def _answer(**figures):
    figures["rss_mb"] = psutil.Process().memory_info().rss / 2**20
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
