# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The gateway: every call passes here, from its parameters to its envelope."""

import re

from werkzeug.wrappers import Response

from . import (  # noqa: F401  the imports register the methods
    api_auth,
    api_finance,
    api_goods,
    api_goods_edit,
    api_invoices,
    api_logistics,
    api_orders,
    api_orders_edit,
    api_prints,
    api_privacy,
    api_refunds,
    api_waybills,
)
from .arguments import Arguments
from .errors import ApiError, public
from .faults import Cut, spoil_rows
from .protocol import Parameters, is_signed, read_parameters
from .registry import Call, find
from .rows import dump

JSON_TYPE = "application/json;charset=UTF-8"
_PUBLIC = ("type", "client_id", "timestamp", "sign")


class Gateway:
    """Answers API calls over one platform.

    :param Platform platform: the state
    :param Throttle throttle: rate limits
    :param Faults faults: faults to inject
    :param Journal journal: remembers every call
    """

    def __init__(self, platform, throttle, faults, journal):
        self._platform = platform
        self._throttle = throttle
        self._faults = faults
        self._journal = journal
        self._requests = 0

    def answer(self, request, on_upload=False):
        """Answer one request.

        :param werkzeug.wrappers.Request request: to the router or the upload gateway
        :return: werkzeug.wrappers.Response; HTTP 200 for refusals as well
        """
        entry = self._journal.begin(self._platform.clock.now())
        request_id = self._request_id()
        parameters = Parameters()
        try:
            self._check_size(request)
            parameters = read_parameters(request)
            entry.read(parameters)
            body = self._call(request, parameters, on_upload, request_id, entry)
        except ApiError as error:
            entry.outcome = str(error.code)
            return self._respond(error.body(request_id), entry, error.retry_after)
        except Cut as cut:
            entry.outcome = cut.fault.kind
            return cut.response
        return self._respond(body, entry)

    def _respond(self, body, entry, retry_after=None):
        response = Response(dump(body), content_type=JSON_TYPE)
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return self._faults.on_response(entry, response)

    def _request_id(self):
        self._requests += 1
        return f"{int(self._platform.clock.now())}{self._requests:07d}"

    def _check_size(self, request):
        length = request.content_length or 0
        if length > self._platform.settings.max_body_bytes:
            raise ApiError(52004)

    def _call(self, request, parameters, on_upload, request_id, entry):
        """Check a call, let it happen and return the body of its answer."""
        method = self._authenticate(request, parameters, on_upload)
        call = self._prepare(request, parameters, method, entry)
        self._faults.before(entry)
        with self._platform.lock:
            call.now = self._platform.clock.now()
            self._platform.settle(call.now)
            result = method.handler(call)
        result = spoil_rows(self._faults.take_spoilers(entry), result)
        return _envelope(self._envelope_name(method), result, request_id)

    def _envelope_name(self, method):
        envelopes = self._platform.settings.envelopes
        return envelopes.get(method.name, method.envelope)

    def _authenticate(self, request, parameters, on_upload):
        """Check the public parameters in the platform's order.

        :return: the method
        :raise ApiError: 10001, 10016, 10017, 20004, 20005, 20035
        """
        for name in _PUBLIC:
            if not parameters.get(name):
                raise public(name)
        self._check_formats(parameters)
        app = self._platform.apps.get(parameters.get("client_id"))
        if not app:
            raise ApiError(10016)
        self._check_timestamp(parameters.get("timestamp"))
        if not is_signed(parameters, app.client_secret):
            raise ApiError(20004, "签名sign校验失败")
        allowed = self._platform.settings.allowed_ips
        if allowed and request.remote_addr not in allowed:
            raise ApiError(20005)
        return find(parameters.get("type"), on_upload)

    def _check_formats(self, parameters):
        if parameters.get("data_type") not in (None, "", "JSON"):
            raise public("data_type", "模拟器只提供JSON")
        if parameters.get("version") not in (None, "", "V1"):
            raise public("version")

    def _check_timestamp(self, text):
        """Refuse a timestamp that is not whole seconds near the platform's clock."""
        if not re.fullmatch(r"\d{1,12}", text):
            raise public("timestamp")
        distance = abs(self._platform.clock.now() - int(text))
        if distance > self._platform.settings.timestamp_window:
            raise public("timestamp")

    def _prepare(self, request, parameters, method, entry):
        """Check token, scope and rate, and return the Call."""
        platform = self._platform
        client_id = parameters.get("client_id")
        now = platform.clock.now()
        shop = None
        if method.name not in platform.settings.tokenless:
            shop = self._shop(parameters, client_id, method, now)
            entry.mall_id = shop.mall_id
        mall_id = shop.mall_id if shop else None
        self._throttle.check(method.name, client_id, mall_id)
        return Call(
            platform=platform,
            shop=shop,
            client_id=client_id,
            arguments=Arguments(parameters.texts),
            now=now,
            base_url=request.host_url.rstrip("/"),
            files=parameters.files,
        )

    def _shop(self, parameters, client_id, method, now):
        token = parameters.get("access_token")
        if not token:
            raise public("access_token")
        with self._platform.lock:
            tokens = self._platform.tokens
            grant = tokens.check(token, client_id, method.name, now)
        return self._platform.shops[grant.mall_id]


def _envelope(name, result, request_id):
    content = {**result, "request_id": request_id}
    return content if name is None else {name: content}
