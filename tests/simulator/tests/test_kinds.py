# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Kinds of orders: gifts, related orders, depots, promises, cancelled deals."""

import pytest

from .client import Client
from .conftest import NOON


def test_a_gift_order_is_created_some_time(sim, client):
    main = sim.platform.create_order(gift_status=0, gifts=[{"count": 2}, {}])
    row = client.order(main.order_sn)
    assert row["gift_order_status"] == 0
    assert [gift["order_sn"] for gift in row["gift_list"]] == ["", ""]
    assert len(sim.shops[0].orders) == 1
    left = sim.shops[0].skus[main.lines[0].sku_id].quantity
    sim.clock.advance(60)
    sim.platform.event(main.order_sn, "gift_create")
    row = client.order(main.order_sn)
    assert row["gift_order_status"] == 1
    numbers = [gift["order_sn"] for gift in row["gift_list"]]
    assert all(numbers)
    assert len(set(numbers)) == 2, "one order per gift row"
    assert sim.shops[0].skus[main.lines[0].sku_id].quantity == left - 3
    plain = client.order(sim.platform.create_order().order_sn)
    assert "gift_order_status" not in plain


def test_a_gift_order_is_an_order_like_any_other(sim, client):
    main = sim.platform.create_order(gift_status=0, gifts=[{"count": 2}])
    sim.clock.advance(60)
    sim.platform.event(main.order_sn, "gift_create")
    gift_sn = client.order(main.order_sn)["gift_list"][0]["order_sn"]
    detail = client.order(gift_sn)
    assert detail["related_order_list"] == [
        {"relation_type": 4, "order_sn": main.order_sn}
    ]
    assert (detail["order_status"], detail["refund_status"]) == (1, 1)
    assert (detail["item_list"][0]["goods_count"], detail["gift_list"]) == (2, [])
    assert detail["open_address_id"] == client.order(main.order_sn)["open_address_id"]
    amounts = ("goods_amount", "discount_amount", "pay_amount", "postage")
    assert [detail[name] for name in amounts] == [0, 0, 0, 0]
    rows = client.increment(NOON, NOON + 120)["order_sn_list"]
    assert gift_sn in [row["order_sn"] for row in rows]
    rows = client.call(
        "pdd.order.list.get",
        start_confirm_at=NOON,
        end_confirm_at=NOON + 120,
        order_status=5,
        refund_status=5,
        page=1,
    )["order_list"]
    assert gift_sn in [row["order_sn"] for row in rows]


def test_a_gift_order_that_failed_leaves_the_gift_to_the_main_order(sim, client):
    main = sim.platform.create_order(gift_status=0, gifts=[{}])
    sim.platform.event(main.order_sn, "gift_create", failed=True)
    row = client.order(main.order_sn)
    assert row["gift_order_status"] == 2
    assert [gift["order_sn"] for gift in row["gift_list"]] == [""]
    other = sim.platform.create_order(gift_status=0, gifts=[{}])
    sim.shops[0].skus[other.lines[0].sku_id].quantity = 0
    sim.platform.event(other.order_sn, "gift_create")
    assert client.order(other.order_sn)["gift_order_status"] == 2, "sold out"
    assert len(sim.shops[0].orders) == 2


def test_a_gift_order_is_shipped_by_a_call_of_its_own(sim, client):
    main = sim.platform.create_order(gift_status=1, gifts=[{}])
    gift_sn = client.order(main.order_sn)["gift_list"][0]["order_sn"]
    parcel = {"logistics_id": 44, "tracking_number": "SF1000000000001"}
    client.call("pdd.logistics.online.send", order_sn=main.order_sn, **parcel)
    assert client.order(main.order_sn)["order_status"] == 2
    assert client.order(gift_sn)["order_status"] == 1, "it still waits"
    client.call("pdd.logistics.online.send", order_sn=gift_sn, **parcel)
    gift = client.order(gift_sn)
    assert (gift["order_status"], gift["tracking_number"]) == (2, "SF1000000000001")
    sim.platform.event(gift_sn, "receive")
    sim.clock.advance(40 * 86400)
    sim.platform.settle()
    booked = {row.order_sn for row in sim.shops[0].ledger}
    assert gift_sn not in booked


def test_a_gift_order_may_be_refunded_without_money(sim, client):
    main = sim.platform.create_order(gift_status=1, gifts=[{}])
    gift_sn = client.order(main.order_sn)["gift_list"][0]["order_sn"]
    sim.platform.event(gift_sn, "refund_request")
    assert client.order(gift_sn)["refund_status"] == 2
    sim.platform.event(gift_sn, "refund_agree")
    assert client.order(gift_sn)["refund_status"] == 4
    assert client.order(main.order_sn)["refund_status"] == 1, "not its main order"


def test_a_priced_gift_order_is_discounted_to_nothing(make):
    sim = make(gift_order_priced=True)
    main = sim.platform.create_order(gift_status=1, gifts=[{}])
    gift = Client(sim).order(main.gifts[0][0])
    assert gift["item_list"][0]["goods_price"] > 0
    assert gift["goods_amount"] == gift["seller_discount"]
    assert gift["pay_amount"] == 0


def test_loaded_gifts_know_all_three_states(make):
    sim = make()
    sim.loader.load(None, 1500, NOON - 60, NOON)
    shop = sim.shops[0]
    orders = [order for order in shop.orders.values() if order.gifts]
    assert {order.gift_status for order in orders} == {0, 1, 2}
    created = {
        sn for order in orders if order.gift_status == 1 for sn, _g in order.gifts
    }
    assert created
    assert created == {sn for sn, order in shop.orders.items() if order.is_gift}


def test_a_lived_past_ships_gift_orders_with_their_main_order(make):
    sim = make(orders=600, gift_share=0.5)
    orders = sim.shops[0].orders
    shipped = [o for o in orders.values() if o.gift_status == 1 and o.order_status > 1]
    assert shipped
    for main in shipped:
        for gift in sim.platform.gift_orders(main):
            assert gift.order_status == main.order_status
            assert gift.tracking_number == main.tracking_number


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
    assert len(numbers) == len(set(numbers)) == len(shop.orders)
    sold = sum(line.count for order in shop.orders.values() for line in order.lines)
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
