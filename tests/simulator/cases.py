# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What can happen to an order's after-sales cases (refunds.md 3)."""

from .carriers import CARRIERS, USUAL
from .ledger import book_refund
from .lifecycle import Impossible, as_event, require
from .model import AfterSale

#: after_sales_status values of a case that still runs.
_RUNNING = frozenset({2, 3, 4, 5, 6, 7, 8, 14, 15, 18, 21, 22, 27, 31, 32, 33})


@as_event
def refund_request(
    platform,
    order,
    moment,
    amount=None,
    kind=None,
    reason="不想要了",
    line=0,
    fast=False,
    pieces=0,
):
    """The buyer asks for money back.

    :param int amount: fen; default all that is left
    :param int kind: detail coding, 1 refund only, 2 return and refund; default by
        the order's state
    :param int pieces: how many pieces the buyer gives back, when asked by pieces
    """
    require(not running_case(order), "an after-sale is running")
    left = order.pay_amount - order.refunded
    amount = left if amount is None else int(amount)
    is_free = not order.pay_amount and not order.after_sales  # as gift orders are
    is_whole = is_free and not amount
    require(0 < amount <= left or is_whole, "nothing left to refund, or too much")
    kind = int(kind or (1 if order.order_status == 1 else 2))
    require(kind in (1, 2), "only refunds can be asked for here")
    case = _open_case(platform, order, kind, amount, moment)
    case.reason = reason
    case.line = order.lines[line]
    case.is_fast = fast
    case.pieces = int(pieces)
    order.after_sales.append(case)
    platform.shops[order.mall_id].after_sales[case.after_sales_id] = case
    _tell_case(platform, order, case, "pdd_refund_RefundCreated", 1000)


def _open_case(platform, order, kind, amount, moment):
    shipped = order.order_status > 1
    return AfterSale(
        after_sales_id=next(platform.case_ids),
        order_sn=order.order_sn,
        mall_id=order.mall_id,
        kind=kind,
        status=2 if kind == 1 else 3,
        reason="",
        remark="",
        refund=amount,
        created=moment,
        reopened=moment,
        updated=int(moment),
        shipped=shipped,
        line=order.lines[0],
        user_shipping_status="2" if shipped else "0",
    )


@as_event
def refund_agree(platform, order, moment, after_sales_id=None, role=2):
    """The merchant (role 2) or the platform (3) agrees; the money follows."""
    case = _case(order, after_sales_id)
    require(case.status in (2, 3, 7, 8), "nothing to agree to")
    _change(case, 5 if role == 3 else 4, moment, role)
    _tell_case(platform, order, case, "pdd_refund_RefundAgreeAgreement", 1000)
    delay = platform.settings.refund_payout_delay
    if delay:
        due = moment + delay
        platform.schedule(due, "pay_out", order.order_sn, case.after_sales_id)
    else:
        refund_grant(platform, order, moment, case.after_sales_id)


@as_event
def refund_grant(platform, order, moment, after_sales_id=None):
    """The money has gone back."""
    case = _case(order, after_sales_id)
    require(case.status in (2, 3, 4, 5, 7, 8), "nothing to pay out")
    _change(case, 10, moment, case.operator_role)
    if order.order_status == 1 and platform.settings.refund_restores_stock:
        for line in order.lines:
            platform.shops[order.mall_id].skus[line.sku_id].quantity += line.count
    book_refund(platform, order, case, moment)


@as_event
def refund_refuse(platform, order, moment, after_sales_id=None):
    """The merchant refuses in the back office."""
    case = _case(order, after_sales_id)
    require(case.status in (2, 3), "nothing to refuse")
    _change(case, 6, moment, 2)


@as_event
def refund_withdraw(platform, order, moment, after_sales_id=None):
    """The buyer takes the request back."""
    case = _case(order, after_sales_id)
    require(case.status in (2, 3, 6, 7, 8), "nothing to withdraw")
    _change(case, 11, moment, 1)
    _tell_case(platform, order, case, "pdd_refund_RefundClosed", 1000)


@as_event
def refund_reopen(platform, order, moment, after_sales_id=None):
    """The buyer asks again: the id stays, the time moves (refunds.md 3 [M])."""
    case = _case(order, after_sales_id)
    require(case.status in (6, 9, 11, 12, 13), "the case is not closed")
    _change(case, 2 if case.kind == 1 else 3, moment, 1)
    case.reopened = moment
    _tell_case(platform, order, case, "pdd_refund_RefundBuyerModifyAgreement", 1000)


@as_event
def return_agree(platform, order, moment, after_sales_id=None):
    """The merchant lets the buyer send the goods back."""
    case = _case(order, after_sales_id)
    require(case.status == 3, "no return asked for")
    _change(case, 7, moment, 2)
    _tell_case(platform, order, case, "pdd_refund_RefundAgreeAgreement", 1000)


@as_event
def return_ship(platform, order, moment, after_sales_id=None, tracking_number=None):
    """The buyer sends the goods back."""
    case = _case(order, after_sales_id)
    require(case.status in (7, 15, 22), "the return is not agreed")
    carrier = platform.rng.choice(USUAL)
    case.express_no = tracking_number or carrier.make_number(platform.rng)
    case.shipping_name = carrier.name
    _change(case, case.status, moment, 1)
    _tell_case(platform, order, case, "pdd_refund_RefundBuyerReturnGoods", 1000)


@as_event
def return_receive(platform, order, moment, after_sales_id=None):
    """The returned goods have reached the merchant."""
    case = _case(order, after_sales_id)
    require(bool(case.express_no), "nothing was sent back")
    case.is_returned = True
    _change(case, case.status, moment, 2)


# -- exchange, resend, repair ------------------------------------------------------
@as_event
def exchange_request(platform, order, moment, kind=3, sku_id=None, reason="质量问题"):
    """The buyer wants another piece (3), a lost one again (4), or a repair (5)."""
    kind = int(kind)
    require(kind in _FIRST_STATUS, "kinds here: 3 exchange, 4 resend, 5 repair")
    require(order.order_status > 1, "not shipped")
    require(not running_case(order), "an after-sale is running")
    case = _open_case(platform, order, kind, 0, moment)
    case.status = _FIRST_STATUS[kind]
    case.reason = reason
    skus = platform.shops[order.mall_id].skus
    case.exchange_sku = skus[int(sku_id or case.line.sku_id)] if kind == 3 else None
    order.after_sales.append(case)
    platform.shops[order.mall_id].after_sales[case.after_sales_id] = case
    _tell_case(platform, order, case, "pdd_refund_RefundCreated", 1000)


#: Exchange and repair wait for the merchant's word, a resend for the parcel.
_FIRST_STATUS = {3: 14, 4: 32, 5: 21}


@as_event
def exchange_agree(platform, order, moment, after_sales_id=None):
    """The merchant agrees in the back office: the buyer sends the piece."""
    case = _case(order, after_sales_id)
    require(case.status in (14, 21), "nothing to agree to")
    _change(case, 15 if case.status == 14 else 22, moment, 2)
    _tell_case(platform, order, case, "pdd_refund_RefundAgreeAgreement", 1000)


@as_event
def exchange_ship(
    platform, order, moment, after_sales_id=None, carrier_id=44, tracking_number=None
):
    """The merchant sends the new, lost or repaired piece."""
    case = _case(order, after_sales_id)
    require(case.status in (15, 22, 32), "nothing to send")
    carrier = CARRIERS[int(carrier_id)]
    case.sent_carrier = carrier.carrier_id
    case.sent_number = tracking_number or carrier.make_number(platform.rng)
    _change(case, 27 if case.kind == 5 else 18, moment, 2)


@as_event
def exchange_confirm(platform, order, moment, after_sales_id=None, ok=True):
    """The buyer confirms the piece, or the case fails."""
    case = _case(order, after_sales_id)
    require(case.status in (18, 27), "nothing to confirm")
    done, failed = (25, 24) if case.kind == 5 else (16, 17)
    _change(case, done if ok else failed, moment, 1)
    _tell_case(platform, order, case, "pdd_refund_RefundClosed", 1000)


@as_event
def case_status(platform, order, moment, status, after_sales_id=None, role=3):
    """The platform moves a case to any status without money, e.g. 8, 9, 12 or 33."""
    case = _case(order, after_sales_id)
    require(int(status) != 10 and case.status != 10, "money moves by other events")
    _change(case, int(status), moment, int(role))
    closed = int(status) in (9, 11, 12, 13, 17, 24)
    topic = "RefundClosed" if closed else "RefundCreateMessage"
    _tell_case(platform, order, case, f"pdd_refund_{topic}", 1001)


def running_case(order):
    """Return the order's after-sales case that is not finished, or None."""
    last = order.after_sales[-1] if order.after_sales else None
    return last if last and last.status in _RUNNING else None


def _case(order, after_sales_id):
    require(bool(order.after_sales), "the order has no after-sale")
    if after_sales_id is None:
        return order.after_sales[-1]
    for case in order.after_sales:
        if case.after_sales_id == int(after_sales_id):
            return case
    raise Impossible("no such after-sale")


def _change(case, status, moment, role):
    case.status = status
    case.operator_role = role
    case.updated = max(case.updated, int(moment))


def _tell_case(platform, order, case, topic, operation):
    platform.tell_order(
        topic,
        order,
        refund_id=case.after_sales_id,
        refund_fee=case.refund,
        bill_type=case.kind,
        operation=operation,
        modified=int(case.updated * 1000),
    )
