# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Amounts exact to the fen, for what floats of the database are too coarse."""

from decimal import ROUND_DOWN, Decimal

FEN = Decimal("0.01")


def to_fen(amount):
    """Return a float amount as Decimal yuan, exact to the fen."""
    return Decimal(str(amount or 0)).quantize(FEN)


def spread(total, weights):
    """Spread an amount over weights, to the fen, the largest remainders first.

    :param Decimal total: yuan
    :param list weights: one amount per part; all zero: the first takes all
    :return list: one Decimal per part, their sum is ``total``
    """
    weights = [to_fen(weight) for weight in weights]
    whole = sum(weights)
    if not whole:
        return [total, *[Decimal(0)] * (len(weights) - 1)]
    exact = [total * weight / whole for weight in weights]
    shares = [part.quantize(FEN, rounding=ROUND_DOWN) for part in exact]
    missing = int((total - sum(shares)) / FEN)
    order = sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])
    for index in order[:missing]:
        shares[index] += FEN
    return shares
