# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signature: the platform's own vector, ours, and what is left out."""

import importlib.util
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdd_pop import sign, text_value

from .conftest import POP

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PUBLIC = {
    "client_id": "9a8b7c6d5e4f40a1b2c3d4e5f6a7b8c9",
    "access_token": "tok_demo_0001",
    "timestamp": 1767225600,
    "data_type": "JSON",
}
ORDER_SN = "260101-123456789012345"
VECTORS = {
    "boolean and integers": (
        {
            "type": "pdd.order.number.list.increment.get",
            "version": "V1",
            "start_updated_at": 1767222000,
            "end_updated_at": 1767223800,
            "is_lucky_flag": 0,
            "order_status": 5,
            "refund_status": 5,
            "page": 1,
            "page_size": 100,
            "use_has_next": False,
        },
        "14818BA5C06B0C2B6DAACBE4E86CC70D",
    ),
    "list": (
        {
            "type": "pdd.open.decrypt.batch",
            "data_list": [
                {"data_tag": ORDER_SN, "encrypted_data": "~AgAAAAB~xYz=~2~~"}
            ],
        },
        "23BC4F42F9E9454C175B09572D6ADF03",
    ),
    "Chinese text": (
        {
            "type": "pdd.order.note.update",
            "order_sn": ORDER_SN,
            "note": "已联系买家，周一发货",
            "tag": 2,
            "tag_name": "待发",
        },
        "2447E70B7F9E7CE97962F1114BE66262",
    ),
    "no token": (
        {
            "type": "pdd.pop.auth.token.create",
            "access_token": None,
            "code": "code_demo_42",
        },
        "AA5D09C75AB64A5B8DF994828D72D51D",
    ),
    "object": (
        {
            "type": "pdd.refund.agree",
            "request": {
                "order_sn": ORDER_SN,
                "after_sales_id": 19870012345,
                "operate_desc": "同意",
            },
        },
        "5AAC3734A61635BF7DD4FBE20E6349C9",
    ),
}


def test_the_vector_of_the_official_guide_holds():
    params = {
        "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
        "client_id": 1,
        "data_type": "XML",
        "order_status": 1,
        "page": 1,
        "page_size": 10,
        "timestamp": 1480411125,
        "type": "pdd.order.number.list.get",
    }
    assert sign(params, "testSecret") == "E4DE3ED21002510DED352819E7AE6775"


@pytest.mark.parametrize("case", VECTORS)
def test_our_vectors_hold(case):
    params, expected = VECTORS[case]
    assert sign({**PUBLIC, **params}, SECRET) == expected


def test_none_and_an_older_signature_are_left_out():
    params = {"type": "pdd.time.get", "timestamp": 1767225600}
    noisy = {**params, "sign": "OLD", "access_token": None}
    assert sign(noisy, SECRET) == sign(params, SECRET)


def test_values_become_the_texts_of_the_wire():
    assert text_value(True) == "true"
    assert text_value(10**15) == "1000000000000000"
    assert text_value("") == ""
    assert text_value({"备注": ["好", None, False]}) == '{"备注":["好",null,false]}'


def test_a_type_the_wire_does_not_know_is_refused():
    with pytest.raises(TypeError):
        text_value(object())


@given(st.recursive(st.booleans() | st.integers() | st.text(), st.lists))
def test_structures_survive_the_text(value):
    text = text_value(value)
    assert text == value if isinstance(value, str) else json.loads(text) == value


@given(st.dictionaries(st.text("abcdefg_", min_size=1), st.integers() | st.booleans()))
def test_the_order_of_the_parameters_does_not_matter(params):
    backwards = dict(reversed(params.items()))
    assert sign(backwards, SECRET) == sign(params, SECRET)


@given(st.dictionaries(st.text("abcdefg_", min_size=1), st.integers()))
def test_signing_the_texts_that_are_sent_gives_the_same(params):
    sent = {name: text_value(value) for name, value in params.items()}
    assert sign(sent, SECRET) == sign(params, SECRET)


def test_the_file_loads_alone():
    spec = importlib.util.spec_from_file_location("alone", POP / "signing.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.sign(PUBLIC, SECRET) == sign(PUBLIC, SECRET)
