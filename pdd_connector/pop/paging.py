# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generators over the pages of a list; ``call`` is e.g. ``PddClient.call``.

Source: PDD Open Platform, order query questions (订单查询常见FAQ) and API pages.
"""

from .apis import READS
from .convert import parse_int
from .errors import PddUnexpectedAnswer

MOST_PAGES = 10_000  # a million rows: no window and no shop has that many


class WindowTooLarge(ValueError):
    """A window holds more rows than the caller takes: ask for a shorter one.

    :ivar int total: rows in the window
    """

    def __init__(self, total):
        super().__init__(f"the window holds {total} rows")
        self.total = total


def pages_backward(call, api_name, rows_key, *, page_size=100, limit=None, **params):
    """Yield ``(page, rows)`` from the last page to the first.

    The rows stand newest first. One that changes while we page leaves a window
    that ends in the past; those behind it move up, towards pages that are still
    to be read, so none is missed and some may come twice. This does not hold for
    a window that ends now or later.

    :param call: callable ``(api_name, **params) -> dict``
    :param str rows_key: key of the list in the answer
    :param int limit: most rows to accept
    :param params: the API's other parameters
    :raise WindowTooLarge: more than ``limit`` rows, before anything is yielded
    :raise PddUnexpectedAnswer: no total, or one that contradicts the rows
    """
    cheap = api_name in READS and READS[api_name].has_next
    count = {"use_has_next": False} if cheap else {}
    follow = {"use_has_next": True} if cheap else {}
    answer = call(api_name, page=1, page_size=page_size, **count, **params)
    rows = _rows(api_name, answer, rows_key)
    total = _total(api_name, answer)
    _check_total(api_name, total, rows, page_size, limit)
    if total <= page_size:
        yield 1, rows
        return
    for page in range(-(-total // page_size), 0, -1):
        answer = call(api_name, page=page, page_size=page_size, **follow, **params)
        yield page, _rows(api_name, answer, rows_key)


def pages_forward(call, api_name, rows_key, *, page_size=100, **params):
    """Yield ``(page, rows)`` from the first page to the last.

    For lists that do not move. It ends with the page that completes the total of
    its own answer, with an empty page, and without total with a short one.

    :param call: callable ``(api_name, **params) -> dict``
    :param str rows_key: key of the list in the answer
    :param params: the API's other parameters
    :raise PddUnexpectedAnswer: an odd total, or the same page again and again
    """
    seen, before = 0, None
    for page in range(1, MOST_PAGES + 1):
        answer = call(api_name, page=page, page_size=page_size, **params)
        rows = _rows(api_name, answer, rows_key)
        if rows and rows == before:
            raise PddUnexpectedAnswer(f"page {page} repeats", api_name=api_name)
        seen, before = seen + len(rows), rows
        yield page, rows
        if not rows or seen >= _end(api_name, answer, seen, rows, page_size):
            return
    raise PddUnexpectedAnswer(f"more than {MOST_PAGES} pages", api_name=api_name)


def _end(api_name, answer, seen, rows, page_size):
    """Return the number of rows after which the list ends, as far as known."""
    if answer.get("total_count") is not None:
        return _total(api_name, answer)
    more = answer.get("has_next", len(rows) >= page_size)
    return seen + 1 if more else seen


def _rows(api_name, answer, rows_key):
    """Return the rows of an answer; null stands for an empty list or no row."""
    rows = answer.get(rows_key)
    if not isinstance(rows, list | None):
        raise PddUnexpectedAnswer(f"{rows_key} is not a list", api_name=api_name)
    return [row for row in rows or [] if row is not None]


def _total(api_name, answer):
    """Return the total of an answer."""
    try:
        return parse_int(answer.get("total_count"))
    except ValueError as error:
        text = f"total_count: {error}"
        raise PddUnexpectedAnswer(text, api_name=api_name) from None


def _check_total(api_name, total, rows, page_size, limit):
    """Refuse a total that cannot be worked with."""
    if total < 0 or total > MOST_PAGES * page_size or (total and not rows):
        text = f"total_count {total} with {len(rows)} rows on page 1"
        raise PddUnexpectedAnswer(text, api_name=api_name)
    if limit is not None and total > limit:
        raise WindowTooLarge(total)
