# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bill of a shop's account (账务明细): preamble, rows, totals at the end.

Format and traps: what the back office exports and what spreadsheets make of it. The
parser reads a stream of rows and keeps none of them.
"""

import hashlib
import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .errors import BillFileError

ORDER_NUMBER = r"\d{6}-\d{15}"
TITLE = "账务明细"
HEADING_WITHIN = 80  # rows
MAX_ROWS = 5_000_000
AMOUNT_LIMIT = 100_000_000  # yuan
FIRST_YEAR, LAST_YEAR = 2015, 2100  # the platform is not older
FEN = Decimal("0.01")

ORDER, TIME, INCOME, EXPENSE, KIND, REMARK, DESCRIPTION = (
    "商户订单号",
    "发生时间",
    "收入金额",
    "支出金额",
    "账务类型",
    "备注",
    "业务描述",
)
# heading without its unit -> column; the first is what the platform writes today
HEADINGS = {
    **dict.fromkeys((ORDER, "商品订单号", "商家订单号"), ORDER),
    TIME: TIME,
    **dict.fromkeys((INCOME, "收入"), INCOME),
    **dict.fromkeys((EXPENSE, "支出"), EXPENSE),
    KIND: KIND,
    REMARK: REMARK,
    DESCRIPTION: DESCRIPTION,
}
# headings of files that look alike -> what is wrong with them
STRANGERS = {"账务流水号": "other_bill", "入账时间": "marketing_bill"}

_UNIT = re.compile(r"[(（].*?[)）]\s*$")
_PERIOD = re.compile(
    r"起始时间\s*[:：]\s*(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\D+?"
    r"终止时间\s*[:：]\s*(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
)
_FOOTER = re.compile(r"#?\s*(收入合计|支出合计|总计|导出时间)\s*[:：]\s*(.*)")
_TOTAL = re.compile(r"(\d{1,12})\s*笔\s*[,，]?\s*共?\s*([+-]?[\d,]*\.?\d+)\s*元?")
_RULE = re.compile(r"[-—=]{5,}")
_AMOUNT = re.compile(r"[¥￥]?\s*([+-]?)[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d*)(\.\d+)?\s*元?")
DAMAGED = re.compile(r"[\d.]+[Ee]\+?\d+|\d+\.\d*|\d{15,}|#+|.*[�…].*")
_CODE = re.compile(r"(\d{7})\s*[|｜]\s*(.*)", re.S)
_IN_REMARK = re.compile(r"订单(?:号|编号)?\s*[:：]?\s*(\d{6}-\d{15})(?!\d)", re.ASCII)


class Row(NamedTuple):
    """One movement of the account."""

    line: int
    order_sn: str
    occurred_at: datetime
    """Naive, the platform's clock."""
    amount: Decimal
    """Yuan, below zero for an expense."""
    kind: str
    remark: str
    code: str
    """Seven digits, empty where the description has none."""
    name: str
    digest: str
    """Equal for rows that are equal but for the amount."""


class Totals(NamedTuple):
    """Number of rows and amount (yuan) of one direction."""

    count: int
    amount: Decimal


class BillParser:
    """Reads one bill; iterate over it, then ask for what stood around the rows.

    :param rows: iterable of ``(line, cells)``, see :func:`.source.open_rows`
    :param str order_number: pattern of an order number that is whole

    A file that breaks off is refused: a line that lacks cells, or a last line without
    an end and no totals that agree.

    :ivar period: start and end (naive, the platform's clock) as the preamble says, or
        None
    :ivar exported: moment (likewise) of the export as the tail says, or None
    :ivar bool is_proven: totals at the end agree with the rows
    :ivar Totals income: of the rows read so far
    :ivar Totals expense: of the rows read so far
    :raise BillFileError: while iterating
    """

    def __init__(self, rows, *, order_number=ORDER_NUMBER):
        self._source = rows
        self._rows = iter(rows)
        self._order_number = re.compile(order_number, re.ASCII)
        self._columns = {}
        self._titles = {}
        self._width = 0
        self._footer = {}
        self._is_bill = False  # something of a bill was seen
        self._line = 1  # the last one that is not empty
        self.period = None
        self.exported = None
        self.is_proven = False
        self.count = 0
        self.income = Totals(0, Decimal(0))
        self.expense = Totals(0, Decimal(0))

    def __iter__(self):
        try:
            yield from self._read()
        except BillFileError as error:
            if self._is_cut(error):
                error = BillFileError("cut_off", line=self._line)
            error.period = self.period
            raise error from None

    def _read(self):
        self._read_head()
        for line, cells in self._rows:
            text = ",".join(cells).strip(", \t")
            if not text:
                continue
            self._line = line
            if self._read_footer(line, text, cells):
                continue
            if self._footer:
                raise BillFileError("after_footer", line=line)
            row = self._read_row(line, cells)
            self._count(row)
            yield row
        self._check_footer()
        if not self.is_proven and not self._source.is_ended:
            raise BillFileError("cut_off", line=self._line)

    def _is_cut(self, error):
        """Return whether an error is only that the file breaks off where it is."""
        if not self._is_bill or error.line not in (None, self._line):
            return False
        try:
            if any(any(map(str.strip, cells)) for _line, cells in self._rows):
                return False
        except BillFileError:
            return False
        lacks = error.code == "cells" and error.facts["found"] < error.facts["expected"]
        return lacks or not self._source.is_ended

    # --- head

    def _read_head(self):
        """Find the headings; the preamble before them names the period."""
        for number, (line, cells) in enumerate(self._rows):
            self._line = line
            titles = [plain_heading(cell) for cell in cells]
            stranger = next((name for name in STRANGERS if name in titles), None)
            if stranger:
                raise BillFileError(STRANGERS[stranger], line=line, heading=stranger)
            if any(HEADINGS.get(title) == ORDER for title in titles):
                self._set_columns(line, cells, titles)
                return
            text = " ".join(cells)
            self._is_bill = self._is_bill or TITLE in text
            found = _PERIOD.search(text)
            if found:
                self._set_period(line, *found.groups())
            if number >= HEADING_WITHIN:
                break
        raise BillFileError("no_heading", heading=ORDER)

    def _set_period(self, line, start, end):
        first, last = parse_moment(start), parse_moment(end)
        if not first or not last or first > last:
            raise BillFileError("period", line=line)
        self._is_bill = True
        self.period = first, last

    def _set_columns(self, line, cells, titles):
        self._is_bill = True
        for place, title in enumerate(titles):
            column = HEADINGS.get(title)
            if column in self._columns:
                raise BillFileError("column_twice", line=line, heading=title)
            if column:
                self._columns[column] = place
                self._titles[column] = cells[place].strip()
        for column in dict.fromkeys(HEADINGS.values()):  # they all are its identity
            if column not in self._columns:
                raise BillFileError("column_missing", line=line, heading=column)
        self._width = max(i for i, title in enumerate(titles) if title) + 1

    # --- rows

    def _read_row(self, line, cells):
        if self.count >= MAX_ROWS:
            raise BillFileError("too_many_rows", line=line, most=MAX_ROWS)
        if len(cells) < self._width or any(c.strip() for c in cells[self._width :]):
            raise BillFileError(
                "cells", line=line, found=len(cells), expected=self._width
            )
        order_sn = self._read_order(line, self._cell(cells, ORDER))
        occurred_at = self._read_time(line, self._cell(cells, TIME))
        amount = self._read_amounts(line, cells)
        kind = self._cell(cells, KIND)
        remark = self._cell(cells, REMARK)
        description = self._cell(cells, DESCRIPTION)
        code, name = _split_description(description)
        if not name and not code:
            raise self._bad("description", line, DESCRIPTION)
        event = "\x1f".join(
            (order_sn, occurred_at.isoformat(), kind, remark, code, name)
        )
        digest = hashlib.blake2b(event.encode(), digest_size=16).hexdigest()
        return Row(
            line, order_sn, occurred_at, amount, kind, remark, code, name, digest
        )

    def _cell(self, cells, column):
        return clean_cell(cells[self._columns[column]])

    def _bad(self, code, line, column, **facts):
        return BillFileError(code, line=line, column=self._titles[column], **facts)

    def _read_order(self, line, text):
        if not text or self._order_number.fullmatch(text):
            return text
        if DAMAGED.fullmatch(text):
            raise self._bad("order_damaged", line, ORDER, value=text[:40])
        raise self._bad("order_unknown_form", line, ORDER, value=text[:40])

    def _read_time(self, line, text):
        moment = parse_moment(text)
        if moment is None:
            raise self._bad("time", line, TIME, value=text[:40])
        if text.count(":") < 2:
            raise self._bad("seconds_lost", line, TIME, value=text[:40])
        if self.period and not self.period[0] <= moment <= self.period[1]:
            raise self._bad("outside_period", line, TIME, value=text[:40])
        return moment

    def _read_amounts(self, line, cells):
        """Return the signed amount; of the two cells one is empty or zero."""
        income = self._read_amount(line, cells, INCOME)
        expense = self._read_amount(line, cells, EXPENSE)
        if income and expense:
            raise self._bad("two_amounts", line, EXPENSE)
        if income < 0:
            raise self._bad("sign", line, INCOME, value=str(income))
        if expense > 0:
            raise self._bad("sign", line, EXPENSE, value=str(expense))
        return income + expense

    def _read_amount(self, line, cells, column):
        text = self._cell(cells, column)
        if not text:
            return Decimal(0)
        amount = parse_amount(text)
        if amount is None:
            raise self._bad("amount", line, column, value=text[:40])
        if amount != amount.quantize(FEN):
            raise self._bad("amount_fraction", line, column, value=text[:40])
        return amount.quantize(FEN)

    def _count(self, row):
        self.count += 1
        if row.amount > 0:
            count, amount = self.income
            self.income = Totals(count + 1, amount + row.amount)
        elif row.amount < 0:
            count, amount = self.expense
            self.expense = Totals(count + 1, amount + row.amount)

    # --- tail

    def _read_footer(self, line, text, cells):
        """Take a line of the tail; return whether it was one."""
        found = _FOOTER.match(text)
        if not found:
            is_alone = not any(cell.strip() for cell in cells[1:])
            is_tail = is_alone and bool(text[0] == "#" or _RULE.fullmatch(text))
            if is_tail:
                self._footer.setdefault("", (line, None))
            return is_tail
        name, rest = found.groups()
        total = _TOTAL.match(unicodedata.normalize("NFKC", rest))
        if name == "导出时间":
            self.exported = parse_moment(rest.strip(", \t"))
        if name in ("收入合计", "支出合计") and not total:
            raise BillFileError("footer_unreadable", line=line, heading=name)
        self._footer[name] = line, total and _totals(total)
        return True

    def _check_footer(self):
        """Compare the totals with the rows.

        Rows without amount are counted on either side, so the two counts are compared
        together.

        :raise BillFileError: they do not agree
        """
        totals = {name: found for name, found in self._footer.items() if found[1]}
        both = [totals[name] for name in ("收入合计", "支出合计") if name in totals]
        if len(both) == 2:
            line = max(line for line, _total in both)
            self._compare_count(line, "", sum(total.count for _line, total in both))
        for name, read in (("收入合计", self.income), ("支出合计", self.expense)):
            if name in totals:
                line, total = totals[name]
                self._compare_amount(line, name, total.amount, read.amount)
                if total.count < read.count:
                    self._compare_count(line, name, total.count)
        if "总计" in totals:
            line, total = totals["总计"]
            net = self.income.amount + self.expense.amount
            self._compare_count(line, "总计", total.count)
            self._compare_amount(line, "总计", total.amount, net)
        self.is_proven = len(both) == 2

    def _compare_count(self, line, heading, count):
        if count != self.count:
            raise BillFileError(
                "footer_count",
                line=line,
                heading=heading,
                expected=count,
                found=self.count,
            )

    def _compare_amount(self, line, heading, total, amount):
        """Compare; the total of the expenses is written with and without minus."""
        if total != amount and not (heading == "支出合计" and -total == amount):
            raise BillFileError(
                "footer_amount",
                line=line,
                heading=heading,
                expected=str(total),
                found=str(amount),
            )


def find_order_number(remark):
    """Return the order number a remark names, or empty text."""
    found = _IN_REMARK.findall(remark or "")
    return found[0] if len(set(found)) == 1 else ""


def clean_cell(cell):
    """Return a cell as it was meant; the platform writes a dash for nothing."""
    text = cell.strip(" \t\r\n\ufeff'")
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()  # how some programs keep a number a text
    return "" if text == "-" else text


def parse_moment(text):
    """Return a naive moment (the platform's clock), None if the text is none."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        moment = _loose_time(text)
    if moment is None or moment.tzinfo:
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def parse_amount(text):
    """Return yuan as Decimal for a cell, None if it is no amount."""
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found or not (found[2] or found[3]):
        return None
    sign, whole, fraction = found.groups()
    amount = Decimal(f"{sign}{(whole or '0').replace(',', '')}{fraction or ''}")
    amount = _mend_float(amount)
    return amount if abs(amount) < AMOUNT_LIMIT else None


def _mend_float(amount):
    """Return the amount a spreadsheet's binary fraction stands for."""
    near = amount.quantize(FEN) if abs(amount) < AMOUNT_LIMIT else amount
    return near if abs(amount - near) < Decimal("0.000001") else amount


def plain_heading(cell):
    """Return a heading without blanks and unit: 收入金额（+元） is 收入金额."""
    return _UNIT.sub("", "".join(cell.split()).strip("\ufeff"))


def _split_description(text):
    """Return code and name of a business description, ``0010002|交易收入-订单收入``."""
    found = _CODE.fullmatch(text)
    return (found[1], found[2].strip()) if found else ("", text)


def _loose_time(text):
    """Return the moment of a time that a spreadsheet wrote its own way, or None."""
    for form in ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _totals(found):
    return Totals(int(found[1]), Decimal(found[2].replace(",", "")))
