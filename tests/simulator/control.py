# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The control interface under ``/_sim/``: JSON in, JSON out.

It is no part of the platform. Everything here is a thin layer over the objects of
:class:`Simulator`, which tests in the same process call directly.
"""

import json

from werkzeug.wrappers import Response

from . import control_account, control_goods  # noqa: F401  they register routes
from .clock import to_text
from .control_base import ROUTES, Refused, read_moment, route
from .lifecycle import EVENTS, Impossible

#: Orders made by hand accept these names beside the fields of Order.
_ORDER_NAMES = {
    "discount": "seller_discount",
    "order_change_amount": "order_change",
    "capital_free_discount": "leader_discount",
    "risk_control_status": "risk",
}


class Control:
    """Answers requests under ``/_sim/``.

    :param Simulator simulator: what is controlled
    """

    def __init__(self, simulator):
        self._simulator = simulator

    def answer(self, request):
        """Answer one request; 400 with a reason when it makes no sense."""
        for verb, pattern, function in ROUTES:
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
@route("GET", "shops")
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


@route("GET", "clock")
def get_clock(simulator, query, body):
    """Return the clock."""
    return simulator.clock.describe()


@route("POST", "clock")
def move_clock(simulator, query, body):
    """Move, set or freeze the clock, then let what has fallen due happen."""
    clock = simulator.clock
    if "freeze" in body:
        clock.freeze(bool(body["freeze"]))
    if "set" in body:
        clock.set(read_moment(body["set"]))
    if "advance" in body:
        clock.advance(float(body["advance"]))
    simulator.platform.settle()
    return clock.describe()


@route("GET", "settings")
def get_settings(simulator, query, body):
    """Return all settings."""
    return simulator.platform.settings.describe()


@route("POST", "settings")
def change_settings(simulator, query, body):
    """Change settings by name; counted calls are forgotten."""
    if "tokenless" in body:
        body["tokenless"] = frozenset(body["tokenless"])
    simulator.platform.settings.change(body)
    simulator.throttle.reset()
    return simulator.platform.settings.describe()


@route("POST", "tokens")
def change_tokens(simulator, query, body):
    """Expire or revoke a shop's tokens, change its scope or its token's life."""
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    action = body.get("action")
    with platform.lock:
        simulator.change_token(shop, action, body.get("api"), body.get("seconds"))
    return {"access_token": shop.access_token, "refresh_token": shop.refresh_token}


# -- load and orders ---------------------------------------------------------------
@route("POST", "load")
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
        start = read_moment(body["start"]) if "start" in body else now - 3600
        end = read_moment(body["end"]) if "end" in body else now
        lived = bool(body.get("lived", False))
        restock = bool(body.get("restock", True))
        numbers = simulator.loader.load(
            mall_id, int(body["orders"]), start, end, lived, restock
        )
    return {"count": len(numbers), "order_sns": numbers}


@route("GET", "orders")
def list_orders(simulator, query, body):
    """Return the true state of all orders, of one shop or of all."""
    platform = simulator.platform
    wanted = query.get("mall_id")
    shops = [platform.shop(wanted)] if wanted else simulator.shops
    with platform.lock:
        platform.settle()
        return [_compact(order) for shop in shops for order in shop.orders.values()]


@route("GET", r"orders/([^/]+)")
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


@route("POST", "orders")
def create_order(simulator, query, body):
    """Make one order by hand; amounts in fen."""
    mall_id, items = body.pop("mall_id", None), body.pop("items", None)
    if "at" in body:
        body["at"] = read_moment(body["at"])
    details = {_ORDER_NAMES.get(name, name): value for name, value in body.items()}
    order = simulator.platform.create_order(mall_id, items, **details)
    return {"order_sn": order.order_sn}


@route("POST", r"orders/([^/]+)/events")
def happen(simulator, query, body, order_sn):
    """Let something happen to an order."""
    event = body.pop("event", "")
    order = simulator.platform.event(order_sn, event, **body)
    return _compact(order)


@route("GET", "push")
def get_push(simulator, query, body):
    """Return the open lines of the message channel and what waits."""
    return simulator.channel.describe()


@route("POST", "push")
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


@route("GET", "prints")
def list_prints(simulator, query, body):
    """Return the labels a shop has printed on the platform's printers."""
    return simulator.platform.shop(query.get("mall_id")).prints


@route("GET", "events")
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


# -- faults and journal ------------------------------------------------------------
@route("GET", "faults")
def list_faults(simulator, query, body):
    """Return the faults still in force."""
    return simulator.faults.describe()


@route("POST", "faults")
def add_fault(simulator, query, body):
    """Add a fault."""
    simulator.faults.add(**body)
    return simulator.faults.describe()


@route("DELETE", "faults")
def clear_faults(simulator, query, body):
    """Take all faults away."""
    simulator.faults.clear()
    return []


@route("GET", "journal")
def read_journal(simulator, query, body):
    """Return received calls; ``since``: platform text or Unix seconds."""
    since = read_moment(query["since"]) if query.get("since") else None
    after = int(query.get("after", 0))
    return simulator.journal.entries(query.get("api"), since, after)


@route("DELETE", "journal")
def clear_journal(simulator, query, body):
    """Forget all calls."""
    simulator.journal.clear()
    return []
