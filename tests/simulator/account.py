# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The account of a shop: rows day by day, closed days, balances.

A day is closed when its bill or a later balance is asked for; then the rows that no
order makes are added (finance.md 6) and the day never changes again.
"""

import random
from datetime import date, timedelta

from .clock import DAY, day_of, day_start
from .ledger import COMPENSATION, LATE, PROGRAMME, SMALL_TRANSFER
from .model import BillRow

#: A code that is in no list, as new ones come unannounced.
UNKNOWN = "0990099"
TO_ADVERTISING, WITHDRAWAL, DEPOSIT = "0070004", "0080001", "0120999"
_DEPOSIT = 20_000


class Ledger:
    """All rows of one shop's account, by day."""

    def __init__(self):
        self._days = {}
        self._closed = set()

    def __iter__(self):
        for day in sorted(self._days):
            yield from self._days[day]

    def __len__(self):
        return sum(len(rows) for rows in self._days.values())

    def add(self, row):
        """Book a row.

        :raise ValueError: the bill of its day has been made already
        """
        day = day_of(row.moment)
        if day in self._closed:
            raise ValueError(f"the account's day {day} is closed")
        self._days.setdefault(day, []).append(row)

    def alter(self, order_sn, flow, amount):
        """Let the rows of an order and flow bring another amount, or vanish (0).

        For differences on purpose: the account as it should not be.

        :raise ValueError: there is no such row, or the bill of its day has been made
        """
        found = [
            (day, row)
            for day, rows in self._days.items()
            for row in rows
            if (row.order_sn, row.flow) == (order_sn, flow)
        ]
        if not found or any(day in self._closed for day, _row in found):
            raise ValueError("no such row, or its day is closed")
        for day, row in found:
            row.amount = amount
            if not amount:
                self._days[day].remove(row)

    def on(self, day):
        """Return the rows of a day in order of time."""
        return sorted(self._days.get(day, ()), key=lambda row: row.moment)

    def open_days(self, until):
        """Return the days with rows up to one that are not closed, oldest first."""
        return [day for day in sorted(set(self._days) - self._closed) if day <= until]

    def close(self, day):
        """Let a day never change again."""
        self._closed.add(day)

    def total(self, until):
        """Return the sum of all rows up to and including a day, in fen."""
        return sum(
            row.amount
            for day, rows in self._days.items()
            for row in rows
            if day <= until
        )


def close_days(platform, shop, until):
    """Close all finished days up to one."""
    today = day_of(platform.clock.now())
    balance = None
    for day in shop.ledger.open_days(until):
        if day >= today:
            return
        if balance is None:
            balance = platform.settings.opening_balance + shop.ledger.total(
                _before(day)
            )
        rows = shop.ledger.on(day)
        balance += sum(row.amount for row in rows)
        if platform.settings.shop_rows:
            for row in _shop_rows(platform, shop, day, rows, balance):
                shop.ledger.add(row)
                balance += row.amount
        shop.ledger.close(day)


def _before(day):
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_rows(platform, shop, day):
    """Return the rows of a day in order of time."""
    close_days(platform, shop, day)
    return shop.ledger.on(day)


def statement(platform, shop, day):
    """Return the balances of a day, as the back office would show them; fen.

    Today's figures hold what was booked up to now.
    """
    close_days(platform, shop, day)
    now = platform.clock.now()
    rows = [row for row in shop.ledger.on(day) if row.moment <= now]
    amounts = [row.amount for row in rows]
    opening = platform.settings.opening_balance + shop.ledger.total(_before(day))
    return {
        "mall_id": str(shop.mall_id),
        "date": day,
        "opening": opening,
        "income": sum(amount for amount in amounts if amount > 0),
        "expense": sum(amount for amount in amounts if amount < 0),
        "closing": opening + sum(amounts),
        "rows": len(rows),
    }


def _shop_rows(platform, shop, day, rows, balance):
    """Return what an account has besides orders: see finance.md 6.

    A penalty whose order number hides in the remark, another without any, two
    identical compensations, a small transfer to a buyer, a row of nothing, an unknown
    code, a deposit, an advertising transfer and a withdrawal.
    """
    numbers = sorted({row.order_sn for row in rows if row.order_sn})
    if not numbers:
        return []
    rng = random.Random(f"{platform.seed}-{shop.mall_id}-{day}")
    start = day_start(day)
    hidden, other, third = (rng.choice(numbers) for _row in range(3))
    moment = start + rng.randrange(8, 12) * 3600
    found = [
        BillRow(start + 12 * 3600, "", -300, LATE, f"延迟发货（订单{hidden}）"),
        BillRow(start + 12 * 3600, "", -300, LATE, "延迟发货"),
        BillRow(moment, other, -500, COMPENSATION),
        BillRow(moment, other, -500, COMPENSATION),
        BillRow(moment + 60, third, -rng.randrange(1, 9) * 100, SMALL_TRANSFER),
        BillRow(moment + 90, third, 0, PROGRAMME),
        BillRow(start + 13 * 3600, "", -rng.randrange(100, 900), UNKNOWN, "新业务"),
    ]
    balance += sum(row.amount for row in found)
    top_up = platform.settings.daily_top_up
    return found + _transfers(rng, start, balance, rows, top_up)


def _transfers(rng, start, balance, rows, top_up):
    """Return the moves to other accounts; none takes more than the account holds."""
    income = sum(row.amount for row in rows if row.amount > 0)
    wanted = [
        (start + 14 * 3600, TO_ADVERTISING, top_up),
        (start + 15 * 3600, DEPOSIT, _DEPOSIT if rng.random() < 0.1 else 0),
        (start + 18 * 3600, WITHDRAWAL, income // 2),
    ]
    found = []
    for moment, flow, most in wanted:
        amount = min(most, balance) // 100 * 100
        if amount > 0:
            found.append(BillRow(moment, "", -amount, flow))
            balance -= amount
    return found


def days_between(first, last):
    """Return all days from one to another, both included.

    :raise ValueError: the last lies before the first
    """
    count = int((day_start(last) - day_start(first)) // DAY) + 1
    if count < 1:
        raise ValueError(f"{last} lies before {first}")
    start = date.fromisoformat(first)
    return [(start + timedelta(days=place)).isoformat() for place in range(count)]
