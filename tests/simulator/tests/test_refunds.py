# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""After-sales: states, windows, and what the ERP may decide."""

import pytest

from .client import Client
from .conftest import NOON

AGREE = "pdd.refund.agree"


def _asked(sim, shipped=False, **details):
    number = sim.platform.create_order().order_sn
    if shipped:
        sim.platform.event(number, "ship")
    order = sim.platform.event(number, "refund_request", **details)
    return order, order.after_sales[-1]


def _agree(client, case, api=AGREE, **more):
    request = {"order_sn": case.order_sn, "after_sales_id": case.after_sales_id, **more}
    return client.call(api, request=request)


def _states(client, order):
    row = client.order(order.order_sn)
    return row["order_status"], row["refund_status"], row["after_sales_status"]


def test_refund_before_shipping_cancels_without_a_status_of_its_own(sim, client):
    order, case = _asked(sim)
    assert _states(client, order) == (1, 2, 2)
    answer = _agree(client, case)["result"]
    assert (answer["succ"], answer["after_sales_id"]) == (True, case.after_sales_id)
    assert _states(client, order) == (1, 4, 10)
    again = _agree(client, case)["result"]
    assert again["succ"] is False and again["message"]


def test_money_may_take_its_time(make):
    sim = make(refund_payout_delay=600)
    client = Client(sim)
    order, case = _asked(sim)
    _agree(client, case)
    assert _states(client, order) == (1, 3, 4)
    sim.clock.advance(600)
    assert _states(client, order) == (1, 4, 10)


def test_withdrawn_and_asked_again(sim, client):
    order, case = _asked(sim)
    sim.clock.advance(10)
    sim.platform.event(order.order_sn, "refund_withdraw")
    assert _states(client, order) == (1, 1, 11)
    sim.clock.advance(10)
    sim.platform.event(order.order_sn, "refund_reopen")
    detail = client.raw("pdd.refund.information.get", order_sn=order.order_sn)
    assert detail["id"] == case.after_sales_id
    assert detail["recreated_at"] == (NOON + 20) * 1000
    assert detail["updated_time"] == "2026-06-01 12:00:20"


def test_return_and_refund(sim, client):
    order, case = _asked(sim, shipped=True)
    assert _states(client, order) == (2, 2, 3)
    assert _agree(client, case)["result"]["succ"] is False, "nothing has come back"
    api = "pdd.refund.returngoods.agree"
    answer = _agree(client, case, api, return_address_id="1", operate_desc="好")
    assert (answer["success"], answer["result"]["success"]) == (False, False)
    address = client.shop.return_addresses[0]["refund_address_id"]
    good = {"return_address_id": address, "operate_desc": "好"}
    answer = _agree(client, case, api, **good)
    assert (answer["success"], answer["error_code"]) == (True, 0)
    assert _states(client, order) == (2, 2, 7)
    assert _agree(client, case, api, **good)["success"] is False
    sim.platform.event(order.order_sn, "return_ship", tracking_number="SF2000000000001")
    row = client.refunds(NOON - 1, NOON + 1)["refund_list"][0]
    assert row["tracking_number"] == "SF2000000000001"
    stored = {
        "reverse_tracking_number": "SF2000000000001",
        "warehouse_status": 1,
        "operate_time": NOON * 1000,
    }
    api = "pdd.nextone.logistics.warehouse.update"
    assert _agree(client, case, api, **stored)["result"]["succ"] is True
    assert _agree(client, case)["result"]["succ"] is True
    assert _states(client, order) == (2, 4, 10)


def test_partial_refunds_add_up(sim, client):
    order, case = _asked(sim, shipped=True, amount=1000, kind=1)
    _agree(client, case)
    assert _states(client, order) == (2, 4, 10)
    sim.platform.event(order.order_sn, "refund_request", amount=500, kind=1)
    assert _states(client, order) == (2, 2, 2)
    sim.platform.event(order.order_sn, "refund_withdraw")
    assert _states(client, order) == (2, 4, 11), "an older refund stays"
    assert order.refunded == 1000
    rows = client.refunds(NOON - 1, NOON + 1, order_sn=order.order_sn)
    assert rows["total_count"] == 2


def test_filters_and_windows(sim, client):
    _order, plain = _asked(sim)
    _order, returning = _asked(sim, shipped=True)

    def found(**filters):
        rows = client.refunds(NOON - 60, NOON, **filters)["refund_list"]
        return {row["id"] for row in rows}

    both = {plain.after_sales_id, returning.after_sales_id}
    assert found() == both
    assert found(after_sales_type=2) == {plain.after_sales_id}
    assert found(after_sales_type=3) == {returning.after_sales_id}
    assert found(after_sales_status=3) == {returning.after_sales_id}
    assert found(after_sales_status=10) == set()
    assert client.refunds(NOON - 60, NOON - 1)["total_count"] == 0
    window = {"start_updated_at": NOON - 60, "end_updated_at": NOON}
    api = "pdd.refund.list.increment.get"
    for wrong in (
        {"after_sales_type": 7, "after_sales_status": 2},
        {"after_sales_type": 1, "after_sales_status": 99},
    ):
        assert client.refusal(api, **window, **wrong)["error_code"] == 21001


def test_status_one_as_all_is_a_setting(sim, client):
    sim.platform.settings.refund_status_1_is_all = False
    wanted = {"start_updated_at": NOON - 60, "end_updated_at": NOON}
    wanted.update(after_sales_type=1, after_sales_status=1)
    error = client.refusal("pdd.refund.list.increment.get", **wanted)
    assert error["sub_msg"] == "after_sales_status"


def test_detail_without_id_is_the_latest_and_unknown_is_45001(sim, client):
    api = "pdd.refund.information.get"
    order, first = _asked(sim)
    sim.platform.event(order.order_sn, "refund_withdraw")
    sim.platform.event(order.order_sn, "refund_request", amount=100)
    number = order.order_sn
    assert client.raw(api, order_sn=number)["refund_amount"] == 100
    wanted = {"order_sn": number, "after_sales_id": first.after_sales_id}
    assert client.raw(api, **wanted)["id"] == first.after_sales_id
    for wrong in (
        {"order_sn": number, "after_sales_id": 1},
        {"order_sn": "260601-1"},
        {"order_sn": sim.platform.create_order().order_sn},
    ):
        error = client.refusal(api, **wrong)
        assert (error["error_code"], error["sub_code"]) == (50001, "45001")


def test_deadline_only_while_the_merchant_must_act(sim, client):
    api = "pdd.refund.information.get"
    order, case = _asked(sim)
    detail = client.raw(api, order_sn=order.order_sn)
    assert detail["expire_time"] > NOON * 1000
    _agree(client, case)
    assert client.raw(api, order_sn=order.order_sn)["expire_time"] is None
    sim.platform.settings.refund_detail_milliseconds = False
    assert client.raw(api, order_sn=order.order_sn)["confirm_time"] == NOON


def test_check_before_shipping(sim, client):
    order, _case = _asked(sim)
    plain = sim.platform.create_order()
    numbers = f"{order.order_sn},{plain.order_sn}"
    answer = client.call("pdd.refund.status.check", order_sns=numbers)
    assert answer["order_sns_exists_refund"] == [{"order_sn": order.order_sn}]
    many = ",".join(["260601-1"] * 101)
    error = client.refusal("pdd.refund.status.check", order_sns=many)
    assert error["error_code"] == 21001


def _stop(client, case, **changes):
    param = {
        "tid": case.order_sn,
        "refund_id": case.after_sales_id,
        "status": "SUCCESS",
        "operate_time": NOON * 1000,
        "refund_fee": case.refund,
        **changes,
    }
    return client.raw("pdd.rdc.pddgenius.sendgoods.cancel", param=param)


def test_stopped_before_sending_is_refunded(sim, client):
    order, case = _asked(sim)
    for wrong, code in (
        ({"refund_fee": case.refund + 1}, 21001),
        ({"status": "MAYBE"}, 21001),
        ({"status": "FAIL"}, 21002),
        ({"refund_id": 1}, 50001),
    ):
        error = _stop(client, case, **wrong)["error_response"]
        assert error["error_code"] == code
    _stop(client, case, status="FAIL", fail_reason_code=1002)
    assert _states(client, order) == (1, 2, 2)
    answer = _stop(client, case)["rdc_pddgenius_sendgoods_cancel_response"]
    assert answer["result"]["result_data"]["refund_id"] == case.after_sales_id
    assert _states(client, order) == (1, 4, 10)


@pytest.mark.parametrize("restores", [True, False])
def test_stock_after_a_refund_is_a_setting(make, restores):
    sim = make(refund_restores_stock=restores)
    sku = sim.shops[0].goods_list[0].skus[0]
    before = sku.quantity
    _order, case = _asked(sim)
    _agree(Client(sim), case)
    assert sku.quantity == before - (not restores)


def test_messages_carry_fen_and_the_detail_coding(sim):
    order, case = _asked(sim, shipped=True, amount=150)
    message = sim.platform.events[-1]
    assert message.topic == "pdd_refund_RefundCreated"
    assert message.content == {
        "mall_id": order.mall_id,
        "tid": order.order_sn,
        "refund_id": case.after_sales_id,
        "refund_fee": 150,
        "bill_type": 2,
        "operation": 1000,
        "modified": NOON * 1000,
    }
