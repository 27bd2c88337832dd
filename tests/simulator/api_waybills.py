# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Electronic waybills: drawing, changing, cancelling numbers (logistics.md 5)."""

from .errors import business, missing, wrong
from .people import receiver_ciphertexts
from .registry import method

MOST_PARCELS, MOST_ORDERS, MOST_ITEMS = 10, 100, 100
#: The caller's platform is named for each order (logistics.md 5).
OWN_CHANNEL = "PDD"


@method("pdd.waybill.search", "pdd_waybill_search_response")
def search(call):
    """Return the shop's subscriptions with the numbers left."""
    wanted = call.arguments.text("wp_code")
    branches = call.shop.waybills.branches
    return {
        "waybill_apply_subscription_cols": [
            {
                "wp_code": wp_code,
                "wp_type": 1,
                "branch_account_cols": [
                    _branch_row(call.settings, branch) for branch in branches[wp_code]
                ],
            }
            for wp_code in branches
            if wanted in (None, wp_code)
        ]
    }


def _branch_row(settings, branch):
    return {
        "branch_code": branch.code,
        "branch_name": branch.name,
        "quantity": settings.waybill_quota - branch.used,
        "allocated_quantity": branch.used,
        "cancel_quantity": branch.cancelled,
        "recycled_quantity": 0,
        "shipp_address_cols": [dict(branch.address)],
        "service_info_cols": [],
        "vas_account_cols": [],
    }


@method("pdd.waybill.get", "pdd_waybill_get_response")
def draw(call):
    """Draw numbers for up to 10 parcels, all or none."""
    request = call.arguments.nested("param_waybill_cloud_print_apply_new_request")
    wp_code = request.text("wp_code", required=True)
    request.boolean("need_encrypt")
    if wp_code not in call.shop.waybills.branches:
        raise business("waybill_not_subscribed")
    branch = _branch(call, wp_code, request.nested("sender"))
    rows = request.objects("trade_order_info_dtos", MOST_PARCELS)
    parcels = [_parcel(call, row) for row in rows]
    return {"modules": _draw_all(call, wp_code, branch, parcels)}


def _draw_all(call, wp_code, branch, parcels):
    """Return one module for each parcel; what was drawn before may come again."""
    book = call.shop.waybills
    found = [book.earlier(wp_code, *parcel[:2]) for parcel in parcels]
    if not call.settings.waybill_repeats:
        found = [None] * len(parcels)
    if branch.used + found.count(None) > call.settings.waybill_quota:
        raise business("waybill_quota")
    return [
        _module(earlier or book.draw(wp_code, *parcel, branch))
        for earlier, parcel in zip(found, parcels, strict=True)
    ]


def _module(waybill):
    return {
        "object_id": waybill.object_id,
        "waybill_code": waybill.number,
        "parent_waybill_code": "",
        "print_data": waybill.print_data,
    }


def _branch(call, wp_code, sender):
    """Return the branch the sender has subscribed to, checking who sends."""
    sender.text("name", required=True)
    _require_phone(sender)
    branch = call.shop.waybills.find_branch(wp_code, sender.json("address", dict))
    if not branch:
        raise business("waybill_address")
    return branch


def _require_phone(person):
    if not person.text("mobile") and not person.text("phone"):
        raise missing("mobile")


def _parcel(call, parcel):
    """Return ``(object_id, order numbers, template)`` of one parcel, checked."""
    object_id = parcel.text("object_id", required=True)
    template = parcel.text("template_url", required=True)
    parcel.json("logistics_services", dict, required=False)
    orders = parcel.nested("order_info")
    channel = orders.text("order_channels_type", required=True)
    numbers = orders.json("trade_order_list", list)
    if not 0 < len(numbers) <= MOST_ORDERS:
        raise wrong("trade_order_list")
    own = channel == OWN_CHANNEL
    found = [call.shop.find_order(number) for number in numbers] if own else []
    _check_package(parcel.nested("package_info"))
    _check_recipient(call, parcel.nested("recipient"), found)
    return object_id, tuple(map(str, numbers)), template


def _check_package(package):
    for item in package.objects("items", MOST_ITEMS):
        item.text("name", required=True)
        item.integer("count", required=True, low=1)
    for name in ("volume", "weight", "total_packages_count"):
        package.integer(name, low=0)


def _check_recipient(call, recipient, orders):
    """Refuse a ciphertext of another order; plain text is taken as it is.

    Some orders have a phone only (orders.md 2.5): then the platform knows the rest.
    """
    address = recipient.nested("address")
    fields = {
        "receiver_name": recipient.text("name"),
        "contact_mobile": recipient.text("mobile") or recipient.text("phone"),
        "receiver_address": address.text("detail"),
    }
    known = {
        text: name
        for order in orders
        for name, text in receiver_ciphertexts(
            order, call.settings, order.address_version
        ).items()
        if text
    }
    for text in filter(None, fields.values()):
        if _is_cipher(text) and text not in known:
            raise business("waybill_cipher")
    _require_phone(recipient)
    if known.get(fields["contact_mobile"]) == "contact_mobile":
        return
    for name, text in (("name", "receiver_name"), ("detail", "receiver_address")):
        if not fields[text]:
            raise missing(name)
    address.text("province", required=True)


def _is_cipher(text):
    return len(text) > 3 and text[0] in "~$#" and text[0] == text[-1]


@method("pdd.waybill.update", "pdd_waybill_update_response")
def update(call):
    """Change what a number's label shows; the number stays."""
    request = call.arguments.nested("param_waybill_cloud_print_update_request")
    waybill = _find(call, request)
    waybill.template_url = request.text("template_url") or waybill.template_url
    waybill.object_id = request.text("object_id") or waybill.object_id
    waybill.version += 1
    return {"waybill_code": waybill.number, "print_data": waybill.print_data}


@method("pdd.waybill.cancel", "pdd_waybill_cancel_response")
def cancel(call):
    """Take a number back, unless a parcel travels with it."""
    waybill = _find(call, call.arguments)
    if (waybill.wp_code, waybill.number) in call.shop.numbers:
        raise business("waybill_used")
    call.shop.waybills.cancel(waybill)
    return {"cancel_result": True}


def _find(call, arguments):
    """Return the live number that ``waybill_code`` and ``wp_code`` name."""
    number = arguments.text("waybill_code", required=True)
    wp_code = arguments.text("wp_code", required=True)
    waybill = call.shop.waybills.issued.get((wp_code, number))
    if not waybill:
        raise business("waybill_not_found")
    if waybill.is_cancelled:
        raise business("waybill_cancelled")
    return waybill


@method("pdd.waybill.query.by.waybillcode", "pdd_waybill_query_by_waybillcode_response")
def query(call):
    """Return numbers drawn before, with what is needed to print them again."""
    rows = call.arguments.objects("param_list", MOST_PARCELS)
    found = [_find(call, row) for row in rows]
    return {"modules": [_module(waybill) for waybill in found]}


@method("pdd.open.waybill.type.report", "open_waybill_type_report_response")
def report_labels(call):
    """Take the word on which kind of label some orders get (privacy.md 3)."""
    numbers = call.arguments.json("order_sn_list", list)
    kind = call.arguments.integer("waybill_type", required=True, choices=(0, 1, 2, 99))
    if not 0 < len(numbers) <= MOST_ORDERS:
        raise wrong("order_sn_list")
    rows = []
    for number in numbers:
        known = number in call.shop.orders
        if known:
            call.shop.label_reports[number] = kind
        rows.append({"order_sn": number, "success": known})
    return {"result_list": rows}


@method("pdd.erp.order.sync", None)
def sync_label(call):
    """Take the word that an order's label was printed; the fields stand bare."""
    arguments = call.arguments
    order = call.shop.find_order(arguments.text("order_sn", required=True))
    arguments.integer("logistics_id", required=True)
    number = arguments.text("waybill_no", required=True)
    arguments.integer("order_state", required=True, choices=(1,))
    call.shop.label_syncs[order.order_sn] = number
    return {"result": True, "success": True, "error_code": 0, "error_msg": ""}
