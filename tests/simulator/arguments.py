# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Business parameters of one call, read with the platform's strictness.

An absent or empty required parameter is 21002, a value of the wrong form, range or
age is 21001; both name the parameter.
"""

import json
import re

from .errors import missing, wrong

_INTEGER = re.compile(r"-?\d{1,19}")


class Arguments:
    """Typed access to the texts of a call.

    :param dict texts: parameters as received
    """

    def __init__(self, texts):
        self._texts = texts

    def text(self, name, required=False, longest=None):
        """Return a text, or None when it is absent or empty."""
        value = self._texts.get(name) or None
        if value is None and required:
            raise missing(name)
        if value is not None and longest is not None and len(value) > longest:
            raise wrong(name)
        return value

    def integer(self, name, required=False, default=None, choices=None, low=None):
        """Return an integer; ``choices`` and ``low`` bound it."""
        value = self.text(name, required)
        if value is None:
            return default
        if not _INTEGER.fullmatch(value):
            raise wrong(name)
        number = int(value)
        if choices is not None and number not in choices:
            raise wrong(name)
        if low is not None and number < low:
            raise wrong(name)
        return number

    def boolean(self, name, default=False):
        """Return a boolean; only the lower-case words count (protocol.md 3)."""
        value = self.text(name)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise wrong(name)
        return value == "true"

    def json(self, name, kind, required=True):
        """Return a nested value; ``kind`` is dict or list."""
        value = self.text(name, required)
        if value is None:
            return None
        try:
            parsed = json.loads(value)
        except ValueError as error:
            raise wrong(name) from error
        if not isinstance(parsed, kind):
            raise wrong(name)
        return parsed

    def nested(self, name):
        """Return the members of a JSON object as arguments of their own."""
        return _members(self.json(name, dict))

    def objects(self, name, most):
        """Return a JSON list of 1 to ``most`` objects, each as arguments of its own."""
        rows = self.json(name, list)
        if not rows:
            raise missing(name)
        if len(rows) > most or not all(isinstance(row, dict) for row in rows):
            raise wrong(name)
        return [_members(row) for row in rows]

    def numbers(self, name, most, required=True):
        """Return a comma separated list of order numbers or codes."""
        value = self.text(name, required)
        items = [item.strip() for item in (value or "").split(",") if item.strip()]
        if value and (not items or len(items) > most):
            raise wrong(name)
        return items

    def integers(self, name, most):
        """Return a list of ids, sent as JSON list or comma separated."""
        value = self.text(name, required=True).strip("[]")
        items = [item.strip() for item in value.split(",") if item.strip()]
        if not items or len(items) > most:
            raise wrong(name)
        if not all(_INTEGER.fullmatch(item) for item in items):
            raise wrong(name)
        return [int(item) for item in items]

    def window(self, start_name, end_name, longest):
        """Return a closed time window in seconds, at most ``longest`` long."""
        start = self.integer(start_name, required=True, low=0)
        end = self.integer(end_name, required=True, low=0)
        if end < start or end - start > longest:
            raise wrong(end_name)
        return start, end

    def page(self, required=False, default_size=100, most=100):
        """Return ``(page, page_size)``; pages count from 1."""
        page = self.integer("page", required=required, default=1, low=1)
        size = self.integer("page_size", default=default_size, low=1)
        if size > most:
            raise wrong("page_size")
        return page, size


def _members(values):
    return Arguments(
        {name: _as_text(value) for name, value in values.items() if value is not None}
    )


def _as_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
