# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Make a text of the platform fit for a log and a screen."""

import re

LIMIT = 300
"""Longest text, in characters, that is taken over from the platform."""

_HIDDEN = "***"
_PERSONAL = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)"  # a mobile number of mainland China
    r"|([~$#])[!-~]{8,}?\1\d+\1{1,2}"  # a receiver's ciphertext
)


def safe_text(value, hide=(), limit=LIMIT):
    """Return one printable line without secrets, phone numbers and ciphertexts.

    :param value: what the platform sent as a message; None is ``""``
    :param hide: texts that must not appear: the secret, the tokens of the call
    :param int limit: longest result, in characters
    :return str: the text on one line, ``***`` in place of what was hidden
    """
    text = "" if value is None else str(value)
    for secret in filter(None, hide):
        text = text.replace(secret, _HIDDEN)
    text = _PERSONAL.sub(_HIDDEN, text)
    printable = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
