# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The control interface under ``/_sim/``: JSON in, JSON out.

It is no part of the platform. Everything here is a thin layer over the objects of
:class:`Simulator`, which tests in the same process call directly.
"""

import json
import re

from werkzeug.wrappers import Response

from .account import day_rows, days_between, statement
from .api_goods_edit import submit
from .catalogue import CATEGORY_NAMES
from .clock import day_of, day_start, from_text, to_text
from .lifecycle import EVENTS, Impossible, reject_audit
from .model import BillRow, Sku

_ROUTES = []
#: Orders made by hand accept these names beside the fields of Order.
_ORDER_NAMES = {
    "discount": "seller_discount",
    "order_change_amount": "order_change",
    "capital_free_discount": "leader_discount",
    "risk_control_status": "risk",
}


class Refused(Exception):
    """A request to the control interface makes no sense; the text says why."""


def _route(verb, pattern):
    def register(function):
        _ROUTES.append((verb, re.compile(f"/_sim/{pattern}"), function))
        return function

    return register


class Control:
    """Answers requests under ``/_sim/``.

    :param Simulator simulator: what is controlled
    """

    def __init__(self, simulator):
        self._simulator = simulator

    def answer(self, request):
        """Answer one request; 400 with a reason when it makes no sense."""
        for verb, pattern, function in _ROUTES:
            found = pattern.fullmatch(request.path)
            if found and verb == request.method:
                return self._run(function, request, found.groups())
        return _json({"error": f"no {request.method} {request.path}"}, 404)

    def _run(self, function, request, groups):
        try:
            query = request.args.to_dict()
            body = json.loads(request.get_data() or b"{}")
            return _json(function(self._simulator, query, body, *groups))
        except KeyError as error:
            return _json({"error": f"not found or missing: {error}"}, 404)
        except (Refused, Impossible, ValueError, TypeError, AttributeError) as error:
            return _json({"error": str(error)}, 400)


def _json(value, status=200):
    text = json.dumps(value, ensure_ascii=False)
    return Response(text, status=status, content_type="application/json;charset=UTF-8")


# -- shops, clock, settings, tokens ------------------------------------------------
@_route("GET", "shops")
def list_shops(simulator, query, body):
    """Return the shops with their secrets and current tokens."""
    return [
        {
            "mall_id": str(shop.mall_id),
            "name": shop.name,
            "client_id": shop.client_id,
            "client_secret": shop.client_secret,
            "access_token": shop.access_token,
            "refresh_token": shop.refresh_token,
        }
        for shop in simulator.shops
    ]


@_route("GET", "clock")
def get_clock(simulator, query, body):
    """Return the clock."""
    return simulator.clock.describe()


@_route("POST", "clock")
def move_clock(simulator, query, body):
    """Move, set or freeze the clock, then let what has fallen due happen."""
    clock = simulator.clock
    if "freeze" in body:
        clock.freeze(bool(body["freeze"]))
    if "set" in body:
        clock.set(_moment(body["set"]))
    if "advance" in body:
        clock.advance(float(body["advance"]))
    simulator.platform.settle()
    return clock.describe()


@_route("GET", "settings")
def get_settings(simulator, query, body):
    """Return all settings."""
    return simulator.platform.settings.describe()


@_route("POST", "settings")
def change_settings(simulator, query, body):
    """Change settings by name; counted calls are forgotten."""
    if "tokenless" in body:
        body["tokenless"] = frozenset(body["tokenless"])
    simulator.platform.settings.change(body)
    simulator.throttle.reset()
    return simulator.platform.settings.describe()


@_route("POST", "tokens")
def change_tokens(simulator, query, body):
    """Expire or revoke a shop's tokens, change its scope or its token's life."""
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    action = body.get("action")
    with platform.lock:
        simulator.change_token(shop, action, body.get("api"), body.get("seconds"))
    return {"access_token": shop.access_token, "refresh_token": shop.refresh_token}


# -- load and orders ---------------------------------------------------------------
@_route("POST", "load")
def load(simulator, query, body):
    """Make orders over a period or a month, or a burst of them now."""
    platform = simulator.platform
    mall_id = platform.shop(body.get("mall_id")).mall_id
    if "month" in body:
        numbers = simulator.loader.month(mall_id, int(body["orders"]), body["month"])
    elif "burst" in body:
        numbers = simulator.loader.burst(mall_id, int(body["burst"]))
    else:
        now = platform.clock.now()
        start = _moment(body["start"]) if "start" in body else now - 3600
        end = _moment(body["end"]) if "end" in body else now
        lived = bool(body.get("lived", False))
        restock = bool(body.get("restock", True))
        numbers = simulator.loader.load(
            mall_id, int(body["orders"]), start, end, lived, restock
        )
    return {"count": len(numbers), "order_sns": numbers}


@_route("GET", "orders")
def list_orders(simulator, query, body):
    """Return the true state of all orders, of one shop or of all."""
    platform = simulator.platform
    wanted = query.get("mall_id")
    shops = [platform.shop(wanted)] if wanted else simulator.shops
    with platform.lock:
        platform.settle()
        return [_compact(order) for shop in shops for order in shop.orders.values()]


@_route("GET", r"orders/([^/]+)")
def get_order(simulator, query, body, order_sn):
    """Return the true state of one order, with the plain receiver."""
    platform = simulator.platform
    platform.settle()
    order = platform.find_order(order_sn)
    receiver = order.receiver
    return {
        **_compact(order),
        "receiver": {
            "name": receiver.name,
            "phone": receiver.phone,
            "address": receiver.full_address,
        },
        "after_sales": [_compact_case(case) for case in order.after_sales],
    }


@_route("POST", "orders")
def create_order(simulator, query, body):
    """Make one order by hand; amounts in fen."""
    mall_id, items = body.pop("mall_id", None), body.pop("items", None)
    if "at" in body:
        body["at"] = _moment(body["at"])
    details = {_ORDER_NAMES.get(name, name): value for name, value in body.items()}
    order = simulator.platform.create_order(mall_id, items, **details)
    return {"order_sn": order.order_sn}


@_route("POST", r"orders/([^/]+)/events")
def happen(simulator, query, body, order_sn):
    """Let something happen to an order."""
    event = body.pop("event", "")
    order = simulator.platform.event(order_sn, event, **body)
    return _compact(order)


@_route("GET", "push")
def get_push(simulator, query, body):
    """Return the open lines of the message channel and what waits."""
    return simulator.channel.describe()


@_route("POST", "push")
def tell(simulator, query, body):
    """Send a message of any ``type`` with its ``content``; or ``drop`` all lines."""
    if body.get("drop"):
        simulator.channel.drop_all()
        return simulator.channel.describe()
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    with platform.lock:
        platform.tell(body["type"], shop.mall_id, **body.get("content", {}))
    return simulator.channel.describe()


@_route("GET", "prints")
def list_prints(simulator, query, body):
    """Return the labels a shop has printed on the platform's printers."""
    return simulator.platform.shop(query.get("mall_id")).prints


@_route("GET", "events")
def list_events(simulator, query, body):
    """Return the names of the events, or the messages after ``?after=<id>``."""
    if "after" not in query:
        return sorted(EVENTS)
    after = int(query["after"])
    return [
        {
            "id": event.event_id,
            "time": to_text(event.moment),
            "type": event.topic,
            "mall_id": str(event.mall_id),
            "content": event.content,
        }
        for event in simulator.platform.events
        if event.event_id > after
    ]


def _compact(order):
    return {
        "order_sn": order.order_sn,
        "mall_id": str(order.mall_id),
        "order_status": order.order_status,
        "refund_status": order.refund_status,
        "after_sales_status": order.after_sales_status,
        "risk": order.risk,
        "confirm_time": to_text(order.confirmed),
        "updated_at": to_text(order.updated),
        "pay_amount": order.pay_amount,
        "platform_discount": order.platform_discount,
        "seller_discount": order.seller_discount,
        "postage": order.postage,
        "goods_amount": order.goods_amount,
        "receivable": order.pay_amount + order.platform_discount,
        "refunded": order.refunded,
        "open_address_id": order.receiver.key,
        "logistics_id": order.logistics_id,
        "tracking_number": order.tracking_number,
        "buyer_memo": order.buyer_memo,
        "remark": order.remark,
        "tags": list(order.tags),
        "items": [
            {"sku_id": str(line.sku_id), "count": line.count, "price": line.price}
            for line in order.lines
        ],
    }


def _compact_case(case):
    return {
        "after_sales_id": case.after_sales_id,
        "kind": case.kind,
        "status": case.status,
        "refund": case.refund,
        "updated": to_text(case.updated),
        "express_no": case.express_no,
        "is_returned": case.is_returned,
    }


# -- account -----------------------------------------------------------------------
@_route("GET", "balance")
def get_balance(simulator, query, body):
    """Return opening, income, expense and closing of a shop's day, in fen."""
    platform = simulator.platform
    shop = platform.shop(query.get("mall_id"))
    day = _day(query.get("date"))
    with platform.lock:
        platform.settle()
        return statement(platform, shop, day)


@_route("GET", "account")
def list_account(simulator, query, body):
    """Return the account's rows of a ``date``, or ``from`` one day ``to`` another."""
    platform = simulator.platform
    shop = platform.shop(query.get("mall_id"))
    first = _day(query.get("from") or query.get("date"))
    last = _day(query.get("to") or query.get("date"))
    with platform.lock:
        platform.settle()
        return [
            {
                "time": to_text(row.moment),
                "order_sn": row.order_sn,
                "amount": row.amount,
                "flow": row.flow,
                "remark": row.remark,
            }
            for day in days_between(first, last)
            for row in day_rows(platform, shop, day)
        ]


@_route("POST", "account")
def book(simulator, query, body):
    """Book a row: ``amount`` in fen, ``flow`` (the code), ``order_sn``, ``remark``."""
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    moment = _moment(body["at"]) if "at" in body else platform.clock.now()
    row = BillRow(
        moment,
        body.get("order_sn", ""),
        int(body["amount"]),
        str(body["flow"]),
        body.get("remark", "-"),
    )
    with platform.lock:
        shop.ledger.add(row)
    return {"time": to_text(moment)}


def _day(text):
    """Return a day as given, checked.

    :raise ValueError: no day
    """
    return day_of(day_start(text or ""))


# -- goods -------------------------------------------------------------------------
@_route("GET", "goods")
def list_goods(simulator, query, body):
    """Return all SKUs of a shop as a flat list."""
    shop = simulator.platform.shop(query.get("mall_id"))
    return [_flat(goods, sku) for goods in shop.live_goods() for sku in goods.skus]


def _flat(goods, sku):
    leaf = next((cat for cat in goods.categories[::-1] if cat), 0)
    return {
        "goods_id": str(goods.goods_id),
        "sku_id": str(sku.sku_id),
        "outer_id": sku.outer_id,
        "outer_goods_id": goods.outer_goods_id,
        "goods_name": goods.name,
        "spec": sku.spec_text,
        "spec_details": [
            {"parent_name": spec.parent_name, "spec_name": spec.spec_name}
            for spec in sku.specs
        ],
        "price_fen": sku.multi_price,
        "single_price_fen": sku.price,
        "quantity": sku.quantity,
        "reserve_quantity": sku.reserve_quantity,
        "is_onsale": goods.is_onsale and sku.is_onsale,
        "is_promoted": goods.is_promoted,
        "weight_g": sku.weight,
        "category_name": CATEGORY_NAMES.get(leaf, ""),
    }


@_route("POST", "goods")
def change_goods(simulator, query, body):
    """Change, add or delete a goods or a SKU.

    ``action``: ``change`` (default), ``add``, ``add_sku``, ``delete``, ``delete_sku``,
    ``audit`` (``commit_id``, ``pass``). Changes by the merchant are live at once here;
    with ``"audited": true`` a new ``outer_id`` waits for the audit.
    """
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    action = _GOODS_ACTIONS.get(body.get("action", "change"))
    if not action:
        raise Refused(f"actions: {', '.join(_GOODS_ACTIONS)}")
    with platform.lock:
        return action(platform, shop, body)


def _change(platform, shop, body):
    if "sku_id" not in body:
        goods = shop.goods[int(body["goods_id"])]
        _set(goods, body, ("name", "outer_goods_id", "is_onsale", "is_promoted"))
        platform.tell_goods("pdd_goods_GoodsUpdate", goods)
        return {"goods_id": str(goods.goods_id)}
    sku = shop.skus[int(body["sku_id"])]
    goods = shop.goods[sku.goods_id]
    if body.get("audited"):
        codes = {sku.sku_id: body["outer_id"]}
        commit = submit(platform, shop, goods, prices={}, codes=codes)
        return {"commit_id": commit.commit_id}
    names = ("outer_id", "quantity", "reserve_quantity", "is_onsale", "weight")
    _set(sku, body, names)
    sku.multi_price = int(body.get("price_fen", sku.multi_price))
    sku.price = int(body.get("single_price_fen", max(sku.price, sku.multi_price + 1)))
    platform.tell_goods("pdd_goods_GoodsUpdate", goods)
    return _flat(goods, sku)


def _set(target, body, names):
    for name in names:
        if name in body:
            setattr(target, name, body[name])


def _add(platform, shop, body):
    options = tuple(
        (name, tuple((value, value, 0) for value in values))
        for name, values in body.get("options", {}).items()
    )
    goods = shop.goods_maker.make(
        body["goods_name"],
        int(body.get("cat_id", 435)),
        options,
        int(body.get("price_fen", 1990)),
        body.get("outer_goods_id", ""),
        platform.clock.now(),
        int(body.get("weight", 500)),
    )
    goods.is_promoted = bool(body.get("is_promoted", False))
    shop.add_goods(goods)
    platform.tell_goods("pdd_goods_GoodsAdd", goods)
    return [_flat(goods, sku) for sku in goods.skus]


def _add_sku(platform, shop, body):
    goods = shop.goods[int(body["goods_id"])]
    model = goods.skus[0]
    price = int(body.get("price_fen", model.multi_price))
    sku = Sku(
        sku_id=max(shop.skus) + 1,
        goods_id=goods.goods_id,
        outer_id=body.get("outer_id", ""),
        specs=list(model.specs),
        price=price + 100,
        multi_price=price,
        quantity=int(body.get("quantity", 100)),
        reserve_quantity=0,
        weight=model.weight,
    )
    goods.skus.append(sku)
    shop.skus[sku.sku_id] = sku
    return _flat(goods, sku)


def _delete(platform, shop, body):
    goods = shop.goods[int(body["goods_id"])]
    goods.is_deleted = True
    platform.tell_goods("pdd_goods_GoodsDelete", goods)
    return {"deleted": str(body["goods_id"])}


def _delete_sku(platform, shop, body):
    sku = shop.skus.pop(int(body["sku_id"]))
    shop.goods[sku.goods_id].skus.remove(sku)
    return {"deleted": str(sku.sku_id)}


def _audit(platform, shop, body):
    commit = shop.commits[int(body["commit_id"])]
    if commit.check_status != 1:
        raise Refused("the audit is over")
    now = platform.clock.now()
    if body.get("pass", True):
        platform.finish_audit(now, shop.mall_id, commit.commit_id)
    else:
        reject_audit(commit, now, body.get("comment", "主图含有文字"))
        platform.tell_goods("pdd_goods_GoodsCheckReject", shop.goods[commit.goods_id])
    return {"check_status": commit.check_status}


_GOODS_ACTIONS = {
    "change": _change,
    "add": _add,
    "add_sku": _add_sku,
    "delete": _delete,
    "delete_sku": _delete_sku,
    "audit": _audit,
}


# -- faults and journal ------------------------------------------------------------
@_route("GET", "faults")
def list_faults(simulator, query, body):
    """Return the faults still in force."""
    return simulator.faults.describe()


@_route("POST", "faults")
def add_fault(simulator, query, body):
    """Add a fault."""
    simulator.faults.add(**body)
    return simulator.faults.describe()


@_route("DELETE", "faults")
def clear_faults(simulator, query, body):
    """Take all faults away."""
    simulator.faults.clear()
    return []


@_route("GET", "journal")
def read_journal(simulator, query, body):
    """Return received calls; ``since``: platform text or Unix seconds."""
    since = _moment(query["since"]) if query.get("since") else None
    after = int(query.get("after", 0))
    return simulator.journal.entries(query.get("api"), since, after)


@_route("DELETE", "journal")
def clear_journal(simulator, query, body):
    """Forget all calls."""
    simulator.journal.clear()
    return []


def _moment(value):
    """Read platform text or Unix seconds."""
    try:
        return float(value)
    except ValueError:
        return from_text(value)
