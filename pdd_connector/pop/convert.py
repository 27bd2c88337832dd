# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conversions at the edge: money, times, numbers and texts of the platform.

The platform's types are loose (numbers as text, text as numbers, null); these
functions accept what is documented and raise a short ValueError for the rest, to
which the caller adds the name of the field.

Source: PDD Open Platform, field tables and response samples of the API pages.
"""

import hashlib
import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

PLATFORM_TZ = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The platform's wall clock: UTC+8, no daylight saving time."""

_CENT = Decimal("0.01")
_AMOUNT_LIMIT = 100_000_000  # yuan; a shop has no order of that size
_INT_LIMIT = 2**63  # what the database can store
_MILLISECONDS_FROM = 10**11  # a larger number of seconds would be the year 5138
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_REQUIRED = object()


def parse_yuan(value, *, default=_REQUIRED, negative=False):
    """Return an amount in yuan.

    :param value: yuan as number or text, e.g. ``4.5``, ``"8.00"``, ``0``
    :param default: returned for a missing value (None, empty text)
    :param bool negative: whether an amount below zero makes sense
    :return Decimal: with two decimals
    :raise ValueError: missing without default, no number, part of a fen, below
        zero, or 100 million yuan and more
    """
    if _is_missing(value) and default is not _REQUIRED:
        return default
    number = _number(value)
    if number.copy_abs() >= _AMOUNT_LIMIT:
        raise _bad(value, "is too large for an amount")
    if number < 0 and not negative:
        raise _bad(value, "is below zero")
    amount = number.quantize(_CENT)
    if amount != number:
        raise _bad(value, "has a part of a fen")
    return amount + 0  # no minus sign on zero


def parse_fen(value, *, default=_REQUIRED, negative=False):
    """Return an amount in yuan for one in fen.

    :param value: whole fen as number or text, e.g. ``3490``, ``"2200"``
    :return Decimal: yuan, with two decimals
    :raise ValueError: as ``parse_yuan``
    """
    if _is_missing(value) and default is not _REQUIRED:
        return default
    fen = Decimal(parse_int(value))
    return parse_yuan(fen.scaleb(-2), negative=negative)


def to_fen(amount):
    """Return whole fen for an amount in yuan; a part of a fen is a ValueError."""
    return int(parse_yuan(amount, negative=True).scaleb(2))


def parse_int(value, default=_REQUIRED):
    """Return a whole number.

    :param value: number or text, e.g. ``5``, ``"5"``, ``5.0``
    :param default: returned for a missing value (None, empty text)
    :raise ValueError: missing without default, no number, a fraction, too large
    """
    if _is_missing(value) and default is not _REQUIRED:
        return default
    number = _number(value)
    if number.copy_abs() >= _INT_LIMIT:
        raise _bad(value, "is too large")
    if number != int(number):
        raise _bad(value, "is not whole")
    return int(number)


def parse_int32(value, default=_REQUIRED):
    """Return a whole number that fits an integer column of the database.

    :raise ValueError: as ``parse_int``, or beyond 31 bits
    """
    number = parse_int(value, default)
    if isinstance(number, int) and abs(number) >= 2**31:
        raise _bad(value, "is too large")
    return number


def parse_objects(row, name):
    """Return the list of objects in a field of a row.

    :param dict row: an object of an answer
    :param str name: the field; null stands for an empty list
    :raise ValueError: it is something else
    """
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise ValueError(f"{name}: is not a list of objects")
    return value


def parse_field(row, name, parse, **options):
    """Parse one field of a row; the error names it.

    :param dict row: an object of an answer
    :param str name: the platform's name of the field
    :param parse: one of the functions here, called with the value and ``options``
    :raise ValueError: as ``parse``
    """
    try:
        return parse(row.get(name), **options)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def parse_time(value):
    """Return a moment.

    :param value: text ``YYYY-MM-DD HH:MM:SS`` in the platform's time, or Unix time
        as number or text, in milliseconds if above 10^11, else in seconds
    :return datetime: naive UTC in whole seconds; None for None, empty text and zero
    :raise ValueError: neither of them
    """
    if _is_missing(value):
        return None
    try:
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            local = datetime.strptime(value.strip(), _TIME_FORMAT)
            return to_utc(local)
        return _from_unix(parse_int(value))
    except (ValueError, OverflowError, OSError):
        raise _bad(value, "is not a time") from None


def to_timestamp(naive_utc):
    """Return Unix seconds for a naive UTC datetime, as requests want them."""
    return int(_aware(naive_utc).timestamp())


def to_platform_text(naive_utc):
    """Return ``YYYY-MM-DD HH:MM:SS`` of the platform's clock for naive UTC."""
    return _aware(naive_utc).astimezone(PLATFORM_TZ).strftime(_TIME_FORMAT)


def to_local(naive_utc):
    """Return a naive datetime of the platform's clock for naive UTC."""
    return _aware(naive_utc).astimezone(PLATFORM_TZ).replace(tzinfo=None)


def to_utc(local):
    """Return naive UTC for a naive datetime of the platform's clock."""
    return (
        local.replace(tzinfo=PLATFORM_TZ).astimezone(timezone.utc).replace(tzinfo=None)
    )


def platform_date(naive_utc):
    """Return the day in Shanghai, the accounting day, for naive UTC."""
    return _aware(naive_utc).astimezone(PLATFORM_TZ).date()


def parse_text(value, limit=None):
    """Return a text that the database and a screen can show.

    Control characters and halves of characters go, line ends become ``\\n``.

    :param value: text or number; None is ``""``
    :param int limit: longest result; a longer text is cut and ends with ``…``
    :raise ValueError: neither text nor number
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _bad(value, "is not a text")
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    text = _UNPRINTABLE.sub("", text)
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def digest_of(value):
    """Return a short digest of an answer or a part of it: equal if nothing changed."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()


def storable(value):
    """Return a copy of an answer that a JSON column takes, the amounts exact.

    Decimal becomes text, which the functions here read as well; texts lose what
    ``parse_text`` removes, because PostgreSQL refuses it.
    """
    if isinstance(value, dict):
        return {parse_text(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return parse_text(value) if isinstance(value, str | Decimal) else value


def _is_missing(value):
    return value is None or (isinstance(value, str) and not value.strip())


def _number(value):
    """Return a finite Decimal for a number or a text of digits."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _bad(value, "is not a number")
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise _bad(value, "is not a number")
    return number


def _from_unix(number):
    if number < 0:
        raise ValueError
    seconds = number // 1000 if number > _MILLISECONDS_FROM else number
    return (
        datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
        if number
        else None
    )


def _aware(naive_utc):
    if naive_utc.tzinfo is not None:
        raise ValueError("a naive UTC datetime is expected, not one with a zone")
    return naive_utc.replace(tzinfo=timezone.utc)


def _bad(value, why):
    """Return the ValueError for a value, with its kind and its beginning."""
    if _is_missing(value):
        return ValueError("the value is missing")
    shown = repr(value) if isinstance(value, str) else str(value)
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return ValueError(f"{type(value).__name__} {shown} {why}")
