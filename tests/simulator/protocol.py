# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The wire protocol: reading parameters from any kind of request, and the signature.

Notes: protocol.md 1 to 4. A parameter is kept as the text the caller signed:

- query, form and multipart: the decoded string, untouched;
- JSON: a string as decoded; a number as it is written in the body; ``true``/``false``;
  null is dropped; a list or an object as the very text that stands in the body.

Systems differ in what they sign for real JSON inside a JSON body (the text as sent,
or compact JSON), so both are accepted for nested values, and nothing else.
"""

import hashlib
import hmac
import json

from .errors import ApiError

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


class Parameters:
    """The parameters of one request.

    :ivar dict texts: name to text, as received
    :ivar dict compact: names of nested JSON values to their compact text
    :ivar set files: names of uploaded file parts, never signed
    """

    def __init__(self):
        self.texts = {}
        self.compact = {}
        self.files = set()

    def get(self, name):
        """Return the text of a parameter; None when it is absent."""
        return self.texts.get(name)

    def add_json(self, body):
        """Add the members of a JSON body.

        :param str body: text of the request's body
        :raise ApiError: not a JSON object
        """
        try:
            for name, raw, value in _members(body):
                self._add_member(name, raw, value)
        except (ValueError, IndexError) as error:
            raise ApiError(10000, "request body is not a JSON object") from error

    def _add_member(self, name, raw, value):
        if value is None:
            return
        if isinstance(value, str):
            self.texts[name] = value
            return
        self.texts[name] = raw
        if isinstance(value, (dict, list)):
            self.compact[name] = json.dumps(
                value, ensure_ascii=False, separators=(",", ":")
            )

    def signed_variants(self):
        """Return the sets of texts a correct signature may stand for."""
        texts = {name: text for name, text in self.texts.items() if name != "sign"}
        if not self.compact:
            return [texts]
        return [texts, {**texts, **self.compact}]


def _skip(text, index):
    while text[index] in _BLANK:
        index += 1
    return index


def _members(text):
    """Yield ``(name, raw text, value)`` for each member of a JSON object.

    :raise ValueError: malformed JSON
    :raise IndexError: the text ends too early
    """
    index = _skip(text, 0)
    if text[index] != "{":
        raise ValueError("not an object")
    index = _skip(text, index + 1)
    while text[index] != "}":
        name, index = _DECODER.raw_decode(text, index)
        index = _skip(text, index)
        if not isinstance(name, str) or text[index] != ":":
            raise ValueError("a member has no name")
        start = _skip(text, index + 1)
        value, index = _DECODER.raw_decode(text, start)
        yield name, text[start:index], value
        index = _skip(text, index)
        if text[index] == ",":
            index = _skip(text, index + 1)
            if text[index] == "}":
                raise ValueError("a comma before the end")
        elif text[index] != "}":
            raise ValueError("no comma between members")
    if text[index + 1 :].strip(_BLANK):
        raise ValueError("text after the object")


def read_parameters(request):
    """Collect the parameters of a request; the body wins over the query string.

    :param werkzeug.wrappers.Request request: any mixture of query, form, multipart
        or JSON
    :return: Parameters
    :raise ApiError: 10000 when a JSON body cannot be read
    """
    parameters = Parameters()
    parameters.texts.update(request.args.items())
    if request.mimetype == "application/json":
        parameters.add_json(request.get_data().decode("utf-8", "replace"))
    else:
        parameters.texts.update(request.form.items())
        parameters.files.update(request.files)
    return parameters


def sign(texts, secret):
    """Return the signature of a set of parameters (protocol.md 3).

    :param dict texts: name to text, without ``sign``
    :param str secret: the application's secret
    :return str: 32 upper-case hexadecimal digits
    """
    joined = "".join(f"{name}{texts[name]}" for name in sorted(texts))
    signed = f"{secret}{joined}{secret}".encode("utf-8", "replace")
    return hashlib.md5(signed).hexdigest().upper()


def is_signed(parameters, secret):
    """Tell whether the request carries the right signature for this secret."""
    given = (parameters.get("sign") or "").encode()
    return any(
        hmac.compare_digest(sign(texts, secret).encode(), given)
        for texts in parameters.signed_variants()
    )
