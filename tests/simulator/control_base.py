# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What all parts of the control interface share: routes, and how days are read."""

import re

from .clock import day_of, day_start, from_text

ROUTES = []


class Refused(Exception):
    """A request to the control interface makes no sense; the text says why."""


def route(verb, pattern):
    """Register a function ``(simulator, query, body, *groups)`` under a path."""

    def register(function):
        ROUTES.append((verb, re.compile(f"/_sim/{pattern}"), function))
        return function

    return register


def read_moment(value):
    """Read platform text or Unix seconds."""
    try:
        return float(value)
    except ValueError:
        return from_text(value)


def read_day(text):
    """Return a day as given, checked.

    :raise ValueError: no day
    """
    return day_of(day_start(text or ""))
