# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Exchange, resend, repair, and what else the platform does to a case (refunds.md)."""

import pytest

from .client import Client
from .conftest import NOON

SHIP = "pdd.refund.exchange.shipping"


def _case(sim, kind, **details):
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "ship")
    sim.platform.event(order.order_sn, "exchange_request", kind=kind, **details)
    return order, order.after_sales[0]


def _detail(client, order):
    return client.raw("pdd.refund.information.get", order_sn=order.order_sn)


def _ship(client, case):
    request = {
        "order_sn": case.order_sn,
        "after_sales_id": case.after_sales_id,
        "shipping_id": 44,
        "shipping_name": "顺丰速运",
        "tracking_number": "SF1000000000009",
    }
    return client.call(SHIP, request=request)["result"]


def test_an_exchange_goes_to_and_fro(sim, client):
    wanted = sim.shops[0].goods_list[0].skus[1]
    order, case = _case(sim, 3, sku_id=wanted.sku_id)
    number = order.order_sn
    listed = client.refunds(NOON - 60, NOON)["refund_list"][0]
    detail = _detail(client, order)
    assert (listed["after_sales_type"], detail["after_sales_type"]) == (4, 3)
    assert (case.status, detail["refund_amount"]) == (14, 0)
    assert not _ship(client, case)["succ"], "not agreed yet"
    sim.platform.event(number, "exchange_agree")
    sim.platform.event(number, "return_ship")
    assert (case.status, _ship(client, case)["succ"]) == (15, True)
    sides = _detail(client, order)["exchange_shipping_detail"]
    assert sides["sku_id_exchange"] == wanted.sku_id
    assert sides["exchange_goods_price"] == wanted.multi_price
    assert sides["merchant_exchange_trunk_number"] == "SF1000000000009"
    assert sides["customer_send_back_trunk_number"] == case.express_no
    assert sides["receiver_name"].startswith("~") and sides["receiver_name_mask"]
    assert case.status == 18
    sim.platform.event(number, "exchange_confirm")
    assert (case.status, order.refund_status) == (16, 1)
    assert not len(sim.shops[0].ledger), "no money moved"


@pytest.mark.parametrize(("kind", "first", "done"), [(4, 32, 16), (5, 21, 25)])
def test_resend_and_repair(sim, client, kind, first, done):
    order, case = _case(sim, kind)
    assert case.status == first
    if kind == 5:
        sim.platform.event(order.order_sn, "exchange_agree")
        assert case.status == 22
    assert _ship(client, case)["succ"]
    sim.platform.event(order.order_sn, "exchange_confirm")
    assert case.status == done


def test_the_platform_moves_a_case(sim, client):
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "refund_request")
    for status, refund_status in ((8, 2), (33, 2), (9, 1)):
        sim.clock.advance(1)
        sim.platform.event(order.order_sn, "case_status", status=status)
        row = client.order(order.order_sn)
        assert (row["after_sales_status"], row["refund_status"]) == (
            status,
            refund_status,
        )


def test_parts_are_told(sim, client):
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "refund_request", amount=1995)
    detail = _detail(client, order)
    assert (detail["part_after_sales_type"], detail["part_after_sales_value"]) == (
        2,
        50,
    )


def test_a_cap_on_refunds_agreed_from_outside(make):
    sim = make(refund_cap=1000)
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "refund_request")
    case = order.after_sales[0]
    request = {"order_sn": order.order_sn, "after_sales_id": case.after_sales_id}
    result = Client(sim).call("pdd.refund.agree", request=request)["result"]
    assert result["succ"] is False and "限额" in result["message"]
