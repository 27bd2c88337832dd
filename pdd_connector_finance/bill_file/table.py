# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reports of the back office: a line of headings, rows, and perhaps a total.

Other than a bill, a report has no fixed form: which heading stands for what is told by
the caller.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from .errors import BillFileError
from .parser import (
    DAMAGED,
    FEN,
    HEADING_WITHIN,
    ORDER_NUMBER,
    clean_cell,
    parse_amount,
    parse_moment,
    plain_heading,
)

TOTALS = ("总计", "合计", "汇总")
MAX_ROWS = 200_000
SHOWN_HEADINGS, SHOWN_LENGTH = 20, 20  # of those found, and characters of each


class Column(NamedTuple):
    """A column of a report.

    :ivar str kind: ``text``, ``order``, ``moment``, ``day`` or ``amount`` (yuan)
    """

    name: str
    kind: str
    is_required: bool = False


def _list(titles):
    """Return headings for a sentence, as many as one reads."""
    shown = [title[:SHOWN_LENGTH] for title in titles if title]
    return " / ".join(shown[:SHOWN_HEADINGS])


class TableReader:
    """Reads one report; iterate over it for ``(line, {column: value})``.

    :param rows: iterable of ``(line, cells)``, see :func:`.source.open_rows`
    :param columns: :class:`Column` of what is wanted; others are left out
    :param dict headings: heading without unit -> name of the column
    :ivar dict total: values of the row of totals, or None
    :ivar int total_line: its line
    :raise BillFileError: while iterating
    """

    def __init__(self, rows, columns, headings, *, order_number=ORDER_NUMBER):
        self._source = rows
        self._rows = iter(rows)
        self._columns = {column.name: column for column in columns}
        self._headings = headings
        self._order_number = re.compile(order_number, re.ASCII)
        self._places = {}
        self._titles = {}
        self.total = None
        self.total_line = None

    def __iter__(self):
        width = self._read_headings()
        last = None
        for number, (line, cells) in enumerate(self._rows):
            if not any(cell.strip(" \t-") for cell in cells):
                continue
            if number >= MAX_ROWS:
                raise BillFileError("too_many_rows", line=line, most=MAX_ROWS)
            if self.total is not None:
                raise BillFileError("after_footer", line=line)
            if any(clean_cell(cell) in TOTALS for cell in cells):
                self.total, self.total_line = self._read_total(line, cells), line
                continue
            last = line, len(cells)
            yield line, self._read_row(line, cells)
        if last and not self._source.is_ended and last[1] < width:
            raise BillFileError("cut_off", line=last[0])

    # --- headings

    def _read_headings(self):
        """Find the columns; return how many cells the line of headings has."""
        required = [c.name for c in self._columns.values() if c.is_required]
        widest = []
        for number, (line, cells) in enumerate(self._rows):
            titles = [plain_heading(cell) for cell in cells]
            found = [self._headings.get(title) for title in titles]
            missing = [name for name in required if name not in found]
            if not missing:
                self._set_places(line, cells, found)
                return len(cells)
            if len(missing) < len(required):
                raise BillFileError(
                    "report_column",
                    line=line,
                    heading=self._describe(missing[0]),
                    found=_list(titles),
                )
            widest = max(widest, titles, key=lambda some: len([*filter(None, some)]))
            if number >= HEADING_WITHIN:
                break
        raise BillFileError(
            "report_heading",
            heading="; ".join(map(self._describe, required)),
            found=_list(widest),  # the headings: no row has more cells than they
        )

    def _describe(self, name):
        """Return the headings that stand for a column."""
        return " / ".join(h for h, column in self._headings.items() if column == name)

    def _set_places(self, line, cells, found):
        for place, name in enumerate(found):
            if name not in self._columns:
                continue
            if name in self._places:
                heading = plain_heading(cells[place])
                raise BillFileError("column_twice", line=line, heading=heading)
            self._places[name] = place
            self._titles[name] = cells[place].strip()

    # --- rows

    def _read_row(self, line, cells):
        return {
            name: self._read_cell(line, cells, column)
            for name, column in self._columns.items()
        }

    def _read_total(self, line, cells):
        return {
            name: self._read_cell(line, cells, column)
            for name, column in self._columns.items()
            if column.kind == "amount"
        }

    def _read_cell(self, line, cells, column):
        """Return the value of a cell, None where there is none."""
        place = self._places.get(column.name)
        if place is None:
            return None
        cell = cells[place] if place < len(cells) else ""
        text = clean_cell(cell)
        if not text:
            if column.kind == "amount" and cell.strip() == "-":
                return Decimal(0)  # how the platform writes that there was none
            if column.is_required:
                raise self._bad("report_empty", line, column)
            return None
        return getattr(self, f"_read_{column.kind}")(line, column, text)

    def _bad(self, code, line, column, **facts):
        title = self._titles[column.name]
        return BillFileError(code, line=line, column=title, **facts)

    def _read_text(self, line, column, text):
        return text

    def _read_order(self, line, column, text):
        if self._order_number.fullmatch(text):
            return text
        is_damaged = DAMAGED.fullmatch(text)
        code = "order_damaged" if is_damaged else "order_unknown_form"
        raise self._bad(code, line, column, value=text[:40])

    def _read_moment(self, line, column, text):
        moment = parse_moment(text)
        if moment is None:
            raise self._bad("time", line, column, value=text[:40])
        return moment

    def _read_day(self, line, column, text):
        return self._read_moment(line, column, text).date()

    def _read_amount(self, line, column, text):
        amount = parse_amount(text)
        if amount is None:
            raise self._bad("amount", line, column, value=text[:40])
        if amount != amount.quantize(FEN):
            raise self._bad("amount_fraction", line, column, value=text[:40])
        return amount.quantize(FEN)
