# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The daily bill: when it can be had, its form, and that it agrees with the orders."""

import io
import zipfile
from collections import Counter
from decimal import Decimal

import pytest
import requests

from tests.simulator.model import BillRow

from .client import Client
from .conftest import NOON

API = "pdd.finance.balance.daily.bill.url.get"
#: Income, refund and base fee; some orders have further rows.
MAIN = ("0010002", "0010005", "0020002", "0020005", "0030002")
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


def _main_amounts(rows, order):
    """Return what every order of its kind has on a day: code to amount."""
    own = [row for row in rows if row[0] == order.order_sn]
    return {_code(row): _amount(row) for row in own if _code(row) in MAIN}


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
    for row in _rows(answer.content):
        assert row[2] == "0" or row[3] == "0"
        assert Decimal(row[2]) >= 0 >= Decimal(row[3])


def test_income_fee_and_coupon_of_an_order(sim, client):
    order = _received(sim, platform_discount=1000)
    sim.clock.advance(DAY)
    rows = _rows(_download(client, TODAY).content)
    assert _main_amounts(rows, order) == {
        "0010002": Decimal("29.90"),
        "0010005": Decimal("10.00"),
        "0030002": Decimal("-0.24"),
    }


def test_refund_after_booking_takes_all_parts_back(sim, client):
    order = _received(sim, platform_discount=1000)
    sim.clock.advance(DAY)
    sim.platform.event(order.order_sn, "refund_request", amount=1495, kind=1)
    sim.platform.event(order.order_sn, "refund_agree")
    sim.clock.advance(DAY)
    rows = _rows(_download(client, "2026-06-02").content)
    assert _main_amounts(rows, order) == {
        "0020002": Decimal("-14.95"),
        "0020005": Decimal("-5.00"),
        "0030002": Decimal("0.12"),
    }


def test_footer_counts_rows_and_sums_values(sim, client):
    order = _received(sim, platform_discount=1000)
    sim.shops[0].ledger.add(BillRow(NOON + 5, order.order_sn, 0, "0050002"))
    sim.clock.advance(DAY)
    lines = _download(client, TODAY).content.decode("gb18030").split("\r\n")
    rows = _rows("\r\n".join(lines).encode("gb18030"))
    income = [_amount(row) for row in rows if _amount(row) >= 0]
    expense = [_amount(row) for row in rows if _amount(row) < 0]
    assert Decimal(0) in income and len(expense) > 3
    assert lines[-5:] == [
        f"#支出合计：{len(expense)}笔{sum(expense):.2f}元",
        f"#收入合计：{len(income)}笔{sum(income):.2f}元",
        f"#总计：{len(rows)}笔{sum(income) + sum(expense):.2f}元",
        "#导出时间：2026-06-02 12:00:00",
        "",
    ]


def test_rows_can_be_altered_until_the_bill_is_made(sim, client):
    order = _received(sim, platform_discount=1000)
    for flow, amount in (("0010002", 2989), ("0010005", 0)):
        body = {"order_sn": order.order_sn, "flow": flow, "amount": amount}
        body.update(mall_id=str(order.mall_id), instead=True)
        requests.post(f"{sim.url}/_sim/account", json=body, timeout=20)
    sim.clock.advance(DAY)
    rows = _rows(_download(client, TODAY).content)
    assert _main_amounts(rows, order) == {
        "0010002": Decimal("29.89"),
        "0030002": Decimal("-0.24"),
    }
    with pytest.raises(ValueError, match="closed"):
        sim.shops[0].ledger.alter(order.order_sn, "0010002", 1)


def test_some_exports_differ_in_small_things(make):
    sim = make(bill_footer=False, bill_order_tab=True, bill_zero="0.00")
    client = Client(sim)
    order = _received(sim)
    sim.clock.advance(DAY)
    content = _download(client, TODAY).content
    assert "#" not in content.decode("gb18030")
    first = next(row for row in _rows(content) if _code(row) == "0010002")
    assert first[0] == f"{order.order_sn}\t"
    assert first[2:4] == ["39.90", "0.00"]


def test_a_day_without_rows_may_have_no_bill(make):
    client = Client(make(empty_bill_refused=True))
    assert client.refusal(API, bill_date=YESTERDAY)["error_code"] == 50001


def test_refunds_in_parts_take_everything_back_to_the_fen(make):
    sim = make(unbooked_refund="none")
    order = _received(sim, platform_discount=1000)
    for amount in (997, 997, None):
        sim.platform.event(order.order_sn, "refund_request", amount=amount, kind=1)
        sim.platform.event(order.order_sn, "refund_agree")
    sums = Counter()
    for row in sim.shops[0].ledger:
        sums[row.flow] += row.amount
    assert sums["0010002"] == -sums["0020002"] == 2990
    assert sums["0010005"] == -sums["0020005"] == 1000
    assert sums["0030002"] == 0


def test_a_part_refunded_before_the_income_costs_no_fee(make):
    sim = make(unbooked_refund="none")
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "ship")
    sim.platform.event(order.order_sn, "refund_request", amount=990, kind=1)
    sim.platform.event(order.order_sn, "refund_agree")
    sim.platform.event(order.order_sn, "receive")
    rows = [(row.flow, row.amount) for row in sim.shops[0].ledger if row.flow in MAIN]
    assert rows == [("0020002", -990), ("0010002", 3990), ("0030002", -18)]


@pytest.mark.parametrize(
    ("where", "number", "in_remark"),
    [("column", True, False), ("remark", False, True), ("none", False, False)],
)
def test_penalties_name_their_order_or_hide_it(sim, where, number, in_remark):
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "penalty", kind="fake", where=where)
    row = next(iter(sim.shops[0].ledger))
    assert (row.flow, row.amount) == ("0040005", -300)
    assert bool(row.order_sn) is number
    assert (f"（订单{order.order_sn}）" in row.remark) is in_remark


def test_shipping_late_is_fined_the_day_after(sim):
    order = sim.platform.create_order()
    sim.clock.set(order.ship_before + 1)
    sim.platform.event(order.order_sn, "ship")
    row = next(iter(sim.shops[0].ledger))
    assert (row.flow, row.amount) == ("0040004", -300)
    assert row.moment == order.shipped + DAY


@pytest.mark.parametrize(
    ("event", "code", "amount"),
    [
        ("small_transfer", "0040999", -500),
        ("compensation", "0040002", -500),
        ("appeal", "0130999", 300),
    ],
)
def test_money_beside_the_order(sim, client, event, code, amount):
    order = _received(sim)
    sim.platform.event(order.order_sn, event)
    sim.clock.advance(DAY)
    rows = [
        row for row in _rows(_download(client, TODAY).content) if _code(row) == code
    ]
    assert Decimal(amount) / 100 in {_amount(row) for row in rows}


@pytest.mark.parametrize(("mode", "count"), [("none", 0), ("pair", 4)])
def test_refund_before_booking_leaves_nothing_or_a_pair(make, mode, count):
    sim = make(unbooked_refund=mode)
    order = sim.platform.create_order()
    sim.platform.event(order.order_sn, "refund_request")
    sim.platform.event(order.order_sn, "refund_agree")
    rows = [row for row in sim.shops[0].ledger if row.flow in MAIN]
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
    assert len(without_order) >= 4 and hidden
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


def test_the_balance_is_the_sum_of_the_bills(make):
    sim = make(orders=300, days=6, opening_balance=12_345)
    client = Client(sim)
    balance = 12_345
    for day in range(26, 32):
        told = client.control("GET", f"balance?date=2026-05-{day}")
        rows = _rows(_download(client, f"2026-05-{day}").content)
        assert (told["opening"], told["rows"]) == (balance, len(rows))
        balance += int(sum(_amount(row) for row in rows) * 100)
        assert told["closing"] == balance >= 0
        assert told["income"] + told["expense"] == balance - told["opening"]
        listed = client.control("GET", f"account?date=2026-05-{day}")
        assert [row["amount"] for row in listed] == [_amount(r) * 100 for r in rows]
    assert balance != 12_345


def test_a_day_that_was_told_takes_no_more_rows(sim, client):
    _received(sim)
    row = {"amount": -700, "flow": "0140028", "remark": "追回", "at": NOON + 9}
    client.control("POST", "account", row)
    sim.clock.advance(DAY)
    assert -700 in [
        row["amount"] for row in client.control("GET", f"account?date={TODAY}")
    ]
    answer = requests.post(f"{sim.url}/_sim/account", json=row, timeout=20)
    assert answer.status_code == 400 and "closed" in answer.json()["error"]


def test_only_orders_make_rows_on_demand(make):
    sim = make(shop_rows=False)
    order = _received(sim)
    sim.clock.advance(DAY)
    rows = _rows(_download(Client(sim), TODAY).content)
    assert {row[0] for row in rows} == {order.order_sn}


def test_a_past_month_is_settled_to_the_fen(make):
    sim = make(unbooked_refund="pair", clock_start=NOON + 20 * DAY, coupon_lag=3 * DAY)
    client = Client(sim)
    made = client.control("POST", "load", {"month": "2026-05", "orders": 400})
    assert made["count"] == 400
    settled = Counter()
    for row in client.control("GET", "account?from=2026-05-01&to=2026-06-20"):
        if row["flow"][:3] in ("001", "002"):
            settled[row["order_sn"]] += row["amount"]
    refunded = 0
    for order in sim.shops[0].orders.values():
        assert order.created >= NOON - 31.6 * DAY
        if order.received or order.refund_status == 4:
            refunded += order.refund_status == 4
            expected = order.pay_amount + order.platform_discount
            expected -= order.refunded + order.coupon_returned
            assert settled[order.order_sn] == (expected if order.received else 0)
    assert refunded > 10 and len(settled) > 350


def test_the_back_office_exports_any_period(make):
    sim = make(orders=200, days=6)
    shop = sim.shops[0]
    page = requests.get(f"{sim.url}/shop/{shop.mall_id}?tab=account", timeout=20)
    assert "账户余额" in page.text and "0010002|交易收入-订单收入" in page.text
    address = f"{sim.url}/shop/{shop.mall_id}/export?from=2026-05-28&to=2026-05-31"
    content = requests.get(address, timeout=20).content
    single = [
        row
        for day in range(28, 32)
        for row in _rows(_download(Client(sim), f"2026-05-{day}").content)
    ]
    assert _rows(content) == single
    assert "终止时间：2026-05-31 23:59:59" in content.decode("gb18030")
    assert requests.get(address.replace("&to", "&x"), timeout=20).status_code == 404


def test_zip(make):
    sim = make(bill_zip=True)
    client = Client(sim)
    answer = _download(client, YESTERDAY)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        name = archive.namelist()[0]
        assert name.endswith(".csv")
        assert archive.read(name).decode("gb18030").startswith("拼多多")
