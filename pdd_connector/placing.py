# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a refund before shipping takes off an order, in a stated order. Plain Python.

First the named goods, then the other goods, then postage and fees. Goods whose price went
back in full stay here with all their pieces.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from .models.amounts import spread

ZERO = Decimal(0)
ROUNDING = Decimal("0.02")  # yuan by which shares of two rules may differ


@dataclass
class Goods:
    """What is left of one line of an order.

    :param key: what the caller knows it by
    :param Decimal money: yuan that are left
    :param int pieces: pieces that are left
    :param bool is_named: the refund is about it
    :param bool is_gift: it has no price of its own
    """

    key: object
    money: Decimal
    pieces: int
    is_named: bool = False
    is_gift: bool = False


@dataclass
class Placement:
    """What a refund takes off each line (key -> pieces, yuan) and off the fees (yuan).

    ``rest`` found no place: nothing is left to take it off. ``stuck`` is the price of
    pieces that were given back without all of their money.
    """

    pieces: dict = field(default_factory=dict)
    money: dict = field(default_factory=dict)
    fees: Decimal = ZERO
    rest: Decimal = ZERO
    stuck: Decimal = ZERO

    @property
    def is_complete(self):
        return not self.rest and not self.stuck

    def to_json(self):
        """Return it as plain values, or False when nothing was taken."""
        keys = sorted({*self.pieces, *self.money})
        lines = {
            str(key): [self.pieces.get(key, 0), str(self.money.get(key, ZERO))]
            for key in keys
        }
        if not (lines or self.fees):
            return False
        return {"lines": lines, "fees": str(self.fees), "hand": "0.00"}


def by_hand(amount):
    """Return a placement as plain values: a person has taken it off the sales order."""
    return {"lines": {}, "fees": "0.00", "hand": str(amount)}


def place(amount, pieces, goods, fees):
    """Place a refund.

    :param Decimal amount: yuan given back
    :param int pieces: how many of the named pieces are given back; 0: not known
    :param list goods: the :class:`Goods` of the order, gifts among them
    :param Decimal fees: yuan of postage and service fees that are left
    :return Placement:
    """
    placement = Placement()
    paid = [row for row in goods if not row.is_gift]
    named = [row for row in paid if row.is_named] or paid
    left = amount
    for rows in (named, [row for row in paid if row not in named]):
        left -= _take_money(placement, rows, left)
    placement.fees = min(left, fees)
    placement.rest = left - placement.fees
    if len(paid) == 1 or any(row.is_named for row in paid):
        _take_pieces(placement, named, pieces)
    _shift_rounding(placement, paid, fees)
    _keep_repaid(placement, paid, [row for row in goods if row.is_gift])
    placement.stuck = sum(
        (
            row.money - placement.money.get(row.key, ZERO)
            for row in paid
            if _gone(placement, row)
        ),
        ZERO,
    )
    return placement


def _take_money(placement, rows, amount):
    """Take an amount off the price of rows, in proportion to what is left of it."""
    weights = [row.money for row in rows]
    total = min(amount, sum(weights, ZERO))
    if total <= 0:
        return ZERO
    for row, part in zip(rows, spread(total, weights), strict=True):
        if part:
            placement.money[row.key] = part
    return total


def _take_pieces(placement, named, pieces):
    for row in named:
        taken = min(pieces, row.pieces)
        if taken > 0:
            placement.pieces[row.key] = taken
            pieces -= taken


def _shift_rounding(placement, paid, fees):
    """Let other goods, or the fees, carry the fen that would stay on goods that are gone."""
    for row in paid:
        rest = row.money - placement.money.get(row.key, ZERO)
        if not (row.pieces and _gone(placement, row) and 0 < rest <= ROUNDING):
            continue
        other = next((r for r in paid if not _gone(placement, r) and r.money), None)
        if other:
            taken = placement.money.get(other.key, ZERO)
            placement.money[other.key] = taken - rest
        elif fees:
            placement.fees -= rest
        else:
            continue
        placement.money[row.key] = row.money


def _keep_repaid(placement, paid, gifts):
    """Keep all pieces of goods that were paid back in full; gifts with the last of them."""
    for row in paid:
        if row.pieces and row.money and placement.money.get(row.key) == row.money:
            placement.pieces[row.key] = row.pieces
    if placement.pieces and all(_gone(placement, row) for row in paid):
        for row in gifts:
            if row.pieces:
                placement.pieces[row.key] = row.pieces


def _gone(placement, row):
    return placement.pieces.get(row.key, 0) >= row.pieces
