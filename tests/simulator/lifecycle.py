# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What can happen to an order after the deal (orders.md 3, refunds.md 3).

Each event is a function ``(platform, order, moment, **details)`` registered under its
name; it checks the state, changes it and tells the push channel. The caller publishes
the order afterwards.
"""

from .carriers import CARRIERS, USUAL
from .invoices import apply_for, issue
from .ledger import (
    APPEAL,
    COMPENSATION,
    FAKE,
    LATE,
    SMALL_TRANSFER,
    book_income,
    book_late_shipment,
    book_penalty,
    book_refund,
)
from .model import AfterSale, BillRow, Promise

EVENTS = {}
#: after_sales_status values of a case that still runs.
_RUNNING = frozenset({2, 3, 4, 5, 6, 7, 8, 14, 15, 18, 21, 22, 27, 31, 32, 33})


class Impossible(Exception):
    """The state of the order does not allow the event."""


def apply(platform, order, event, moment, details):
    """Let an event happen.

    :raise Impossible: unknown event, wrong details, or the state does not allow it
    """
    handler = EVENTS.get(event)
    if not handler:
        raise Impossible(f"unknown event {event}; known: {', '.join(sorted(EVENTS))}")
    try:
        handler(platform, order, moment, **details)
    except TypeError as error:
        raise Impossible(f"{event}: {error}") from error


def _event(function):
    EVENTS[function.__name__] = function
    return function


def _require(condition, reason):
    if not condition:
        raise Impossible(reason)


# -- review, notes, price ----------------------------------------------------------
@_event
def risk_on(platform, order, moment):
    """Put an unshipped order under review."""
    _require(order.order_status == 1 and not order.risk, "not to ship, or in review")
    order.risk = True
    platform.tell_order("pdd_trade_TradeRiskChanged", order)


@_event
def risk_off(platform, order, moment):
    """End the review."""
    _require(order.risk, "not under review")
    order.risk = False
    platform.tell_order("pdd_trade_TradeRiskChanged", order)


@_event
def memo(platform, order, moment, text="请尽快发货"):
    """Change the buyer's note."""
    order.buyer_memo = text
    platform.tell_order("pdd_trade_BuyerMemoModified", order)


@_event
def remark(platform, order, moment, text="", tag=None, tag_name=""):
    """Change the merchant's note in the back office."""
    order.remark = text
    order.remark_tag = tag
    order.remark_tag_name = tag_name
    platform.tell_order("pdd_trade_TradeMemoModified", order)


@_event
def price_change(platform, order, moment, amount=100):
    """Cut the price by ``amount`` fen; negative raises it."""
    _require(order.order_status == 1, "already shipped")
    _require(order.pay_amount >= amount, "the buyer would pay less than nothing")
    order.order_change += amount


@_event
def urge(platform, order, moment):
    """The buyer urges shipping."""
    _require(order.order_status == 1, "already shipped")
    order.urged = moment


@_event
def shortage(platform, order, moment, on=True):
    """The merchant reports a shortage, or ends it."""
    order.is_stock_out = bool(on)


@_event
def hold(platform, order, moment, on=True):
    """The platform tags the order ``ship_hold``, or takes the tag away."""
    order.tags = [tag for tag in order.tags if tag != "ship_hold"]
    if on:
        order.tags.append("ship_hold")


@_event
def pay_balance(platform, order, moment):
    """The buyer pays the balance of a deposit order."""
    _require(order.step_status in (0, 1), "no balance to pay")
    order.step_status = 2


@_event
def gift_create(platform, order, moment, failed=False):
    """The platform has created the gift order, or failed to."""
    _require(order.gift_status == 0, "no gift order to create")
    order.gift_status = 2 if failed else 1


@_event
def invoice_apply(platform, order, moment, company=None):
    """The buyer asks for an invoice."""
    _require(not order.invoice, "asked already")
    apply_for(order, moment, company)
    if order.received:
        issue(order, moment)


@_event
def promise(platform, order, moment, kind=1, text="指定顺丰发货", shipping_id=44):
    """Customer service promises something; a message tells its id."""
    given = Promise(
        promise_id=next(platform.promise_ids),
        order_sn=order.order_sn,
        kind=int(kind),
        level=2,
        status=1,
        text=text,
        detail={"shipping_id": str(shipping_id)} if int(kind) == 1 else {},
        updated=moment,
    )
    platform.shops[order.mall_id].promises[given.promise_id] = given
    platform.tell("pdd_chat_OrderPromise", order.mall_id, promise_id=given.promise_id)


@_event
def address_change(platform, order, moment, number=None):
    """The buyer moves to another address; ``number`` picks the receiver."""
    _require(order.order_status == 1, "already shipped")
    _require(order.consolidation is None, "consolidated")
    maker = platform.order_maker
    order.receiver = maker.random_person() if number is None else maker.person(number)
    order.address_version += 1
    platform.tell_order("pdd_trade_TradeLogisticsAddressChanged", order)


# -- parcels -----------------------------------------------------------------------
@_event
def ship(platform, order, moment, logistics_id=None, tracking_number=None):
    """The merchant ships; carrier and number are made up when not given."""
    _require(order.order_status == 1, "already shipped")
    _require(not order.risk, "under review")
    _require(order.refund_status == 1, "refund in process or done")
    _require(order.step_status in (None, 2), "balance not paid")
    carrier = CARRIERS.get(logistics_id) or platform.rng.choice(USUAL)
    order.order_status = 2
    order.shipped = moment
    set_parcel(
        platform, order, carrier, tracking_number or carrier.make_number(platform.rng)
    )
    book_late_shipment(platform, order, moment)
    platform.tell_order("pdd_trade_TradeSellerShip", order)


def set_parcel(platform, order, carrier, number):
    """Give an order its main waybill."""
    numbers = platform.shops[order.mall_id].numbers
    order.logistics_id = carrier.carrier_id
    order.tracking_number = number
    numbers.setdefault((carrier.code, number), []).append(order.order_sn)


@_event
def receive(platform, order, moment):
    """The buyer signs, or the platform does so after some days."""
    _require(order.order_status == 2, "not on its way")
    order.order_status = 3
    order.received = moment
    issue(order, moment)
    book_income(platform, order, moment + platform.settings.income_lag)
    platform.tell_order("pdd_trade_TradeSuccess", order)


@_event
def no_trace(platform, order, moment, on=True):
    """The carrier scans the parcel nowhere."""
    order.is_traceless = bool(on)


# -- money beside the order's own --------------------------------------------------
@_event
def penalty(platform, order, moment, amount=300, kind="late", where="remark"):
    """The platform fines the shop ``amount`` fen.

    :param str kind: ``late`` or ``fake`` shipment
    :param str where: the order number stands in its ``column``, hides in the
        ``remark``, or ``none`` is given
    """
    flow = {"late": LATE, "fake": FAKE}.get(kind)
    _require(flow, "kinds of penalties: late, fake")
    book_penalty(platform, order, moment, int(amount), flow, where)


@_event
def compensation(platform, order, moment, amount=500):
    """The buyer gets ``amount`` fen from the shop after a complaint."""
    _book(platform, order, moment, -int(amount), COMPENSATION)


@_event
def small_transfer(platform, order, moment, amount=500):
    """The merchant sends the buyer ``amount`` fen beside any after-sale."""
    _book(platform, order, moment, -int(amount), SMALL_TRANSFER)


@_event
def appeal(platform, order, moment, amount=300):
    """The merchant wins an appeal and gets a penalty back."""
    _book(platform, order, moment, int(amount), APPEAL)


def _book(platform, order, moment, amount, flow):
    row = BillRow(moment, order.order_sn, amount, flow)
    platform.shops[order.mall_id].ledger.add(row)


# -- after-sales -------------------------------------------------------------------
@_event
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
    _require(not running_case(order), "an after-sale is running")
    left = order.pay_amount - order.refunded
    amount = left if amount is None else int(amount)
    _require(0 < amount <= left, "nothing left to refund, or too much")
    kind = int(kind or (1 if order.order_status == 1 else 2))
    _require(kind in (1, 2), "only refunds can be asked for here")
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


@_event
def refund_agree(platform, order, moment, after_sales_id=None, role=2):
    """The merchant (role 2) or the platform (3) agrees; the money follows."""
    case = _case(order, after_sales_id)
    _require(case.status in (2, 3, 7, 8), "nothing to agree to")
    _change(case, 5 if role == 3 else 4, moment, role)
    _tell_case(platform, order, case, "pdd_refund_RefundAgreeAgreement", 1000)
    delay = platform.settings.refund_payout_delay
    if delay:
        due = moment + delay
        platform.schedule(due, "pay_out", order.order_sn, case.after_sales_id)
    else:
        refund_grant(platform, order, moment, case.after_sales_id)


@_event
def refund_grant(platform, order, moment, after_sales_id=None):
    """The money has gone back."""
    case = _case(order, after_sales_id)
    _require(case.status in (2, 3, 4, 5, 7, 8), "nothing to pay out")
    _change(case, 10, moment, case.operator_role)
    if order.order_status == 1 and platform.settings.refund_restores_stock:
        for line in order.lines:
            platform.shops[order.mall_id].skus[line.sku_id].quantity += line.count
    book_refund(platform, order, case, moment)


@_event
def refund_refuse(platform, order, moment, after_sales_id=None):
    """The merchant refuses in the back office."""
    case = _case(order, after_sales_id)
    _require(case.status in (2, 3), "nothing to refuse")
    _change(case, 6, moment, 2)


@_event
def refund_withdraw(platform, order, moment, after_sales_id=None):
    """The buyer takes the request back."""
    case = _case(order, after_sales_id)
    _require(case.status in (2, 3, 6, 7, 8), "nothing to withdraw")
    _change(case, 11, moment, 1)
    _tell_case(platform, order, case, "pdd_refund_RefundClosed", 1000)


@_event
def refund_reopen(platform, order, moment, after_sales_id=None):
    """The buyer asks again: the id stays, the time moves (refunds.md 3 [M])."""
    case = _case(order, after_sales_id)
    _require(case.status in (6, 9, 11, 12, 13), "the case is not closed")
    _change(case, 2 if case.kind == 1 else 3, moment, 1)
    case.reopened = moment
    _tell_case(platform, order, case, "pdd_refund_RefundBuyerModifyAgreement", 1000)


@_event
def return_agree(platform, order, moment, after_sales_id=None):
    """The merchant lets the buyer send the goods back."""
    case = _case(order, after_sales_id)
    _require(case.status == 3, "no return asked for")
    _change(case, 7, moment, 2)
    _tell_case(platform, order, case, "pdd_refund_RefundAgreeAgreement", 1000)


@_event
def return_ship(platform, order, moment, after_sales_id=None, tracking_number=None):
    """The buyer sends the goods back."""
    case = _case(order, after_sales_id)
    _require(case.status in (7, 15, 22), "the return is not agreed")
    carrier = platform.rng.choice(USUAL)
    case.express_no = tracking_number or carrier.make_number(platform.rng)
    case.shipping_name = carrier.name
    _change(case, case.status, moment, 1)
    _tell_case(platform, order, case, "pdd_refund_RefundBuyerReturnGoods", 1000)


@_event
def return_receive(platform, order, moment, after_sales_id=None):
    """The returned goods have reached the merchant."""
    case = _case(order, after_sales_id)
    _require(bool(case.express_no), "nothing was sent back")
    case.is_returned = True
    _change(case, case.status, moment, 2)


# -- exchange, resend, repair ------------------------------------------------------
@_event
def exchange_request(platform, order, moment, kind=3, sku_id=None, reason="质量问题"):
    """The buyer wants another piece (3), a lost one again (4), or a repair (5)."""
    kind = int(kind)
    _require(kind in _FIRST_STATUS, "kinds here: 3 exchange, 4 resend, 5 repair")
    _require(order.order_status > 1, "not shipped")
    _require(not running_case(order), "an after-sale is running")
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


@_event
def exchange_agree(platform, order, moment, after_sales_id=None):
    """The merchant agrees in the back office: the buyer sends the piece."""
    case = _case(order, after_sales_id)
    _require(case.status in (14, 21), "nothing to agree to")
    _change(case, 15 if case.status == 14 else 22, moment, 2)
    _tell_case(platform, order, case, "pdd_refund_RefundAgreeAgreement", 1000)


@_event
def exchange_ship(
    platform, order, moment, after_sales_id=None, carrier_id=44, tracking_number=None
):
    """The merchant sends the new, lost or repaired piece."""
    case = _case(order, after_sales_id)
    _require(case.status in (15, 22, 32), "nothing to send")
    carrier = CARRIERS[int(carrier_id)]
    case.sent_carrier = carrier.carrier_id
    case.sent_number = tracking_number or carrier.make_number(platform.rng)
    _change(case, 27 if case.kind == 5 else 18, moment, 2)


@_event
def exchange_confirm(platform, order, moment, after_sales_id=None, ok=True):
    """The buyer confirms the piece, or the case fails."""
    case = _case(order, after_sales_id)
    _require(case.status in (18, 27), "nothing to confirm")
    done, failed = (25, 24) if case.kind == 5 else (16, 17)
    _change(case, done if ok else failed, moment, 1)
    _tell_case(platform, order, case, "pdd_refund_RefundClosed", 1000)


@_event
def case_status(platform, order, moment, status, after_sales_id=None, role=3):
    """The platform moves a case to any status without money, e.g. 8, 9, 12 or 33."""
    case = _case(order, after_sales_id)
    _require(int(status) != 10 and case.status != 10, "money moves by other events")
    _change(case, int(status), moment, int(role))
    closed = int(status) in (9, 11, 12, 13, 17, 24)
    topic = "RefundClosed" if closed else "RefundCreateMessage"
    _tell_case(platform, order, case, f"pdd_refund_{topic}", 1001)


def running_case(order):
    """Return the order's after-sales case that is not finished, or None."""
    last = order.after_sales[-1] if order.after_sales else None
    return last if last and last.status in _RUNNING else None


def _case(order, after_sales_id):
    _require(bool(order.after_sales), "the order has no after-sale")
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


def pass_audit(shop, commit, moment):
    """Make an edit's prices and merchant codes live."""
    commit.check_status = 2
    commit.checked = moment
    goods = shop.goods[commit.goods_id]
    if commit.market_price is not None:
        goods.market_price = commit.market_price
    for sku in goods.skus:
        single, group, onsale = commit.prices.get(sku.sku_id, (None, None, None))
        sku.price = sku.price if single is None else single
        sku.multi_price = sku.multi_price if group is None else group
        sku.is_onsale = sku.is_onsale if onsale is None else onsale
        sku.outer_id = commit.codes.get(sku.sku_id, sku.outer_id)


def reject_audit(commit, moment, comment):
    """Refuse an edit; what is live stays."""
    commit.check_status = 3
    commit.checked = moment
    commit.reject_comment = comment
