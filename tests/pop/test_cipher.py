# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ciphertexts are recognised by their shape, in both forms of the platform."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdd_pop import cipher_kind, has_index

WITH_INDEX = {
    "~AgAAAADEMO0001xyzABCDEFGHIJKLMNOPQRSTUV=~vXhtOsDEMO~2~~": "text",
    "$gk5dDEMOidx==$AgAAAADEMO0002abcdef=$2$$": "phone",
    "#idx+/=#AgAAAADEMO0003=#12##": "id",
}
WITHOUT_INDEX = {
    "~AgAAAADEMO0001=~2~": "text",
    "$AgAAAADEMO0002=$2$": "phone",
    "#AgAAAADEMO0003=#2#": "id",
}
PLAIN = [
    "",
    None,
    False,
    19870012345,
    "张三",
    "~",
    "~~",
    "~~~~",
    "~~2~",
    "~abc=~2",
    "~abc=~x~",
    "~abc=~~2~~",
    "~abc=~2~~",
    "~abc=~idx~2~",
    "~你好~2~",
    "~two words~2~",
    "~abc=~2~\n",
    "~abc=$2~",
    "1xxxxxxxxxx#1234#",
    "$1xxxxxxxxxx$#1234#",
    "95123456#12345678#",
]


@pytest.mark.parametrize("text", WITH_INDEX)
def test_a_ciphertext_with_index_is_recognised(text):
    assert cipher_kind(text) == WITH_INDEX[text]
    assert has_index(text)


@pytest.mark.parametrize("text", WITHOUT_INDEX)
def test_a_ciphertext_without_index_is_recognised(text):
    assert cipher_kind(text) == WITHOUT_INDEX[text]
    assert not has_index(text)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_and_relay_numbers_are_no_ciphertext(text):
    assert cipher_kind(text) is None
    assert not has_index(text)


@given(st.text())
def test_any_text_is_answered(text):
    assert has_index(text) <= (cipher_kind(text) is not None)
