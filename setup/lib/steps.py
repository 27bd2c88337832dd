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

    Written to standard error when ``stream`` says so, so that commands whose standard
    output belongs to the caller stay silent there.
    """

    def __init__(self, total, stream=None):
        self.total = total
        self.done = 0
        self.stream = stream or sys.stdout
        self.open_line = False

    @contextmanager
    def step(self, title):
        self.done += 1
        self._write(f"[{self.done}/{self.total}] {title} ...")
        self.open_line = True
        start = time.monotonic()
        try:
            yield self
        except BaseException:
            self._end(" failed")
            raise
        self._end(f" {time.monotonic() - start:.0f} s")

    def note(self, text):
        """Print a detail below the line of the running step."""
        self._end("")
        self._write(f"      {text}\n")

    def _end(self, text):
        if self.open_line:
            self._write(f"{text}\n")
        elif text:
            self._write(f"      done:{text}\n" if "failed" not in text else f"      {text.strip()}\n")
        self.open_line = False

    def _write(self, text):
        self.stream.write(text)
        self.stream.flush()


def is_root():
    return os.geteuid() == 0
