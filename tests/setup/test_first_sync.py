# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When the demo's first sync counts as done, and what is said meanwhile."""

import json

import pytest

from lib import databases, first_sync, postgres
from lib.steps import Trouble

GOODS = {"behind": 9.0, "until": "06-01 12:00", "error": None}
ORDERS = {"behind": 190.0, "until": "06-01 11:57", "error": None}
DONE = {"feeds": {"order": ORDERS, "goods": GOODS}, "orders": {"done": 3, "held": 1}}


@pytest.fixture
def wait(monkeypatch):
    """Return first_sync.wait on given answers of the database, without pauses."""
    monkeypatch.setattr(first_sync, "PAUSE", 0)
    monkeypatch.setattr(first_sync, "TELL_EVERY", 0)
    monkeypatch.setattr(databases, "facts", lambda name: {})

    def wait(*answers, patience=60):
        left = list(answers)
        monkeypatch.setattr(first_sync, "PATIENCE", patience)

        def psql(statement, database):
            return json.dumps(left.pop(0) if len(left) > 1 else left[0])

        monkeypatch.setattr(postgres, "psql", psql)
        notes = []
        return first_sync.wait(notes.append), notes

    return wait


def _feed(name, **values):
    feeds = {**DONE["feeds"], name: {**DONE["feeds"][name], **values}}
    return {**DONE, "feeds": feeds}


@pytest.mark.parametrize(
    "early",
    [
        {"feeds": None, "orders": None},
        {**DONE, "feeds": {"order": ORDERS}},
        _feed("order", behind=3600.0, until="06-01 11:00"),
        _feed("order", behind=None, until=None),
        _feed("goods", behind=None, until=None),
        {**DONE, "orders": {"done": 3, "pending": 1}},
    ],
)
def test_it_waits_until_feeds_have_caught_up_and_nothing_is_pending(wait, early):
    is_complete, notes = wait(early, early, DONE)
    assert is_complete
    assert len(notes) == 2, "each state is told once"
    assert "3 done, 1 held" in notes[-1]


def test_what_takes_longer_goes_on_in_the_background(wait):
    is_complete, notes = wait({**DONE, "orders": {"pending": 2}}, patience=0)
    assert not is_complete
    assert "background" in notes[-1]


def test_a_stuck_feed_and_an_empty_shop_are_trouble(wait):
    with pytest.raises(Trouble, match="orders stopped: wrong secret"):
        wait(_feed("order", behind=None, until=None, error="wrong secret"), patience=0)
    with pytest.raises(Trouble, match="No order came in"):
        wait({"feeds": None, "orders": None}, patience=0)
