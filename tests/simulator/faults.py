# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Faults to inject: what networks, gateways and careless services do to a client."""

import random
import threading
from dataclasses import asdict, dataclass, field

from werkzeug.wrappers import Response

from .errors import ApiError
from .rows import Rows

#: Header by which a response tells the server to break the connection; it is never
#: sent. ``reset``: nothing goes out; ``half``: half of the body goes out.
WIRE = "X-Simulator-Wire"
_BEFORE = ("latency", "reset", "http_5xx", "html", "error")
_SPOILERS = ("mutate_rows", "duplicate_rows", "disorder")
_AFTER = ("timeout_after_effect", "half_body")
KINDS = frozenset(_BEFORE + _SPOILERS + _AFTER)
_HTML = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Fault:
    """One fault.

    :ivar str kind: latency, reset, http_5xx, html and error come before the call
        takes effect; timeout_after_effect and half_body after it; duplicate_rows,
        disorder and mutate_rows change the rows of an answer
    :ivar str api: method name, or ``*``
    :ivar int times: how often; -1 until deleted
    :ivar float seconds: of a latency, or before a timed-out connection is cut
    :ivar int retry_after: of an error: seconds sent as ``Retry-After``
    :ivar dict patch: mutate_rows: dotted path (``item_list.0.goods_price``) to value
    :ivar list drop: mutate_rows: fields to leave out
    :ivar dict match: mutate_rows: only rows with these values
    """

    kind: str
    api: str = "*"
    times: int = 1
    mall_id: str = ""
    seconds: float = 0.0
    status: int = 503
    error_code: int = 50000
    sub_code: str | None = None
    sub_msg: str = ""
    retry_after: int | None = None
    patch: dict = field(default_factory=dict)
    drop: list = field(default_factory=list)
    match: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind}; known: {sorted(KINDS)}")

    def fits(self, entry):
        """Tell whether the fault concerns a call."""
        if not self.times or self.api not in ("*", entry.api):
            return False
        return not self.mall_id or str(self.mall_id) == str(entry.mall_id)


class Cut(Exception):
    """The call ends here with a response that is no answer of the platform."""

    def __init__(self, fault, response):
        super().__init__(fault.kind)
        self.fault = fault
        self.response = response


class Faults:
    """The faults in force."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._closing = threading.Event()

    def add(self, kind, **details):
        """Add a fault.

        :return: Fault
        :raise ValueError: unknown kind
        :raise TypeError: unknown detail
        """
        fault = Fault(kind, **details)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self):
        """Take all faults away."""
        with self._lock:
            self._faults.clear()

    def describe(self):
        """Return the faults that are left."""
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.times]

    def close(self):
        """Wake up everything that is being delayed."""
        self._closing.set()

    def before(self, entry):
        """Apply the faults that come before a call takes effect.

        :raise Cut: the call ends
        :raise ApiError: an injected refusal
        """
        for fault in self._take(entry, _BEFORE):
            if fault.kind == "latency":
                self._closing.wait(fault.seconds)
            elif fault.kind == "error":
                error = ApiError(fault.error_code, fault.sub_msg, fault.sub_code)
                error.retry_after = fault.retry_after
                raise error
            else:
                raise Cut(fault, _broken_response(fault))

    def take_spoilers(self, entry):
        """Return the faults that change the rows of this call's answer."""
        return self._take(entry, _SPOILERS)

    def on_response(self, entry, response):
        """Apply the faults that come after a call took effect."""
        for fault in self._take(entry, _AFTER):
            entry.outcome = fault.kind
            if fault.kind == "half_body":
                response.headers[WIRE] = "half"
            else:
                self._closing.wait(fault.seconds)
                response.headers[WIRE] = "reset"
        return response

    def _take(self, entry, kinds):
        """Return the first fitting fault of each kind, one time used up.

        Of ``mutate_rows`` all that fit: each may match other rows.
        """
        taken = {kind: [] for kind in kinds}
        with self._lock:
            for fault in self._faults:
                if fault.kind not in kinds or not fault.fits(entry):
                    continue
                if taken[fault.kind] and fault.kind != "mutate_rows":
                    continue
                fault.times -= fault.times > 0
                taken[fault.kind].append(fault)
            self._faults = [fault for fault in self._faults if fault.times]
        return [fault for kind in kinds for fault in taken[kind]]


def _broken_response(fault):
    if fault.kind == "http_5xx":
        return Response("Service Unavailable", status=fault.status)
    response = Response(_HTML, content_type="text/html;charset=UTF-8")
    if fault.kind == "reset":
        response.headers[WIRE] = "reset"
    return response


def spoil_rows(faults, result):
    """Return a result with its rows changed by faults.

    The rows are the first list of objects in the result, or else the single object
    of a detail call.
    """
    if faults:
        result = {n: v.parse() if isinstance(v, Rows) else v for n, v in result.items()}
    for fault in faults:
        name = next((n for n, v in result.items() if _is_rows(v)), None)
        rows = result[name] if name else []
        if fault.kind == "mutate_rows":
            for row in rows or _single(result):
                _mutate(fault, row)
        elif name and fault.kind == "duplicate_rows":
            result[name] = [row for row in rows for _twice in range(2)]
        elif name:
            result[name] = random.Random(len(rows)).sample(rows, len(rows))
    return result


def _is_rows(value):
    return isinstance(value, list) and value and isinstance(value[0], dict)


def _single(result):
    inner = [value for value in result.values() if isinstance(value, dict)]
    return inner if len(inner) == 1 else [result]


def _mutate(fault, row):
    if any(row.get(name) != value for name, value in fault.match.items()):
        return
    for path, value in fault.patch.items():
        _set(row, path.split("."), value)
    for name in fault.drop:
        row.pop(name, None)


def _set(target, path, value):
    """Set a nested value; a path that leads nowhere is left alone."""
    *steps, last = path
    for step in steps:
        if isinstance(target, list):
            if int(step) >= len(target):
                return
            target = target[int(step)]
        else:
            target = target.setdefault(step, {})
    if isinstance(target, list):
        target[int(last)] = value
    else:
        target[last] = value
