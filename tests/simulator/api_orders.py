# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Reading orders (orders.md 1)."""

from itertools import islice

from .clock import to_text
from .errors import business, wrong
from .registry import method
from .render import basic_row, order_row, order_text
from .rows import Rows

DAY = 86400
#: Only deals of so many days are served.
OLDEST_DEAL = 90 * DAY
INCREMENT_WINDOW = 1800
_STATUSES = (1, 2, 3, 5)
_REFUND_STATUSES = (1, 2, 3, 4, 5)


@method("pdd.order.list.get", "order_list_get_response")
def list_orders(call):
    """Return the deals of a window of at most 24 hours."""
    return _by_deal(call, lambda orders: _texts(call, orders))


@method("pdd.order.basic.list.get", "order_basic_list_get_response")
def list_basic(call):
    """Return the same deals without receivers."""
    return _by_deal(
        call, lambda orders: [basic_row(order, call.settings) for order in orders]
    )


def _texts(call, orders):
    return Rows(order_text(order, call.settings) for order in orders)


def _by_deal(call, render):
    arguments = call.arguments
    window = arguments.window("start_confirm_at", "end_confirm_at", DAY)
    if window[0] < call.now - OLDEST_DEAL:
        raise wrong("start_confirm_at")
    wanted = _filter(arguments)
    if wanted["trade_type"] is None and not call.settings.missing_trade_type_is_all:
        wanted["trade_type"] = 0
    page, size = arguments.page(required=True)
    shelf = call.shop.order_shelf
    found = _page(shelf, shelf.by_deal, window, wanted, page, size, oldest=0)
    return _answer(arguments, "order_list", render, found, page, size)


@method("pdd.order.number.list.increment.get", "order_sn_increment_get_response")
def list_increment(call):
    """Return what changed in a window of at most 30 minutes, newest first."""
    arguments = call.arguments
    window = arguments.window("start_updated_at", "end_updated_at", INCREMENT_WINDOW)
    wanted = _filter(arguments)
    wanted["lucky"] = arguments.integer(
        "is_lucky_flag", required=True, choices=(0, 1, 2)
    )
    page, size = arguments.page()
    shelf = call.shop.order_shelf
    oldest = call.now - OLDEST_DEAL
    found = _page(shelf, shelf.by_update, window, wanted, page, size, oldest)
    return _answer(
        arguments,
        "order_sn_list",
        lambda orders: _texts(call, orders),
        found,
        page,
        size,
    )


def _filter(arguments):
    return {
        "status": arguments.integer("order_status", required=True, choices=_STATUSES),
        "refund": arguments.integer(
            "refund_status", required=True, choices=_REFUND_STATUSES
        ),
        "trade_type": arguments.integer("trade_type", choices=(0, 1)),
        "lucky": 0,
    }


def _fits(order, wanted, oldest):
    trade_type = 0 if order.step_status is None else 1
    return (
        order.confirmed >= oldest
        and wanted["status"] in (5, order.order_status)
        and wanted["refund"] in (5, order.refund_status)
        and wanted["trade_type"] in (None, trade_type)
        and wanted["lucky"] in (0, order.lucky_flag)
    )


def _page(shelf, index, window, wanted, page, size, oldest):
    """Return ``(orders, total)`` of one page."""
    offset = (page - 1) * size
    everything = {"status": 5, "refund": 5, "trade_type": None, "lucky": 0}
    if wanted == everything and _all_young(shelf, oldest):
        keys, total = index.page(*window, offset, size)
        return [shelf.rows[key] for key in keys], total
    rows = (shelf.rows[key] for key in index.newest_first(*window))
    fitting = [order for order in rows if _fits(order, wanted, oldest)]
    return list(islice(fitting, offset, offset + size)), len(fitting)


def _all_young(shelf, oldest):
    return shelf.by_deal.oldest() >= oldest


def _answer(arguments, name, render, found, page, size):
    """Return rows with ``has_next`` or ``total_count``, never both."""
    orders, total = found
    answer = {name: render(orders)}
    if arguments.boolean("use_has_next"):
        answer["has_next"] = page * size < total
    else:
        answer["total_count"] = total
    return answer


@method("pdd.order.information.get", "order_info_get_response")
def get_order(call):
    """Return one order of the last 90 days."""
    order = call.shop.find_order(call.arguments.text("order_sn", required=True))
    is_fresh = order.confirmed > call.now - call.settings.detail_lag
    if is_fresh or order.confirmed < call.now - OLDEST_DEAL:
        raise business("order_not_found")
    return {"order_info": order_row(order, call.settings, detail=True)}


@method("pdd.order.status.get", "order_status_get_response")
def get_statuses(call):
    """Return the two states of many orders; 0 and 0 for what is not the shop's."""
    numbers = call.arguments.numbers("order_sns", most=call.settings.status_batch)
    rows = []
    for number in numbers:
        order = call.shop.orders.get(number)
        rows.append(
            {
                "orderSn": number,
                "order_status": order.order_status if order else 0,
                "refund_status": order.refund_status if order else 0,
            }
        )
    return {"order_status_list": rows}


@method("pdd.order.promise.info.get", "promise_info_get_response")
def get_promise(call):
    """Return what customer service promised; a message told the id."""
    number = call.arguments.integer("promise_id", required=True)
    promise = call.shop.promises.get(number)
    if not promise:
        raise business("promise_not_found")
    return {
        "promise_info": {
            "promise_id": promise.promise_id,
            "order_sn": promise.order_sn,
            "promise_type": promise.kind,
            "promise_level": promise.level,
            "promise_status": promise.status,
            "promise_desc": promise.text,
            "scene_type": 1,
            "detail_info": dict(promise.detail),
            "extra_info": {},
            "is_deleted": False,
            "updated_at": to_text(promise.updated),
        }
    }


@method("pdd.order.search.order", "response")
def search_orders(call):
    """Find orders by receiver, newest first, at most 100."""
    arguments = call.arguments
    start, end = arguments.window("start_created_at", "end_created_at", OLDEST_DEAL)
    name = arguments.text("receiver_name")
    phone = arguments.text("receiver_phone")
    if not name and not phone:
        raise wrong("receiver_name")
    found = [
        order
        for order in call.shop.orders.values()
        if start <= order.created <= end
        and name in (None, order.receiver.name)
        and phone in (None, order.receiver.phone)
    ]
    found.sort(key=lambda order: order.created, reverse=True)
    return {"order_sn_list": [order.order_sn for order in found[:100]]}


@method("pdd.order.merge.ship.order.group", "response")
def group_orders(call):
    """Group the orders that may travel in one parcel.

    Same receiver and still to ship: together; everything else travels alone.
    """
    rows = call.arguments.json("order_list", list)
    if not 0 < len(rows) <= 100:
        raise wrong("order_list")
    groups = {}
    for row in rows:
        number = row.get("order_sn") if isinstance(row, dict) else None
        order = call.shop.find_order(number)
        alone = order.order_status != 1 or order.refund_status != 1
        key = number if alone else (order.receiver.key, order.consolidation)
        groups.setdefault(key, []).append(number)
    return {"order_group_list": [{"order_sn_list": group} for group in groups.values()]}
