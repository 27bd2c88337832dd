# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shape of the ciphertexts that stand for receiver data.

A separator opens and closes the ciphertext and tells its kind. With a search index:
``~cipher~index~version~~`` but ``$index$cipher$version$$`` (and ``#`` like ``$``);
without: ``~cipher~version~``. The platform is moving to the form without index.

Source: PDD Open Platform, data encryption guide, as two public SDKs implement it.
"""

import re

KINDS = {"~": "text", "$": "phone", "#": "id"}
"""Separator -> kind: name or address text, phone number, identity number."""

_PART = r"(?:(?!\1)[!-~])+"  # printable ASCII without the separator
_SHAPE = re.compile(
    rf"([{''.join(KINDS)}]){_PART}\1(?:{_PART}\1[0-9]+\1(?P<index>\1)|[0-9]+\1)"
)


def cipher_kind(text):
    """Return the kind of a ciphertext, None for anything else.

    :param text: a receiver field as the platform sends it
    :return str: ``text``, ``phone``, ``id`` or None
    """
    match = _match(text)
    return KINDS[match[1]] if match else None


def has_index(text):
    """Return whether ``text`` is a ciphertext that contains a search index."""
    match = _match(text)
    return bool(match and match["index"])


def _match(text):
    return _SHAPE.fullmatch(text) if isinstance(text, str) else None
