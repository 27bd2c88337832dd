# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which moments can be: a time may be well written and still be wrong.

A wrong one must not stand: rows are compared by the time of their last change, and one
of the year 9999 would be newer than all that follows.
"""

from datetime import datetime, timedelta

from .convert import parse_time

PLATFORM_START = datetime(2015, 1, 1)
"""Before the platform existed; naive UTC."""
CLOCK_TOLERANCE = timedelta(minutes=15)  # more than the gateway lets a clock be off
LONGEST_PROMISE = timedelta(days=400)  # presales end within months


def is_past(moment, now):
    """Return whether something can have happened on the platform at a moment.

    :param datetime moment: naive UTC, or None
    :param datetime now: the platform's time, naive UTC
    """
    return bool(moment) and PLATFORM_START <= moment <= now + CLOCK_TOLERANCE


def is_promise(moment, now):
    """Return whether a moment can be one that was promised, as ``is_past``."""
    return bool(moment) and PLATFORM_START <= moment <= now + LONGEST_PROMISE


def parse_past(value, now):
    """Return when something happened; None where that is missing or cannot be.

    :param value: as of ``parse_time``
    :param datetime now: the platform's time, naive UTC
    """
    try:
        moment = parse_time(value)
    except ValueError:
        return None
    return moment if is_past(moment, now) else None
