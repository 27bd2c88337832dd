# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Buyers' invoices: applications, uploads, and those issued by themselves (finance.md 5)."""

import base64
import binascii

from .errors import business, wrong
from .invoices import AUTOMATIC, VAT_PERCENT, make_pdf_link, split_tax
from .registry import method

DAY, HOUR = 86400, 3600
MOST_DAYS = 15
MOST_INVOICES = 100
OLDEST_AUTOMATIC = 30 * DAY
#: Those of the last minutes are not served yet.
FRESH = 300


@method("pdd.invoice.application.query", "invoice_application_query_response")
def list_applications(call):
    """Return buyers' applications of an order, or changed in a window of ms."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn")
    status = arguments.integer("status", choices=(0, 1, 2))
    arguments.integer("quality_goods_invoice", choices=(0, 1))
    page, size = arguments.page(default_size=50)
    if order_sn:
        orders = [call.shop.find_order(order_sn)]
    else:
        window = _window(arguments)
        orders = [order for order in call.shop.orders.values() if _is_in(order, window)]
    found = [
        order
        for order in orders
        if order.invoice
        and order.invoice.applied <= call.now
        and status in (None, order.invoice.status)
    ]
    found.sort(key=lambda order: order.invoice.updated)
    rows = found[(page - 1) * size : page * size]
    return {"invoice_application_list": [_application(order) for order in rows]}


def _window(arguments):
    """Return a window given in ms, in seconds."""
    longest = MOST_DAYS * DAY * 1000
    start, end = arguments.window("update_start_time", "update_end_time", longest)
    if start < 10**11:
        raise wrong("update_start_time")
    return start / 1000, end / 1000


def _is_in(order, window):
    return order.invoice and window[0] <= order.invoice.updated <= window[1]


def _application(order):
    invoice = order.invoice
    return {
        "order_sn": order.order_sn,
        "mall_id": order.mall_id,
        "application_status": invoice.status,
        "apply_time": int(invoice.applied * 1000),
        "business_type": int(invoice.is_company),
        "invoice_amount": str(order.pay_amount - order.refunded),
        "invoice_kind": 0,
        "invoice_type": 0,
        "invoice_way": invoice.way,
        "trigger_status": 1,
        "payer_name": invoice.payer_name,
        "payer_register_no": invoice.register_no,
        "payer_bank": "",
        "payer_account": "",
        "payer_address": "",
        "payer_phone": "",
        "memo": "",
        "reason": invoice.reason,
        "quality_goods_invoice": 0,
        "sum_price": None,
        "sum_tax": None,
        "tax_rate": None,
    }


@method("pdd.invoice.detail.upload", "invoice_detail_upload_response")
def upload(call):
    """Take the merchant's invoice of an order; amounts in fen."""
    arguments = call.arguments
    order = call.shop.find_order(arguments.text("order_sn", required=True))
    company = arguments.integer("business_type", required=True, choices=(0, 1))
    arguments.integer("invoice_kind", required=True, choices=(0, 1, 2))
    red = arguments.integer("invoice_type", required=True, choices=(0, 1))
    _check_head(arguments, company)
    numbers = _check_items(arguments)
    invoice = order.invoice
    if not invoice or (invoice.serial_no and not invoice.is_void and not red):
        raise business("invoice")
    invoice.status = 2
    invoice.updated = invoice.issued = call.now
    invoice.number = numbers[0]
    invoice.is_void = bool(red)
    invoice.serial_no = f"INV{next(call.platform.promise_ids)}"
    return {"serial_no": invoice.serial_no}


def _check_head(arguments, company):
    if arguments.integer("invoice_time", required=True) < 10**11:
        raise wrong("invoice_time")
    for name in ("payee_operator", "payer_name"):
        arguments.text(name, required=True)
    if company:
        arguments.text("payer_register_no", required=True)
    price = arguments.integer("sum_price", required=True)
    tax = arguments.integer("sum_tax", required=True)
    arguments.integer("tax_rate", required=True, low=0)
    if abs(tax) > abs(price):
        raise wrong("sum_tax")
    arguments.integer("invoice_category", choices=(1, 2, 3, 4, 5, 6, 99))


def _check_items(arguments):
    """Return the numbers of the uploaded invoices, each with its file."""
    numbers = []
    for item in arguments.objects("invoice_item_list", MOST_INVOICES):
        numbers.append(item.text("invoice_no", required=True))
        item.integer("invoice_amount", required=True)
        content = item.text("invoice_file_content", required=True)
        try:
            file = base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise wrong("invoice_file_content") from error
        if not file.startswith(b"%PDF"):
            raise wrong("invoice_file_content")
    return numbers


@method("pdd.invoice.detail.invalid", "invoice_detail_invalid_response")
def invalidate(call):
    """Void an uploaded invoice."""
    order = call.shop.find_order(call.arguments.text("order_sn", required=True))
    invoice = order.invoice
    if not invoice or not invoice.serial_no or invoice.is_void:
        raise business("invoice")
    invoice.is_void = True
    invoice.status = 1
    invoice.updated = call.now
    return {"success": True, "result": {"result": True}}


@method("pdd.einvoice.info.query", "einvoice_info_query_response")
def list_automatic(call):
    """Return what the automatic system issued in at most an hour, end exclusive."""
    arguments = call.arguments
    start, end = arguments.window("start_time", "end_time", HOUR)
    if end > call.now - FRESH:
        raise wrong("end_time")
    if start < call.now - OLDEST_AUTOMATIC:
        raise wrong("start_time")
    kind = arguments.integer("invoice_type", choices=(0, 1))
    page, size = arguments.page(default_size=50, most=50)
    found = [
        order
        for order in call.shop.orders.values()
        if order.invoice
        and order.invoice.way == AUTOMATIC
        and start <= order.invoice.issued < end
        and kind in (None, 0)
    ]
    rows = found[(page - 1) * size : page * size]
    return {"invoice_info_list": [_automatic(call, order) for order in rows]}


def _automatic(call, order):
    invoice = order.invoice
    total = order.pay_amount
    net, tax = split_tax(total)
    blank = dict.fromkeys(
        (
            *("invoice_code", "original_invoice_code", "original_invoice_no"),
            *("buyer_address", "buyer_phone_number", "buyer_bank_name"),
            *("buyer_bank_account", "seller_address", "seller_phone_number"),
            *("seller_bank_name", "seller_bank_account", "payee", "checker", "remark"),
        ),
        "",
    )
    return {
        **blank,
        "order_sn": order.order_sn,
        "invoice_type": 0,
        "invoice_no": invoice.number,
        "create_time": int(invoice.issued * 1000),
        "invoice_time": int(invoice.issued * 1000),
        "buyer_name": invoice.payer_name,
        "buyer_tax_no": invoice.register_no,
        "seller_name": call.shop.name,
        "seller_tax_no": "91000000EXAMPLE001",
        "drawer": "系统",
        "total_amount": total,
        "total_price": net,
        "total_tax_amount": tax,
        "pdf_path": make_pdf_link(call.base_url, invoice, call.now),
        "invoice_item_list": _automatic_items(order),
    }


def _automatic_items(order):
    """Return the lines; quantity and price count millionths."""
    gross = sum(line.price * line.count for line in order.lines) or 1
    rest, rows = order.pay_amount, []
    for place, line in enumerate(order.lines):
        is_last = place == len(order.lines) - 1
        share = line.price * line.count * order.pay_amount // gross
        amount = rest if is_last else min(rest, share)
        rest -= amount
        net, tax = split_tax(amount)
        rows.append(
            {
                "goods_name": f"*日用品*{line.goods_name}",
                "specification": line.spec,
                "unit": "件",
                "quantity": line.count * 1_000_000,
                "price": amount * 10_000 // line.count,
                "amount": amount,
                "no_tax_amount": net,
                "total_tax": tax,
                "tax_rate": f"0.{VAT_PERCENT}",
                "catalog_code": "1000000000000000000",
                "zero_tax_rate_flag": 0,
            }
        )
    return rows
