# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Faults: what they do, when, how often, and whether the call took effect."""

import threading

import pytest
import requests

from .client import Client
from .conftest import NOON

NOTE = "pdd.order.note.update"


@pytest.fixture
def number(sim):
    return sim.platform.create_order().order_sn


def _remark(sim, number):
    return sim.platform.find_order(number).remark


@pytest.mark.parametrize(
    ("fault", "takes_effect"),
    [
        ({"kind": "reset"}, False),
        ({"kind": "timeout_after_effect"}, True),
        ({"kind": "half_body"}, True),
    ],
)
def test_broken_connections(sim, client, number, fault, takes_effect):
    sim.faults.add(**fault)
    with pytest.raises(requests.RequestException):
        client.raw(NOTE, order_sn=number, note="写了")
    assert bool(_remark(sim, number)) is takes_effect
    assert client.raw(NOTE, order_sn=number, note="又写")["response"]["success"]
    assert sim.journal.entries(NOTE)[0]["outcome"] == fault["kind"]


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_http_errors_come_before_the_effect(sim, client, number, status):
    sim.faults.add("http_5xx", status=status)
    answer = client.post(client.params(NOTE, order_sn=number, note="写了"))
    assert answer.status_code == status
    assert not _remark(sim, number)


def test_html_instead_of_json(sim, client):
    sim.faults.add("html", api="pdd.time.get")
    answer = client.post(client.params("pdd.time.get"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_refusals_for_the_next_calls_of_one_method(sim, client, number):
    sim.faults.add(
        "error", api=NOTE, times=2, error_code=50001, sub_code="77", sub_msg="忙"
    )
    client.call("pdd.time.get")
    for _call in range(2):
        error = client.refusal(NOTE, order_sn=number, note="写了")
        assert (error["error_code"], error["sub_code"], error["sub_msg"]) == (
            50001,
            "77",
            "忙",
        )
    assert not _remark(sim, number)
    client.call(NOTE, order_sn=number, note="写了")


def test_a_fault_can_last_and_be_taken_away(sim, client):
    sim.faults.add("error", times=-1, error_code=70033)
    for _call in range(5):
        assert client.refusal("pdd.time.get")["error_code"] == 70033
    sim.faults.clear()
    client.call("pdd.time.get")


def test_a_fault_can_concern_one_shop(make):
    sim = make(shops=2)
    first, second = (Client(sim, shop) for shop in sim.shops)
    sim.faults.add("error", error_code=50000, mall_id=str(second.shop.mall_id))
    first.call("pdd.mall.info.get")
    assert second.refusal("pdd.mall.info.get")["error_code"] == 50000


def test_a_bad_signature_uses_up_no_fault(sim, client):
    sim.faults.add("error", error_code=50000)
    params = {**client.params("pdd.time.get"), "sign": "x"}
    assert client.post(params).json()["error_response"]["error_code"] == 20004
    assert client.refusal("pdd.time.get")["error_code"] == 50000


def test_latency_holds_one_call_and_not_the_others(sim, client):
    sim.faults.add("latency", api="pdd.mall.info.get", seconds=30)
    slow = threading.Thread(target=client.call, args=("pdd.mall.info.get",))
    slow.start()
    Client(sim).call("pdd.time.get")
    assert slow.is_alive()
    sim.faults.close()
    slow.join(10)
    assert not slow.is_alive()


def test_duplicate_and_shuffled_rows(sim, client):
    numbers = [sim.platform.create_order(at=NOON - n).order_sn for n in range(6)]
    sim.faults.add("duplicate_rows")
    rows = client.increment(NOON - 60, NOON)["order_sn_list"]
    found = [row["order_sn"] for row in rows]
    assert sorted(found) == sorted(numbers * 2)
    sim.faults.add("disorder")
    rows = client.increment(NOON - 60, NOON)["order_sn_list"]
    found = [row["order_sn"] for row in rows]
    assert found != numbers and sorted(found) == sorted(numbers)


def test_mutated_rows(sim, client):
    numbers = [sim.platform.create_order(at=NOON - n).order_sn for n in range(2)]
    sim.faults.add(
        "mutate_rows",
        patch={
            "pay_amount": "1e400",
            "item_list.0.goods_price": None,
            "item_list.9.goods_price": 1,
            "brand_new.deep": [1],
        },
        drop=["buyer_memo"],
        match={"order_sn": numbers[0]},
    )
    spoilt, whole = client.increment(NOON - 60, NOON)["order_sn_list"]
    assert spoilt["pay_amount"] == "1e400"
    assert spoilt["item_list"][0]["goods_price"] is None
    assert spoilt["brand_new"] == {"deep": [1]}
    assert "buyer_memo" not in spoilt
    assert whole["pay_amount"] == 39.9
    assert client.increment(NOON - 60, NOON)["order_sn_list"][0]["pay_amount"] == 39.9


def test_mutated_details(sim, client, number):
    sim.faults.add("mutate_rows", patch={"pay_amount": -1})
    assert client.order(number)["pay_amount"] == -1
    sim.platform.event(number, "refund_request")
    sim.faults.add("mutate_rows", patch={"refund_amount": "12"})
    detail = client.raw("pdd.refund.information.get", order_sn=number)
    assert detail["refund_amount"] == "12"


def test_control_adds_and_clears(client):
    body = {"kind": "error", "api": "pdd.time.get", "times": 3, "error_code": 52101}
    assert client.control("POST", "faults", body)[0]["times"] == 3
    assert client.refusal("pdd.time.get")["error_code"] == 52101
    assert client.control("GET", "faults")[0]["times"] == 2
    assert client.control("DELETE", "faults") == []
    client.call("pdd.time.get")
    for wrong in ({"kind": "nonsense"}, {"kind": "error", "nonsense": 1}, {}):
        address = f"{client.sim.url}/_sim/faults"
        assert requests.post(address, json=wrong, timeout=20).status_code == 400
