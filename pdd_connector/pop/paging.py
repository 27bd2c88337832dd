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


class PagesMoved(ValueError):
    """The list changed in a way that may have hidden rows: read the window again.

    :ivar int total: rows in the window, as the platform says in the end
    :ivar int seen: different rows that came
    """

    def __init__(self, total, seen):
        super().__init__(f"the window holds {total} rows, {seen} of them came")
        self.total = total
        self.seen = seen


def pages_backward(
    call,
    api_name,
    rows_key,
    *,
    key=None,
    page_size=100,
    limit=None,
    first_page=None,
    strict=True,
    **params,
):
    """Yield ``(page, rows)`` from the last page to the first.

    The rows stand newest first. One that changes while we page leaves a window
    that ends in the past; those behind it move up, towards pages that are still
    to be read, so none is missed and some may come twice. This does not hold for
    a window that ends now or later, nor for rows that a slow list shows late: the
    total is asked for once more with page 1, and compared with what came.

    :param callable call: ``(api_name, **params) -> dict``
    :param str rows_key: key of the list in the answer
    :param str key: field that tells the rows apart; without it each row counts
    :param int limit: most rows to accept
    :param int first_page: go on with this page of a window that was left half read;
        the total is not compared then
    :param bool strict: whether to compare the total
    :param params: the API's other parameters
    :raise WindowTooLarge: more than ``limit`` rows, before anything is yielded
    :raise PagesMoved: rows may be missing; instead of yielding page 1
    :raise PddUnexpectedAnswer: no total, or one that contradicts the rows
    """
    cheap = api_name in READS and READS[api_name].has_next
    params["page_size"] = page_size
    seen, expected, page = set(), None, first_page
    if page is None:
        answer = call(api_name, page=1, **_counting(cheap, True), **params)
        rows = _rows(api_name, answer, rows_key)
        expected = _total(api_name, answer)
        _check_total(api_name, expected, rows, page_size, limit)
        page = -(-expected // page_size)
    while page > 1:
        answer = call(api_name, page=page, **_counting(cheap, False), **params)
        rows = _rows(api_name, answer, rows_key)
        _note(seen, rows, key)
        yield page, rows
        page -= 1
    if expected is None or expected > page_size:  # else page 1 has come already
        answer = call(api_name, page=1, **_counting(cheap, True), **params)
        rows = _rows(api_name, answer, rows_key)
    if strict and expected is not None:
        _check_complete(expected, _total(api_name, answer), _note(seen, rows, key))
    yield 1, rows


def pages_forward(
    call, api_name, rows_key, *, key=None, page_size=100, first_page=1, **params
):
    """Yield ``(page, rows)`` from the first page to the last.

    For lists that do not move. It ends with the page that completes the total of
    its own answer, with an empty page, and without total with a short one.

    :param callable call: ``(api_name, **params) -> dict``
    :param str rows_key: key of the list in the answer
    :param str key: field that tells the rows apart; without it each row counts
    :param int first_page: go on with this page; those before it were full
    :param params: the API's other parameters
    :raise PddUnexpectedAnswer: an odd total, or the same page again and again
    """
    seen, before = set(), None
    skipped = (first_page - 1) * page_size
    for page in range(first_page, MOST_PAGES + 1):
        answer = call(api_name, page=page, page_size=page_size, **params)
        rows = _rows(api_name, answer, rows_key)
        if rows and rows == before:
            raise PddUnexpectedAnswer(f"page {page} repeats", api_name=api_name)
        count, before = skipped + _note(seen, rows, key), rows
        yield page, rows
        if not rows or count >= _end(api_name, answer, count, rows, page_size):
            return
    raise PddUnexpectedAnswer(f"more than {MOST_PAGES} pages", api_name=api_name)


def _counting(cheap, total):
    """Return the flag that asks for the total, or for the cheaper answer without."""
    return {"use_has_next": not total} if cheap else {}


def _note(seen, rows, key):
    """Add rows to those that came; return how many different ones these are."""
    for row in rows:
        name = row.get(key) if key and isinstance(row, dict) else None
        # a row without a name cannot be told from others: it counts
        seen.add(str(name) if isinstance(name, str | int) else object())
    return len(seen)


def _check_complete(expected, total, seen):
    """Compare the totals before and after with the rows that came.

    Rows only leave a window that lies in the past. So a total that grew means rows
    that came late and pushed others onto pages already read; fewer rows than are
    there in the end means a page that held less than it should.
    """
    if total > expected or total > seen:
        raise PagesMoved(total, seen)


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
