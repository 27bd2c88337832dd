# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The daily bill: when it can be had, its form, and that it agrees with the orders."""

import io
import zipfile
from collections import Counter
from decimal import Decimal

import pytest
import requests

from .client import Client
from .conftest import NOON

API = "pdd.finance.balance.daily.bill.url.get"
TODAY, YESTERDAY, DAY = "2026-06-01", "2026-05-31", 86400


def _download(client, day):
    address = client.call(API, bill_date=day)["download_url"]
    return requests.get(address, timeout=20)


def _rows(content):
    """Parse a bill as notes describe it: by its header and by its codes."""
    lines = content.decode("gb18030").split("\r\n")
    head = next(n for n, line in enumerate(lines) if line.startswith("商户订单号"))
    cells = [line.split(",") for line in lines[head + 1 :]]
    return [row for row in cells if len(row) == 7]


def _amount(row):
    return Decimal(row[2]) + Decimal(row[3])


def _code(row):
    return row[6].split("|")[0]


def _received(sim, **overrides):
    order = sim.platform.create_order(at=NOON - 2 * DAY, **overrides)
    sim.platform.event(order.order_sn, "ship")
    sim.platform.event(order.order_sn, "receive")
    return order


def test_when_a_bill_can_be_had(sim, client):
    client.call(API, bill_date=YESTERDAY)
    error = client.refusal(API, bill_date=TODAY)
    assert error["error_code"] == 50001
    assert "尚未生成" in error["sub_msg"]
    for wrong in ("2026-06-02", "2026-13-01", "20260531", "2026-5-31"):
        assert client.refusal(API, bill_date=wrong)["error_code"] == 21001
    assert client.refusal(API)["error_code"] == 21002
    sim.clock.set("2026-06-02 08:59:59")
    assert client.refusal(API, bill_date=TODAY)["error_code"] == 50001
    sim.clock.set("2026-06-02 09:00:00")
    client.call(API, bill_date=TODAY)


def test_link_expires_and_cannot_be_guessed(sim, client):
    address = client.call(API, bill_date=YESTERDAY)["download_url"]
    assert address.startswith(sim.url)
    assert requests.get(address, timeout=20).status_code == 200
    forged = address.replace(YESTERDAY, "2026-05-30")
    assert requests.get(forged, timeout=20).status_code == 404
    sim.clock.advance(1801)
    assert requests.get(address, timeout=20).status_code == 403


def test_form_of_the_file(sim, client):
    _received(sim)
    sim.clock.advance(DAY)
    answer = _download(client, TODAY)
    assert "pdd-mall-bill-detail" in answer.headers["Content-Disposition"]
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    lines = answer.content.decode("gb18030").split("\r\n")
    assert lines[:5] == [
        "拼多多店铺账务明细查询",
        "",
        "起始时间：2026-06-01 00:00:00  终止时间：2026-06-01 23:59:59",
        "----------交易记录明细列表---------",
        "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述",
    ]
    assert [line for line in lines[5:] if line.startswith("收入合计")]
    for row in _rows(answer.content):
        assert row[2] == "0" or row[3] == "0"
        assert Decimal(row[2]) >= 0 >= Decimal(row[3])


def test_income_fee_and_coupon_of_an_order(sim, client):
    order = _received(sim, platform_discount=1000)
    sim.clock.advance(DAY)
    rows = _rows(_download(client, TODAY).content)
    own = [row for row in rows if row[0] == order.order_sn]
    amounts = {_code(row): _amount(row) for row in own if _code(row) != "0040002"}
    assert amounts.pop("0010002") == Decimal("29.90")
    assert amounts.pop("0010005") == Decimal("10.00")
    assert amounts.pop("0030002") == Decimal("-0.24")
    assert set(amounts) <= {"0060001"}


def test_refund_after_booking_takes_all_parts_back(sim, client):
    order = _received(sim, platform_discount=1000)
    sim.clock.advance(DAY)
    sim.platform.event(order.order_sn, "refund_request", amount=1495, kind=1)
    sim.platform.event(order.order_sn, "refund_agree")
    sim.clock.advance(DAY)
    rows = _rows(_download(client, "2026-06-02").content)
    own = [row for row in rows if row[0] == order.order_sn]
    assert {_code(row): _amount(row) for row in own if _code(row) != "0040002"} == {
        "0020002": Decimal("-14.95"),
        "0020005": Decimal("-5.00"),
        "0030002": Decimal("0.12"),
    }


@pytest.mark.parametrize(("mode", "count"), [("none", 0), ("pair", 4)])
def test_refund_before_booking_leaves_nothing_or_a_pair(make, mode, count):
    sim = make(unbooked_refund=mode)
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "refund_request")
    sim.platform.event(order.order_sn, "refund_agree")
    rows = [row for row in sim.shops[0].ledger if row.flow != "0060001"]
    assert len(rows) == count
    assert sum(row.amount for row in rows) == 0


def test_income_can_lag_receipt(make):
    sim = make(income_lag=3 * DAY)
    client = Client(sim)
    order = _received(sim)
    sim.clock.advance(5 * DAY)
    assert _rows(_download(client, TODAY).content) == []
    rows = _rows(_download(client, "2026-06-04").content)
    assert order.order_sn in {row[0] for row in rows}


def test_nasty_rows(make):
    sim = make(orders=600, days=6)
    client = Client(sim)
    rows = _rows(_download(client, "2026-05-30").content)
    codes = Counter(_code(row) for row in rows)
    assert codes["0990099"] == 1, "an unknown code"
    assert {"0010002", "0010005", "0030002", "0070004", "0080001"} <= set(codes)
    without_order = [row for row in rows if not row[0]]
    hidden = [row for row in without_order if "（订单" in row[5]]
    assert len(without_order) >= 4 and len(hidden) == 1
    number = hidden[0][5].split("（订单")[1].rstrip("）")
    assert number in sim.shops[0].orders
    twice = [row for row, count in Counter(map(tuple, rows)).items() if count == 2]
    assert len(twice) == 1, "identical duplicates"
    assert {row[0] for row in rows if row[0]} <= set(sim.shops[0].orders)
    moments = [row[1] for row in rows]
    assert moments == sorted(moments)
    assert all(moment.startswith("2026-05-30") for moment in moments)


def test_a_finished_day_stays_the_same(make):
    sim = make(orders=300, days=6)
    client = Client(sim)
    first = _download(client, "2026-05-30").content
    sim.clock.advance(DAY)
    assert _download(client, "2026-05-30").content == first


def test_bills_account_for_every_received_order(make):
    sim = make(orders=500, days=6, unbooked_refund="none")
    client = Client(sim)
    sim.clock.advance(DAY)
    income, coupon = Counter(), Counter()
    for day in range(26, 32):
        for row in _rows(_download(client, f"2026-05-{day}").content):
            income[row[0]] += _amount(row) if _code(row) == "0010002" else 0
            coupon[row[0]] += _amount(row) if _code(row) == "0010005" else 0
    checked = 0
    for order in sim.shops[0].orders.values():
        if order.received and order.received < NOON - DAY // 2:
            checked += 1
            assert income[order.order_sn] * 100 == order.pay_amount
            assert coupon[order.order_sn] * 100 == order.platform_discount
        elif not order.received:
            assert not income[order.order_sn]
    assert checked > 50


def test_zip(make):
    sim = make(bill_zip=True)
    client = Client(sim)
    answer = _download(client, YESTERDAY)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        name = archive.namelist()[0]
        assert name.endswith(".csv")
        assert archive.read(name).decode("gb18030").startswith("拼多多")
