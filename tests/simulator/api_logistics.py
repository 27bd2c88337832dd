# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Carriers, regions, shipping and traces (logistics.md 1 to 4)."""

from .carriers import BY_CODE, CARRIERS
from .clock import to_text
from .errors import ApiError, business
from .lifecycle import set_parcel
from .regions import REGIONS
from .registry import method

HOUR = 3600
FIRST, AGAIN = 1, 2
#: Steps of a parcel: (seconds after shipping, action, state, text).
_STEPS = (
    (2 * HOUR, "GOT", "已揽收", "快件已揽收"),
    (6 * HOUR, "DEPARTURE", "运输中", "快件已离开揽收网点"),
    (18 * HOUR, "ARRIVAL", "运输中", "快件到达转运中心"),
    (40 * HOUR, "SEND", "派送中", "快件派送中"),
)


@method("pdd.logistics.companies.get", "logistics_companies_get_response")
def list_companies(call):
    """Return all carriers; only ``available`` 1 may ship."""
    return {
        "logistics_companies": [
            {
                "id": carrier.carrier_id,
                "logistics_company": carrier.name,
                "code": carrier.code,
                "available": int(carrier.available),
            }
            for carrier in CARRIERS.values()
        ]
    }


@method("pdd.logistics.address.get", "logistics_address_get_response")
def list_regions(call):
    """Return the whole address tree."""
    return {
        "logistics_address_list": [
            {
                "id": region.region_id,
                "parent_id": region.parent_id,
                "region_name": region.name,
                "region_type": region.level,
                "national_code": "",
                "is_enabled": 1,
            }
            for region in REGIONS
        ]
    }


@method("pdd.logistics.online.send", "logistics_online_send_response")
def send(call):
    """Ship an order, or change the parcel of a shipped one."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn", required=True)
    logistics_id = arguments.integer("logistics_id", required=True)
    number = arguments.text("tracking_number", required=True)
    kind = arguments.integer("redelivery_type", default=FIRST, choices=(FIRST, AGAIN))
    order = call.shop.find_order(order_sn)
    _check_return_address(call)
    carrier = CARRIERS.get(logistics_id)
    if kind == FIRST and _is_repeat(call, order, logistics_id, number):
        return {"is_success": True}
    check_state(call.settings, order, kind)
    check_number(call, order, carrier, number)
    if kind == AGAIN:
        set_parcel(call.platform, order, carrier, number)
        call.platform.publish(order, call.now)
        return {"is_success": True}
    details = {"logistics_id": logistics_id, "tracking_number": number}
    call.platform.happen(order, "ship", call.now, **details)
    return {"is_success": True}


def _is_repeat(call, order, logistics_id, number):
    return (
        call.settings.repeat_send_succeeds
        and order.order_status == 2
        and (order.logistics_id, order.tracking_number) == (logistics_id, number)
    )


def _check_return_address(call):
    wanted = call.arguments.text("refund_address_id")
    known = {row["refund_address_id"] for row in call.shop.return_addresses}
    if wanted is not None and wanted not in known:
        raise business("return_address")


def check_state(settings, order, kind):
    """Refuse an order whose state does not allow this kind of shipment.

    :param int kind: 1 first shipment, 2 change of a shipment
    :raise ApiError: 50001
    """
    if kind == AGAIN:
        if order.order_status == 1:
            raise business("not_shipped")
        if order.order_status == 3:
            raise business("already_received")
        return
    if order.order_status != 1:
        raise business("already_shipped")
    if order.refund_status == 4:
        raise business("refunded")
    if order.refund_status != 1:
        raise business("in_refund")
    if order.risk:
        raise business("under_review")
    if order.step_status not in (None, 2):
        raise business("unpaid_balance")
    if settings.refuse_ship_hold and "ship_hold" in order.tags:
        raise business("ship_hold")


def check_number(call, order, carrier, number):
    """Refuse an unusable carrier, a malformed number, or one that serves others.

    :raise ApiError: 50001
    """
    if not carrier or not carrier.available:
        raise business("carrier")
    if not carrier.accepts(number, call.settings.check_number_form):
        raise business("number_form")
    if not call.settings.refuse_reused_number:
        return
    for order_sn in call.shop.numbers.get((carrier.code, number), ()):
        if call.shop.orders[order_sn].receiver.key != order.receiver.key:
            raise business("number_used")


@method("pdd.open.logistics.pre.check", "logistics_pre_check_response")
def pre_check(call):
    """Tell whether a shipment would be accepted."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn", required=True)
    code = arguments.text("ship_code", required=True)
    number = arguments.text("tracking_number", required=True)
    order = call.shop.find_order(order_sn)
    try:
        check_state(call.settings, order, FIRST)
        check_number(call, order, BY_CODE.get(code), number)
    except ApiError:
        return {"allowed": False}
    return {"allowed": True}


@method("pdd.logistics.ordertrace.get", "logistics_ordertrace_get_resposne")
def get_trace(call):
    """Return where a parcel has been; no trace yet is a business error."""
    code = call.arguments.text("company_code", required=True)
    number = call.arguments.text("mail_no", required=True)
    call.arguments.boolean("cache")
    orders = call.shop.numbers.get((code, number))
    rows = _trace(call.shop.orders[orders[0]], call.now) if orders else []
    if not rows:
        raise business("no_trace")
    return {"trace_list": rows}


def _trace(order, now):
    """Return the steps up to now; a signed parcel has them all."""
    if order.is_traceless:
        return []
    end = order.received or now
    rows = [
        _trace_row(order, min(order.shipped + delay, end), action, state, text)
        for delay, action, state, text in _STEPS
        if order.shipped + delay <= now or order.received
    ]
    if order.received:
        rows.append(_trace_row(order, order.received, "SIGN", "已签收", "快件已签收"))
    return rows


def _trace_row(order, moment, action, state, text):
    receiver = order.receiver
    return {
        "time": to_text(moment),
        "status_time": to_text(moment),
        "action": action,
        "desc": text,
        "status_desc": state,
        "node_description": f"{receiver.city.name}{receiver.town.name}",
    }
