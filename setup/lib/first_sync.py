# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Waiting until the scheduled actions have brought the shop up to date."""

import json
import time

from . import databases, paths, postgres
from .steps import Trouble

PATIENCE = 150  # seconds
LATER_PATIENCE = 8  # seconds, once a first sync was complete
PAUSE = 1
TELL_EVERY = 5  # seconds
#: The order feed stays some minutes behind the platform's clock, whose lists may lag.
CAUGHT_UP = 360  # seconds
QUERY = """
SELECT json_build_object(
    'feeds', (
        SELECT json_object_agg(kind, json_build_object(
            'behind', extract(epoch FROM now() AT TIME ZONE 'utc' - synced_until),
            'until', to_char(synced_until + interval '8 hours', 'MM-DD HH24:MI'),
            'error', last_error) ORDER BY kind DESC)
        FROM pdd_feed),
    'orders', (
        SELECT json_object_agg(state, number)
        FROM (SELECT state, count(*) AS number FROM pdd_order
              GROUP BY state ORDER BY state) AS counted))
"""
ADVICE = (
    "open the shop in Odoo, it says more; read {run}/odoo.log and "
    "{run}/simulator.log; setup/demo reset starts anew."
)


def wait(note):
    """Wait until the feeds have caught up and no order waits, showing how far it is.

    What takes longer than our patience goes on in the background.

    :return bool: whether all is in
    :raise Trouble: a feed is stuck, or nothing came in at all
    """
    is_first = not databases.facts(databases.DEMO).get("synced")
    patience = PATIENCE if is_first else LATER_PATIENCE
    deadline = time.monotonic() + patience
    shown, next_note = None, 0
    while True:
        state, now = _read(), time.monotonic()
        is_over = _is_done(state) or now > deadline
        text = _describe(state)
        if text != shown and (is_over or now >= next_note):
            note(text)
            shown, next_note = text, now + TELL_EVERY
        if is_over:
            break
        time.sleep(PAUSE)
    if _is_done(state):
        return True
    _refuse_stuck(state)
    note(f"still going on after {patience} s; it continues in the background")
    return False


def remember():
    """Note that a first sync was complete: later calls need not wait that long."""
    facts = databases.facts(databases.DEMO)
    databases.set_facts(databases.DEMO, {**facts, "synced": True})


def _read():
    state = json.loads(" ".join(postgres.psql(QUERY, databases.DEMO).splitlines()))
    return {name: value or {} for name, value in state.items()}


def _describe(state):
    """Return one line: how far each feed is, and how many orders are in which state."""
    feeds = [f"{kind} feed {_place(feed)}" for kind, feed in state["feeds"].items()]
    orders = [f"{number} {name}" for name, number in state["orders"].items()]
    read = ", ".join(feeds) or "nothing read yet"
    return f"{read}; sales orders: {', '.join(orders) or 'none yet'}"


def _place(feed):
    if feed["error"]:
        return f"stopped ({feed['error']})"
    return f"up to {feed['until']}" if feed["until"] else "being read"


def _is_done(state):
    feeds = state["feeds"]
    orders, goods = feeds.get("order"), feeds.get("goods")
    return bool(
        orders
        and orders["behind"] is not None
        and orders["behind"] < CAUGHT_UP
        and goods
        and goods["until"]
        and state["orders"]
        and not state["orders"].get("pending")
    )


def _refuse_stuck(state):
    advice = ADVICE.format(run=paths.RUN)
    for kind, feed in state["feeds"].items():
        if feed["error"]:
            raise Trouble(f"Reading {kind}s stopped: {feed['error']}", advice)
    if not state["orders"]:
        raise Trouble(f"No order came in within {PATIENCE} s.", advice)
