# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Kinds of orders: gifts, related orders, depots, promises, cancelled deals."""

import pytest

from .client import Client
from .conftest import NOON


def test_a_gift_is_created_some_time(sim, client):
    main = sim.platform.create_order(gift_status=0)
    row = client.order(main.order_sn)
    assert row["gift_order_status"] == 0
    sim.platform.event(main.order_sn, "gift_create")
    assert client.order(main.order_sn)["gift_order_status"] == 1
    plain = client.order(sim.platform.create_order().order_sn)
    assert "gift_order_status" not in plain


def test_loaded_gifts_know_all_three_states(make):
    sim = make()
    sim.loader.load(None, 1500, NOON - 60, NOON)
    orders = [order for order in sim.shops[0].orders.values() if order.gifts]
    assert {order.gift_status for order in orders} == {0, 1, 2}


def test_related_orders_name_their_main_order(sim, client):
    main = sim.platform.create_order()
    difference = sim.platform.create_order(related=[(3, main.order_sn)])
    assert client.order(difference.order_sn)["related_order_list"] == [
        {"relation_type": 3, "order_sn": main.order_sn}
    ]
    extra = sim.platform.create_order(
        additional_origin=main.order_sn, tags=["ship_additional_order"]
    )
    row = client.order(extra.order_sn)
    assert row["ship_additional_origin_order"] == main.order_sn


def test_a_depot_is_named(client):
    depot = {"depot_id": 7, "depot_code": "GZ", "depot_name": "广州仓", "depot_type": 1}
    number = client.control("POST", "orders", {"depot": depot})["order_sn"]
    assert client.order(number)["order_depot_info"] == depot


def test_a_promise_is_told_and_read(sim, client):
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "promise", text="指定顺丰发货")
    told = sim.platform.events[-1]
    assert told.topic == "pdd_chat_OrderPromise"
    info = client.call("pdd.order.promise.info.get", **_promise(told))["promise_info"]
    assert info["order_sn"] == order.order_sn
    assert info["detail_info"] == {"shipping_id": "44"}
    error = client.refusal("pdd.order.promise.info.get", promise_id=1)
    assert error["error_code"] == 50001


def _promise(event):
    return {"promise_id": event.content["promise_id"]}


@pytest.mark.parametrize(("share", "expected"), [(1.0, 2), (0.0, 1)])
def test_a_refunded_unshipped_deal_may_be_cancelled(make, share, expected):
    sim = make(confirm_cancelled_share=share)
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "refund_request")
    sim.platform.event(order.order_sn, "refund_agree")
    row = Client(sim).order(order.order_sn)
    assert (row["order_status"], row["refund_status"]) == (1, 4)
    assert row["confirm_status"] == expected


def test_a_lost_parcel_has_no_trace(sim, client):
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "ship", logistics_id=44)
    sim.platform.event(order.order_sn, "no_trace")
    sim.clock.advance(86400)
    error = client.refusal(
        "pdd.logistics.ordertrace.get",
        company_code="SF",
        mail_no=order.tracking_number,
    )
    assert error["sub_code"] == "ISV_TRACK_ERROR"


def test_a_new_order_may_be_unknown_to_the_detail_call(make):
    sim = make(detail_lag=120)
    client = Client(sim)
    number = sim.platform.create_order().order_sn
    error = client.refusal("pdd.order.information.get", order_sn=number)
    assert error["sub_code"] == "45001"
    sim.clock.advance(121)
    assert client.order(number)["order_sn"] == number


def test_a_relay_number_is_checked(make):
    sim = make(virtual_number_share=1.0)
    client = Client(sim)
    order = sim.platform.create_order(contact_only=False)
    phone = client.order(order.order_sn)["receiver_phone"]
    data = [{"data_tag": order.order_sn, "encrypted_data": phone}]
    row = client.call("pdd.open.decrypt.batch", data_list=data)["data_decrypt_list"][0]
    check = {"order_sn": order.order_sn, "virtual_number": row["decrypted_data"]}
    extension = row["virtual_identify_number"]
    for given, match in ((extension, True), ("x", False)):
        result = client.call(
            "pdd.open.virtual.number.check", **check, identify_number=given
        )["result"]
        assert (result["virtual"], result["match"]) == (True, match)


def test_a_tag_with_value_0_means_nothing(make):
    sim = make(zero_tag_share=1.0)
    client = Client(sim)
    row = client.order(sim.platform.create_order().order_sn)
    assert {"name": "ship_hold", "value": 0} in row["order_tag_list"]
    held = sim.platform.create_order(tags=["ship_hold"]).order_sn
    assert client.order(held)["order_tag_list"] == [{"name": "ship_hold", "value": 1}]


def test_masks_may_go_with_the_ciphertext(make):
    sim = make(masks_stay=False)
    client = Client(sim)
    order = sim.platform.create_order(contact_only=False)
    assert client.order(order.order_sn)["receiver_name_mask"]
    sim.platform.event(order.order_sn, "ship")
    assert client.order(order.order_sn)["receiver_name_mask"] == ""


def test_nobody_buys_what_is_sold_out(sim):
    shop = sim.shops[0]
    for sku in shop.skus.values():
        sku.quantity = 2
    pieces = 2 * len(shop.skus)
    numbers = sim.loader.burst(shop.mall_id, 2 * pieces)
    sold = sum(line.count for number in numbers for line in shop.orders[number].lines)
    assert sold == pieces
    assert {sku.quantity for sku in shop.skus.values()} == {0}
    sim.loader.load(shop.mall_id, 1, NOON - 9, NOON)
    assert sum(sku.quantity for sku in shop.skus.values()) > 900, "filled up"


def test_another_number_of_pieces(make):
    sim = make(list_lag=30)
    client = Client(sim)
    order = sim.platform.create_order(items=[{"count": 2}])
    sku = sim.shops[0].skus[order.lines[0].sku_id]
    left = sku.quantity
    sim.clock.advance(31)
    sim.platform.event(order.order_sn, "count_change", count=1)
    detail = client.order(order.order_sn)
    assert detail["item_list"][0]["goods_count"] == 1
    assert (detail["pay_amount"], sku.quantity) == (39.9, left + 1)
    listed = client.increment(NOON, NOON + 60)["order_sn_list"][0]
    assert listed["item_list"][0]["goods_count"] == 2, "the list shows what was"
