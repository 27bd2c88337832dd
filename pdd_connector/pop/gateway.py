# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The gateway client: one signed POST, its answer or a typed error.

Source: PDD Open Platform, calling guide (API调用指南).
"""

import json
import os
import threading
import time
from decimal import Decimal
from email.utils import formatdate, parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from .apis import READS
from .envelope import content_of
from .errors import PddApiError, PddBusyError, PddThrottledError, PddTransportError
from .signing import sign, text_value

TIMEOUT = 20  # seconds, for the connection and for each silence while reading
MOST_PAUSE = 3600  # seconds; no header keeps a shop quiet for longer
READ_TRIES = 3  # a read is sent so often at most; a write once

_SECRET_PARAMS = ("access_token", "sign", "code", "refresh_token")
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_local = threading.local()


class PddClient:
    """Client of one shop; it knows HTTP and nothing else.

    :param str url: the gateway, e.g. ``https://gw-api.pinduoduo.com/api/router``
    :param str client_id: the application
    :param str client_secret: its secret, which signs and is never sent
    :param access_token: the shop's token; None for the token APIs
    :param session: a ``requests.Session``; None shares one per thread
    :param now: callable returning Unix seconds
    :param timeout: seconds, one number

    :ivar server_time_offset: seconds by which the platform's clock is ahead of
        ``now()``, from the ``Date`` header of the last answer; None if unknown
    """

    def __init__(
        self,
        url,
        client_id,
        client_secret,
        access_token=None,
        *,
        session=None,
        now=time.time,
        timeout=TIMEOUT,
    ):
        self.url = url
        self.client_id = client_id or None
        self.access_token = access_token or None
        self.now = now
        self.timeout = timeout
        self.server_time_offset = None
        self._client_secret = client_secret
        self._session = session

    def call(self, api_name, /, **params):
        """Call one API.

        A read is repeated at once, twice at most, when the answer is lost or the
        platform has a fault; a write never is.

        :param str api_name: e.g. ``pdd.order.list.get``
        :param params: business parameters, named as the platform names them; None
            and empty text are not sent
        :return dict: content of the answer; numbers with a fraction are Decimal
        :raise PddTransportError: no usable answer, the outcome is unknown
        :raise PddApiError: refused; the class says why
        """
        tries = READ_TRIES if api_name in READS else 1
        for left in range(tries - 1, -1, -1):
            try:
                return self._call_once(api_name, params)
            except (PddTransportError, PddBusyError) as error:
                if not left or getattr(error, "is_pause_sent", False):
                    raise

    def _call_once(self, api_name, params):
        form = self._form(api_name, params)
        response = self._post(api_name, form)
        self.server_time_offset = self._offset(response)
        hide = [form[name] for name in _SECRET_PARAMS if name in form]
        return _content(api_name, response, [self._client_secret, *hide])

    def _form(self, api_name, params):
        """Return the signed form, name -> text."""
        public = {
            "type": api_name,
            "client_id": self.client_id,
            "access_token": self.access_token,
            "timestamp": int(self.now()),
            "data_type": "JSON",
            "version": "V1",
        }
        form = {
            name: text_value(value)
            for name, value in {**params, **public}.items()
            if value is not None and value != ""
        }
        return {**form, "sign": sign(form, self._client_secret)}

    def _post(self, api_name, form):
        """Send the form; the library's own errors would print URL and causes."""
        session = self._session or _thread_session()
        try:
            return session.post(
                self.url,
                data=form,
                headers=_HEADERS,
                timeout=self.timeout,
                allow_redirects=False,  # a signed call goes to the gateway only
            )
        except (requests.RequestException, HTTPError, UnicodeError) as error:
            raise PddTransportError(_reason(error), api_name=api_name) from None

    def _offset(self, response):
        try:
            sent_at = parsedate_to_datetime(response.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            return None
        return sent_at - self.now()


def _content(api_name, response, hide):
    """Return the content of an HTTP answer.

    Refusals come with status 200; 429 and 5xx are not the platform's own answer.
    """
    status = response.status_code
    if status == 429:
        raise PddThrottledError(
            status, retry_after=_retry_after(response), api_name=api_name
        )
    body = _json(response)
    refused = isinstance(body, dict) and body.get("error_response") is not None
    if status != 200 and not (refused and status < 500):
        raise PddTransportError("http", status=status, api_name=api_name)
    if body is None:
        raise PddTransportError("not_json", status=status, api_name=api_name)
    try:
        return content_of(api_name, body, hide)
    except PddApiError as error:
        seconds = _retry_after(response)
        if seconds and error.pauses_api:
            error.retry_after, error.is_pause_sent = seconds, True
        raise


def _json(response):
    """Return the parsed body, money exact; None if it is no JSON."""
    try:
        return json.loads(
            response.content, parse_float=Decimal, parse_constant=_no_constant
        )
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _no_constant(name):
    raise ValueError(f"{name} is no JSON number")


def _reason(error):
    """Return ``timeout`` or ``connection`` for an error of the HTTP library."""
    causes = (error, *error.args)
    late = (requests.Timeout, ReadTimeoutError)
    timed_out = any(isinstance(cause, late) for cause in causes)
    return "timeout" if timed_out else "connection"


def _retry_after(response):
    """Return the seconds the ``Retry-After`` header asks for, None without it.

    It holds seconds or a moment, which is compared with the answer's own date.
    """
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(int(text), MOST_PAUSE)
    try:
        sent_at = response.headers.get("Date") or formatdate(usegmt=True)
        end, start = map(parsedate_to_datetime, (text, sent_at))
        seconds = (end - start).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(int(seconds), 1), MOST_PAUSE)


def _thread_session():
    """Return the session of this thread, a new one in a forked process.

    Connections stay open between calls; two processes must not share them. Shops
    share them, so no cookie is kept.
    """
    if getattr(_local, "pid", None) != os.getpid():
        _local.session = requests.Session()
        _local.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        _local.pid = os.getpid()
    return _local.session
