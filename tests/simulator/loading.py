# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Loading orders in bulk: the past, a campaign burst, or new ones while it runs."""

import calendar
import threading

from .clock import DAY, day_start

#: Pieces a merchant adds when a SKU runs out while a past is loaded.
RESTOCK = 1000
#: Looks a buyer takes at other goods when one is sold out.
_LOOKS = 20
MOST_GIFTS = 5
_COUNTS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)


class Loader:
    """Makes random orders.

    :param Platform platform: receives the orders
    """

    def __init__(self, platform):
        self._platform = platform

    def load(self, mall_id, count, start, end, lived=False, restock=True, exact=True):
        """Make orders spread over a period, gift orders among them.

        :param int mall_id: the shop
        :param float start: first possible moment of a deal
        :param float end: last possible moment of a deal
        :param bool lived: let them live up to now; else they all wait to be shipped
        :param bool restock: the merchant fills up what runs out; else buyers take
            something else, and nobody buys when all is sold out
        :param bool exact: never more than ``count``, now or later: no gift order is
            created once they are loaded; else they come on top
        :return: list of order numbers, oldest first
        """
        platform = self._platform
        with platform.lock:
            shop = platform.shop(mall_id)
            span = max(0.0, end - start)
            moments = sorted(start + platform.rng.random() * span for _ in range(count))
            was_active, platform.planner.active = platform.planner.active, True
            numbers = []
            for moment in moments:
                room = count - len(numbers) if exact else count + MOST_GIFTS
                if room:
                    numbers += self._one(shop, moment, lived, restock, room, exact)
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
        """Make orders of a campaign: all within the last seconds, out of what is left."""
        now = self._platform.clock.now()
        return self.load(mall_id, count, now - 2, now - 1, restock=False)

    def _one(self, shop, moment, lived, restock, room, exact):
        """Make one order, with its gift orders.

        :param int room: most orders to make
        :return list: their numbers; none when all is sold out
        """
        platform = self._platform
        picks = [self._pick(shop, restock)]
        if not picks[0]:
            return []
        if platform.rng.random() < platform.settings.multi_line_share:
            picks += filter(None, [self._pick_other(shop, restock, picks[0])])
        order = platform.order_maker.make_random(shop, picks, moment)
        if order.gift_status == 1 and not (
            len(order.gifts) < room and self._has_gifts(shop, order, restock)
        ):
            order.gift_status = 2
        platform.register(shop, order, quiet=lived)
        if lived:
            platform.planner.start(order, gifts_fail=exact)
        gifts = platform.gift_orders(order)
        return [order.order_sn, *(gift.order_sn for gift in gifts)]

    def _has_gifts(self, shop, order, restock):
        """Tell whether the gifts of an order are there; the merchant may fill up."""
        for _order_sn, gift in order.gifts:
            sku = shop.skus[gift.sku_id]
            needed = sum(
                line.count
                for line in [*order.lines, gift]
                if line.sku_id == gift.sku_id
            )
            if restock and sku.quantity < needed:
                sku.quantity += RESTOCK
            if sku.quantity < needed:
                return False
        return True

    def _pick_other(self, shop, restock, first):
        """Choose a further SKU, out of what the first line leaves."""
        pick = self._pick(shop, restock)
        if pick and pick[1] is first[1] and pick[1].quantity < pick[2] + first[2]:
            return None
        return pick

    def _pick(self, shop, restock):
        """Choose ``(goods, sku, count)``; the first goods of a shop sell best."""
        for _look in range(_LOOKS):
            goods, sku, count = self._look(shop)
            if sku.quantity >= count:
                return goods, sku, count
            if restock:
                sku.quantity += RESTOCK
                return goods, sku, count
        left = [sku for goods in shop.live_goods() for sku in goods.skus]
        left = [sku for sku in left if sku.quantity > 0]
        return (shop.goods[left[0].goods_id], left[0], 1) if left else None

    def _look(self, shop):
        rng = self._platform.rng
        place = int(rng.random() ** 2 * len(shop.goods_list))
        goods = shop.goods_list[place]
        if goods.is_deleted or not goods.skus:
            goods = shop.live_goods()[0]
        sku = rng.choice(goods.skus)
        return goods, sku, rng.choice(_COUNTS)


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
            self._loader.load(
                mall_id, 1, now, now, lived=True, restock=False, exact=False
            )
