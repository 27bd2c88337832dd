# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each code of the platform becomes the class that says what to do."""

import pdd_pop as pop
import pytest
from pdd_pop.errors import error_class

TABLE = {
    pop.PddParameterError: (10000, 10001, 10017, 20034, 21001, 21002, 52004),
    pop.PddConfigError: (10016, 10018, 20004, 20005, 20035, 30001),
    pop.PddTokenExpiredError: (10014, 10019),
    pop.PddTokenRevokedError: (20032,),
    pop.PddPermissionError: (20031, 30000, 70032),
    pop.PddThrottledError: (52101, 70031),
    pop.PddBusyError: (50000, 50002, 52001, 52002, 52102, 52103, 70033),
    pop.PddStoppedError: (70034, 70035, 70036),
    pop.PddBusinessError: (50001,),
}
LISTED = [(code, cause) for cause, codes in TABLE.items() for code in codes]
UNLISTED = {
    10999: pop.PddParameterError,
    29999: pop.PddParameterError,
    31234: pop.PddParameterError,
    50999: pop.PddBusyError,
    70999: pop.PddStoppedError,
    42000: pop.PddApiError,
    60000: pop.PddApiError,
    0: pop.PddApiError,
    999: pop.PddApiError,
    100001: pop.PddApiError,
}


def test_the_table_holds_these_codes_and_no_others():
    assert set(pop.CODES) == {code for code, _ in LISTED}


@pytest.mark.parametrize(("code", "cause"), LISTED)
def test_a_listed_code_has_its_cause(code, cause):
    error = pop.error_from_body("pdd.time.get", {"error_code": code})
    assert type(error) is cause
    assert error.code == code
    assert error.api_name == "pdd.time.get"


@pytest.mark.parametrize("code", UNLISTED)
def test_an_unlisted_code_has_the_cause_of_its_family(code):
    assert error_class(code) is UNLISTED[code]


@pytest.mark.parametrize("field", ["error_msg", "sub_msg"])
def test_a_refused_timestamp_means_the_clock(field):
    node = {"error_code": 10001, field: "公共参数错误:timestamp"}
    assert type(pop.error_from_body("pdd.time.get", node)) is pop.PddClockError


def test_an_error_carries_what_the_platform_said(payload):
    node = payload("error_order_not_found")["error_response"]
    error = pop.error_from_body("pdd.order.information.get", node)
    assert isinstance(error, pop.PddBusinessError)
    assert (error.code, error.sub_code) == (50001, "45001")
    assert error.sub_message == "订单不属于当前店铺或订单不存在"
    assert error.request_id == "17672256000000001"
    assert str(error) == (
        "pdd.order.information.get: the platform refused the request"
        " (50001/45001: 业务服务错误, 订单不属于当前店铺或订单不存在)"
    )


def test_a_text_that_says_the_same_twice_is_shown_once(payload):
    node = payload("error_token_expired")["error_response"]
    assert str(pop.error_from_body("pdd.time.get", node)).count("过期") == 1


@pytest.mark.parametrize(
    "node", [None, "down", [], {}, {"error_code": None}, {"error_code": "n/a"}]
)
def test_an_odd_error_is_still_an_error(node):
    error = pop.error_from_body("pdd.time.get", node)
    assert (type(error), error.code, error.sub_code) == (pop.PddApiError, 0, None)
    assert str(error) == "pdd.time.get: the platform refused the call"


def test_numbers_may_come_as_text_and_text_as_numbers():
    node = {"error_code": "50001", "sub_code": 45001, "request_id": 17}
    error = pop.error_from_body("pdd.time.get", node)
    assert (error.code, error.sub_code, error.request_id) == (50001, "45001", "17")


def test_a_long_text_is_cut():
    node = {"error_code": 50001, "error_msg": "<p>" * 5000, "sub_msg": "x" * 9000}
    error = pop.error_from_body("pdd.time.get", node)
    assert max(len(error.message), len(error.sub_message)) <= 300
    assert len(str(error)) <= 400


def test_secrets_and_buyers_do_not_pass():
    node = {
        "error_code": 50001,
        "error_msg": "token tok_demo_0001",
        "sub_msg": "收件人13800138000, ~AgAAAADEMO0001=~vXht~2~~",
        "sub_code": "tok_demo_0001",
    }
    error = pop.error_from_body("pdd.time.get", node, hide=["tok_demo_0001"])
    shown = f"{error} {vars(error)}"
    assert "tok_demo" not in shown
    assert "13800138000" not in shown
    assert "AgAAAADEMO" not in shown


def test_waiting_times_follow_the_code():
    waits = {code: error_class(code)(code).retry_after for code in pop.CODES}
    assert waits[52101] == waits[70031] == waits[50000] == waits[52102] == 60
    assert waits[70033] == 600
    assert waits[10019] is None
    assert pop.PddThrottledError(429, retry_after=7).retry_after == 7


@pytest.mark.parametrize("code", [52101, 70031])
@pytest.mark.parametrize(
    ("api", "seconds"),
    [
        ("pdd.refund.list.increment.get", 10),
        ("pdd.goods.quantity.update", 1),
        ("pdd.order.list.get", 60),
        ("pdd.order.note.update", 60),
    ],
)
def test_a_throttled_api_rests_for_the_window_of_its_limit(api, code, seconds):
    error = pop.error_from_body(api, {"error_code": code})
    assert (error.retry_after, error.is_pause_sent) == (seconds, False)


def test_only_what_refuses_each_call_pauses_an_api():
    paused = {code for code in pop.CODES if error_class(code)(code).pauses_api}
    assert paused == {52101, 52102, 52103, 70031, 70033}
    assert not pop.PddTransportError("timeout").pauses_api


def test_the_outcome_is_unknown_where_the_call_may_have_taken_effect():
    unknown = {code for code in pop.CODES if error_class(code)(code).outcome_unknown}
    assert unknown == {50000, 50002, 52001, 52002}
    assert pop.PddTransportError("timeout").outcome_unknown
    assert pop.PddUnexpectedAnswer("odd").outcome_unknown


def test_only_the_test_quota_comes_back_the_next_day():
    assert pop.PddStoppedError(70036).retry_next_day
    assert not pop.PddStoppedError(70034).retry_next_day


def test_a_transport_error_names_its_reason():
    error = pop.PddTransportError("http", status=502, api_name="pdd.time.get")
    assert str(error) == "pdd.time.get: the gateway answered with HTTP status 502"
    assert (error.reason, error.status) == ("http", 502)
