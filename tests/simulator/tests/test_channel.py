# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The message channel: digest, frames, redelivery, silence (messages.md)."""

import base64
import hashlib
import json
import pickle
from urllib.parse import quote

import pytest
import requests
import websocket

from tests.simulator.api_auth import TOPICS
from tests.simulator.channel import digest

from .client import Client

CONFIRMED = "pdd_trade_TradeConfirmed"
#: Longest wait for a frame that must come, and for one that must not.
PATIENCE, SHORT = 10, 0.6


class Listener:
    """An application's end of a line, written apart from the simulator."""

    def __init__(self, sim, millis=None, secret=None, client_id=None):
        shop = sim.shops[0]
        client_id = client_id or shop.client_id
        millis = str(int(sim.clock.now() * 1000) if millis is None else millis)
        text = client_id + millis + (secret or shop.client_secret)
        code = base64.b64encode(hashlib.md5(text.encode()).hexdigest().encode())
        address = sim.url.replace("http://", "ws://")
        address += f"/message/{client_id}/{millis}/{quote(code.decode(), safe='')}"
        self.socket = websocket.create_connection(address, timeout=PATIENCE)
        self.millis = int(millis)

    def next(self, timeout=PATIENCE):
        """Return the next frame; None when none comes in time."""
        self.socket.settimeout(timeout)
        try:
            return json.loads(self.socket.recv())
        except websocket.WebSocketTimeoutException:
            return None

    def send(self, kind, frame=None, **more):
        """Send a HeartBeat, or an Ack or Fail for a frame."""
        answer = {"commandType": kind, "time": self.millis, **more}
        if frame:
            answer["id"] = frame["id"]
            answer["sendTime"] = frame["sendTime"]
            answer["type"] = frame["message"]["type"]
            answer["mallID"] = frame["message"]["mallID"]
        self.socket.send(json.dumps(answer))


@pytest.fixture
def quiet(make):
    """Return a simulator whose shop has messages on, none of them twice or late."""
    sim = make(push_duplicate_share=0, push_disorder_share=0)
    Client(sim).call("pdd.pmc.user.permit")
    return sim


def _told(frame):
    return json.loads(frame["message"]["content"])["tid"]


@pytest.mark.parametrize(
    ("client_id", "millis", "secret", "expected"),
    [
        (
            "app",
            "1700000000000",
            "secret",
            "OTgxODMwNDI2NWZiN2NiNzA2NzIxOTI0ZjJlMDMxMjE=",
        ),
        (
            "9a8b7c6d5e4f40a1b2c3d4e5f6a7b8c9",
            "1767225600000",
            "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "MDVjZmIxYzlkODMzZTUwYzNiOTI4NWM0YWZjNDlkZDM=",
        ),
    ],
)
def test_digest_vectors(client_id, millis, secret, expected):
    assert digest(client_id, millis, secret) == expected


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "x"}, {"client_id": "nobody"}, {"millis": 1}, {"millis": "a" * 13}],
)
def test_wrong_addresses_are_refused(quiet, wrong):
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        Listener(quiet, **wrong)
    assert caught.value.status_code == 403


def test_old_millis_are_refused(quiet):
    now = int(quiet.clock.now() * 1000)
    with pytest.raises(websocket.WebSocketBadStatusException):
        Listener(quiet, millis=now - 601_000)
    assert Listener(quiet, millis=now - 599_000)


def test_plain_http_is_told_so(quiet):
    answer = requests.get(f"{quiet.url}/message/a/1/b", timeout=20)
    assert answer.status_code == 400


def test_a_deal_is_told_and_acknowledged(quiet):
    order = quiet.platform.create_order()
    line = Listener(quiet)
    frame = line.next()
    assert frame["commandType"] == "Common"
    assert frame["sendTime"] == int(order.confirmed * 1000)
    assert frame["message"] == {
        "type": CONFIRMED,
        "mallID": order.mall_id,
        "content": json.dumps(
            {"mall_id": order.mall_id, "tid": order.order_sn}, separators=(",", ":")
        ),
    }
    line.send("Ack", frame)
    line.send("HeartBeat")
    assert line.next()["commandType"] == "HeartBeat"
    assert _waiting(quiet) == 0
    quiet.clock.advance(61)
    assert line.next(SHORT) is None


def _waiting(sim):
    return sim.platform.mailbox.backlog(sim.shops[0].client_id, sim.clock.now())


def test_what_is_not_acknowledged_comes_again(quiet):
    quiet.platform.create_order()
    line = Listener(quiet)
    first = line.next()
    assert line.next(SHORT) is None
    quiet.clock.advance(61)
    second = line.next()
    assert (second["id"], second["sendTime"]) == (first["id"], first["sendTime"])
    line.send("Fail", second)
    assert line.next(SHORT) is None
    quiet.clock.advance(31)
    assert line.next()["id"] == first["id"]


def test_what_a_lost_line_had_goes_to_the_next(quiet):
    numbers = [quiet.platform.create_order().order_sn for _order in range(3)]
    line = Listener(quiet)
    assert [_told(line.next()) for _frame in range(3)] == numbers
    line.socket.close()
    again = Listener(quiet)
    assert sorted(_told(again.next()) for _frame in range(3)) == sorted(numbers)


def test_two_lines_share_the_stream(quiet):
    first, second = Listener(quiet), Listener(quiet)
    numbers = [quiet.platform.create_order().order_sn for _order in range(20)]
    told = []
    for line in (first, second):
        while frame := line.next(SHORT):
            told.append(_told(frame))
    assert sorted(told) == sorted(numbers)


def test_some_messages_come_twice(make):
    sim = make(push_duplicate_share=1, push_disorder_share=0)
    Client(sim).call("pdd.pmc.user.permit")
    line = Listener(sim)
    sim.platform.create_order()
    assert line.next()["id"] == line.next()["id"]
    assert line.next(SHORT) is None


def test_some_messages_come_late(make):
    sim = make(push_disorder_share=0.4, push_disorder=5, push_duplicate_share=0)
    Client(sim).call("pdd.pmc.user.permit")
    numbers = [sim.platform.create_order().order_sn for _order in range(20)]
    line = Listener(sim)
    soon = []
    while frame := line.next(SHORT):
        soon.append(_told(frame))
    assert 0 < len(soon) < 20
    sim.clock.advance(6)
    late = [_told(line.next()) for _frame in range(20 - len(soon))]
    assert sorted(soon + late) == sorted(numbers) and soon + late != numbers


def test_a_message_may_be_ahead_of_the_lists(make):
    sim = make(list_lag=30, detail_lag=30, push_duplicate_share=0)
    client = Client(sim)
    client.call("pdd.pmc.user.permit")
    line = Listener(sim)
    order = sim.platform.create_order()
    number = _told(line.next())
    assert number == order.order_sn
    now = sim.clock.now()
    assert client.increment(now - 60, now)["order_sn_list"] == []
    assert client.refusal("pdd.order.information.get", order_sn=number)
    sim.clock.advance(31)
    assert client.order(number)


def test_a_silent_line_is_closed(quiet):
    line = Listener(quiet)
    line.send("HeartBeat")
    assert line.next()
    quiet.clock.advance(179)
    line.send("HeartBeat")
    assert line.next()["commandType"] == "HeartBeat"
    quiet.clock.advance(181)
    line.socket.settimeout(PATIENCE)
    opcode, _reason = line.socket.recv_data()
    assert opcode == websocket.ABNF.OPCODE_CLOSE


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"commandType":"Nod"}', '{"commandType":"Ack","id":1}']
)
def test_nonsense_is_answered(quiet, text):
    line = Listener(quiet)
    line.socket.send(text)
    frame = line.next()
    assert frame["commandType"] == "Fail" and frame["message"]["content"]


def test_every_change_is_told(quiet):
    line = Listener(quiet)
    order = quiet.platform.create_order()
    told = {CONFIRMED: line.next()}
    for event, topic in (
        ("risk_on", "pdd_trade_TradeRiskChanged"),
        ("risk_off", "pdd_trade_TradeRiskChanged"),
        ("memo", "pdd_trade_BuyerMemoModified"),
        ("remark", "pdd_trade_TradeMemoModified"),
        ("address_change", "pdd_trade_TradeLogisticsAddressChanged"),
        ("ship", "pdd_trade_TradeSellerShip"),
        ("receive", "pdd_trade_TradeSuccess"),
        ("refund_request", "pdd_refund_RefundCreated"),
        ("return_agree", "pdd_refund_RefundAgreeAgreement"),
        ("return_ship", "pdd_refund_RefundBuyerReturnGoods"),
        ("refund_withdraw", "pdd_refund_RefundClosed"),
        ("refund_reopen", "pdd_refund_RefundBuyerModifyAgreement"),
        ("promise", "pdd_chat_OrderPromise"),
    ):
        quiet.platform.event(order.order_sn, event)
        frame = line.next()
        assert frame["message"]["type"] == topic, event
        told[topic] = frame
    case = order.after_sales[0]
    assert json.loads(told["pdd_refund_RefundCreated"]["message"]["content"]) == {
        "mall_id": order.mall_id,
        "tid": order.order_sn,
        "refund_id": case.after_sales_id,
        "refund_fee": 3990,
        "bill_type": 2,
        "operation": 1000,
        "modified": int(quiet.clock.now() * 1000),
    }
    assert set(told) <= set(TOPICS)


def test_goods_are_told(quiet):
    client, line = Client(quiet), Listener(quiet)
    goods = quiet.shops[0].goods_list[0]
    for onsale, topic, moment in (
        (0, "pdd_goods_GoodsOffShelf", "update_time"),
        (1, "pdd_goods_GoodsOnShelf", "onshelf_time"),
    ):
        wanted = {"goods_id": goods.goods_id, "is_onsale": onsale}
        client.call("pdd.goods.sale.status.set", **wanted)
        message = line.next()["message"]
        assert message["type"] == topic
        assert json.loads(message["content"]) == {
            "mall_id": goods.mall_id,
            "goods_id": goods.goods_id,
            moment: int(quiet.clock.now() * 1000),
        }


def test_only_what_is_switched_on_is_told(make):
    sim = make(shops=2, push_duplicate_share=0, push_disorder_share=0)
    mine, other = sim.shops
    Client(sim, mine).call("pdd.pmc.user.permit", topics="pdd_trade_TradeSellerShip")
    line = Listener(sim)
    sim.platform.event(sim.platform.create_order(other.mall_id).order_sn, "ship")
    order = sim.platform.create_order(mine.mall_id)
    sim.platform.event(order.order_sn, "ship")
    frame = line.next()
    assert frame["message"]["type"] == "pdd_trade_TradeSellerShip"
    assert _told(frame) == order.order_sn
    assert line.next(SHORT) is None
    Client(sim, mine).call("pdd.pmc.user.cancel", owner_id=mine.mall_id)
    sim.platform.create_order(mine.mall_id)
    assert line.next(SHORT) is None


def test_messages_stop_with_the_consent(quiet):
    shop = quiet.shops[0]
    line, now = Listener(quiet), quiet.clock.now()
    code = quiet.platform.tokens.consent(shop.client_id, shop.mall_id, now)
    client = Client(quiet)
    client.call("pdd.pop.auth.token.create", code=code)
    quiet.platform.create_order()
    assert line.next(SHORT) is None
    push = client.call("pdd.pmc.user.get", owner_id=shop.mall_id)["pmc_user"]
    assert push["is_expire"] == 1
    client.call("pdd.pmc.user.permit")
    push = client.call("pdd.pmc.user.get", owner_id=shop.mall_id)["pmc_user"]
    assert push["is_expire"] == 0
    order = quiet.platform.create_order()
    assert _told(line.next()) == order.order_sn


def test_the_backlog_is_of_seven_days(quiet):
    quiet.platform.create_order()
    client = Client(quiet)
    assert client.call("pdd.pmc.accrue.query")["number"] == 1
    quiet.clock.advance(8 * 86400)
    assert client.call("pdd.pmc.accrue.query")["number"] == 0


def test_waiting_messages_survive_in_the_saved_state(quiet):
    quiet.platform.create_order()
    Listener(quiet).next()
    mailbox = pickle.loads(pickle.dumps(quiet.platform)).mailbox
    client_id = quiet.shops[0].client_id
    assert mailbox.wait(client_id, object(), 0).event.topic == CONFIRMED


def test_lines_are_seen_and_broken_from_outside(quiet):
    client, line = Client(quiet), Listener(quiet)
    client.control("POST", "push", {"type": "pdd_new_Topic", "content": {"x": 1}})
    assert line.next(SHORT) is None, "no shop has switched that topic on"
    quiet.platform.create_order()
    assert line.next()["message"]["type"] == CONFIRMED
    assert len(client.control("GET", "push")["lines"]) == 1
    client.control("POST", "push", {"drop": True})
    with pytest.raises((websocket.WebSocketException, OSError)):
        line.socket.recv()


def test_stopping_ends_open_lines(make):
    sim = make()
    line = Listener(sim)
    sim.stop()
    with pytest.raises((websocket.WebSocketException, OSError)):
        line.socket.recv()
