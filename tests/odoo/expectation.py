# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo should hold for an order of the platform: a small model of its own.

Written from the platform's notes and the issue, not from the connector; it looks at the
stand-in's true state only. Money in fen.
"""

from dataclasses import dataclass

PRESALE_LEAD = 3 * 86400
GIFT_TO_CREATE, GIFT_FAILED = 0, 2
GIFT_OF = 4
RUNNING = {2, 3, 4, 5, 6, 7, 8, 14, 15, 18, 21, 22, 27, 31, 32, 33}


@dataclass(frozen=True)
class Expected:
    """How an order should end.

    :ivar str state: state of the mirror
    :ivar frozenset reasons: codes of its holds
    :ivar int total: fen of its sales order, None when there is none that counts
    """

    state: str
    reasons: frozenset = frozenset()
    total: int | None = None


def expect(order, now, *, orders=(), unmapped=(), was_made=False, defects=()):
    """Return how an order of the stand-in should end in Odoo.

    :param order: the stand-in's order
    :param float now: the platform's time
    :param dict orders: all orders of the shop by number: a gift waits with its main order
    :param unmapped: SKU ids without product
    :param bool was_made: it was made before what happened last
    :param defects: what the rows lied about: ``amount`` or ``status``
    """
    to_ship = order.order_status == 1
    refunded = [case for case in order.after_sales if case.status == 10]
    early = sum(case.refund for case in refunded if not case.shipped)
    if to_ship and refunded and order.refunded >= order.pay_amount:
        return Expected("cancelled")
    reasons = set(defects)
    if to_ship and "status" not in defects:
        reasons |= _shipping_holds(order) | _gift_holds(order, orders)
        if not was_made:
            reasons |= _making_holds(order, now)
    if not was_made and any(line.sku_id in unmapped for line in _lines(order)):
        reasons.add("sku")
    total = order.pay_amount + order.platform_discount
    total -= early if to_ship or was_made else 0
    if reasons:
        return Expected("held", frozenset(reasons), total if was_made else None)
    return Expected("done", total=total)


def _lines(order):
    """Return what goes into the order's own parcel (orders.md 2.9)."""
    gifts = order.gifts if order.gift_status in (None, GIFT_FAILED) else []
    return [*order.lines, *(line for _number, line in gifts)]


def _shipping_holds(order):
    reasons = set()
    if order.risk:
        reasons.add("risk")
    if order.after_sales and order.after_sales[-1].status in RUNNING:
        reasons.add("refund")
    if "ship_hold" in order.tags:
        reasons.add("ship_hold")
    if order.gifts and order.gift_status == GIFT_TO_CREATE:
        reasons.add("gift")
    return reasons


def _gift_holds(order, orders):
    """A gift order waits while its main order is refunded or may be (orders.md 2.9)."""
    for kind, main_sn in order.related:
        main = orders[main_sn] if kind == GIFT_OF and main_sn in orders else None
        if main and (
            (main.after_sales and main.after_sales[-1].status in RUNNING)
            or main.refunded >= main.pay_amount
        ):
            return {"gift_main"}
    return set()


def _making_holds(order, now):
    reasons = set()
    if order.step_status in (0, 1):
        reasons.add("deposit")
    if order.is_presale and order.presale_until - PRESALE_LEAD > now:
        reasons.add("presale")
    if order.consolidation is not None:
        reasons.add("consolidation")
    return reasons
