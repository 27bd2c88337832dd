# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Starting the processes of ``worker.py``, and ending them at any moment."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

WORKER = Path(__file__).parent / "worker.py"
ROOT = WORKER.parents[2]


class Nursery:
    """A worker script whose children can be killed.

    :param config: Odoo's configuration file
    :param str database: a copy, for one test
    :param str platform: address of the stand-in platform
    :param dict environment: of the process
    """

    def __init__(self, config, database, platform, environment):
        self._process = subprocess.Popen(
            [sys.executable, WORKER, config, database, platform],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
        )
        assert self._read() == "ready"

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def _read(self):
        line = self._process.stdout.readline()
        assert line, "the worker script has ended"
        return line.strip()

    def start(self, task="read"):
        """Start a child; return its process id."""
        return self._tell(task)

    def wait(self, child):
        """Wait for a child; return its exit code, -9 when it was killed."""
        return self._tell(f"wait {child}")

    def _tell(self, line):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._read())

    def run(self, task="read"):
        """Let a child work to its end; return the seconds it took."""
        started = time.monotonic()
        code = self.wait(self.start(task))
        assert code == 0, f"the worker ended with {code}"
        return time.monotonic() - started

    def run_and_kill(self, seconds, task="read"):
        """Kill a child after some seconds; return whether it was still at work."""
        child = self.start(task)
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):  # it was faster
            os.kill(child, signal.SIGKILL)
        return self.wait(child) == -signal.SIGKILL
