# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What can happen to an order after the deal (orders.md 3); after-sales: ``cases``.

Each event is a function ``(platform, order, moment, **details)`` registered under its
name; it checks the state, changes it and tells the push channel. The caller publishes
the order afterwards.
"""

import dataclasses

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
)
from .model import BillRow, Promise

EVENTS = {}


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


def as_event(function):
    """Register an event under the function's name."""
    EVENTS[function.__name__] = function
    return function


def require(condition, reason):
    """Go on only if the state allows it.

    :raise Impossible: it does not
    """
    if not condition:
        raise Impossible(reason)


# -- review, notes, price ----------------------------------------------------------
@as_event
def risk_on(platform, order, moment):
    """Put an unshipped order under review."""
    require(order.order_status == 1 and not order.risk, "not to ship, or in review")
    order.risk = True
    platform.tell_order("pdd_trade_TradeRiskChanged", order)


@as_event
def risk_off(platform, order, moment):
    """End the review."""
    require(order.risk, "not under review")
    order.risk = False
    platform.tell_order("pdd_trade_TradeRiskChanged", order)


@as_event
def memo(platform, order, moment, text="请尽快发货"):
    """Change the buyer's note."""
    order.buyer_memo = text
    platform.tell_order("pdd_trade_BuyerMemoModified", order)


@as_event
def remark(platform, order, moment, text="", tag=None, tag_name=""):
    """Change the merchant's note in the back office."""
    order.remark = text
    order.remark_tag = tag
    order.remark_tag_name = tag_name
    platform.tell_order("pdd_trade_TradeMemoModified", order)


@as_event
def price_change(platform, order, moment, amount=100):
    """Cut the price by ``amount`` fen; negative raises it."""
    require(order.order_status == 1, "already shipped")
    require(order.pay_amount >= amount, "the buyer would pay less than nothing")
    order.order_change += amount


@as_event
def count_change(platform, order, moment, count, line=0):
    """Sell another number of pieces in a line; stock and amounts follow."""
    require(order.order_status == 1, "already shipped")
    old = order.lines[int(line)]
    sku = platform.shops[order.mall_id].skus[old.sku_id]
    more = int(count) - old.count
    require(int(count) > 0 and more <= sku.quantity, "no piece, or sold out")
    require(order.pay_amount + more * old.price >= 0, "the buyer would pay nothing")
    sku.quantity -= more
    changed = dataclasses.replace(old, count=int(count))
    order.lines = [changed if each is old else each for each in order.lines]


@as_event
def urge(platform, order, moment):
    """The buyer urges shipping."""
    require(order.order_status == 1, "already shipped")
    order.urged = moment


@as_event
def shortage(platform, order, moment, on=True):
    """The merchant reports a shortage, or ends it."""
    order.is_stock_out = bool(on)


@as_event
def hold(platform, order, moment, on=True):
    """The platform tags the order ``ship_hold``, or takes the tag away."""
    order.tags = [tag for tag in order.tags if tag != "ship_hold"]
    if on:
        order.tags.append("ship_hold")


@as_event
def pay_balance(platform, order, moment):
    """The buyer pays the balance of a deposit order."""
    require(order.step_status in (0, 1), "no balance to pay")
    order.step_status = 2


@as_event
def gift_create(platform, order, moment, failed=False):
    """The platform has created the gift orders, one for each gift, or failed to.

    It fails where the gift is sold out (orders.md 2.9 names no causes).
    """
    require(order.gift_status == 0, "no gift order to create")
    skus = platform.shops[order.mall_id].skus
    is_sold_out = any(
        skus[gift.sku_id].quantity < gift.count for _sn, gift in order.gifts
    )
    order.gift_status = 2 if failed or is_sold_out else 1
    platform.create_gift_orders(order, moment)


@as_event
def invoice_apply(platform, order, moment, company=None):
    """The buyer asks for an invoice."""
    require(not order.invoice, "asked already")
    apply_for(order, moment, company)
    if order.received:
        issue(order, moment)


@as_event
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


@as_event
def address_change(platform, order, moment, number=None):
    """The buyer moves to another address; ``number`` picks the receiver."""
    require(order.order_status == 1, "already shipped")
    require(order.consolidation is None, "consolidated")
    maker = platform.order_maker
    order.receiver = maker.random_person() if number is None else maker.person(number)
    order.address_version += 1
    platform.tell_order("pdd_trade_TradeLogisticsAddressChanged", order)


# -- parcels -----------------------------------------------------------------------
@as_event
def ship(platform, order, moment, logistics_id=None, tracking_number=None):
    """The merchant ships; carrier and number are made up when not given."""
    require(order.order_status == 1, "already shipped")
    require(not order.risk, "under review")
    require(order.refund_status == 1, "refund in process or done")
    require(order.step_status in (None, 2), "balance not paid")
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


@as_event
def receive(platform, order, moment):
    """The buyer signs, or the platform does so after some days."""
    require(order.order_status == 2, "not on its way")
    order.order_status = 3
    order.received = moment
    issue(order, moment)
    book_income(platform, order, moment + platform.settings.income_lag)
    platform.tell_order("pdd_trade_TradeSuccess", order)


@as_event
def no_trace(platform, order, moment, on=True):
    """The carrier scans the parcel nowhere."""
    order.is_traceless = bool(on)


# -- money beside the order's own --------------------------------------------------
@as_event
def penalty(platform, order, moment, amount=300, kind="late", where="remark"):
    """The platform fines the shop ``amount`` fen.

    :param str kind: ``late`` or ``fake`` shipment
    :param str where: the order number stands in its ``column``, hides in the
        ``remark``, or ``none`` is given
    """
    flow = {"late": LATE, "fake": FAKE}.get(kind)
    require(flow, "kinds of penalties: late, fake")
    book_penalty(platform, order, moment, int(amount), flow, where)


@as_event
def compensation(platform, order, moment, amount=500):
    """The buyer gets ``amount`` fen from the shop after a complaint."""
    _book(platform, order, moment, -int(amount), COMPENSATION)


@as_event
def small_transfer(platform, order, moment, amount=500):
    """The merchant sends the buyer ``amount`` fen beside any after-sale."""
    _book(platform, order, moment, -int(amount), SMALL_TRANSFER)


@as_event
def appeal(platform, order, moment, amount=300):
    """The merchant wins an appeal and gets a penalty back."""
    _book(platform, order, moment, int(amount), APPEAL)


def _book(platform, order, moment, amount, flow):
    row = BillRow(moment, order.order_sn, amount, flow)
    platform.shops[order.mall_id].ledger.add(row)


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
