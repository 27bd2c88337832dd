# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Orders and lines as each call shows them (orders.md 2, protocol.md 8 and 9)."""

from operator import attrgetter

from .clock import to_text
from .model import Line
from .people import ciphertexts, fraction, masks
from .rows import dump

#: Flags of orders.md 2.7 that are a field and, when set, a tag as well.
_FLAGS = (
    "free_sf",
    "delivery_one_day",
    "self_contained",
    "return_freight_payer",
    "support_nationwide_warranty",
    "only_support_replace",
    "duoduo_wholesale",
)
_line_fields = attrgetter(*Line.__slots__)
#: Some orders list this tag with value 0.
_ZERO_TAG = "ship_hold"
#: Fields of orders.md 1.2, the list without receivers.
BASIC_FIELDS = (
    "order_sn",
    "order_status",
    "refund_status",
    "confirm_time",
    "updated_at",
    "trade_type",
    "is_lucky_flag",
    "risk_control_status",
    "cat_id_1",
    "cat_id_2",
    "cat_id_3",
    "cat_id_4",
    "goods_amount",
    "discount_amount",
    "platform_discount",
    "seller_discount",
    "postage",
    "pay_amount",
    "delivery_home_value",
    "delivery_install_value",
    "home_install_value",
    "home_delivery_type",
    "step_order_info",
    "item_list",
)


def yuan(fen):
    """Return fen as the yuan number of the order calls: ``8``, ``79.8``."""
    return fen // 100 if fen % 100 == 0 else fen / 100


def yuan_text(fen):
    """Return fen as the yuan text of the refund list and the bill: ``8.00``."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def order_row(order, settings, detail=False):
    """Return a full order.

    :param bool detail: order.information.get, where ids are numbers and the store is
        named; lists show ids as text
    """
    row = {
        **_state(order, settings),
        **_times(order),
        **_money(order),
        "item_list": [_line(line, detail) for line in order.lines],
        "gift_list": [_gift(order, *gift, detail) for gift in order.gifts],
        "card_info_list": [],
        **_categories(order),
        **_place(order.receiver),
        **ciphertexts(order, settings),
        **_masks(order, settings),
        "open_address_id": order.receiver.key,
        "open_address_id_2": "",
        **_notes(order),
        **_shipping(order),
        **_flags(order, settings),
    }
    if order.subsidies:
        row.update(_subsidies(order))
    if order.gift_status is not None:
        row["gift_order_status"] = order.gift_status
    if order.related:
        row["related_order_list"] = [
            {"relation_type": kind, "order_sn": order_sn}
            for kind, order_sn in order.related
        ]
    if detail:
        row["store_info"] = None
    return row


def order_text(order, settings):
    """Return a full order of the lists as JSON bytes, made once per change."""
    token = (
        settings.without_index_share,
        settings.confirm_cancelled_share,
        settings.masks_stay,
        settings.zero_tag_share,
        tuple((case.status, case.refund) for case in order.after_sales),
        tuple(map(_line_fields, order.lines)),
    )
    if not order.text or order.text[0] != token:
        order.text = (token, dump(order_row(order, settings)))
    return order.text[1]


def basic_row(order, settings):
    """Return an order of the list without receivers; ``pay_amount`` lacks fees."""
    full = {
        **_state(order, settings),
        **_times(order),
        **_money(order),
        **_categories(order),
        "item_list": [_line(line, detail=False) for line in order.lines],
    }
    row = {name: full[name] for name in BASIC_FIELDS}
    fees = sum(fee for _name, fee in order.service_fees)
    row["pay_amount"] = yuan(order.pay_amount - fees)
    return row


def _confirm_status(order, settings):
    """Return 2 for some refunded unshipped orders: "may be 2" (orders.md 2.1)."""
    is_gone = order.order_status == 1 and order.refund_status == 4
    if is_gone and order.refunded >= order.pay_amount:
        share = settings.confirm_cancelled_share
        return 2 if fraction(f"confirm/{order.order_sn}") < share else 1
    return 1


def _state(order, settings):
    return {
        "order_sn": order.order_sn,
        "order_status": order.order_status,
        "refund_status": order.refund_status,
        "after_sales_status": order.after_sales_status,
        "confirm_status": _confirm_status(order, settings),
        "group_status": 1,
        "risk_control_status": int(order.risk),
        "stock_out_handle_status": 0 if order.is_stock_out else -1,
        "is_stock_out": int(order.is_stock_out),
        "trade_type": 0 if order.step_status is None else 1,
        "is_lucky_flag": order.lucky_flag,
        "is_pre_sale": int(order.is_presale),
        "pre_sale_time": to_text(order.presale_until),
        "mkt_biz_type": 0,
        "group_role": order.group_role,
        "group_order_id": order.group_order_id,
    }


def _times(order):
    return {
        "created_time": to_text(order.created),
        "pay_time": to_text(order.paid),
        "confirm_time": to_text(order.confirmed),
        "updated_at": to_text(order.updated),
        "last_ship_time": to_text(order.ship_before),
        "shipping_time": to_text(order.shipped),
        "receive_time": to_text(order.received),
        "urge_shipping_time": to_text(order.urged),
        "promise_delivery_time": "",
        "yyps_date": "",
        "yyps_time": "",
    }


def _money(order):
    return {
        "goods_amount": yuan(order.goods_amount),
        "order_change_amount": yuan(order.order_change),
        "discount_amount": yuan(order.discount_amount),
        "platform_discount": yuan(order.platform_discount),
        "seller_discount": yuan(order.seller_discount),
        "capital_free_discount": yuan(order.leader_discount),
        "duo_duo_pay_reduction": yuan(order.payment_reduction),
        "postage": yuan(order.postage),
        "pay_amount": yuan(order.pay_amount),
        "service_fee_detail": [
            {"service_name": name, "service_fee": yuan(fee)}
            for name, fee in order.service_fees
        ],
        "delivery_home_value": 0,
        "delivery_install_value": 0,
        "home_install_value": 0,
        "home_delivery_type": 0,
        "step_order_info": _step(order),
        "promotion_detail_list": [{"promotion_type": 30}] if order.subsidies else [],
    }


def _step(order):
    if order.step_status is None:
        return None
    paid = {0: 0, 1: order.step_deposit, 2: order.pay_amount}[order.step_status]
    return {
        "step_trade_status": order.step_status,
        "advanced_paid_fee": yuan(order.step_deposit),
        "step_discount_amount": yuan(order.step_gain),
        "step_paid_fee": yuan(paid),
    }


def _subsidies(order):
    state = sum(amount for amount, funder in order.subsidies if funder == 1)
    return {
        "government_subsidy_settle_details": [
            {"amount": yuan(amount), "funder": funder}
            for amount, funder in order.subsidies
        ],
        "trade_in_national_subsidy_amount": yuan(state),
        "trade_in_national_subsidy_type": 1,
    }


def _line(line, detail):
    return {
        "goods_id": line.goods_id if detail else str(line.goods_id),
        "sku_id": line.sku_id if detail else str(line.sku_id),
        "goods_name": line.goods_name,
        "goods_spec": line.spec,
        "goods_price": yuan(line.price),
        "goods_count": line.count,
        "outer_id": line.outer_id,
        "outer_goods_id": line.outer_goods_id,
        "goods_img": line.image_url,
    }


def _gift(order, order_sn, line, detail):
    """Return a gift; it names its own order only when there is one."""
    number = order_sn if order.gift_status == 1 else ""
    return {**_line(line, detail), "order_sn": number}


def _categories(order):
    return {
        f"cat_id_{level}": cat_id
        for level, cat_id in enumerate(order.categories, start=1)
    }


def _place(receiver):
    return {
        "country": "中国",
        "country_id": 0,
        "province": receiver.province.name,
        "province_id": receiver.province.region_id,
        "city": receiver.city.name,
        "city_id": receiver.city.region_id,
        "town": receiver.town.name,
        "town_id": receiver.town.region_id,
    }


def _notes(order):
    return {
        "buyer_memo": order.buyer_memo,
        "remark": order.remark,
        "remark_tag": order.remark_tag,
        "remark_tag_name": order.remark_tag_name,
        "pay_type": "",
        "pay_no": "",
        "inner_transaction_id": "",
        "invoice_status": int(order.wants_invoice),
    }


def _shipping(order):
    parcels = order.extra_parcels
    consolidation = order.consolidation
    return {
        "logistics_id": order.logistics_id,
        "tracking_number": order.tracking_number,
        "extra_delivery_list": parcels.get(1, []),
        "gift_delivery_list": parcels.get(3, []),
        "resend_delivery_list": parcels.get(2, []),
        "shipping_type": 0,
        "consolidate_info": (
            None if consolidation is None else {"consolidate_type": consolidation}
        ),
        "order_depot_info": order.depot,
        "bonded_warehouse": "",
        "ship_additional_link_order": order.additional_link,
        "ship_additional_origin_order": order.additional_origin,
    }


def _masks(order, settings):
    shown = masks(order.receiver)
    if settings.masks_stay or order.shows_receiver:
        return shown
    return dict.fromkeys(shown, "")


def _flags(order, settings):
    flags = {name: int(name in order.tags) for name in _FLAGS}
    tags = [{"name": name, "value": 1} for name in order.tags]
    is_listed = fraction(f"tag/{order.order_sn}") < settings.zero_tag_share
    if is_listed and _ZERO_TAG not in order.tags:
        tags.append({"name": _ZERO_TAG, "value": 0})
    return {**flags, "order_tag_list": tags}
