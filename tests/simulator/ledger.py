# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Rows of a shop's account that follow from its orders (finance.md 2)."""

from .model import BillRow
from .people import fraction

INCOME, COUPON = "0010002", "0010005"
REFUND, COUPON_BACK = "0020002", "0020005"
BASE_FEE, SUBSIDY_FEE, AFFILIATE = "0030002", "0030003", "0060001"


def _share(amount, part, whole):
    """Return ``amount * part / whole`` rounded half up, in fen."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0


def base_fee(settings, amount):
    """Return the platform's base fee on an amount, in fen."""
    return _share(amount, settings.base_fee_rate, 10_000)


def book_income(platform, order, moment):
    """Book what an order brings, once: payment, platform's discount, fees."""
    if order.is_booked:
        return
    order.is_booked = True
    add = platform.shops[order.mall_id].ledger.append
    if order.pay_amount:
        add(BillRow(moment, order.order_sn, order.pay_amount, INCOME))
    if order.platform_discount:
        add(BillRow(moment, order.order_sn, order.platform_discount, COUPON))
    total = order.pay_amount + order.platform_discount
    fee = base_fee(platform.settings, total)
    if fee:
        flow = SUBSIDY_FEE if order.subsidies else BASE_FEE
        add(BillRow(moment + 1, order.order_sn, -fee, flow))
    if fraction(f"affiliate/{order.order_sn}") < 0.05 and total >= 100:
        row = BillRow(moment + 2, order.order_sn, -(total // 100), AFFILIATE)
        row.remark = "多多进宝佣金扣除"
        add(row)


def book_refund(platform, order, case, moment):
    """Book a refund; of an order not booked yet there may be no rows at all."""
    if not order.is_booked and order.refunded >= order.pay_amount:
        is_single = case.refund == order.refunded
        if is_single and not _leaves_rows(platform.settings, order):
            order.is_booked = True
            return
        book_income(platform, order, moment)
    add = platform.shops[order.mall_id].ledger.append
    coupon = _share(order.platform_discount, case.refund, order.pay_amount)
    fee = base_fee(platform.settings, case.refund + coupon)
    add(BillRow(moment, order.order_sn, -case.refund, REFUND))
    if coupon:
        add(BillRow(moment, order.order_sn, -coupon, COUPON_BACK))
    if fee:
        add(BillRow(moment + 1, order.order_sn, fee, BASE_FEE))


def _leaves_rows(settings, order):
    if settings.unbooked_refund == "mixed":
        return fraction(f"pair/{order.order_sn}") < 0.5
    return settings.unbooked_refund == "pair"
