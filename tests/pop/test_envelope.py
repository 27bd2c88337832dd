# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The content of an answer is found whatever the envelope is called."""

import pdd_pop as pop
import pytest
from pdd_pop.envelope import content_of

API = "pdd.order.note.update"
REFUSALS = {
    "is_success": {"some_response": {"is_success": False}},
    "is_success as a number": {"some_response": {"is_success": 0}},
    "is_success as text": {"some_response": {"is_success": "false"}},
    "bare": {"success": False, "error_code": 7, "error_msg": "", "result": False},
    "inner result": {"response": {"success": True, "result": {"success": False}}},
    "cancel_result": {"pdd_waybill_cancel_response": {"cancel_result": False}},
}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("order_increment", "order_sn_list"),
        ("order_status", "order_status_list"),
        ("order_trace_misspelt", "trace_list"),
        ("refund_information_bare", "after_sales_reason"),
        ("order_note_update", "success"),
        ("refund_agree", "result"),
        ("online_send", "is_success"),
        ("waybill_cancel", "cancel_result"),
        ("decrypt_mask", "data_decrypt_list"),
    ],
)
def test_documented_answers_are_unwrapped(payload, name, key):
    content = content_of(API, payload(name))
    assert key in content
    assert content["request_id"].startswith("1767225")


def test_a_request_id_beside_the_envelope_is_kept():
    body = {"some_response": {"a": 1}, "request_id": "17"}
    assert content_of(API, body) == {"a": 1, "request_id": "17"}


def test_an_unknown_field_beside_the_envelope_does_no_harm():
    body = {"some_response": {"a": 1}, "trace": {"b": 2}, "error_response": None}
    assert content_of(API, body) == {"a": 1}


def test_an_answer_that_is_no_object_is_handed_on():
    assert content_of(API, {"open_api_response": True}) == {"open_api_response": True}


@pytest.mark.parametrize(
    "body", [None, [], "text", 5, {}, {"request_id": "17"}, {"some_response": None}]
)
def test_a_body_without_content_is_unexpected(body):
    with pytest.raises(pop.PddUnexpectedAnswer) as caught:
        content_of(API, body)
    assert caught.value.reason == "not_json"
    assert caught.value.api_name == API


def test_an_error_wins_over_everything_beside_it(payload):
    body = {**payload("error_parameter"), "some_response": {"a": 1}}
    with pytest.raises(pop.PddParameterError) as caught:
        content_of(API, body)
    assert caught.value.sub_message == "end_updated_at"


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_inside_an_answer_of_success_is_raised(case):
    with pytest.raises(pop.PddBusinessError) as caught:
        content_of(API, REFUSALS[case])
    assert caught.value.code == 0


def test_an_inner_refusal_carries_its_text(payload):
    with pytest.raises(pop.PddBusinessError) as caught:
        content_of("pdd.refund.agree", payload("refund_agree_failed"))
    assert caught.value.sub_message == "售后单状态已变更，请刷新后重试"
    assert caught.value.request_id == "17672256000000063"


@pytest.mark.parametrize(
    "spelling", [("error_code", "error_msg"), ("errorCode", "errorMsg")]
)
def test_an_inner_refusal_carries_its_code(spelling):
    code, message = spelling
    body = {"response": {"success": False, code: 45002, message: "已发货"}}
    with pytest.raises(pop.PddBusinessError) as caught:
        content_of(API, body)
    assert (caught.value.sub_code, caught.value.sub_message) == ("45002", "已发货")


def test_errors_of_single_rows_are_left_to_the_caller():
    rows = [{"error_code": 10001, "error_msg": "无权解密"}]
    body = {"open_decrypt_batch_response": {"data_decrypt_list": rows}}
    assert content_of(API, body)["data_decrypt_list"] == rows


def test_an_answer_of_no_is_no_refusal():
    body = {"logistics_pre_check_response": {"allowed": False}}
    assert content_of(API, body) == {"allowed": False}
