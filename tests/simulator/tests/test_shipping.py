# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Shipping, its refusals, further parcels and traces."""

import pytest

from .client import Client

SEND = "pdd.logistics.online.send"
NUMBER = "SF1000000000001"


def _send(client, number, **changes):
    wanted = {"logistics_id": 44, "tracking_number": NUMBER, **changes}
    return client.raw(SEND, order_sn=number, **wanted)


def _refused(client, number, **changes):
    error = _send(client, number, **changes)["error_response"]
    assert error["error_code"] == 50001
    assert error["sub_code"].isdigit()
    return error["sub_msg"]


def test_sending_ships(sim, client):
    number = sim.platform.create_order().order_sn
    answer = _send(client, number)["logistics_online_send_response"]
    assert answer["is_success"] is True
    row = client.order(number)
    assert (row["order_status"], row["logistics_id"]) == (2, 44)
    assert row["tracking_number"] == NUMBER
    assert client.increment(sim.clock.now() - 1, sim.clock.now())["total_count"] == 1


def test_refusals_by_state(sim, client):
    platform = sim.platform

    def prepared(*events, **overrides):
        number = platform.create_order(**overrides).order_sn
        for event in events:
            platform.event(number, event)
        return number

    for number, words in (
        (prepared("ship"), "已发货"),
        (prepared("refund_request"), "售后处理中"),
        (prepared("refund_request", "refund_agree"), "已退款"),
        (prepared("risk_on"), "风控"),
        (prepared("hold"), "暂停发货"),
        (prepared(step_status=1), "尾款"),
    ):
        before = client.order(number)
        assert words in _refused(client, number)
        assert client.order(number) == before
    assert "退款" not in str(
        _send(client, prepared("refund_request", "refund_withdraw"))
    )


def test_foreign_orders(make):
    sim = make(shops=2)
    number = sim.platform.create_order(sim.shops[1].mall_id).order_sn
    error = _send(Client(sim), number)["error_response"]
    assert error["sub_code"] == "45001"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"logistics_id": 122}, "快递公司"),
        ({"logistics_id": 99999}, "快递公司"),
        ({"tracking_number": "SF123"}, "格式"),
        ({"tracking_number": "YT1000000000001"}, "格式"),
        ({"refund_address_id": "1"}, "退货地址"),
    ],
)
def test_refusals_by_parcel(sim, client, changes, words):
    number = sim.platform.create_order().order_sn
    assert words in _refused(client, number, **changes)
    assert client.order(number)["order_status"] == 1


def test_a_number_serves_one_receiver(sim, client):
    first, again, other = (
        sim.platform.create_order(receiver=person).order_sn for person in (1, 1, 2)
    )
    _send(client, first)
    assert "error_response" not in _send(client, again), "merged parcel"
    assert "使用" in _refused(client, other)
    sim.platform.settings.refuse_reused_number = False
    assert "error_response" not in _send(client, other)


def test_changing_a_shipment(sim, client):
    number = sim.platform.create_order().order_sn
    assert "未发货" in _refused(client, number, redelivery_type=2)
    _send(client, number)
    new = {"logistics_id": 85, "tracking_number": "YT2000000000002"}
    assert "error_response" not in _send(client, number, redelivery_type=2, **new)
    assert client.order(number)["tracking_number"] == "YT2000000000002"
    sim.platform.event(number, "receive")
    assert "已签收" in _refused(client, number, redelivery_type=2)


def test_sending_twice_is_a_setting(sim, client):
    number = sim.platform.create_order().order_sn
    _send(client, number)
    assert "已发货" in _refused(client, number)
    sim.platform.settings.repeat_send_succeeds = True
    assert "error_response" not in _send(client, number)
    assert "已发货" in _refused(client, number, tracking_number="SF9999999999999")


@pytest.mark.parametrize("name", ["order_sn", "logistics_id", "tracking_number"])
def test_missing_parameters(sim, client, name):
    wanted = {"order_sn": "260601-1", "logistics_id": 44, "tracking_number": NUMBER}
    wanted.pop(name)
    error = client.refusal(SEND, **wanted)
    assert (error["error_code"], error["sub_msg"]) == (21002, name)


def test_pre_check_changes_nothing(sim, client):
    number = sim.platform.create_order().order_sn
    wanted = {"order_sn": number, "tracking_number": NUMBER}
    api = "pdd.open.logistics.pre.check"
    assert client.call(api, **wanted, ship_code="SF")["allowed"] is True
    assert client.call(api, **wanted, ship_code="YTO")["allowed"] is False
    assert client.call(api, **wanted, ship_code="??")["allowed"] is False
    assert client.order(number)["order_status"] == 1
    sim.platform.event(number, "risk_on")
    assert client.call(api, **wanted, ship_code="SF")["allowed"] is False


def test_further_parcels_do_not_change_the_state(sim, client):
    api = "pdd.order.upload.extra.logistics"
    number = sim.platform.create_order().order_sn
    parcel = {"shipping_id": 44, "tracking_number": "SF1000000000009"}
    wanted = {"order_sn": number, "extra_track_type": 1, "extra_track_list": [parcel]}
    assert client.refusal(api, **wanted)["error_code"] == 50001, "not shipped yet"
    _send(client, number)
    client.call(api, **wanted)
    client.call(api, **{**wanted, "extra_track_type": 3})
    row = client.order(number)
    expected = [{"logistics_id": 44, "tracking_number": "SF1000000000009"}]
    assert row["extra_delivery_list"] == row["gift_delivery_list"] == expected
    assert (row["tracking_number"], row["order_status"]) == (NUMBER, 2)
    wrong = {**wanted, "extra_track_type": 4}
    assert client.refusal(api, **wrong)["error_code"] == 21001


def test_trace_grows_with_time(sim, client):
    api = "pdd.logistics.ordertrace.get"
    number = sim.platform.create_order().order_sn
    wanted = {"company_code": "SF", "mail_no": NUMBER, "cache": True}
    assert client.refusal(api, **wanted)["sub_code"] == "ISV_TRACK_ERROR"
    _send(client, number)
    assert client.refusal(api, **wanted)["sub_code"] == "ISV_TRACK_ERROR"
    actions = []
    for hours in (3, 20, 30):
        sim.clock.advance(hours * 3600)
        rows = client.call(api, **wanted)["trace_list"]
        actions.append([row["action"] for row in rows])
    assert actions[0] == ["GOT"]
    assert actions[1] == ["GOT", "DEPARTURE", "ARRIVAL"]
    assert actions[2] == ["GOT", "DEPARTURE", "ARRIVAL", "SEND"]
    sim.platform.event(number, "receive")
    assert client.call(api, **wanted)["trace_list"][-1]["action"] == "SIGN"


def test_carriers_and_regions(client):
    rows = client.call("pdd.logistics.companies.get")["logistics_companies"]
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows) == 103
    assert len({row["code"] for row in rows}) == 103
    assert (by_id[44]["code"], by_id[122]["available"]) == ("SF", 0)
    regions = client.call("pdd.logistics.address.get")["logistics_address_list"]
    by_id = {row["id"]: row for row in regions}
    assert len(by_id) == len(regions)
    assert by_id[1]["region_type"] == 0
    for row in regions[1:]:
        assert by_id[row["parent_id"]]["region_type"] == row["region_type"] - 1
