# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""After-sales calls (refunds.md): two codings of the type, two units of money."""

from .carriers import CARRIERS, USUAL
from .cases import running_case
from .clock import to_text
from .errors import BUSINESS, business, missing, wrong
from .lifecycle import Impossible
from .people import masks, receiver_ciphertexts
from .registry import method
from .render import yuan_text

WINDOW = 1800
#: refunds.md 3.
STATUSES = frozenset(
    {0, *range(2, 19), 21, 22, 24, 25, 27, 31, 32, 33},
)
_TO_ACT = frozenset({2, 3, 7, 14, 21, 32})
#: Wording of ours [M].
_OVER_CAP = "超过接口退款限额，请在商家后台处理"
#: Text of the sample; the other one is our wording of the likely refusal [M].
_CHANGED = "售后单状态已变更，请刷新后重试"
_NOT_RETURNED = "退货商品尚未确认入库"
#: error_code of a refused return; invented, not published.
_RETURN_REFUSED = 93001


@method("pdd.refund.list.increment.get", "refund_increment_get_response")
def list_refunds(call):
    """Return the after-sales that changed in at most 30 minutes; money in yuan."""
    arguments = call.arguments
    window = arguments.window("start_updated_at", "end_updated_at", WINDOW)
    kind = arguments.integer(
        "after_sales_type", required=True, choices=(1, 2, 3, 4, 5, 6)
    )
    status = _status(call)
    page, size = arguments.page()
    order_sn = arguments.text("order_sn")
    shelf = call.shop.refund_shelf
    if order_sn:
        found = [row for row in shelf.rows.values() if row[0].order_sn == order_sn]
    else:
        rows = (shelf.rows[key] for key in shelf.by_update.newest_first(*window))
        found = [row for row in rows if _fits(row[0], kind, status)]
    rows = found[(page - 1) * size : page * size]
    return {
        "total_count": len(found),
        "refund_list": [_list_row(case, order) for case, order in rows],
    }


def _status(call):
    """Return the wanted status; None for all."""
    value = call.arguments.integer("after_sales_status", required=True)
    if value == 1 and call.settings.refund_status_1_is_all:
        return None
    if value not in STATUSES:
        raise wrong("after_sales_status")
    return value


def _fits(case, kind, status):
    return kind in (1, case.kind + 1) and status in (None, case.status)


def _list_row(case, order):
    line = case.line
    return {
        "id": case.after_sales_id,
        "order_sn": case.order_sn,
        "after_sales_type": case.kind + 1,
        "after_sales_status": case.status,
        "after_sale_reason": case.reason,
        "refund_amount": yuan_text(case.refund),
        "order_amount": yuan_text(order.pay_amount),
        "discount_amount": yuan_text(order.discount_amount),
        "goods_price": yuan_text(line.price),
        "goods_number": str(line.count),
        "goods_id": line.goods_id,
        "sku_id": str(line.sku_id),
        "outer_id": line.outer_id,
        "outer_goods_id": line.outer_goods_id,
        "goods_name": line.goods_name,
        "good_image": line.image_url,
        "tracking_number": case.express_no,
        "shipping_name": case.shipping_name,
        "confirm_time": to_text(order.confirmed),
        "created_time": to_text(case.created),
        "updated_time": to_text(case.updated),
        "speed_refund_flag": int(case.is_fast),
        "speed_refund_status": "1" if case.is_fast else "",
        "user_shipping_status": case.user_shipping_status,
        "dispute_refund_status": 0,
        "refund_operator_role": case.operator_role,
    }


@method("pdd.refund.information.get", None)
def get_refund(call):
    """Return one after-sale without an envelope; money in fen."""
    arguments = call.arguments
    order_sn = arguments.text("order_sn", required=True)
    after_sales_id = arguments.integer("after_sales_id")
    if after_sales_id is None:
        cases = call.shop.find_order(order_sn).after_sales
        after_sales_id = cases[-1].after_sales_id if cases else None
    case = call.shop.find_case(order_sn, after_sales_id)
    return _detail(call, case, call.shop.orders[order_sn])


def _detail(call, case, order):
    unit = 1000 if call.settings.refund_detail_milliseconds else 1
    expires = int(case.updated + 2 * 86400) * unit if case.status in _TO_ACT else None
    line = case.line
    return {
        "id": case.after_sales_id,
        "order_sn": case.order_sn,
        "after_sales_type": case.kind,
        "after_sales_status": case.status,
        "after_sales_reason": case.reason,
        "refund_amount": case.refund,
        "order_amount": order.pay_amount,
        "discount_amount": order.discount_amount,
        "goods_price": line.price,
        "goods_number": line.count,
        "sku_id": str(line.sku_id),
        "express_no": case.express_no,
        "shipping_name": case.shipping_name,
        "out_sku_sn": line.outer_id,
        "out_goods_sn": line.outer_goods_id,
        "shipping_status": int(case.shipped),
        "remark": case.remark,
        "images": [],
        "confirm_time": int(order.confirmed) * unit,
        "recreated_at": int(case.reopened) * unit,
        "expire_time": expires,
        "updated_time": to_text(case.updated),
        "join_or_not": "1" if case.operator_role == 3 else "0",
        "speed_refund_flag": int(case.is_fast),
        "dispute_refund_status": 0,
        "user_shipping_status": case.user_shipping_status,
        "is_fast_exchange": 0,
        "fast_exchange_expire_time": None,
        **_part(case, order),
        "exchange_shipping_detail": _exchange(call, case, order),
    }


def _part(case, order):
    """Tell how a partial refund was asked for: by pieces (1) or by ratio (2)."""
    if case.pieces:
        return {"part_after_sales_type": 1, "part_after_sales_value": case.pieces}
    if 0 < case.refund < order.pay_amount:
        percent = case.refund * 100 // order.pay_amount
        return {"part_after_sales_type": 2, "part_after_sales_value": percent}
    return {"part_after_sales_type": 0, "part_after_sales_value": 0}


def _exchange(call, case, order):
    """Return what an exchange sends to and fro; None for other kinds."""
    sku = case.exchange_sku
    if not sku:
        return None
    version = f"exchange-{case.after_sales_id}"
    carrier = next((c.carrier_id for c in USUAL if c.name == case.shipping_name), 0)
    return {
        "goods_id": sku.goods_id,
        "goods_name": case.line.goods_name,
        "sku_id_exchange": sku.sku_id,
        "exchange_goods_price": sku.multi_price,
        **receiver_ciphertexts(order, call.settings, version),
        **masks(order.receiver),
        "merchant_exchange_ship_id": case.sent_carrier,
        "merchant_exchange_trunk_number": case.sent_number,
        "customer_send_back_ship_id": carrier,
        "customer_send_back_trunk_number": case.express_no,
    }


@method("pdd.refund.status.check", "refund_status_check_response")
def check_refunds(call):
    """Return those of the orders that have a refund, running or done."""
    numbers = call.arguments.numbers("order_sns", most=call.settings.status_batch)
    orders = [call.shop.orders.get(number) for number in numbers]
    return {
        "order_sns_exists_refund": [
            {"order_sn": order.order_sn}
            for order in orders
            if order and order.refund_status != 1
        ]
    }


@method("pdd.refund.agree", "response")
def agree_refund(call):
    """Grant a refund; a refusal stands inside the answer."""
    request = call.arguments.nested("request")
    order, case = _target(call, request)
    if case.status in (3, 7) and not case.is_returned:
        return _agreed(case, False, _NOT_RETURNED)
    if case.status not in (2, 3, 7):
        return _agreed(case, False, _CHANGED)
    if 0 < call.settings.refund_cap < case.refund:
        return _agreed(case, False, _OVER_CAP)
    _happen(call, order, "refund_agree", case)
    return _agreed(case, True, "退款操作成功")


def _agreed(case, success, message):
    return {
        "result": {
            "succ": success,
            "message": message,
            "order_sn": case.order_sn,
            "after_sales_id": case.after_sales_id,
        }
    }


@method("pdd.refund.returngoods.agree", "response")
def agree_return(call):
    """Let the buyer send the goods to one of the shop's return addresses."""
    request = call.arguments.nested("request")
    order, case = _target(call, request)
    address_id = request.text("return_address_id", required=True)
    request.text("operate_desc", required=True)
    known = {row["refund_address_id"] for row in call.shop.return_addresses}
    if address_id not in known:
        return _returned(case, BUSINESS["return_address"][1])
    if case.status != 3:
        return _returned(case, _CHANGED)
    _happen(call, order, "return_agree", case)
    return _returned(case, "")


def _returned(case, refusal):
    return {
        "success": not refusal,
        "error_code": _RETURN_REFUSED if refusal else 0,
        "error_msg": refusal,
        "result": {
            "success": not refusal,
            "message": refusal or "操作成功",
            "order_sn": case.order_sn,
            "after_sales_id": case.after_sales_id,
        },
    }


@method("pdd.refund.exchange.shipping", "response")
def ship_exchange(call):
    """Send the piece of an exchange, a resend or a repair."""
    request = call.arguments.nested("request")
    order, case = _target(call, request)
    carrier = CARRIERS.get(request.integer("shipping_id", required=True))
    request.text("shipping_name", required=True)
    number = request.text("tracking_number", required=True)
    if not carrier or not carrier.available:
        raise business("carrier")
    if not carrier.accepts(number, call.settings.check_number_form):
        raise business("number_form")
    if case.status not in (15, 22, 32):
        return _agreed(case, False, _CHANGED)
    parcel = {"carrier_id": carrier.carrier_id, "tracking_number": number}
    _happen(call, order, "exchange_ship", case, **parcel)
    return _agreed(case, True, "操作成功")


@method("pdd.nextone.logistics.warehouse.update", "response")
def update_warehouse(call):
    """Report that returned goods reached the warehouse (1) or could not (2)."""
    request = call.arguments.nested("request")
    order, case = _target(call, request)
    number = request.text("reverse_tracking_number", required=True)
    status = request.integer("warehouse_status", required=True, choices=(1, 2))
    request.text("operate_time", required=True)
    if not case.express_no or case.express_no != number:
        return _agreed(case, False, "退货运单号不匹配")
    if status == 1:
        _happen(call, order, "return_receive", case)
    return _agreed(case, True, "操作成功")


@method("pdd.rdc.pddgenius.sendgoods.cancel", "rdc_pddgenius_sendgoods_cancel_response")
def cancel_sending(call):
    """Take the ERP's word on whether it could stop an unshipped order."""
    param = call.arguments.nested("param")
    order = call.shop.find_order(param.text("tid", required=True))
    after_sales_id = param.integer("refund_id", required=True)
    case = call.shop.find_case(order.order_sn, after_sales_id)
    status = param.text("status", required=True)
    if param.integer("operate_time", required=True) < 10**11:  # ms
        raise wrong("operate_time")
    fee = param.integer("refund_fee", required=True)
    if status not in ("SUCCESS", "FAIL"):
        raise wrong("status")
    if fee != case.refund:
        raise wrong("refund_fee")
    if status == "FAIL":
        code = param.integer("fail_reason_code", choices=(1001, 1002, 1003))
        if code is None:
            raise missing("fail_reason_code")
    elif order.order_status == 1 and running_case(order) is case:
        _happen(call, order, "refund_agree", case, role=4)
    return {"result": {"result_data": {"refund_id": after_sales_id}}}


@method("pdd.refund.address.list.get", "refund_address_list_get_response")
def list_addresses(call):
    """Return the shop's return addresses."""
    return {"refund_address_list": [dict(row) for row in call.shop.return_addresses]}


def _target(call, request):
    """Return order and case of a request object."""
    order_sn = request.text("order_sn", required=True)
    after_sales_id = request.integer("after_sales_id", required=True)
    case = call.shop.find_case(order_sn, after_sales_id)
    return call.shop.orders[order_sn], case


def _happen(call, order, event, case, **details):
    try:
        call.platform.happen(
            order, event, call.now, after_sales_id=case.after_sales_id, **details
        )
    except Impossible as error:
        raise wrong("after_sales_id") from error
