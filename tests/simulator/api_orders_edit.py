# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Changing orders: notes, addresses, further parcels (orders.md 1.6)."""

import hashlib

from .carriers import CARRIERS
from .errors import BUSINESS, business, missing, wrong
from .model import Receiver
from .regions import BY_ID
from .registry import method


@method("pdd.order.note.update", "response")
def update_note(call):
    """Replace the merchant's note; a tag needs its name and the other way round."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn", required=True)
    note = arguments.text("note")
    tag = arguments.integer("tag", choices=(1, 2, 3, 4, 5))
    tag_name = arguments.text("tag_name", longest=3)
    if (tag is None) != (tag_name is None):
        raise missing("tag_name" if tag_name is None else "tag")
    if note is None and tag is None:
        raise missing("note")
    order = call.shop.find_order(order_sn)
    details = {"text": note or "", "tag": tag, "tag_name": tag_name or ""}
    call.platform.happen(order, "remark", call.now, **details)
    return {"success": True, "error_code": 0, "error_msg": ""}


@method("pdd.order.update.address", "response")
def update_address(call):
    """Send an unshipped order elsewhere; refusals come inside the answer."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn", required=True)
    places = _places(arguments)
    order = call.shop.find_order(order_sn)
    cause = None
    if order.order_status != 1:
        cause = "already_shipped"
    elif order.risk:
        cause = "under_review"
    if cause:
        code, text = BUSINESS[cause]
        return _address_answer(order, False, int(code), text)
    order.receiver = _receiver(arguments, places, order.receiver)
    order.address_version += 1
    call.platform.publish(order, call.now)
    call.platform.tell_order("pdd_trade_TradeLogisticsAddressChanged", order)
    return _address_answer(order, True, 0, "")


def _places(arguments):
    """Read province, city and district.

    :raise ApiError: 21001 for regions that do not belong together
    """
    places = []
    parent = 1
    for name in ("province", "city", "town"):
        arguments.text(name, required=True)
        region = BY_ID.get(arguments.integer(f"{name}_id", required=True))
        if not region or region.parent_id != parent:
            raise wrong(f"{name}_id")
        parent = region.region_id
        places.append(region)
    return places


def _receiver(arguments, places, old):
    """Return the new receiver; what is not sent stays as it was."""
    person = arguments.text("receiver_name") or old.name
    phone = arguments.text("receiver_phone") or old.phone
    detail = arguments.text("address") or old.detail
    text = f"{person}/{phone}/{places[-1].region_id}/{detail}"
    key = hashlib.sha256(text.encode()).hexdigest()[:20]
    return Receiver(f"oaid_{key}", person, phone, *places, detail)


def _address_answer(order, success, code, text):
    result = {"order_sn": order.order_sn, "msg": text or "修改成功"}
    return {
        "success": success,
        "errorCode": code,
        "errorMsg": text,
        "result": result,
    }


@method("pdd.order.upload.extra.logistics", "upload_extra_logistics_response")
def upload_extra(call):
    """Tell the buyer about further parcels of a shipped order."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn", required=True)
    kind = arguments.integer("extra_track_type", required=True, choices=(1, 2, 3))
    rows = [_parcel(row) for row in arguments.json("extra_track_list", list)]
    if not rows:
        raise missing("extra_track_list")
    order = call.shop.find_order(order_sn)
    if order.order_status == 1:
        raise business("not_shipped")
    known = order.extra_parcels.setdefault(kind, [])
    known.extend(row for row in rows if row not in known)
    call.platform.publish(order, call.now)
    return {"success": True}


@method("pdd.order.upload.relation.logistics", "upload_extra_logistics_response")
def upload_relation(call):
    """Tell the buyer about parcels that belong to a shipped order."""
    arguments = call.arguments
    order = call.shop.find_order(arguments.text("order_sn", required=True))
    rows = [_parcel(row) for row in arguments.json("extra_track_list", list)]
    if not rows:
        raise missing("extra_track_list")
    if order.order_status == 1:
        raise business("not_shipped")
    return {"success": True}


def _parcel(row):
    if not isinstance(row, dict) or not str(row.get("shipping_id", "")).isdigit():
        raise wrong("extra_track_list")
    carrier = CARRIERS.get(int(row["shipping_id"]))
    if not carrier or not carrier.available:
        raise business("carrier")
    number = row.get("tracking_number")
    if not isinstance(number, str) or not carrier.accepts(number, strict=False):
        raise business("number_form")
    return {"logistics_id": carrier.carrier_id, "tracking_number": number}
