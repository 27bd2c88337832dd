# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Amounts, kinds of orders, receivers that hide, and what happens to orders."""

from decimal import Decimal

import pytest

from tests.simulator import Settings, Simulator
from tests.simulator.lifecycle import EVENTS, Impossible
from tests.simulator.orders import UNKNOWN_TAG
from tests.simulator.render import order_row, yuan

from .client import Client
from .conftest import NOON

CIPHERS = ("receiver_name", "receiver_phone", "receiver_address", "address")


def _dec(value):
    return Decimal(str(value))


@pytest.fixture(scope="module")
def rows():
    """2,000 random orders as the detail call shows them."""
    settings = Settings(clock_start=NOON, clock_frozen=True)
    sim = Simulator(seed=11, orders=2000, days=6, settings=settings)
    orders = sim.shops[0].orders.values()
    return [order_row(order, settings, detail=True) for order in orders]


def test_amounts_obey_the_identities_to_the_cent(rows):
    assert len(rows) == 2000
    for row in rows:
        money = {key: _dec(value) for key, value in row.items() if _is_amount(key)}
        lines = sum(
            _dec(line["goods_price"]) * line["goods_count"] for line in row["item_list"]
        )
        fees = sum(_dec(fee["service_fee"]) for fee in row["service_fee_detail"])
        discount = (
            money["platform_discount"]
            + money["seller_discount"]
            + money["capital_free_discount"]
        )
        assert money["discount_amount"] == discount
        assert money["goods_amount"] == lines - money["order_change_amount"]
        paid = money["goods_amount"] - discount + money["postage"] + fees
        assert money["pay_amount"] == paid
        assert paid > 0 or row.get("related_order_list"), "only a gift order is free"
        assert min(money.values()) >= 0


def _is_amount(name):
    return name in ("postage", "pay_amount", "goods_amount", "order_change_amount") or (
        name.endswith("_discount") or name == "discount_amount"
    )


def test_amounts_have_at_most_two_decimals(rows):
    for row in rows:
        for name in filter(_is_amount, row):
            assert -_dec(row[name]).as_tuple().exponent <= 2, (name, row[name])


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0"), (800, "8"), (7980, "79.8"), (1, "0.01"), (8625, "86.25")],
)
def test_yuan_numbers_look_like_the_samples(fen, text):
    assert str(yuan(fen)) == text


def test_all_kinds_of_orders_occur(rows):
    kinds = {
        "gift": lambda row: row["gift_list"],
        "presale": lambda row: row["is_pre_sale"] and row["pre_sale_time"],
        "deposit": lambda row: row["trade_type"] == 1,
        "consolidated": lambda row: row["consolidate_info"],
        "subsidy": lambda row: row.get("government_subsidy_settle_details"),
        "two lines": lambda row: len(row["item_list"]) > 1,
        "lottery": lambda row: row["is_lucky_flag"] == 2,
        "price cut": lambda row: row["order_change_amount"],
        "leader free": lambda row: row["capital_free_discount"],
        "postage": lambda row: row["postage"],
        "service fee": lambda row: row["service_fee_detail"],
        "review": lambda row: row["risk_control_status"],
        "shipped": lambda row: row["order_status"] == 2,
        "received": lambda row: row["order_status"] == 3,
        "cancelled": lambda row: (row["order_status"], row["refund_status"]) == (1, 4),
        "phone apart": lambda row: row["contact_mobile"],
        "invoice": lambda row: row["invoice_status"],
        "memo": lambda row: row["buyer_memo"],
        "unknown tag": lambda row: _has_tag(row, UNKNOWN_TAG),
        "held": lambda row: _has_tag(row, "ship_hold"),
    }
    assert [name for name, is_one in kinds.items() if not any(map(is_one, rows))] == []
    assert sum(len(row["item_list"]) > 1 for row in rows) < 100, "rarely"


def _has_tag(row, name):
    return {"name": name, "value": 1} in row["order_tag_list"]


def test_subsidies_are_inside_the_platform_discount(rows):
    subsidised = [row for row in rows if "government_subsidy_settle_details" in row]
    for row in subsidised:
        details = row["government_subsidy_settle_details"]
        total = sum(_dec(detail["amount"]) for detail in details)
        assert 0 < total <= _dec(row["platform_discount"])
        assert row["promotion_detail_list"] == [{"promotion_type": 30}]


def test_deposit_orders_explain_what_was_paid(rows):
    for row in rows:
        step = row["step_order_info"]
        if not step:
            assert row["trade_type"] == 0
            continue
        paid = step["step_paid_fee"]
        if step["step_trade_status"] == 2:
            assert paid == row["pay_amount"]
        else:
            assert paid == step["advanced_paid_fee"]
        assert step["step_discount_amount"] <= row["seller_discount"]


def test_order_numbers_are_unique_and_dated(rows):
    assert len({row["order_sn"] for row in rows}) == 2000
    for row in rows:
        day, digits = row["order_sn"].split("-")
        assert day == row["created_time"][2:10].replace("-", "")
        assert len(digits) == 15 and digits.isdigit()


def test_receivers_hide_by_state(rows):
    for row in rows:
        shown = [name for name in (*CIPHERS, "contact_mobile") if row[name]]
        visible = row["order_status"] == 1 and not row["risk_control_status"]
        assert bool(shown) is visible
        if visible:
            alone = shown == ["contact_mobile"]
            assert alone or shown == list(CIPHERS)
        assert row["receiver_name_mask"] and row["open_address_id"]


def test_both_formats_of_ciphertext_occur(rows):
    names = [row["receiver_name"] for row in rows if row["receiver_name"]]
    phones = [row["receiver_phone"] for row in rows if row["receiver_phone"]]
    for texts, mark in ((names, "~"), (phones, "$")):
        indexed = [text for text in texts if text.endswith(mark * 2)]
        assert 0 < len(indexed) < len(texts)
        for text in texts:
            with_index = text in indexed
            parts = text.strip(mark).split(mark)
            assert text[0] == text[-1] == mark
            assert len(parts) == (3 if with_index else 2)
            assert parts[-1].isdigit()
            cipher = parts[1] if with_index and mark == "$" else parts[0]
            assert cipher.startswith("AgAAAA")


def test_same_seed_and_clock_make_the_same_world(make):
    first, second = make(seed=5, orders=60), make(seed=5, orders=60)
    other = make(seed=6, orders=60)
    worlds = [
        [order_row(o, sim.platform.settings) for o in sim.shops[0].orders.values()]
        for sim in (first, second, other)
    ]
    assert worlds[0] == worlds[1] != worlds[2]
    assert first.shops[0].access_token == second.shops[0].access_token


def test_one_person_keeps_the_key_but_not_the_ciphertext(sim, client):
    numbers = [sim.platform.create_order(receiver=5).order_sn for _twice in range(2)]
    one, two = (client.order(number) for number in numbers)
    assert one["open_address_id"] == two["open_address_id"]
    assert one["receiver_name"] != two["receiver_name"]
    stranger = client.order(sim.platform.create_order(receiver=6).order_sn)
    assert stranger["open_address_id"] != one["open_address_id"]


def test_receiver_disappears_under_review_and_after_shipping(sim, client):
    number = sim.platform.create_order().order_sn
    shown = client.order(number)["receiver_name"]
    sim.platform.event(number, "risk_on")
    row = client.order(number)
    assert (row["risk_control_status"], row["receiver_name"]) == (1, "")
    sim.platform.event(number, "risk_off")
    assert client.order(number)["receiver_name"] == shown
    sim.platform.event(number, "ship")
    row = client.order(number)
    assert [row[name] for name in CIPHERS] == [""] * 4
    assert row["receiver_name_mask"]


def test_consolidated_parcels_go_to_the_transit_warehouse(rows):
    for row in rows:
        if row["consolidate_info"]:
            assert row["province"] == "陕西省"
            assert row["consolidate_info"]["consolidate_type"] in (1, 3, 14, 15, 16, 17)


def test_orders_reduce_the_stock(sim):
    sku = sim.shops[0].goods_list[0].skus[0]
    before = sku.quantity
    sim.platform.create_order(items=[{"sku_id": sku.sku_id, "count": 3}])
    assert sku.quantity == before - 3
    with pytest.raises(ValueError, match="sold out"):
        sim.platform.create_order(items=[{"sku_id": sku.sku_id, "count": before}])
    assert sku.quantity == before - 3


def test_a_line_is_a_snapshot(sim, client):
    order = sim.platform.create_order()
    sku = sim.shops[0].skus[order.lines[0].sku_id]
    old = sku.outer_id
    sku.outer_id, sku.multi_price = "NEW", 1
    line = client.order(order.order_sn)["item_list"][0]
    assert (line["outer_id"], line["goods_price"]) == (old, 39.9)


def test_price_change_keeps_the_identities(sim, client):
    number = sim.platform.create_order().order_sn
    sim.platform.event(number, "price_change", amount=550)
    row = client.order(number)
    assert (row["order_change_amount"], row["goods_amount"]) == (5.5, 34.4)
    assert row["pay_amount"] == 34.4


def test_address_change_gives_a_new_key_and_ciphertext(sim, client):
    number = sim.platform.create_order(receiver=1).order_sn
    before = client.order(number)
    sim.platform.event(number, "address_change", number=2)
    after = client.order(number)
    for name in ("open_address_id", "receiver_name", "receiver_address"):
        assert before[name] != after[name]


def test_a_life_in_the_shop(sim, client):
    number = sim.platform.create_order().order_sn
    sim.clock.advance(60)
    sim.platform.event(
        number, "ship", logistics_id=44, tracking_number="SF1234567890123"
    )
    row = client.order(number)
    assert (row["order_status"], row["shipping_time"]) == (2, "2026-06-01 12:01:00")
    assert (row["logistics_id"], row["tracking_number"]) == (44, "SF1234567890123")
    sim.clock.advance(60)
    sim.platform.event(number, "receive")
    row = client.order(number)
    assert (row["order_status"], row["receive_time"]) == (3, "2026-06-01 12:02:00")


@pytest.mark.parametrize(
    ("events", "impossible"),
    [
        ((), "receive"),
        ((), "risk_off"),
        ((), "refund_grant"),
        (("ship",), "ship"),
        (("ship",), "risk_on"),
        (("ship",), "address_change"),
        (("risk_on",), "ship"),
        (("refund_request",), "ship"),
        (("refund_request",), "refund_request"),
        (("refund_request", "refund_agree"), "refund_withdraw"),
        (("refund_request", "refund_agree"), "refund_request"),
        (("ship", "receive"), "receive"),
        ((), "no_such_event"),
    ],
)
def test_impossible_events_change_nothing(sim, events, impossible):
    number = sim.platform.create_order().order_sn
    for event in events:
        sim.platform.event(number, event)
    order = sim.platform.find_order(number)
    before = order.snapshot()
    sim.clock.advance(5)
    with pytest.raises(Impossible):
        sim.platform.event(number, impossible)
    assert order == before


def test_every_change_tells_a_message(sim):
    number = sim.platform.create_order().order_sn
    silent = {"price_change", "urge", "shortage", "hold", "pay_balance"}
    for event in ("risk_on", "risk_off", "memo", "remark", "address_change", "ship"):
        assert event in set(EVENTS) - silent
        sim.platform.event(number, event)
    topics = [event.topic for event in sim.platform.events]
    assert topics == [
        "pdd_trade_TradeConfirmed",
        "pdd_trade_TradeRiskChanged",
        "pdd_trade_TradeRiskChanged",
        "pdd_trade_BuyerMemoModified",
        "pdd_trade_TradeMemoModified",
        "pdd_trade_TradeLogisticsAddressChanged",
        "pdd_trade_TradeSellerShip",
    ]
    first = sim.platform.events[0]
    mall_id = sim.shops[0].mall_id
    assert first.content == {"mall_id": mall_id, "tid": number}


def test_notes_replace_and_tags_come_in_pairs(sim, client):
    number = sim.platform.create_order().order_sn
    api = "pdd.order.note.update"
    answer = client.call(api, order_sn=number, note="一", tag=2, tag_name="待发")
    assert (answer["success"], answer["error_code"]) == (True, 0)
    row = client.order(number)
    assert (row["remark"], row["remark_tag"], row["remark_tag_name"]) == (
        "一",
        2,
        "待发",
    )
    client.call(api, order_sn=number, note="二")
    assert client.order(number)["remark"] == "二"
    for wrong, code in (
        ({"note": "三", "tag": 2}, 21002),
        ({"note": "三", "tag_name": "待发"}, 21002),
        ({"note": "三", "tag": 6, "tag_name": "待发"}, 21001),
        ({"note": "三", "tag": 2, "tag_name": "四个字呀"}, 21001),
        ({}, 21002),
    ):
        assert client.refusal(api, order_sn=number, **wrong)["error_code"] == code
    assert client.order(number)["remark"] == "二"


def test_address_update_refuses_inside_the_answer(sim, client):
    api = "pdd.order.update.address"
    place = {"province": "广东省", "province_id": 6, "city": "深圳市", "city_id": 77}
    place.update(town="南山区", town_id=706, address="新路1号")
    waiting = sim.platform.create_order().order_sn
    answer = client.call(api, order_sn=waiting, **place)
    assert (answer["success"], answer["errorCode"]) == (True, 0)
    assert client.order(waiting)["town_id"] == 706
    shipped = sim.platform.create_order().order_sn
    sim.platform.event(shipped, "ship")
    review = sim.platform.create_order(risk=True).order_sn
    for number in (shipped, review):
        answer = client.call(api, order_sn=number, **place)
        assert answer["success"] is False
        assert answer["errorCode"] and answer["errorMsg"]
    place["town_id"] = 3230
    error = client.refusal(api, order_sn=waiting, **place)
    assert (error["error_code"], error["sub_msg"]) == (21001, "town_id")


def test_orders_of_one_receiver_may_be_merged(sim, client):
    numbers = [
        sim.platform.create_order(receiver=person).order_sn for person in (1, 2, 1, 1)
    ]
    sim.platform.event(numbers[3], "ship")
    wanted = [{"order_sn": number} for number in numbers]
    answer = client.call("pdd.order.merge.ship.order.group", order_list=wanted)
    groups = [group["order_sn_list"] for group in answer["order_group_list"]]
    assert groups == [[numbers[0], numbers[2]], [numbers[1]], [numbers[3]]]


def test_search_by_receiver(sim, client):
    orders = [sim.platform.create_order(receiver=n, at=NOON - n) for n in (1, 2, 1)]
    person = orders[0].receiver
    window = {"start_created_at": NOON - 3600, "end_created_at": NOON}
    for wanted in ({"receiver_phone": person.phone}, {"receiver_name": person.name}):
        found = client.call("pdd.order.search.order", **window, **wanted)
        assert set(found["order_sn_list"]) == {orders[0].order_sn, orders[2].order_sn}
    error = client.refusal("pdd.order.search.order", **window)
    assert error["error_code"] == 21001


def test_decryption_row_by_row(make):
    sim = make(virtual_number_share=1.0, rate_scale=0)
    client = Client(sim)
    order = sim.platform.create_order()
    other = sim.platform.create_order()
    row = client.order(order.order_sn)
    wanted = [
        {"data_tag": order.order_sn, "encrypted_data": row["receiver_phone"]},
        {"data_tag": other.order_sn, "encrypted_data": row["receiver_name"]},
        {"data_tag": order.order_sn, "encrypted_data": row["receiver_name"]},
        {"data_tag": order.order_sn, "encrypted_data": row["receiver_address"]},
        {"data_tag": order.order_sn, "encrypted_data": row["address"]},
    ]
    api = "pdd.open.decrypt.batch"
    found = client.call(api, data_list=wanted)["data_decrypt_list"]
    person = order.receiver
    assert [line["data_type"] for line in found] == [6, 0, 5, 8, 7]
    assert [line["error_code"] for line in found] == [0, 10001, 0, 0, 0]
    extension = found[0]["virtual_identify_number"]
    assert found[0]["decrypted_data"] == f"{person.phone}#{extension}#"
    assert found[0]["virtual_number_type"] == 1
    assert [line["decrypted_data"] for line in found[2:]] == [
        person.name,
        person.detail,
        person.full_address,
    ]
    masked = client.call("pdd.open.decrypt.mask.batch", data_list=wanted[2:3])
    assert masked["data_decrypt_list"][0]["decrypted_data"].startswith(person.name[0])
    assert person.name not in masked["data_decrypt_list"][0]["decrypted_data"]
    sim.platform.event(order.order_sn, "ship")
    found = client.call(api, data_list=wanted)["data_decrypt_list"]
    assert {line["error_code"] for line in found} == {10001}
    assert client.refusal(api, data_list=wanted[:1] * 101)["error_code"] == 21001
    assert client.refusal(api, data_list=[])["error_code"] == 21002
    assert client.refusal(api, data_list="{}")["error_code"] == 21001


def test_decryption_outside_the_cloud_is_rare(sim, client):
    order = sim.platform.create_order()
    name = client.order(order.order_sn)["receiver_name"]
    wanted = [{"data_tag": order.order_sn, "encrypted_data": name}]
    api = "pdd.open.decrypt.batch"
    for _call in range(100):
        client.call(api, data_list=wanted)
        assert client.refusal(api, data_list=wanted)["error_code"] == 70031
        sim.clock.advance(11)
    assert client.refusal(api, data_list=wanted)["error_code"] == 70031, "daily limit"
    sim.platform.settings.inside_cloud = True
    client.call(api, data_list=wanted)
