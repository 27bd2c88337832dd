# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small model of a shop's account: orders, and what the bill shows of them.

Written from the platform's notes, not from the connector. Money in fen.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .bills import row

INCOME, COUPON, REFUND, COUPON_BACK = "0010002", "0010005", "0020002", "0020005"
FEE, PARTS = "0030002", {"buyer": (INCOME, REFUND), "platform": (COUPON, COUPON_BACK)}
TO_SHIP, SHIPPED, RECEIVED = 1, 2, 3
FEE_PER_10000 = 60


def yuan(fen):
    """Return fen as the text of a bill."""
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def share(amount, part, whole):
    """Return a part of an amount, rounded half up."""
    return (2 * amount * part + whole) // (2 * whole)


@dataclass
class ModelOrder:
    """An order as the platform knows it."""

    order_sn: str
    paid: int
    coupon: int
    sent: dict
    """The row the lists show."""
    status: int = TO_SHIP
    refunds: list = field(default_factory=list)
    coupon_back: int = 0
    fee: int = 0
    fee_back: int = 0
    is_booked: bool = False

    @property
    def refunded(self):
        return sum(refund["fen"] for refund in self.refunds)

    @property
    def is_cancelled(self):
        """It ended before it was shipped."""
        return self.status == TO_SHIP and self.refunded == self.paid


class Account:
    """The shop's account and its clock."""

    def __init__(self):
        self.now = datetime(2026, 6, 1, 9)
        self.rows = []
        self._coupons_due = []

    @property
    def first_day(self):
        return datetime(2026, 6, 1).date()

    @property
    def yesterday(self):
        return self.now.date() - timedelta(days=1)

    def tick(self):
        """Let a second pass; return the moment as the platform writes it."""
        self.now += timedelta(seconds=1)
        return f"{self.now:%Y-%m-%d %H:%M:%S}"

    def next_day(self):
        self.now += timedelta(days=1)
        self.book_coupons()

    def book(self, code, fen, order_sn="", remark="-", times=1):
        """Book equal rows of one second."""
        moment = self.tick()
        line = row(order_sn, yuan(fen), code, moment, remark)
        self.rows += [(self.now, order_sn, code, fen, line)] * times

    def book_income(self, order, *, gone):
        """Book what an order brings; its coupon comes a day later.

        :param int gone: given back before, the fee is not taken of it
        """
        order.is_booked = True
        self.book(INCOME, order.paid, order.order_sn)
        if order.coupon:
            self._coupons_due.append(order)
        total = order.paid + order.coupon - gone
        order.fee = share(total, FEE_PER_10000, 10_000)
        if order.fee:
            self.book(FEE, -order.fee, order.order_sn)

    def book_coupons(self):
        """Book the platform's parts that are due."""
        due, self._coupons_due = self._coupons_due, []
        for order in due:
            self.book(COUPON, order.coupon, order.order_sn)

    def book_refund(self, order, fen, *, leaves_rows):
        """Book a refund that is in ``order.refunds`` already.

        One that ends an order before its income was booked may leave no rows at all.
        """
        if not order.is_booked and order.refunded == order.paid:
            if len(order.refunds) == 1 and not leaves_rows:
                order.is_booked = True
                order.coupon_back = order.coupon
                return
            self.book_income(order, gone=0)
        self.book(REFUND, -fen, order.order_sn)
        due = share(order.coupon, order.refunded, order.paid)
        if due > order.coupon_back:
            self.book(COUPON_BACK, order.coupon_back - due, order.order_sn)
            order.coupon_back = due
        total = order.paid + order.coupon
        fee_due = share(order.fee, order.refunded + order.coupon_back, total)
        if fee_due > order.fee_back:
            self.book(
                FEE, fee_due - order.fee_back, order.order_sn, "基础技术服务费返还"
            )
            order.fee_back = fee_due

    # --- what it shows

    def lines(self, first, last):
        """Return the lines of the bill of some days."""
        return [
            line for moment, *_r, line in self.rows if first <= moment.date() <= last
        ]

    def balance(self, day):
        return sum(
            fen for moment, _sn, _c, fen, _l in self.rows if moment.date() <= day
        )

    def open_amounts(self, order, *, is_invoiced):
        """Return what an order should have open: part -> fen."""
        sums = Counter()
        for _moment, order_sn, code, fen, _line in self.rows:
            if order_sn == order.order_sn:
                sums[code] += fen
        owed = {
            "buyer": order.paid - order.refunded,
            "platform": order.coupon - order.coupon_back,
        }
        return {
            part: (owed[part] if is_invoiced else 0) - sum(sums[code] for code in codes)
            for part, codes in PARTS.items()
        }
