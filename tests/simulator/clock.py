# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The platform's clock: real time plus an offset, or frozen.

All moments inside the simulator are Unix seconds (float or int); platform text is
the UTC+8 wall clock (notes: protocol.md 7).
"""

import calendar
import functools
import threading
import time

UTC8 = 8 * 3600
TEXT_FORMAT = "%Y-%m-%d %H:%M:%S"
DAY = 86400


def to_text(moment):
    """Render Unix seconds as platform text; an unset moment (0 or None) is ``""``."""
    if not moment:
        return ""
    days, seconds = divmod(int(moment) + UTC8, DAY)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day_text(days)} {hour:02d}:{minute:02d}:{second:02d}"


@functools.cache
def _day_text(days):
    return time.strftime("%Y-%m-%d", time.gmtime(days * DAY))


def from_text(text):
    """Read platform text (UTC+8) into Unix seconds.

    :raise ValueError: the text is not ``YYYY-MM-DD HH:MM:SS``
    """
    return calendar.timegm(time.strptime(text, TEXT_FORMAT)) - UTC8


def day_of(moment):
    """Return the platform's calendar day of a moment, ``YYYY-MM-DD``."""
    return to_text(moment)[:10]


def day_start(day):
    """Return the first second of a platform day given as ``YYYY-MM-DD``."""
    return from_text(f"{day} 00:00:00")


class Clock:
    """A clock tests can move. It is made frozen, so that what is built before it runs
    does not depend on how long that takes.

    :param float start: Unix seconds to begin with; None: real time
    """

    def __init__(self, start=None):
        self._lock = threading.Lock()
        self._offset = 0.0 if start is None else start - time.time()
        self._frozen_at = time.time() if start is None else start

    def now(self):
        """Return the platform's time in Unix seconds."""
        frozen = self._frozen_at
        return time.time() + self._offset if frozen is None else frozen

    def running(self):
        """Return a time that moves on even while the clock is frozen.

        Throttling uses it: a frozen clock must not throttle for ever.
        """
        return time.monotonic() + self._offset

    def text(self):
        """Return the platform's time as its text."""
        return to_text(self.now())

    def advance(self, seconds):
        """Move the clock by so many seconds; back is possible."""
        with self._lock:
            self._offset += seconds
            if self._frozen_at is not None:
                self._frozen_at += seconds

    def set(self, moment):
        """Set the clock to Unix seconds or platform text."""
        target = from_text(moment) if isinstance(moment, str) else moment
        self.advance(target - self.now())

    def freeze(self, frozen=True):
        """Stop the clock, or let it run on from where it stands."""
        with self._lock:
            if frozen and self._frozen_at is None:
                self._frozen_at = time.time() + self._offset
            elif not frozen and self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
                self._frozen_at = None

    def describe(self):
        """Return the state of the clock for the control interface."""
        return {
            "now": self.now(),
            "text": self.text(),
            "frozen": self._frozen_at is not None,
        }

    def __getstate__(self):
        return {"offset": self._offset, "frozen_at": self._frozen_at}

    def __setstate__(self, state):
        self._lock = threading.Lock()
        self._offset = state["offset"]
        self._frozen_at = state["frozen_at"]
