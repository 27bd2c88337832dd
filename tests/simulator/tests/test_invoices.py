# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Invoices buyers ask for: applications in ms, uploads in fen, the automatic system."""

import pytest
import requests

from .client import Client, invoice_upload
from .conftest import NOON

QUERY, UPLOAD = "pdd.invoice.application.query", "pdd.invoice.detail.upload"
AUTOMATIC = "pdd.einvoice.info.query"
DAY = 86400


def _apply(sim, way=0, **details):
    order = sim.platform.create_order(at=NOON - DAY)
    sim.platform.event(order.order_sn, "invoice_apply", **details)
    order.invoice.way = way
    return order


def _applications(client, **wanted):
    return client.call(QUERY, **wanted)["invoice_application_list"]


def test_an_application_is_found_by_order_and_by_time(sim, client):
    order = _apply(sim, company=True)
    window = {
        "update_start_time": (NOON - 60) * 1000,
        "update_end_time": (NOON + 60) * 1000,
    }
    for wanted in ({"order_sn": order.order_sn}, window, {**window, "status": 1}):
        (row,) = _applications(client, **wanted)
        assert row["order_sn"] == order.order_sn
        assert row["invoice_amount"] == "3990", "fen as text"
        assert row["apply_time"] == NOON * 1000
        assert (row["business_type"], row["application_status"]) == (1, 1)
        assert row["payer_register_no"]
    assert _applications(client, **window, status=2) == []
    assert client.order(order.order_sn)["invoice_status"] == 1


def test_the_window_is_ms_and_at_most_fifteen_days(client):
    now = NOON * 1000
    for start, end in ((NOON - 60, NOON), (now - 15 * DAY * 1000 - 1, now)):
        wanted = {"update_start_time": start, "update_end_time": end}
        assert client.refusal(QUERY, **wanted)["error_code"] == 21001
    assert client.refusal(QUERY)["error_code"] == 21002


def test_upload_agrees_and_may_be_voided(sim, client):
    number = {"order_sn": _apply(sim).order_sn}
    serial = client.call(UPLOAD, **number, **invoice_upload())["serial_no"]
    assert serial
    assert _applications(client, **number)[0]["application_status"] == 2
    error = client.refusal(UPLOAD, **number, **invoice_upload())
    assert (error["error_code"], error["sub_code"]) == (50001, "4000000")
    answer = client.call("pdd.invoice.detail.invalid", **number)
    assert answer["success"] is True and answer["result"] == {"result": True}
    assert client.call(UPLOAD, **number, **invoice_upload())["serial_no"] != serial


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("invoice_time", NOON, 21001),
        ("sum_tax", 9999, 21001),
        ("payee_operator", "", 21002),
        ("invoice_item_list", [], 21002),
        ("business_type", 1, 21002),
    ],
)
def test_an_upload_is_checked(sim, client, name, value, code):
    number = {"order_sn": _apply(sim).order_sn}
    error = client.refusal(UPLOAD, **number, **{**invoice_upload(), name: value})
    assert error["error_code"] == code


def test_an_upload_needs_an_application_and_a_pdf(sim, client):
    order = sim.platform.create_order()
    error = client.refusal(UPLOAD, order_sn=order.order_sn, **invoice_upload())
    assert error["sub_code"] == "4000000"
    upload = invoice_upload()
    upload["invoice_item_list"][0]["invoice_file_content"] = "QUJD"
    error = client.refusal(UPLOAD, order_sn=_apply(sim).order_sn, **upload)
    assert (error["error_code"], error["sub_msg"]) == (21001, "invoice_file_content")


def test_the_automatic_system_issues_on_receipt(sim, client):
    order = _apply(sim, way=1)
    sim.platform.event(order.order_sn, "ship")
    sim.platform.event(order.order_sn, "receive")
    sim.clock.advance(600)
    window = {"start_time": NOON, "end_time": NOON + 60}
    (row,) = client.call(AUTOMATIC, **window)["invoice_info_list"]
    assert row["order_sn"] == order.order_sn
    assert (row["total_amount"], row["total_price"], row["total_tax_amount"]) == (
        *(3990, 3531, 459),
    )
    item = row["invoice_item_list"][0]
    assert (item["quantity"], item["price"]) == (1_000_000, 39_900_000)
    assert item["no_tax_amount"] + item["total_tax"] == item["amount"] == 3990
    assert requests.get(row["pdf_path"], timeout=20).content.startswith(b"%PDF")
    sim.clock.advance(1801)
    assert requests.get(row["pdf_path"], timeout=20).status_code == 403
    window = {"start_time": NOON - 60, "end_time": NOON}
    assert client.call(AUTOMATIC, **window)["invoice_info_list"] == [], "end exclusive"


@pytest.mark.parametrize(
    ("start", "end"), [(-7200, -3599), (-600, -299), (-31 * DAY, -31 * DAY + 60)]
)
def test_windows_of_the_automatic_system(client, start, end):
    window = {"start_time": NOON + start, "end_time": NOON + end}
    assert client.refusal(AUTOMATIC, **window)["error_code"] == 21001


def test_some_loaded_orders_ask_for_invoices(make):
    sim = make(orders=300, days=6)
    window = {
        "update_start_time": (NOON - 7 * DAY) * 1000,
        "update_end_time": NOON * 1000,
    }
    rows = _applications(Client(sim), **window)
    assert len(rows) > 5
    assert {row["invoice_way"] for row in rows} == {0, 1}
