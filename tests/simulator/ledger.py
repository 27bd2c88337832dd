# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Rows of a shop's account that follow from its orders (finance.md 2)."""

from .clock import DAY
from .model import BillRow
from .people import fraction

INCOME, COUPON = "0010002", "0010005"
REFUND, COUPON_BACK = "0020002", "0020005"
BASE_FEE, SUBSIDY_FEE = "0030002", "0030003"
COMPENSATION, LATE, FAKE = "0040002", "0040004", "0040005"
PROGRAMME, AFFILIATE = "0050002", "0060001"
CROSS_SHOP, CLAWED_BACK = "0060002", "0140028"
#: Their numbers stand in no source, only their texts: see ``bill.FLOWS``.
SMALL_TRANSFER, APPEAL = "0040999", "0130999"
#: Further costs of some orders: (flow, share of orders, per mille of the total or
#: fen when negative, remark).
_SOME_COSTS = (
    (AFFILIATE, 0.05, 10, "多多进宝佣金扣除"),
    (PROGRAMME, 0.04, -86, "-"),
    (CROSS_SHOP, 0.02, 20, "-"),
    (CLAWED_BACK, 0.003, -200, "-"),
)
_FEE_BACK = "基础技术服务费返还"
#: The penalty one seller's model knows [C]: 3 yuan, from 300 yuan on 1 % up to 30.
_PENALTY, _PENALTY_FROM, _PENALTY_MOST = 300, 30_000, 3000


def _share(amount, part, whole):
    """Return ``amount * part / whole`` rounded half up, in fen."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0


def base_fee(settings, amount):
    """Return the platform's base fee on an amount, in fen."""
    return _share(amount, settings.base_fee_rate, 10_000)


def book_income(platform, order, moment, refunded=None):
    """Book what an order brings, once: payment, platform's discount, fees.

    :param int refunded: fen given back before this; no fee is taken for them
    """
    if order.is_booked:
        return
    order.is_booked = True
    add = platform.shops[order.mall_id].ledger.add
    if order.pay_amount:
        add(BillRow(moment, order.order_sn, order.pay_amount, INCOME))
    if order.platform_discount:
        coupon_moment = moment + _coupon_lag(platform, order)
        add(BillRow(coupon_moment, order.order_sn, order.platform_discount, COUPON))
    total = order.pay_amount + order.platform_discount
    gone = order.refunded + order.coupon_returned if refunded is None else refunded
    order.fee_flow = SUBSIDY_FEE if order.subsidies else BASE_FEE
    order.fee_charged = base_fee(platform.settings, total - gone)
    if order.fee_charged:
        add(BillRow(moment + 1, order.order_sn, -order.fee_charged, order.fee_flow))
    if total >= 1000:
        _book_some_costs(add, order, moment + 2, total)


def _book_some_costs(add, order, moment, total):
    for flow, share, rate, remark in _SOME_COSTS:
        if fraction(f"{flow}/{order.order_sn}") < share:
            amount = rate if rate < 0 else -(total * rate // 1000)
            add(BillRow(moment, order.order_sn, amount, flow, remark))


def _coupon_lag(platform, order):
    """Return how many seconds the platform's share comes after the buyer's."""
    return int(platform.settings.coupon_lag * fraction(f"coupon/{order.order_sn}"))


def book_refund(platform, order, case, moment):
    """Book a refund; of an order not booked yet there may be no rows at all."""
    if not case.refund:
        return  # of a gift order
    if not order.is_booked and order.refunded >= order.pay_amount:
        is_single = case.refund == order.refunded
        if is_single and not _leaves_rows(platform.settings, order):
            order.is_booked = True
            return
        book_income(platform, order, moment, refunded=0)
    add = platform.shops[order.mall_id].ledger.add
    add(BillRow(moment, order.order_sn, -case.refund, REFUND))
    coupon = _take_coupon_back(order)
    if coupon:
        coupon_moment = moment + _coupon_lag(platform, order)
        add(BillRow(coupon_moment, order.order_sn, -coupon, COUPON_BACK))
    fee = _give_fee_back(order)
    if fee:
        add(BillRow(moment + 1, order.order_sn, fee, order.fee_flow, _FEE_BACK))


def _take_coupon_back(order):
    """Return what of the platform's discount goes back with this refund, in fen.

    Shares are taken of all refunds so far, so that several of them end at the whole.
    """
    due = _share(order.platform_discount, order.refunded, order.pay_amount)
    coupon = due - order.coupon_returned
    order.coupon_returned = due
    return coupon


def _give_fee_back(order):
    total = order.pay_amount + order.platform_discount
    due = _share(order.fee_charged, order.refunded + order.coupon_returned, total)
    fee = due - order.fee_returned
    order.fee_returned = due
    return fee


def _leaves_rows(settings, order):
    if settings.unbooked_refund == "mixed":
        return fraction(f"pair/{order.order_sn}") < 0.5
    return settings.unbooked_refund == "pair"


def book_late_shipment(platform, order, moment):
    """Book the penalty for a late shipment on the day after, as the settings say."""
    if not platform.settings.late_penalty or moment <= order.ship_before:
        return
    if order.is_gift:
        return  # the notes expect no rows of it
    total = order.pay_amount + order.platform_discount
    amount = min(total // 100, _PENALTY_MOST) if total >= _PENALTY_FROM else _PENALTY
    place = fraction(f"penalty/{order.order_sn}")
    where = "none" if place < 0.4 else "remark" if place < 0.8 else "column"
    book_penalty(platform, order, moment + DAY, amount, LATE, where)


def book_penalty(platform, order, moment, amount, flow=LATE, where="remark"):
    """Book a penalty.

    :param int amount: fen, positive
    :param str where: the order number stands in its ``column``, hides in the
        ``remark``, or ``none`` is given
    """
    number = order.order_sn if where == "column" else ""
    text = {LATE: "延迟发货", FAKE: "虚假发货"}.get(flow, "扣款")
    remark = f"{text}（订单{order.order_sn}）" if where == "remark" else text
    row = BillRow(moment, number, -amount, flow, remark)
    platform.shops[order.mall_id].ledger.add(row)
