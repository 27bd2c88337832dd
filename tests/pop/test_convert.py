# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money, time, numbers and texts cross the edge exactly or not at all."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pdd_pop as pop
import pytest
from hypothesis import given
from hypothesis import strategies as st

NO_NUMBERS = ["abc", "1,5", "1e3", "１２", "1_0", "0x5", "NaN", "-", ".", True, [], {}]
HUGE = [Decimal("1E+999999999"), 10**400, "9" * 500, 1e300]
NOT_FINITE = [float("nan"), float("inf"), Decimal("sNaN"), Decimal("-Infinity")]
PARTS_OF_A_FEN = ["1.005", 0.001, Decimal("1E-999999999")]
NO_TIMES = ["2026-06-01", "2026-02-30 00:00:00", "0001-01-01 00:00:00", "soon"]
SENTINEL = object()

fen = st.integers(-(10**10) + 1, 10**10 - 1)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4.5, "4.50"),
        (0, "0.00"),
        ("8.00", "8.00"),
        (" 8 ", "8.00"),
        ("0.10", "0.10"),
        (19.9, "19.90"),
        (Decimal("71.8000"), "71.80"),
        (99999999.99, "99999999.99"),
        (Decimal("-0"), "0.00"),
    ],
)
def test_yuan_are_read(value, expected):
    assert str(pop.parse_yuan(value)) == expected


@pytest.mark.parametrize(
    "value",
    [*NO_NUMBERS, *NOT_FINITE, *HUGE, *PARTS_OF_A_FEN, 100_000_000, -0.01, None, ""],
)
def test_what_is_no_amount_is_refused_in_a_short_sentence(value):
    with pytest.raises(ValueError) as caught:
        pop.parse_yuan(value)
    assert len(str(caught.value)) < 120


def test_an_amount_below_zero_must_be_expected():
    assert pop.parse_yuan("-27.50", negative=True) == Decimal("-27.50")
    with pytest.raises(ValueError, match=r"str '-27\.50' is below zero"):
        pop.parse_yuan("-27.50")


@pytest.mark.parametrize("missing", [None, "", "  "])
@pytest.mark.parametrize("parse", [pop.parse_yuan, pop.parse_fen, pop.parse_int])
def test_a_missing_value_needs_a_default(parse, missing):
    assert parse(missing, default=SENTINEL) is SENTINEL
    assert parse(missing, default=None) is None
    with pytest.raises(ValueError, match="missing"):
        parse(missing)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3490, "34.90"), ("2200", "22.00"), (1, "0.01"), (100.0, "1.00"), (0, "0.00")],
)
def test_fen_are_read_as_yuan(value, expected):
    assert str(pop.parse_fen(value)) == expected


@pytest.mark.parametrize("value", ["8.5", 0.5, -1, 10**10, *NO_NUMBERS, *HUGE])
def test_what_is_no_number_of_fen_is_refused(value):
    with pytest.raises(ValueError):
        pop.parse_fen(value)


@given(fen)
def test_fen_and_yuan_go_back_and_forth(amount):
    yuan = pop.parse_fen(amount, negative=True)
    assert pop.to_fen(yuan) == amount
    assert pop.parse_yuan(str(yuan), negative=True) == yuan
    assert pop.parse_yuan(float(yuan), negative=True) == yuan


def test_a_part_of_a_fen_is_never_rounded_away():
    with pytest.raises(ValueError, match="part of a fen"):
        pop.to_fen(Decimal("1.005"))


@pytest.mark.parametrize("value", [5, "5", " 5 ", 5.0, "5.0", Decimal("5.00"), "+5"])
def test_whole_numbers_are_read(value):
    number = pop.parse_int(value)
    assert (number, type(number)) == (5, int)


@pytest.mark.parametrize("value", [5.5, "5.5", 2**63, *NO_NUMBERS, *HUGE])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(ValueError):
        pop.parse_int(value)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_whole_number_is_the_same_as_text(number):
    assert pop.parse_int(str(number)) == pop.parse_int(number) == number


@pytest.mark.parametrize(
    "value",
    [
        "2026-06-01 09:12:33",
        " 2026-06-01 09:12:33 ",
        1780276353,
        "1780276353",
        1780276353.0,
        1780276353999,
        "1780276353000",
        Decimal("1780276353"),
    ],
)
def test_a_moment_is_read_in_every_form_the_platform_uses(value):
    assert pop.parse_time(value) == datetime(2026, 6, 1, 1, 12, 33)


@pytest.mark.parametrize("value", ["", " ", None, 0, "0", 0.0])
def test_an_unset_time_is_none(value):
    assert pop.parse_time(value) is None


@pytest.mark.parametrize(
    "value",
    [*NO_TIMES, "2026-06-01T09:12:33Z", True, [], -5, 1.5, 10**30, 10**18],
)
def test_what_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match="is not a time"):
        pop.parse_time(value)


@given(moments)
def test_moments_go_back_and_forth(moment):
    assert pop.parse_time(pop.to_platform_text(moment)) == moment
    assert pop.to_utc(pop.to_local(moment)) == moment
    assert pop.parse_time(pop.to_timestamp(moment)) == moment
    assert pop.parse_time(pop.to_timestamp(moment) * 1000) == moment


@given(moments)
def test_the_accounting_day_is_the_day_in_shanghai(moment):
    assert pop.platform_date(moment) == (moment + timedelta(hours=8)).date()


def test_the_day_in_shanghai_begins_at_four_in_the_afternoon_utc():
    assert pop.platform_date(datetime(2026, 5, 31, 15, 59, 59)) == date(2026, 5, 31)
    assert pop.platform_date(datetime(2026, 5, 31, 16)) == date(2026, 6, 1)


@pytest.mark.parametrize(
    "convert",
    [pop.to_local, pop.to_timestamp, pop.to_platform_text, pop.platform_date],
)
def test_a_moment_with_a_zone_is_refused(convert):
    with pytest.raises(ValueError, match="naive"):
        convert(datetime(2026, 6, 1, tzinfo=timezone.utc))


def test_texts_are_cleaned():
    assert pop.parse_text(None) == ""
    assert pop.parse_text("放\x00门\x07口\r\n谢谢\r\t\x85") == "放门口\n谢谢\n\t"
    assert pop.parse_text("half \ud83d, whole 😀, joined 👨‍👩‍👧") == (
        "half , whole 😀, joined 👨‍👩‍👧"
    )
    assert pop.parse_text(1500100200301) == "1500100200301"
    assert pop.parse_text(Decimal("4.50")) == "4.50"


def test_a_long_text_is_cut_only_on_demand():
    memo = "<b>请放门口</b>" * 1000
    assert pop.parse_text(memo) == memo
    assert pop.parse_text(memo, limit=10) == memo[:9] + "…"
    assert pop.parse_text("short", limit=5) == "short"


@pytest.mark.parametrize("value", [True, [], {}, b"bytes"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(ValueError, match="is not a text"):
        pop.parse_text(value)


@given(st.text())
def test_cleaned_texts_can_be_stored(text):
    cleaned = pop.parse_text(text)
    assert "\x00" not in cleaned.encode().decode()
    assert pop.parse_text(cleaned) == cleaned


def test_an_answer_becomes_storable_with_its_amounts_exact():
    text = (
        '{"pay": 71.80, "n": 3, "ok": true, "rows": [{"a": "b\\u0000\\ud83d"}, null]}'
    )
    answer = json.loads(text, parse_float=Decimal)
    stored = json.loads(json.dumps(pop.storable(answer)))
    assert stored == {"pay": "71.80", "n": 3, "ok": True, "rows": [{"a": "b"}, None]}
    assert pop.parse_yuan(stored["pay"]) == Decimal("71.80")


def test_a_number_beyond_an_integer_column_is_refused():
    assert pop.parse_int32("2147483647") == 2147483647
    assert pop.parse_int32(None, default=0) == 0
    with pytest.raises(ValueError, match="too large"):
        pop.parse_int32(2**31)


def test_a_field_that_is_no_list_of_objects_is_named():
    assert pop.parse_objects({"sku_list": None}, "sku_list") == []
    assert pop.parse_objects({"sku_list": [{"a": 1}]}, "sku_list") == [{"a": 1}]
    for value in ("text", 5, [1], {"a": 1}):
        with pytest.raises(ValueError, match="sku_list"):
            pop.parse_objects({"sku_list": value}, "sku_list")
