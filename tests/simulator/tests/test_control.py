# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The control interface, the journal, the pages and HTTP itself."""

import http.client
import random
import re
import socket
from urllib.parse import urlsplit

import pytest
import requests

from tests.simulator.visitor import LABELS, choices

from .client import Client
from .conftest import NOON


def _status(client, verb, path, body=None):
    address = f"{client.sim.url}/_sim/{path}"
    return requests.request(verb, address, json=body, timeout=20).status_code


def test_shops(make):
    sim = make(shops=2)
    rows = Client(sim).control("GET", "shops")
    names = "mall_id name client_id client_secret access_token refresh_token"
    assert [sorted(row) for row in rows] == [sorted(names.split())] * 2
    assert [row["mall_id"] for row in rows] == [str(s.mall_id) for s in sim.shops]
    for row in rows:
        assert all(isinstance(value, str) and value for value in row.values())


def test_clock(client):
    clock = client.control("POST", "clock", {"advance": 90})
    assert clock["text"] == "2026-06-01 12:01:30"
    clock = client.control("POST", "clock", {"set": "2026-12-31 23:59:59"})
    assert client.call("pdd.time.get")["time"] == "2026-12-31 23:59:59"
    assert client.control("GET", "clock")["frozen"] is True
    assert client.control("POST", "clock", {"freeze": False})["frozen"] is False
    assert _status(client, "POST", "clock", {"set": "tomorrow"}) == 400


def test_date_header_follows_the_clock(client):
    answer = client.post(client.params("pdd.time.get"))
    assert answer.headers["Date"] == "Mon, 01 Jun 2026 04:00:00 GMT"
    client.sim.clock.advance(3600)
    answer = client.post(client.params("pdd.time.get"))
    assert answer.headers["Date"] == "Mon, 01 Jun 2026 05:00:00 GMT"


def test_load_over_a_period_and_burst(client):
    sim, mall_id = client.sim, str(client.shop.mall_id)
    body = {
        "mall_id": mall_id,
        "orders": 40,
        "start": "2026-06-01 11:00:00",
        "end": "2026-06-01 11:20:00",
    }
    loaded = client.control("POST", "load", body)
    assert loaded["count"] == len(loaded["order_sns"]) == 40
    found = client.deals(NOON - 3600, NOON - 2400)
    assert found["total_count"] == 40
    assert {row["order_status"] for row in found["order_list"]} == {1}
    burst = client.control("POST", "load", {"mall_id": mall_id, "burst": 30})
    rows = client.increment(NOON - 5, NOON)
    assert rows["total_count"] == burst["count"] == 30
    assert len(sim.shops[0].orders) == 70


def test_orders_by_hand(client):
    shop = client.shop
    sku = list(shop.skus.values())[2]
    body = {
        "mall_id": str(shop.mall_id),
        "items": [{"sku_id": str(sku.sku_id), "count": 2, "price": 1000}],
        "platform_discount": 100,
        "seller_discount": 50,
        "postage": 600,
        "buyer_memo": "<b>x</b>" * 1000,
        "risk": True,
        "tags": ["ship_hold"],
    }
    number = client.control("POST", "orders", body)["order_sn"]
    row = client.order(number)
    assert (row["pay_amount"], row["goods_amount"]) == (24.5, 20)
    assert (row["risk_control_status"], row["buyer_memo"]) == (1, "<b>x</b>" * 1000)
    listed = client.control("GET", f"orders?mall_id={shop.mall_id}")
    assert [entry["order_sn"] for entry in listed] == [number]
    one = client.control("GET", f"orders/{number}")
    assert (one["pay_amount"], one["receivable"]) == (2450, 2550)
    assert one["receiver"]["name"] and one["items"][0]["count"] == 2
    for wrong in (
        {"items": [{"sku_id": 1}]},
        {"items": [{"sku_id": sku.sku_id, "count": 10**9}]},
        {"seller_discount": 10**9},
        {"nonsense": 1},
        {"mall_id": "1"},
    ):
        assert _status(client, "POST", "orders", wrong) == 400, wrong
    assert _status(client, "GET", "orders/260601-1") == 404


def test_events_by_hand(client):
    number = client.control("POST", "orders", {})["order_sn"]
    path = f"orders/{number}/events"
    assert client.control("POST", path, {"event": "risk_on"})["risk"] is True
    client.control("POST", path, {"event": "risk_off"})
    body = {"event": "refund_request", "amount": 100}
    assert client.control("POST", path, body)["refund_status"] == 2
    assert client.control("POST", path, {"event": "refund_grant"})["refunded"] == 100
    assert "refund_grant" in client.control("GET", "events")
    messages = client.control("GET", "events?after=0")
    assert messages[0]["type"] == "pdd_trade_TradeConfirmed"
    assert messages[0]["content"]["tid"] == number
    for wrong in ({"event": "receive"}, {"event": "?"}, {"event": "memo", "x": 1}):
        assert _status(client, "POST", path, wrong) == 400
    assert _status(client, "POST", "orders/1/events", {"event": "memo"}) == 404


def test_settings(client):
    assert client.control("GET", "settings")["list_lag"] == 0
    client.control("POST", "settings", {"list_lag": 7})
    assert client.sim.platform.settings.list_lag == 7
    assert _status(client, "POST", "settings", {"nonsense": 1}) == 400


def test_unknown_paths(client):
    assert _status(client, "GET", "nonsense") == 404
    assert _status(client, "PUT", "shops") == 404
    assert requests.get(client.sim.url + "/nonsense", timeout=20).status_code == 404


def test_journal_keeps_calls_and_no_secrets(client):
    client.call("pdd.time.get")
    client.refusal("pdd.order.information.get", order_sn="260601-1")
    client.post({"type": "pdd.time.get"})
    token = client.shop.refresh_token
    client.call("pdd.pop.auth.token.refresh", refresh_token=token)
    entries = client.control("GET", "journal")
    assert [(entry["api"], entry["outcome"]) for entry in entries] == [
        ("pdd.time.get", "ok"),
        ("pdd.order.information.get", "50001"),
        ("pdd.time.get", "10001"),
        ("pdd.pop.auth.token.refresh", "ok"),
    ]
    assert entries[1]["params"]["order_sn"] == "260601-1"
    assert entries[1]["mall_id"] == str(client.shop.mall_id)
    text = str(entries)
    for secret in (token, client.shop.access_token, client.shop.client_secret):
        assert secret not in text
    client.sim.clock.advance(60)
    client.call("pdd.time.get")
    assert len(client.control("GET", "journal?api=pdd.time.get")) == 3
    assert len(client.control("GET", f"journal?since={NOON + 30}")) == 1
    assert len(client.control("GET", "journal?since=2026-06-01 12:00:30")) == 1
    assert len(client.control("GET", f"journal?after={entries[2]['seq']}")) == 2
    assert client.control("DELETE", "journal") == []
    assert client.sim.journal.count() == 0


def test_merchant_page_shows_orders_and_stock(make):
    sim = make(shops=2, orders=140)
    shop = sim.shops[0]
    number = sim.platform.create_order(buyer_memo="<script>x</script>").order_sn
    sim.platform.event(
        number, "ship", logistics_id=44, tracking_number="SF1234567890123"
    )
    page = requests.get(sim.url, timeout=20)
    assert page.headers["Content-Type"] == "text/html;charset=UTF-8"
    assert f'id="order-{number}"' in page.text
    assert "SF1234567890123" in page.text and "<script>" not in page.text
    assert "订单管理" in page.text and "Tracking" in page.text
    assert not re.search(r"(src|href)=\"(http|//)", page.text)
    again = requests.get(f"{sim.url}/shop/{shop.mall_id}?page=2", timeout=20)
    assert again.text.count("<tr id=") == 21
    goods = requests.get(f"{sim.url}/shop/{shop.mall_id}?tab=goods", timeout=20)
    sku = shop.goods_list[0].skus[0]
    row = re.search(f'<tr id="sku-{sku.sku_id}">.*?</tr>', goods.text).group()
    assert f'stock">{sku.quantity}<' in row
    other = requests.get(f"{sim.url}/shop/{sim.shops[1].mall_id}", timeout=20)
    assert sim.shops[1].name in other.text and number not in other.text
    assert requests.get(f"{sim.url}/shop/1", timeout=20).status_code == 404


def test_connections_are_kept_alive(client):
    parts = urlsplit(client.sim.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    sockets = set()
    for path in ("/api/router", "/_sim/shops", "/", "/api/router"):
        body = b"a=b" if path == "/api/router" else None
        connection.request("POST" if body else "GET", path, body)
        answer = connection.getresponse()
        assert answer.version == 11
        assert answer.read()
        sockets.add(connection.sock)
    assert len(sockets) == 1 and None not in sockets
    connection.close()


def test_four_hundred_calls_need_one_connection(client):
    opened = []
    server = client.sim._server
    process = server.process_request

    def counted(request, address):
        opened.append(address)
        process(request, address)

    server.process_request = counted
    for _call in range(400):
        client.call("pdd.mall.info.get")
    assert len(opened) == 1
    assert client.sim.journal.count("pdd.mall.info.get") == 400


def test_stopping_breaks_open_connections(make):
    sim = make()
    client = Client(sim)
    client.call("pdd.time.get")
    params = client.params("pdd.time.get")
    address = urlsplit(sim.url)
    sim.stop()
    with pytest.raises(requests.RequestException):
        client.session.post(f"{address.geturl()}/api/router", data=params, timeout=20)
    with (
        pytest.raises(OSError),
        socket.create_connection((address.hostname, address.port), timeout=5),
    ):
        pass


def test_two_simulators_side_by_side(make):
    first, second = make(), make(seed=8)
    assert first.url != second.url
    assert first.shops[0].client_secret != second.shops[0].client_secret
    Client(first).call("pdd.time.get")
    Client(second).call("pdd.time.get")


def _visit(sim, **form):
    address = f"{sim.url}/shop/{sim.shops[0].mall_id}/visit"
    return requests.post(address, data=form, timeout=20, allow_redirects=False)


def test_a_visitor_plays_buyer_and_platform(sim):
    answer = _visit(sim, event="new_order")
    assert answer.status_code == 303
    (order,) = sim.shops[0].orders.values()
    assert answer.headers["Location"].endswith(f"#order-{order.order_sn}")
    page = requests.get(sim.url, timeout=20).text
    assert "new-order" in page and 'value="refund_request"' in page
    order.risk = order.step_status = None
    for event, status in (("refund_request", 2), ("refund_withdraw", 11)):
        assert _visit(sim, event=event, order_sn=order.order_sn).status_code == 303
        assert order.after_sales_status == status
    assert _visit(sim, event="receive", order_sn=order.order_sn).status_code == 409
    assert _visit(sim, event="ship", order_sn=order.order_sn).status_code == 404
    assert _visit(sim, event="memo", order_sn="1").status_code == 404


def test_every_button_that_is_shown_works(make):
    sim = make(orders=20, days=3)
    rng, tried = random.Random(7), set()
    for _step in range(300):
        order = rng.choice(list(sim.shops[0].orders.values()))
        if order.order_status == 1 and order.refund_status == 1 and rng.random() < 0.2:
            order.risk, order.step_status = False, None
            sim.platform.event(order.order_sn, "ship")
        for event in rng.sample(choices(order), min(1, len(choices(order)))):
            answer = _visit(sim, event=event, order_sn=order.order_sn)
            assert answer.status_code == 303, (event, answer.text)
            tried.add(event)
    assert tried == set(LABELS) - {"new_order"}
