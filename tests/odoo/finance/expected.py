# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an order should have open in the books, from the stand-in's true state alone."""

from collections import Counter

from tests.simulator.ledger import COUPON, COUPON_BACK, INCOME, REFUND

BUYER_FLOWS, PLATFORM_FLOWS = (INCOME, REFUND), (COUPON, COUPON_BACK)
RECEIVED, REFUNDED = 3, 10  # order_status; after_sales_status


def open_amounts(order, rows):
    """Return what an order should have open, (buyer's, platform's part), in fen.

    :param order: the stand-in's
    :param rows: its rows of the account
    """
    sums = Counter()
    for row in rows:
        sums[row.flow] += row.amount
    buyer = platform = 0
    if order.order_status == RECEIVED:
        back = sum(c.refund for c in order.after_sales if c.status == REFUNDED)
        buyer = order.pay_amount - back
        # a refund that left no rows took the coupon back as well
        platform = (order.platform_discount - order.coupon_returned) if buyer else 0
    return (
        buyer - sum(sums[flow] for flow in BUYER_FLOWS),
        platform - sum(sums[flow] for flow in PLATFORM_FLOWS),
    )
