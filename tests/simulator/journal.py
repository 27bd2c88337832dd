# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What was called, with which parameters, and how it ended; no secrets."""

import itertools
import threading
from collections import deque

from .clock import to_text

SECRETS = frozenset({"access_token", "refresh_token", "code", "sign", "client_secret"})
MOST_ENTRIES = 20_000
#: Longer parameters are cut in the journal.
LONGEST = 2000


class Entry:
    """One received call."""

    def __init__(self, number, moment):
        self.number = number
        self.moment = moment
        self.api = ""
        self.mall_id = None
        self.params = {}
        self.outcome = "ok"

    def read(self, parameters):
        """Note what was asked for."""
        self.api = parameters.get("type") or ""
        self.params = {
            name: text[:LONGEST]
            for name, text in parameters.texts.items()
            if name not in SECRETS
        }

    def describe(self):
        """Return the entry for the control interface."""
        return {
            "seq": self.number,
            "time": to_text(self.moment),
            "at": self.moment,
            "api": self.api,
            "mall_id": str(self.mall_id) if self.mall_id else "",
            "params": self.params,
            "outcome": self.outcome,
        }


class Journal:
    """The last calls, oldest first."""

    def __init__(self):
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._entries = deque(maxlen=MOST_ENTRIES)

    def begin(self, moment):
        """Add a call that has just come in."""
        with self._lock:
            entry = Entry(next(self._numbers), moment)
            self._entries.append(entry)
        return entry

    def entries(self, api=None, since=None, after=0):
        """Return matching calls as dictionaries.

        :param str api: only this method
        :param float since: only calls from this platform time on, Unix seconds
        :param int after: only calls with a greater ``seq``
        """
        with self._lock:
            entries = list(self._entries)
        return [
            entry.describe()
            for entry in entries
            if (not api or entry.api == api)
            and (since is None or entry.moment >= since)
            and entry.number > after
        ]

    def count(self, api=None):
        """Return how many calls of a method were received."""
        return len(self.entries(api))

    def clear(self):
        """Forget all calls."""
        with self._lock:
            self._entries.clear()
