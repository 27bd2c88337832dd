# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One call over real HTTP: what is sent, what comes back, what goes wrong."""

import threading
import time
import traceback
from decimal import Decimal
from email.utils import formatdate

import pdd_pop as pop
import pytest
import requests
from pdd_pop.gateway import READ_TRIES, _thread_session

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKEN = "tok_demo_0001"
NOW = 1780276353.9
READ = "pdd.time.get"
WRITE = "pdd.logistics.online.send"
DONE = {"some_response": {"is_success": True}}


@pytest.fixture
def client(gateway):
    return new_client(gateway)


def new_client(gateway, **options):
    options = {"now": lambda: NOW, "timeout": 5, **options}
    return pop.PddClient(gateway.url, "client", SECRET, TOKEN, **options)


def failure(client, api_name, **params):
    """Return the error of a call, and everything its traceback shows."""
    with pytest.raises(pop.PddError) as caught:
        client.call(api_name, **params)
    return caught.value, "".join(traceback.format_exception(caught.value))


# What is sent


def test_what_is_signed_is_exactly_what_is_sent(gateway, client):
    gateway.answer(DONE)
    client.call(
        WRITE,
        order_sn="260601-100000000000001",
        note="已联系买家 & 周一=发货+1",
        redelivery=False,
        tag=2,
        request={"说明": ["同意", 1]},
        empty="",
        missing=None,
    )
    (form,) = gateway.forms
    assert form.pop("sign") == pop.sign(form, SECRET)
    assert form == {
        "type": WRITE,
        "client_id": "client",
        "access_token": TOKEN,
        "timestamp": "1780276353",
        "data_type": "JSON",
        "version": "V1",
        "order_sn": "260601-100000000000001",
        "note": "已联系买家 & 周一=发货+1",
        "redelivery": "false",
        "tag": "2",
        "request": '{"说明":["同意",1]}',
    }
    assert gateway.content_types == ["application/x-www-form-urlencoded; charset=utf-8"]


@pytest.mark.parametrize("token", [None, "", False])
def test_without_token_none_is_sent(gateway, token):
    gateway.answer(DONE)
    pop.PddClient(gateway.url, "client", SECRET, token).call(READ)
    assert "access_token" not in gateway.forms[0]


def test_a_parameter_cannot_replace_a_public_one(gateway, client):
    gateway.answer(DONE)
    client.call(WRITE, type="other", sign="forged", access_token="forged")
    assert gateway.forms[0]["type"] == WRITE
    assert "forged" not in gateway.forms[0].values()


def test_each_try_has_its_own_time(gateway):
    times = iter(range(100, 200))
    gateway.refuse(52001).answer(DONE)
    new_client(gateway, now=lambda: next(times)).call(READ)
    assert len({form["timestamp"] for form in gateway.forms}) == 2
    assert len({form["sign"] for form in gateway.forms}) == 2


# What comes back


def test_numbers_with_a_fraction_come_exact(gateway, client):
    gateway.answer(b'{"some_response": {"pay": 71.80, "free": 0, "n": 1e2}}')
    content = client.call(READ)
    assert [str(content["pay"]), content["free"]] == ["71.80", 0]
    assert isinstance(content["n"], Decimal)


def test_a_documented_answer_is_unwrapped(gateway, client, payload):
    gateway.answer(payload("order_increment"))
    content = client.call("pdd.order.number.list.increment.get")
    assert content["order_sn_list"][0]["pay_amount"] == Decimal("124.0")
    assert content["request_id"] == "17672256000000003"


def test_a_large_memo_with_markup_comes_whole(gateway, client):
    memo = "<script>alert('请放门口')</script>😀" * 400
    gateway.answer({"some_response": {"buyer_memo": memo}})
    assert client.call(READ) == {"buyer_memo": memo}


def test_a_body_may_begin_with_a_byte_order_mark(gateway, client):
    gateway.answer('{"some_response": {"a": 1}}'.encode("utf-8-sig"))
    assert client.call(READ) == {"a": 1}


def test_the_offset_of_the_platforms_clock_is_known_after_an_answer(gateway, client):
    assert client.server_time_offset is None
    ahead = formatdate(1780276353 + 900, usegmt=True)
    gateway.refuse(10001, "公共参数错误:timestamp")
    gateway.answers[0] = gateway.answers[0]._replace(headers={"Date": ahead})
    error, _ = failure(client, READ)
    assert isinstance(error, pop.PddClockError)
    assert round(client.server_time_offset, 1) == 899.1


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": ""}])
def test_without_a_date_the_offset_is_unknown(gateway, client, headers):
    gateway.answer(DONE, headers=headers)
    client.call(READ)
    assert client.server_time_offset is None


# What goes wrong


@pytest.mark.parametrize("code", pop.CODES)
def test_each_code_of_the_platform_is_raised_as_its_class(gateway, client, code):
    gateway.refuse(code, "出错", request_id="17672256000000001")
    error, shown = failure(client, WRITE)
    assert type(error) is pop.CODES[code]
    assert (error.code, error.request_id) == (code, "17672256000000001")
    assert SECRET not in shown


def test_a_refusal_with_another_http_status_is_still_a_refusal(gateway, client):
    gateway.refuse(20005, "ip无权访问接口")
    gateway.answers[0] = gateway.answers[0]._replace(status=403)
    error, _ = failure(client, READ)
    assert isinstance(error, pop.PddConfigError)


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 502, 503, 504])
def test_another_http_status_is_a_transport_error(gateway, client, status):
    body = {**DONE, "error_response": None}
    gateway.answer(body, status=status, headers={"Location": "/elsewhere"})
    error, _ = failure(client, WRITE)
    assert isinstance(error, pop.PddTransportError)
    assert (error.reason, error.status) == ("http", status)
    assert len(gateway.forms) == 1


def test_an_error_in_a_server_failure_is_not_believed(gateway, client):
    gateway.refuse(50001, "业务服务错误")
    gateway.answers[0] = gateway.answers[0]._replace(status=500)
    error, _ = failure(client, WRITE)
    assert isinstance(error, pop.PddTransportError)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("99999", 3600),
        ("later", 60),
        ("", 60),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 1),
    ],
)
def test_status_429_is_throttling(gateway, client, header, seconds):
    gateway.answer(b"slow down", status=429, headers={"Retry-After": header})
    error, _ = failure(client, READ)
    assert isinstance(error, pop.PddThrottledError)
    assert error.retry_after == seconds
    assert len(gateway.forms) == 1


def test_a_pause_until_a_moment_is_counted_in_seconds(gateway, client):
    moment = formatdate(time.time() + 90, usegmt=True)
    gateway.answer(b"", status=429, headers={"Retry-After": moment})
    error, _ = failure(client, READ)
    assert 80 <= error.retry_after <= 91


@pytest.mark.parametrize("code", [52101, 70031, 52102])
def test_a_refusal_in_an_answer_may_name_its_pause(gateway, client, code):
    body = {"error_response": {"error_code": code, "error_msg": "限流"}}
    gateway.answer(body, headers={"Retry-After": "7"})
    error, _ = failure(client, READ)
    assert (error.code, error.retry_after, error.is_pause_sent) == (code, 7, True)
    assert len(gateway.forms) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>502</title></html>",
        b"",
        b'{"some_response": {"a": 1',
        b'{"some_response": {"a": NaN}}',
        b'{"some_response": {"a": 1E+99999999999999999999}}',
        b'{"some_response": {"a": "\xff\xfe"}}',
        b"[" * 100_000,
        b"null",
        b"[1]",
        b"{}",
    ],
)
def test_what_is_no_json_object_is_a_transport_error(gateway, client, body):
    gateway.answer(body)
    error, shown = failure(client, WRITE)
    assert isinstance(error, pop.PddTransportError)
    assert (error.reason, error.outcome_unknown) == ("not_json", True)
    assert "<html>" not in shown


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("drop", "connection"),
        ("half", "connection"),
        ("hang", "timeout"),
        ("stall", "timeout"),
    ],
)
def test_a_broken_line_is_a_transport_error(gateway, fault, reason):
    gateway.answer(DONE, fault=fault)
    error, shown = failure(new_client(gateway, timeout=0.2), WRITE)
    assert type(error) is pop.PddTransportError
    assert (error.reason, error.status) == (reason, None)
    assert not any(text in shown for text in (SECRET, TOKEN, gateway.url, "urllib3"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "", "not a url", "http://", "ftp://127.0.0.1/"]
)
def test_a_wrong_address_is_a_transport_error(url, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = pop.PddClient(url, "client", SECRET, TOKEN, timeout=5)
    error, shown = failure(client, WRITE)
    assert error.reason == "connection"
    assert not any(text in shown for text in (SECRET, TOKEN))


def test_a_refusal_inside_an_answer_of_success_is_raised(gateway, client, payload):
    gateway.answer(payload("refund_agree_failed"))
    error, _ = failure(client, "pdd.refund.agree", request={"after_sales_id": 1})
    assert isinstance(error, pop.PddBusinessError)
    assert error.sub_message == "售后单状态已变更，请刷新后重试"


def test_no_secret_of_the_call_is_shown_where_the_platform_echoes_it(gateway, client):
    gateway.refuse(10000, f"{SECRET} {TOKEN} rft_demo_0001 code_demo_42")
    error, shown = failure(
        client,
        "pdd.pop.auth.token.refresh",
        refresh_token="rft_demo_0001",
        code="code_demo_42",
    )
    assert error.message == "*** *** *** ***"
    assert not any(text in shown for text in (SECRET, TOKEN, "demo"))


# What is sent again


@pytest.mark.parametrize("api_name", pop.READS)
def test_a_read_is_sent_again_when_the_answer_is_lost(gateway, client, api_name):
    gateway.answer(fault="drop").answer(b"<html>", status=502).answer(DONE)
    assert client.call(api_name) == {"is_success": True}
    assert len(gateway.forms) == 3


@pytest.mark.parametrize("code", [50000, 50002, 52001, 52002, 52102, 52103, 70033])
def test_a_read_is_sent_again_when_the_platform_has_a_fault(gateway, client, code):
    gateway.refuse(code).answer(DONE)
    assert client.call(READ) == {"is_success": True}


def test_a_read_is_given_up_after_three_tries(gateway, client):
    gateway.answer(status=503)
    error, shown = failure(client, READ)
    assert error.status == 503
    assert len(gateway.forms) == READ_TRIES == 3
    assert "During handling" not in shown


@pytest.mark.parametrize("code", [10019, 50001, 52101, 70031, 70034])
def test_a_read_that_is_refused_is_not_sent_again(gateway, client, code):
    gateway.refuse(code)
    failure(client, READ)
    assert len(gateway.forms) == 1


@pytest.mark.parametrize(
    "api_name",
    [
        "pdd.logistics.online.send",
        "pdd.goods.quantity.update",
        "pdd.order.note.update",
        "pdd.refund.agree",
        "pdd.waybill.get",
        "pdd.goods.spec.id.get",
        "pdd.open.decrypt.batch",
        "pdd.pop.auth.token.create",
        "pdd.pop.auth.token.refresh",
        "pdd.something.nobody.knows.get",
    ],
)
@pytest.mark.parametrize("fault", ["drop", "busy", "html"])
def test_a_write_is_sent_once(gateway, client, api_name, fault):
    if fault == "busy":
        gateway.refuse(50000)
    else:
        gateway.answer(b"<html>", fault="drop" if fault == "drop" else "")
    error, _ = failure(client, api_name)
    assert error.outcome_unknown
    assert len(gateway.forms) == 1


# Sessions


def test_connections_are_kept_open_between_calls_and_clients(gateway):
    gateway.answer(DONE)
    new_client(gateway).call(READ)
    new_client(gateway).call(WRITE)
    assert len(set(gateway.peers)) == 1


def test_a_connection_that_went_stale_does_not_stop_a_read(gateway, client):
    gateway.answer(DONE).answer(fault="drop").answer(DONE)
    client.call(READ)
    assert client.call(READ) == {"is_success": True}


def test_each_thread_has_its_session():
    sessions = [_thread_session()]
    thread = threading.Thread(target=lambda: sessions.append(_thread_session()))
    thread.start()
    thread.join()
    assert sessions[0] is _thread_session()
    assert sessions[0] is not sessions[1]


def test_a_forked_process_has_its_session(monkeypatch):
    before = _thread_session()
    monkeypatch.setattr("os.getpid", lambda: -1)
    assert _thread_session() is not before


def test_no_cookie_goes_from_one_shop_to_the_next(gateway, client):
    gateway.answer(DONE, headers={"Set-Cookie": "shop=1; Path=/"})
    client.call(READ)
    assert not _thread_session().cookies


def test_a_session_of_the_caller_is_used(gateway):
    class Recorder(requests.Session):
        def post(self, url, **options):
            self.seen = url, options["timeout"]
            return super().post(url, **options)

    gateway.answer(DONE)
    session = Recorder()
    new_client(gateway, session=session, timeout=pop.TIMEOUT).call(READ)
    assert session.seen == (gateway.url, 20)
