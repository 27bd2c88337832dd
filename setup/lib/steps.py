# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Progress lines, and the one error type that ends a command with advice."""

import os
import sys
import time
from contextlib import contextmanager


class Trouble(Exception):
    """A step failed: what went wrong, and what the reader can do about it."""

    def __init__(self, why, advice=""):
        super().__init__(why)
        self.why = why
        self.advice = advice

    def __str__(self):
        return f"{self.why}\n  What to do: {self.advice}" if self.advice else self.why


class Steps:
    """Numbered progress: ``[2/8] Fetching Odoo 19 ... 3 s``.

    :param stream: standard output, unless that belongs to the caller's own output
    """

    def __init__(self, total, stream=None):
        self.total = total
        self.done = 0
        self.stream = stream or sys.stdout
        self.line_is_open = False

    @contextmanager
    def step(self, title):
        """Show a step while it runs, and how long it took."""
        self.done += 1
        self._write(f"[{self.done}/{self.total}] {title} ...")
        self.line_is_open = True
        start = time.monotonic()
        try:
            yield self
        except BaseException:
            self._end("failed")
            raise
        self._end(f"{time.monotonic() - start:.0f} s")

    def note(self, text):
        """Print a detail below the line of the running step."""
        if self.line_is_open:
            self._write("\n")
            self.line_is_open = False
        self._write(f"      {text}\n")

    def _end(self, result):
        self._write(f" {result}\n" if self.line_is_open else f"      {result}\n")
        self.line_is_open = False

    def _write(self, text):
        self.stream.write(text)
        self.stream.flush()


def is_root():
    return os.geteuid() == 0
