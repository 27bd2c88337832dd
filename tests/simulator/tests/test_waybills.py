# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Electronic waybills: subscriptions, ciphertext receivers, numbers, printing."""

import json

import pytest

from .client import Client, print_request, waybill_request

GET, SEARCH = "pdd.waybill.get", "pdd.waybill.search"
PARAM = "param_waybill_cloud_print_apply_new_request"


@pytest.fixture
def order(sim):
    return sim.platform.create_order(contact_only=False)


def _draw(client, request):
    return client.call(GET, **request)["modules"][0]


def _request(client, order, **recipient):
    return waybill_request(client.shop, [order.order_sn], **recipient)


def _cipher(client, order):
    row = client.order(order.order_sn)
    return {
        "name": row["receiver_name"],
        "mobile": row["receiver_phone"],
        "detail": row["receiver_address"],
    }


def test_the_ciphertext_receiver_prints(client, order):
    module = _draw(client, _request(client, order, **_cipher(client, order)))
    assert module["object_id"] == "1"
    assert module["waybill_code"].startswith("YT")
    assert module["parent_waybill_code"] == ""
    data = json.loads(module["print_data"])
    assert data["encryptedData"].startswith("AES:")
    assert data["templateUrl"] == "https://print.example.invalid/std/1001"
    assert set(data) == {"encryptedData", "signature", "templateUrl", "ver"}


def test_the_number_ships_the_order(client, order):
    number = _draw(client, _request(client, order))["waybill_code"]
    client.call(
        "pdd.logistics.online.send",
        order_sn=order.order_sn,
        logistics_id=85,
        tracking_number=number,
    )
    assert (order.order_status, order.tracking_number) == (2, number)


def test_another_orders_ciphertext_is_refused(sim, client, order):
    other = sim.platform.create_order(contact_only=False)
    request = _request(client, order, **_cipher(client, other))
    error = client.refusal(GET, **request)
    assert error["error_code"] == 50001 and "密文" in error["sub_msg"]


def test_an_order_with_a_phone_only_needs_no_name(sim, client):
    order = sim.platform.create_order(contact_only=True)
    mobile = client.order(order.order_sn)["contact_mobile"]
    assert _draw(client, _request(client, order, name="", mobile=mobile, detail=""))
    error = client.refusal(GET, **_request(client, order, name=""))
    assert error["error_code"] == 21002 and error["sub_msg"] == "name"


def test_the_sender_is_to_the_letter_as_subscribed(client, order):
    subscribed = client.call(SEARCH, wp_code="YTO")["waybill_apply_subscription_cols"]
    branch = subscribed[0]["branch_account_cols"][0]
    request = _request(client, order)
    sender = request[PARAM]["sender"]
    assert branch["shipp_address_cols"] == [sender["address"]]
    sender["address"] = {**sender["address"], "detail": "示例路 1 号"}
    assert "发货地址" in client.refusal(GET, **request)["sub_msg"]
    request = waybill_request(client.shop, [order.order_sn])
    request[PARAM]["wp_code"] = "STO"
    assert "未开通" in client.refusal(GET, **request)["sub_msg"]


def test_quantities_move(make):
    sim = make(waybill_quota=2)
    client = Client(sim)
    order = sim.platform.create_order()
    module = _draw(client, _request(client, order))
    number = {"wp_code": "YTO", "waybill_code": module["waybill_code"]}
    client.call("pdd.waybill.cancel", **number)
    assert "已取消" in client.refusal("pdd.waybill.cancel", **number)["sub_msg"]
    cols = client.call(SEARCH, wp_code="YTO")["waybill_apply_subscription_cols"]
    branch = cols[0]["branch_account_cols"][0]
    assert (branch["quantity"], branch["allocated_quantity"]) == (1, 1)
    assert branch["cancel_quantity"] == 1
    assert (
        _draw(client, _request(client, order))["waybill_code"] != number["waybill_code"]
    )
    request = _request(client, sim.platform.create_order())
    assert "余额不足" in client.refusal(GET, **request)["sub_msg"]


@pytest.mark.parametrize("repeats", [True, False])
def test_drawing_again_gives_the_same_number_or_not(make, repeats):
    sim = make(waybill_repeats=repeats)
    client = Client(sim)
    request = _request(client, sim.platform.create_order())
    numbers = {_draw(client, request)["waybill_code"] for _try in range(2)}
    assert len(numbers) == (1 if repeats else 2)


def test_at_most_ten_parcels_all_or_none(client, order):
    request = _request(client, order)
    parcel = request[PARAM]["trade_order_info_dtos"][0]
    parcels = [{**parcel, "object_id": str(place)} for place in range(11)]
    request[PARAM]["trade_order_info_dtos"] = parcels
    error = client.refusal(GET, **request)
    assert (error["error_code"], error["sub_msg"]) == (21001, "trade_order_info_dtos")
    request[PARAM]["trade_order_info_dtos"] = parcels[:10]
    modules = client.call(GET, **request)["modules"]
    assert [module["object_id"] for module in modules] == list("0123456789")
    parcels[1] = {**parcels[1], "order_info": {"order_channels_type": "PDD"}}
    parcels[1]["order_info"]["trade_order_list"] = ["260601-1"]
    request[PARAM]["trade_order_info_dtos"] = parcels[:2]
    assert client.refusal(GET, **request)["sub_code"] == "45001"
    assert len(client.shop.waybills.issued) == 10


@pytest.mark.parametrize(
    "missing", ["object_id", "template_url", "order_info", "package_info", "recipient"]
)
def test_what_a_parcel_must_have(client, order, missing):
    request = _request(client, order)
    del request[PARAM]["trade_order_info_dtos"][0][missing]
    error = client.refusal(GET, **request)
    assert (error["error_code"], error["sub_msg"]) == (21002, missing)


def test_orders_of_other_platforms_need_no_order_here(client):
    request = waybill_request(client.shop, ["TB-1"])
    parcel = request[PARAM]["trade_order_info_dtos"][0]
    parcel["order_info"]["order_channels_type"] = "OTHERS"
    assert _draw(client, request)["waybill_code"]


def test_update_and_query_keep_the_number(client, order):
    module = _draw(client, _request(client, order))
    one = {"wp_code": "YTO", "waybill_code": module["waybill_code"], "object_id": "1"}
    template = "https://print.example.invalid/std/1002"
    changed = client.call(
        "pdd.waybill.update",
        param_waybill_cloud_print_update_request={**one, "template_url": template},
    )
    assert changed["waybill_code"] == module["waybill_code"]
    assert changed["print_data"] != module["print_data"]
    found = client.call("pdd.waybill.query.by.waybillcode", param_list=[one])
    assert found["modules"][0]["print_data"] == changed["print_data"]


def test_a_travelling_number_is_not_cancelled(sim, client, order):
    number = _draw(client, _request(client, order))["waybill_code"]
    sim.platform.event(order.order_sn, "ship", logistics_id=85, tracking_number=number)
    error = client.refusal("pdd.waybill.cancel", wp_code="YTO", waybill_code=number)
    assert "已发货" in error["sub_msg"]


def test_templates_of_a_carrier(client):
    rows = client.call("pdd.cloudprint.stdtemplates.get", wp_code="ZTO")["result"]
    (data,) = rows["datas"]
    assert data["wp_code"] == "ZTO"
    assert data["standard_templates"][0]["standard_template_name"] == "中通一联单"


def test_cloud_print_needs_a_bound_printer(client):
    request = print_request()
    client.call("pdd.cloud.print", cloud_print_request=request)
    printed = client.control("GET", "prints")
    assert [row["printer_id"] for row in printed] == ["PDD-PRINTER-1"]
    request["share_code"] = "wrong"
    error = client.refusal("pdd.cloud.print", cloud_print_request=request)
    assert (error["error_code"], error["sub_code"]) == (50001, "2002")


def test_labels_are_reported_before_decrypting(make):
    sim = make(report_before_decrypt=True)
    client = Client(sim)
    order = sim.platform.create_order(contact_only=False)
    name = client.order(order.order_sn)["receiver_name"]
    data = [{"data_tag": order.order_sn, "encrypted_data": name}]
    assert (
        "面单类型"
        in client.refusal("pdd.open.decrypt.batch", data_list=data)["sub_msg"]
    )
    numbers = [order.order_sn, "260601-1"]
    told = client.call(
        "pdd.open.waybill.type.report", order_sn_list=numbers, waybill_type=2
    )
    assert [row["success"] for row in told["result_list"]] == [True, False]
    sim.clock.advance(10)
    rows = client.call("pdd.open.decrypt.batch", data_list=data)["data_decrypt_list"]
    assert rows[0]["error_code"] == 0
    error = client.refusal(
        "pdd.open.waybill.type.report", order_sn_list=numbers, waybill_type=7
    )
    assert error["error_code"] == 21001
