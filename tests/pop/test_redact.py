# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Texts of the platform lose secrets and buyers before they are kept."""

import pytest
from pdd_pop import safe_text


def test_secrets_disappear_even_where_the_text_is_cut():
    secret = "tok_demo_0001"
    text = safe_text("x" * 290 + secret, hide=[secret, ""])
    assert text == "x" * 290 + "***"


@pytest.mark.parametrize(
    "personal",
    ["13800138000", "~AgAAAADEMO0001=~vXht~2~~", "$idx==$AgAAAADEMO0002=$2$$"],
)
def test_phones_and_ciphertexts_disappear(personal):
    assert safe_text(f"收件人{personal}有误") == "收件人***有误"


def test_an_order_number_stays():
    assert safe_text("订单260601-138001380001380") == "订单260601-138001380001380"


def test_a_text_becomes_one_short_printable_line():
    assert safe_text("a\r\n\tb\x00c\ud83d d") == "a b c d"
    assert len(safe_text("<b>" * 1000)) == 300
    assert safe_text(None) == ""
    assert safe_text({"a": 1}) == "{'a': 1}"
