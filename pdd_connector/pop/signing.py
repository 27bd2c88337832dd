# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signature of a gateway call.

Source: PDD Open Platform, calling guide (API调用指南), "signature algorithm".
"""

import hashlib
import json


def text_value(value):
    """Return the text that is sent, and signed, for one parameter.

    :param value: text (returned as it is), boolean, integer, or a list or dict of
        them, which becomes one compact JSON text without ASCII escapes
    :return str: the text before URL encoding
    :raise TypeError: a type the wire does not know; amounts travel as integer fen
    """
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sign(params, secret):
    """Return the signature of a call.

    The parameters are sorted by name and joined as ``name1value1name2value2``; the
    secret goes before and after; MD5 over UTF-8, upper-case hexadecimal.

    :param dict params: every parameter that is sent; ``sign`` and None are left out
    :param str secret: the application's client secret
    :return str: 32 upper-case hexadecimal digits
    """
    text = "".join(
        name + text_value(params[name])
        for name in sorted(params)
        if name != "sign" and params[name] is not None
    )
    signed = f"{secret}{text}{secret}".encode()
    # the platform prescribes MD5; the flag lets it run on FIPS systems
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().upper()
