# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Every refusal of the gateway."""

import pytest

from tests.simulator.registry import METHODS

from .client import Client
from .conftest import NOON

INCREMENT = {
    "start_updated_at": NOON - 1800,
    "end_updated_at": NOON,
    "is_lucky_flag": 0,
    "order_status": 5,
    "refund_status": 5,
    "page": 1,
    "page_size": 100,
}
DEALS = {
    "start_confirm_at": NOON - 86400,
    "end_confirm_at": NOON,
    "order_status": 5,
    "refund_status": 5,
    "page": 1,
    "page_size": 100,
}
REFUNDS = {
    "start_updated_at": NOON - 1800,
    "end_updated_at": NOON,
    "after_sales_type": 1,
    "after_sales_status": 1,
}
CALLS = {
    "pdd.order.number.list.increment.get": INCREMENT,
    "pdd.order.list.get": DEALS,
    "pdd.order.basic.list.get": DEALS,
    "pdd.refund.list.increment.get": REFUNDS,
}


def _error(answer):
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["error_response"]
    error = body["error_response"]
    assert set(error) == {
        "error_msg",
        "sub_msg",
        "sub_code",
        "error_code",
        "request_id",
    }
    assert error["request_id"].isdigit()
    return error


@pytest.mark.parametrize("name", ["type", "client_id", "timestamp", "sign"])
@pytest.mark.parametrize("value", [None, ""])
def test_missing_public_parameter_is_named(client, name, value):
    params = client.params("pdd.mall.info.get")
    params.pop(name)
    if value is not None:
        params[name] = value
    error = _error(client.post(params))
    assert error["error_code"] == 10001
    assert error["error_msg"] == f"公共参数错误:{name}"


def test_missing_token_is_named(client):
    error = _error(client.post(client.params("pdd.mall.info.get", token=False)))
    assert (error["error_code"], error["error_msg"]) == (
        10001,
        "公共参数错误:access_token",
    )


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [(-600, True), (600, True), (-601, False), (601, False)],
)
def test_timestamp_must_be_within_ten_minutes_of_the_platform(client, offset, accepted):
    params = client.params("pdd.time.get", token=False)
    params["timestamp"] = str(NOON + offset)
    body = client.post(client.sign(params)).json()
    assert ("time_get_response" in body) is accepted
    if not accepted:
        assert body["error_response"]["error_msg"] == "公共参数错误:timestamp"


@pytest.mark.parametrize("text", [f"{NOON}000", f"{NOON}.0", "now", "-1"])
def test_timestamp_must_be_whole_seconds(client, text):
    params = client.params("pdd.time.get", token=False)
    error = _error(client.post(client.sign({**params, "timestamp": text})))
    assert (error["error_code"], error["error_msg"][-9:]) == (10001, "timestamp")


@pytest.mark.parametrize(("name", "value"), [("data_type", "XML"), ("version", "V2")])
def test_other_formats_are_refused(client, name, value):
    params = {**client.params("pdd.time.get", token=False), name: value}
    error = _error(client.post(client.sign(params)))
    assert error["error_msg"] == f"公共参数错误:{name}"


def test_unknown_method(client):
    error = client.refusal("pdd.no.such.method")
    assert error["error_code"] == 10017


def test_method_left_out_says_so(client):
    error = client.refusal("pdd.goods.add")
    assert error["error_code"] == 10017
    assert "模拟器" in error["sub_msg"]


def test_unknown_client(client):
    params = client.params("pdd.time.get", token=False)
    error = _error(client.post(client.sign({**params, "client_id": "nobody"})))
    assert error["error_code"] == 10016


def test_wrong_signature(client):
    params = client.params("pdd.time.get", token=False)
    params["sign"] = params["sign"][::-1]
    assert _error(client.post(params))["error_code"] == 20004


def test_parameter_added_after_signing(client):
    params = {**client.params("pdd.time.get", token=False), "page": "1"}
    assert _error(client.post(params))["error_code"] == 20004


def test_address_not_on_the_list(sim, client):
    sim.platform.settings.allowed_ips = ("192.0.2.1",)
    assert client.refusal("pdd.mall.info.get")["error_code"] == 20005
    sim.platform.settings.allowed_ips = ("192.0.2.1", "127.0.0.1")
    client.call("pdd.mall.info.get")


def test_missing_scope(sim, client):
    sim.change_token(client.shop, "remove_scope", "pdd.mall.info.get")
    assert client.refusal("pdd.mall.info.get")["error_code"] == 20031
    client.call("pdd.goods.list.get")
    sim.change_token(client.shop, "restore_scope", "pdd.mall.info.get")
    client.call("pdd.mall.info.get")


def test_token_unknown_expired_or_revoked(sim, client):
    params = client.params("pdd.mall.info.get")
    wrong = client.sign({**params, "access_token": "nonsense"})
    assert _error(client.post(wrong))["error_code"] == 20032
    sim.change_token(client.shop, "expire")
    assert _error(client.post(params))["error_code"] == 10019
    sim.change_token(client.shop, "revoke")
    assert _error(client.post(params))["error_code"] == 20032


def test_token_of_another_application(make):
    sim = make(shops=2, app_per_shop=True)
    first, second = (Client(sim, shop) for shop in sim.shops)
    params = first.params("pdd.mall.info.get")
    params["access_token"] = second.shop.access_token
    assert _error(first.post(first.sign(params)))["error_code"] == 20032


def test_methods_without_shop_data_take_any_token(client):
    params = client.params("pdd.time.get")
    params["access_token"] = "nonsense"
    assert "time_get_response" in client.post(client.sign(params)).json()


def test_each_gateway_has_its_methods(client):
    upload = client.params("pdd.goods.img.upload")
    assert _error(client.post(upload))["error_code"] == 20035
    ordinary = client.params("pdd.mall.info.get")
    assert _error(client.post(ordinary, "/api/upload"))["error_code"] == 20035
    assert client.refusal("erp.order.list.get")["error_code"] == 20035


def test_too_large_a_body(make):
    client = Client(make(max_body_bytes=2000))
    params = client.params("pdd.time.get", token=False, note="x" * 3000)
    assert _error(client.post(params))["error_code"] == 52004
    assert "time_get_response" in client.raw("pdd.time.get", token=False)


@pytest.mark.parametrize("body", ["", "[1]", "{", '{"type":}', '{"a":1,}', "{} x"])
def test_broken_json_body(client, body):
    headers = {"Content-Type": "application/json"}
    error = _error(client.post(body.encode(), headers=headers))
    assert error["error_code"] == 10000


@pytest.mark.parametrize("api", CALLS)
def test_each_required_parameter_is_named(client, api):
    optional = {"page_size"} | ({"page"} if "increment" in api else set())
    for name in CALLS[api]:
        others = {key: value for key, value in CALLS[api].items() if key != name}
        body = client.raw(api, **others)
        if name in optional:
            assert "error_response" not in body
        else:
            error = body["error_response"]
            assert (error["error_code"], error["sub_msg"]) == (21002, name)


@pytest.mark.parametrize("api", CALLS)
@pytest.mark.parametrize(
    ("name", "value"), [("page", 0), ("page", -1), ("page_size", 0), ("page_size", 101)]
)
def test_pages_outside_the_limits(client, api, name, value):
    error = client.refusal(api, **{**CALLS[api], name: value})
    assert (error["error_code"], error["sub_msg"]) == (21001, name)


@pytest.mark.parametrize("api", CALLS)
@pytest.mark.parametrize("value", ["abc", "1.0", "0x1", "1e3"])
def test_numbers_must_be_whole(client, api, value):
    error = client.refusal(api, **{**CALLS[api], "page": value})
    assert (error["error_code"], error["sub_msg"]) == (21001, "page")


@pytest.mark.parametrize("api", CALLS)
def test_windows_have_a_longest_length(client, api):
    names = [name for name in CALLS[api] if name.startswith(("start_", "end_"))]
    start, end = names
    client.call(api, **CALLS[api])
    longer = {**CALLS[api], start: CALLS[api][start] - 1}
    assert client.refusal(api, **longer)["error_code"] == 21001
    reverse = {**CALLS[api], start: NOON, end: NOON - 1}
    assert client.refusal(api, **reverse)["error_code"] == 21001


def test_deals_older_than_ninety_days(client):
    edge = NOON - 90 * 86400
    client.deals(edge, edge + 3600)
    wanted = {**DEALS, "start_confirm_at": edge - 1, "end_confirm_at": edge + 3600}
    error = client.refusal("pdd.order.list.get", **wanted)
    assert (error["error_code"], error["sub_msg"]) == (21001, "start_confirm_at")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_status", 4),
        ("refund_status", 6),
        ("is_lucky_flag", 3),
        ("trade_type", 2),
        ("use_has_next", "True"),
    ],
)
def test_values_outside_the_enumerations(client, name, value):
    api = "pdd.order.number.list.increment.get"
    error = client.refusal(api, **{**INCREMENT, name: value})
    assert (error["error_code"], error["sub_msg"]) == (21001, name)


def test_throttled_per_shop_and_method(make):
    sim = make(shops=2)
    first, second = (Client(sim, shop) for shop in sim.shops)
    for _call in range(100):
        first.refunds(NOON - 1800, NOON)
    api = "pdd.refund.list.increment.get"
    assert first.refusal(api, **REFUNDS)["error_code"] == 70031
    second.refunds(NOON - 1800, NOON)
    first.increment(NOON - 1800, NOON)
    sim.clock.advance(11)
    first.refunds(NOON - 1700, NOON)


def test_scale_moves_the_limits(make):
    client = Client(make(rate_scale=0.02))
    client.refunds(NOON - 1800, NOON)
    client.refunds(NOON - 1800, NOON)
    api = "pdd.refund.list.increment.get"
    assert client.refusal(api, **REFUNDS)["error_code"] == 70031


def test_total_of_a_method_is_throttled_with_its_own_code(make):
    client = Client(make(rate_scale=0.01))
    date = "2026-05-30"
    api = "pdd.finance.balance.daily.bill.url.get"
    client.call(api, bill_date=date)
    assert client.refusal(api, bill_date=date)["error_code"] == 52101


def test_regions_once_a_second(sim, client):
    api = "pdd.logistics.address.get"
    client.call(api)
    assert client.refusal(api)["error_code"] == 70031
    sim.clock.advance(2)
    client.call(api)


def test_no_method_answers_without_a_token_unless_it_needs_none(sim, client):
    for name, method in METHODS.items():
        if name in sim.platform.settings.tokenless or method.is_upload:
            continue
        assert client.refusal(name, token=False)["error_code"] == 10001, name
