# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Loading orders in bulk: the past, a campaign burst, or new ones while it runs."""

import calendar
import threading

from .clock import DAY, day_start

#: Pieces a merchant adds when a SKU runs out while orders are loaded.
RESTOCK = 1000
_COUNTS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)


class Loader:
    """Makes random orders.

    :param Platform platform: receives the orders
    """

    def __init__(self, platform):
        self._platform = platform

    def load(self, mall_id, count, start, end, lived=False):
        """Make orders spread over a period.

        :param int mall_id: the shop
        :param float start: first possible moment of a deal
        :param float end: last possible moment of a deal
        :param bool lived: let them live up to now; else they all wait to be shipped
        :return: list of order numbers, oldest first
        """
        platform = self._platform
        with platform.lock:
            shop = platform.shop(mall_id)
            span = max(0.0, end - start)
            moments = sorted(start + platform.rng.random() * span for _ in range(count))
            was_active, platform.planner.active = platform.planner.active, True
            numbers = [self._one(shop, moment, lived) for moment in moments]
            platform.settle()
            platform.planner.active = was_active
            return numbers

    def month(self, mall_id, count, month):
        """Make the orders of a calendar month and let them live up to now.

        :param str month: ``YYYY-MM``, best one that is over for some weeks: then every
            order is shipped, received, settled, or refunded
        """
        start = day_start(f"{month}-01")
        year, number = map(int, month.split("-"))
        days = calendar.monthrange(year, number)[1]
        return self.load(mall_id, count, start, start + days * DAY - 1, lived=True)

    def seed(self, orders, days, live=False):
        """Give the shops a past of some days; the first shops take odd orders.

        :param bool live: keep the plans for the time to come
        """
        platform = self._platform
        now = platform.clock.now()
        shops = list(platform.shops.values())
        for place, shop in enumerate(shops):
            count = orders // len(shops) + (place < orders % len(shops))
            self.load(shop.mall_id, count, now - days * 86400, now, lived=True)
        if not live:
            platform.plan.clear()

    def burst(self, mall_id, count):
        """Make orders of a campaign: all within the last seconds."""
        now = self._platform.clock.now()
        return self.load(mall_id, count, now - 2, now - 1)

    def _one(self, shop, moment, lived):
        platform = self._platform
        picks = [self._pick(shop)]
        if platform.rng.random() < platform.settings.multi_line_share:
            picks.append(self._pick(shop))
        order = platform.order_maker.make_random(shop, picks, moment)
        platform.register(shop, order, quiet=lived)
        if lived:
            platform.planner.start(order)
        return order.order_sn

    def _pick(self, shop):
        """Choose a SKU; the first goods of a shop sell best."""
        rng = self._platform.rng
        place = int(rng.random() ** 2 * len(shop.goods_list))
        goods = shop.goods_list[place]
        if goods.is_deleted or not goods.skus:
            goods = shop.live_goods()[0]
        sku = rng.choice(goods.skus)
        count = rng.choice(_COUNTS)
        if sku.quantity < count:
            sku.quantity += RESTOCK
        return goods, sku, count


class Live(threading.Thread):
    """Lets orders arrive and move on while the simulator runs.

    :param Platform platform: receives the orders
    :param float per_hour: new orders per hour and platform
    """

    def __init__(self, platform, per_hour):
        super().__init__(name="simulator-live", daemon=True)
        self._platform = platform
        self._per_hour = per_hour
        self._loader = Loader(platform)
        self._stopping = threading.Event()

    def run(self):
        """Look at the clock twice a second."""
        before = self._platform.clock.now()
        while not self._stopping.wait(0.5):
            now = self._platform.clock.now()
            self._arrive(before, now)
            self._platform.settle(now)
            before = now

    def stop(self):
        """End the thread."""
        self._stopping.set()
        self.join()

    def _arrive(self, before, now):
        platform = self._platform
        expected = max(0.0, now - before) * self._per_hour / 3600
        count = int(expected) + (platform.rng.random() < expected % 1)
        for _ in range(count):
            mall_id = platform.rng.choice(list(platform.shops))
            self._loader.load(mall_id, 1, now, now, lived=True)
