# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Answers with many rows, kept as the JSON they are sent as.

A full page of orders is 300 kB: making it anew for each call is nearly all the time a
call takes, so the text of an order is kept until the order changes.
"""

import json


class Rows:
    """A list of rows, each of them JSON bytes."""

    def __init__(self, texts):
        self.texts = list(texts)

    def parse(self):
        """Return the rows as objects, for who wants to change them."""
        return [json.loads(text) for text in self.texts]

    def encode(self):
        """Return the list as JSON bytes."""
        return b"[" + b",".join(self.texts) + b"]"


def dump(value):
    """Return compact JSON bytes; Rows may stand inside an answer's envelope."""
    if isinstance(value, Rows):
        return value.encode()
    if isinstance(value, dict) and _holds_rows(value):
        members = (dump(name) + b":" + dump(item) for name, item in value.items())
        return b"{" + b",".join(members) + b"}"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _holds_rows(members):
    return any(
        isinstance(item, Rows) or (isinstance(item, dict) and _holds_rows(item))
        for item in members.values()
    )
