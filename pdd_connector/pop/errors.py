# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of the gateway, one class per cause: the class says what to do next.

Source of the codes: PDD Open Platform, "error codes" of every API page (2026).
"""

from .apis import LIMIT_WINDOWS
from .redact import safe_text


class PddError(Exception):
    """A call failed; ``str()`` is one sentence without secrets or buyer data.

    :ivar api_name: the API, e.g. ``pdd.order.list.get``, or None
    :ivar request_id: the platform's number of the call, for its support, or None
    :ivar outcome_unknown: the call may have taken effect: read the state before
        a write is sent again
    :ivar pauses_api: no call of this API and shop is taken for ``retry_after`` seconds
    """

    outcome_unknown = False
    pauses_api = False

    def __init__(self, text, *, api_name=None, request_id=None):
        super().__init__(f"{api_name}: {text}" if api_name else text)
        self.api_name = api_name
        self.request_id = request_id


class PddTransportError(PddError):
    """No usable answer came; nobody knows whether the call took effect.

    :ivar reason: ``connection``, ``timeout``, ``http`` or ``not_json``
    :ivar status: the HTTP status, or None when there was no answer
    """

    outcome_unknown = True
    TEXTS = {
        "connection": "the connection to the platform failed",
        "timeout": "the platform did not answer in time",
        "http": "the gateway answered with HTTP status {status}",
        "not_json": "the answer is not JSON",
    }

    def __init__(
        self, reason, *, text=None, status=None, api_name=None, request_id=None
    ):
        text = text or self.TEXTS[reason].format(status=status)
        super().__init__(text, api_name=api_name, request_id=request_id)
        self.reason = reason
        self.status = status


class PddUnexpectedAnswer(PddTransportError):
    """An answer in JSON came, but not the one that is documented."""

    def __init__(self, text, *, status=None, api_name=None, request_id=None):
        super().__init__(
            "not_json",
            text=f"unexpected answer: {text}",
            status=status,
            api_name=api_name,
            request_id=request_id,
        )


class PddApiError(PddError):
    """The platform refused the call.

    :ivar int code: the gateway's code; 0 when the refusal stood inside an answer
        of success
    :ivar message: the platform's text, one line, cut
    :ivar sub_code: the business code as text, or None
    :ivar sub_message: the text of the business code, one line, cut
    :ivar retry_after: seconds to wait before the next call, or None
    :ivar is_pause_sent: whether the platform itself sent these seconds
    """

    summary = "the platform refused the call"
    retry_after = None
    is_pause_sent = False

    def __init__(
        self,
        code,
        message="",
        *,
        sub_code=None,
        sub_message="",
        retry_after=None,
        api_name=None,
        request_id=None,
    ):
        self.code = code
        self.message = message
        self.sub_code = sub_code
        self.sub_message = sub_message
        if retry_after:
            self.retry_after, self.is_pause_sent = retry_after, True
        else:
            self.retry_after = RETRY_AFTER.get(code, self.retry_after)
        super().__init__(self._sentence(), api_name=api_name, request_id=request_id)

    def _sentence(self):
        codes = "/".join(str(code) for code in (self.code, self.sub_code) if code)
        texts = dict.fromkeys(filter(None, (self.message, self.sub_message)))
        details = ": ".join(filter(None, (codes, safe_text(", ".join(texts)))))
        return f"{self.summary} ({details})" if details else self.summary


class PddThrottledError(PddApiError):
    """Called too often: nothing was done, wait ``retry_after`` seconds.

    Where the platform sends none, it is the window over which it counts the calls.
    """

    summary = "the platform asks for fewer calls"
    retry_after = 60
    pauses_api = True

    def __init__(self, code, message="", *, api_name=None, **details):
        super().__init__(code, message, api_name=api_name, **details)
        if not self.is_pause_sent:
            self.retry_after = LIMIT_WINDOWS.get(api_name, self.retry_after)


class PddTokenExpiredError(PddApiError):
    """The access token has expired: refresh it once, repeat the call once."""

    summary = "the access token has expired"


class PddTokenRevokedError(PddApiError):
    """The token is void, e.g. after a new consent: the shop must consent again."""

    summary = "the access token is not valid"


class PddPermissionError(PddApiError):
    """The application or the shop may not use this API."""

    summary = "the shop or the application may not use this API"


class PddParameterError(PddApiError):
    """The call itself is wrong; it fails again until the code or data change."""

    summary = "the platform does not accept the parameters"


class PddClockError(PddParameterError):
    """The call's timestamp is more than 10 minutes off the platform's clock."""

    summary = "the clock of this machine differs from the platform's"


class PddConfigError(PddApiError):
    """The shop's settings are wrong: client id, secret, address, allow-list."""

    summary = "the platform does not accept the application's settings"


class PddBusyError(PddApiError):
    """A fault of the platform that passes: come back after ``retry_after`` s."""

    summary = "the platform has a fault at present"
    retry_after = 60

    @property
    def outcome_unknown(self):
        """Whether a write may have taken effect: not where the API was switched off."""
        return self.code not in SWITCHED_OFF

    @property
    def pauses_api(self):
        """Whether the API is switched off: each call would be refused."""
        return self.code in SWITCHED_OFF


class PddStoppedError(PddApiError):
    """The platform blocks the shop or the application: stop, alert a person.

    :ivar retry_next_day: only the day's quota of a test application is used up
    """

    summary = "the platform blocks the shop or the application"

    @property
    def retry_next_day(self):
        return self.code == 70036


class PddBusinessError(PddApiError):
    """The platform's business rules refuse it; the sub code and text say why."""

    summary = "the platform refused the request"


CODES = {
    10000: PddParameterError,
    10001: PddParameterError,  # PddClockError where the text names the timestamp
    10014: PddTokenExpiredError,  # not in the official list; seen in one system
    10016: PddConfigError,
    10017: PddParameterError,
    10018: PddConfigError,
    10019: PddTokenExpiredError,
    20004: PddConfigError,  # signature: wrong secret
    20005: PddConfigError,  # address not in the allow-list
    20031: PddPermissionError,
    20032: PddTokenRevokedError,
    20034: PddParameterError,  # this API is offline
    20035: PddConfigError,  # API of another gateway
    21001: PddParameterError,
    21002: PddParameterError,
    30000: PddPermissionError,
    30001: PddConfigError,
    50000: PddBusyError,
    50001: PddBusinessError,
    50002: PddBusyError,
    52001: PddBusyError,
    52002: PddBusyError,
    52004: PddParameterError,  # body too large
    52101: PddThrottledError,
    52102: PddBusyError,
    52103: PddBusyError,
    70031: PddThrottledError,
    70032: PddPermissionError,
    70033: PddBusyError,  # maintenance
    70034: PddStoppedError,
    70035: PddStoppedError,
    70036: PddStoppedError,
}
"""Code of the gateway -> class of the error."""

UNLISTED = {
    1: PddParameterError,
    2: PddParameterError,
    3: PddParameterError,
    5: PddBusyError,
    7: PddStoppedError,
}
"""First of the five digits of a code that is not in ``CODES`` -> class."""

SWITCHED_OFF = frozenset((52102, 52103, 70033))
"""Codes of ``PddBusyError`` that refuse before anything is done."""

RETRY_AFTER = {70033: 600}
"""Code -> seconds, where it is not the class's; the platform names none."""


def error_class(code, text=""):
    """Return the class for a code of the gateway.

    :param int code: ``error_code``
    :param str text: the texts of the error, which may name the parameter
    """
    if code == 10001 and "timestamp" in text.lower():
        return PddClockError
    return CODES.get(code) or UNLISTED.get(code // 10000, PddApiError)


def error_from_body(api_name, error_response, *, request_id=None, hide=()):
    """Build the error for an ``error_response``.

    :param str api_name: the API that was called
    :param error_response: the value of that key, a dict if all is well
    :param request_id: the number of the call where it stood beside the error
    :param hide: secrets of the call, which the platform's texts must not carry on
    :return PddApiError: of the class that ``CODES`` names
    """
    node = error_response if isinstance(error_response, dict) else {}
    code = _code(node.get("error_code"))
    message = safe_text(node.get("error_msg"), hide)
    sub_message = safe_text(node.get("sub_msg"), hide)
    return error_class(code, f"{message} {sub_message}")(
        code,
        message,
        sub_code=safe_text(node.get("sub_code"), hide, limit=64) or None,
        sub_message=sub_message,
        api_name=api_name,
        request_id=safe_text(node.get("request_id") or request_id, limit=64) or None,
    )


def _code(value):
    """Return an error code as an integer, 0 where it is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
