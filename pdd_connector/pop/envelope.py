# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an answer's body holds: an error, an envelope, or the bare fields.

The name of the envelope cannot be derived from the name of the API, and some
answers have none; so the shape decides, not a table of names.

Source: PDD Open Platform, response samples of the API pages.
"""

from .errors import PddBusinessError, PddUnexpectedAnswer, error_from_body
from .redact import safe_text

_ENDINGS = ("response", "resposne")  # the second as the platform spells one of them
_FLAGS = ("is_success", "success", "succ", "cancel_result")
_TEXTS = ("error_msg", "errorMsg", "errorMessage", "message", "msg")
_CODES = ("error_code", "errorCode")
_REFUSED = (False, 0, "false", "False", "0")


def content_of(api_name, body, hide=()):
    """Return the content of an answer.

    :param str api_name: the API that was called
    :param body: the parsed JSON
    :param hide: secrets of the call, see ``error_from_body``
    :return dict: the content, with ``request_id`` if there is one anywhere
    :raise PddApiError: the platform refused
    :raise PddUnexpectedAnswer: the body holds nothing
    """
    if not isinstance(body, dict):
        raise PddUnexpectedAnswer("not a JSON object", api_name=api_name)
    request_id = body.get("request_id")
    if body.get("error_response") is not None:
        raise error_from_body(
            api_name, body["error_response"], request_id=request_id, hide=hide
        )
    content = _unwrap(api_name, body)
    if request_id:
        content.setdefault("request_id", request_id)
    _check_refusal(api_name, content, hide)
    return content


def _unwrap(api_name, body):
    """Return the object inside the envelope, or the body where there is none."""
    names = [name for name in body if name not in ("request_id", "error_response")]
    if len(names) > 1:
        names = [name for name in names if name.endswith(_ENDINGS)] or names
    value = body[names[0]] if len(names) == 1 else body
    if not names or value is None:
        raise PddUnexpectedAnswer("nothing in it", api_name=api_name)
    return value if isinstance(value, dict) else body


def _check_refusal(api_name, content, hide):
    """Raise the refusal that some APIs report inside an answer of success."""
    result = content.get("result")
    nodes = [content, result] if isinstance(result, dict) else [content]
    if not any(node.get(flag) in _REFUSED for node in nodes for flag in _FLAGS):
        return
    code = _first(nodes, _CODES)
    raise PddBusinessError(
        0,
        sub_code=safe_text(code, hide, limit=64) if code else None,
        sub_message=safe_text(_first(nodes, _TEXTS), hide),
        api_name=api_name,
        request_id=safe_text(content.get("request_id"), limit=64) or None,
    )


def _first(nodes, names):
    """Return the first value that says something, the inner node's first."""
    values = [node.get(name) for node in reversed(nodes) for name in names]
    return next(filter(None, values), None)
