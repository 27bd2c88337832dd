# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Throttling per shop, per application and per method (protocol.md 6, privacy.md 3)."""

import threading
from collections import deque

from .errors import ApiError

#: (scope, calls, seconds) per method; newest published figures. A shop or an
#: application that calls too often gets 70031, a method's total 52101.
LIMITS = {
    "pdd.order.list.get": [("shop", 10000, 60), ("api", 17500, 10)],
    "pdd.order.basic.list.get": [("api", 3750, 1)],
    "pdd.order.number.list.increment.get": [("shop", 3000, 60)],
    "pdd.order.information.get": [("shop", 30000, 60), ("api", 2000, 1)],
    "pdd.order.status.get": [("shop", 3000, 60)],
    "pdd.refund.list.increment.get": [
        ("shop", 100, 10),
        ("app", 500, 1),
        ("api", 5500, 1),
    ],
    "pdd.refund.information.get": [("api", 1400, 1)],
    "pdd.goods.list.get": [("shop", 1000, 60), ("api", 7500, 1)],
    "pdd.goods.detail.get": [("shop", 3000, 60), ("api", 3000, 1)],
    "pdd.goods.commit.detail.get": [("shop", 5000, 60), ("api", 7500, 1)],
    "pdd.goods.quantity.update": [("api", 4200, 1)],
    "pdd.goods.sku.price.update": [("app", 100, 1), ("api", 400, 1)],
    "pdd.goods.sale.status.set": [("api", 13200, 10)],
    "pdd.goods.skus.get": [("api", 1000, 1)],
    "pdd.logistics.online.send": [("api", 5000, 1)],
    "pdd.logistics.companies.get": [("api", 1200, 10)],
    "pdd.logistics.address.get": [("app", 1, 1)],
    "pdd.logistics.ordertrace.get": [("app", 4800, 20)],
    "pdd.open.decrypt.mask.batch": [("app", 15000, 10), ("api", 60000, 10)],
    "pdd.finance.balance.daily.bill.url.get": [("api", 100, 1)],
    "pdd.waybill.get": [("api", 50000, 1)],
    "pdd.waybill.search": [("api", 10000, 1)],
    "pdd.cloud.print": [("api", 2500, 1)],
    "pdd.einvoice.info.query": [("api", 100, 1)],
    "pdd.pmc.accrue.query": [("app", 1, 1)],
    "pdd.mall.info.get": [("shop", 450, 1)],
}
DECRYPT = "pdd.open.decrypt.batch"
DECRYPT_INSIDE = [("app", 10050, 10)]
DECRYPT_OUTSIDE = [("app", 1, 10), ("app", 100, 86400)]


class Throttle:
    """Sliding windows of accepted calls.

    :param Settings settings: ``rate_scale`` and ``inside_cloud`` are read at each call
    :param clock: a callable returning running seconds
    """

    def __init__(self, settings, clock):
        self._settings = settings
        self._clock = clock
        self._windows = {}
        self._lock = threading.Lock()

    def check(self, api, client_id, mall_id):
        """Count one call.

        :raise ApiError: 70031 or 52101; a refused call is not counted
        """
        scale = self._settings.rate_scale
        rules = self._rules(api)
        if not scale or not rules:
            return
        owners = {"shop": mall_id, "app": client_id, "api": None}
        with self._lock:
            self._count(api, rules, owners, scale)

    def _count(self, api, rules, owners, scale):
        now = self._clock()
        windows = []
        for scope, calls, seconds in rules:
            window = self._window((api, scope, owners[scope], seconds))
            while window and window[0] <= now - seconds:
                window.popleft()
            if len(window) >= max(1, int(calls * scale)):
                raise ApiError(52101 if scope == "api" else 70031)
            windows.append(window)
        for window in windows:
            window.append(now)

    def reset(self):
        """Forget all calls counted so far."""
        self._windows.clear()

    def _rules(self, api):
        if api == DECRYPT:
            inside = self._settings.inside_cloud
            return DECRYPT_INSIDE if inside else DECRYPT_OUTSIDE
        return LIMITS.get(api)

    def _window(self, key):
        return self._windows.setdefault(key, deque())
