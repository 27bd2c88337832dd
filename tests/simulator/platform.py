# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The state of the whole platform, and the one place through which it changes."""

import dataclasses
import heapq
import itertools
import random
import threading

from . import cases, lifecycle  # noqa: F401  cases registers its events
from .clock import Clock
from .invoices import apply_for
from .mailbox import Mailbox
from .model import Event
from .orders import OrderMaker
from .planning import Planner
from .shop import open_shop
from .tokens import App, Tokens

#: Messages kept for a push channel.
MOST_EVENTS = 100_000


class Platform:
    """Shops, applications, tokens, the clock and everything that is planned.

    :param Settings settings: shared by all parts
    :param int seed: makes all that is random reproducible
    :param int shops: number of shops
    :param int goods: goods of each shop
    :param scope: names of the methods a consent covers
    """

    def __init__(self, settings, seed, shops, goods, scope):
        self.settings = settings
        self.seed = seed
        self.rng = random.Random(seed)
        self.lock = threading.RLock()
        self.clock = Clock(settings.clock_start)
        self.mailbox = Mailbox(settings, self.clock)
        self.tokens = Tokens(settings, random.Random(f"tokens-{seed}"), scope)
        self.order_maker = OrderMaker(self.rng, settings)
        self.planner = Planner(self)
        self.plan = []
        self.plan_keys = itertools.count()
        self.events = []
        self.event_ids = itertools.count(900_000_000_000_001)
        self.case_ids = itertools.count(19_870_000_001)
        self.commit_ids = itertools.count(30_010_900_001)
        self.promise_ids = itertools.count(880_000_001)
        self.apps = {}
        self.shops = {}
        self._open_shops(shops, goods)

    def _open_shops(self, count, goods):
        now = self.clock.now()
        app = self._register_app()
        for number in range(1, count + 1):
            if number > 1 and self.settings.app_per_shop:
                app = self._register_app()
            shop = open_shop(number, app, self.tokens, self.rng, self.settings)
            shop.stock(shop.goods_maker, goods, now)
            self.shops[shop.mall_id] = shop
            self.tokens.issue(app.client_id, shop.mall_id, now)

    def _register_app(self):
        rng = random.Random(f"app-{self.seed}-{len(self.apps)}")
        app = App(f"{rng.getrandbits(128):032x}", f"{rng.getrandbits(160):040x}")
        self.apps[app.client_id] = app
        return app

    # -- orders --------------------------------------------------------------------
    def create_order(self, mall_id=None, items=None, at=None, **overrides):
        """Make one deal now, or at another moment.

        :param int mall_id: the shop; default the first
        :param list items: ``{"sku_id", "count", "price"}``, the price in fen instead
            of the SKU's; default one piece of the first SKU
        :param float at: moment of the deal
        :param overrides: fields of Order (money in fen), e.g. ``risk=True``; ``gifts``
            is a list as ``items``
        :return: Order
        :raise ValueError: unknown SKU, sold out, or amounts that make no sense
        """
        with self.lock:
            shop = self.shop(mall_id)
            picks = [self._pick(shop, item) for item in items or [{}]]
            moment = self.clock.now() if at is None else at
            gifts = [self._pick(shop, item) for item in overrides.pop("gifts", ())]
            order = self.order_maker.make(shop, picks, moment, **overrides)
            self.order_maker.add_gifts(order, gifts)
            return self.register(shop, order)

    def _pick(self, shop, item):
        first = next(iter(shop.skus), None)
        sku = shop.skus.get(int(item.get("sku_id") or first or 0))
        count = int(item.get("count", 1))
        if not sku:
            raise ValueError("no such SKU in this shop")
        if not 0 < count <= sku.quantity:
            raise ValueError("sold out, or a count below one")
        if "price" in item:
            sku = dataclasses.replace(sku, multi_price=int(item["price"]))
        return shop.goods[sku.goods_id], sku, count

    def register(self, shop, order, quiet=False):
        """Take an order into the shop: stock falls, lists show it."""
        shop.orders[order.order_sn] = order
        if order.wants_invoice and not order.invoice:
            apply_for(order, order.confirmed)
        for line in order.lines:
            shop.skus[line.sku_id].quantity -= line.count
        self.publish(order, order.updated)
        if not quiet:
            self.tell_order("pdd_trade_TradeConfirmed", order)
        self.create_gift_orders(order, order.confirmed, quiet)
        return order

    def create_gift_orders(self, main, moment, quiet=False):
        """Create the gift orders of an order that says they are created."""
        shop = self.shops[main.mall_id]
        for order_sn, gift in main.gifts if main.gift_status == 1 else ():
            if order_sn not in shop.orders:
                order = self.order_maker.make_gift(main, order_sn, gift, moment)
                self.register(shop, order, quiet)

    def gift_orders(self, main):
        """Return the gift orders there are of an order."""
        orders = self.shops[main.mall_id].orders
        return [
            orders[order_sn] for order_sn, _gift in main.gifts if order_sn in orders
        ]

    def event(self, order_sn, event, **details):
        """Let something happen to an order (lifecycle.EVENTS names what).

        :return: Order
        :raise KeyError: unknown order
        :raise lifecycle.Impossible: the order's state does not allow it
        """
        with self.lock:
            order = self.find_order(order_sn)
            return self.happen(order, event, self.clock.now(), **details)

    def happen(self, order, event, moment, **details):
        """Apply an event at a moment and show the result."""
        lifecycle.apply(self, order, event, moment, details)
        self.publish(order, moment)
        self.planner.after(order, event, moment)
        return order

    def find_order(self, order_sn):
        """Return an order of any shop.

        :raise KeyError: no shop has it
        """
        for shop in self.shops.values():
            if order_sn in shop.orders:
                return shop.orders[order_sn]
        raise KeyError(order_sn)

    def publish(self, order, moment):
        """Note a change of an order and its after-sales, and show it to the lists."""
        shop = self.shops[order.mall_id]
        order.updated = max(order.updated, int(moment))  # its text is made anew
        visible_at = moment + self.settings.list_lag
        if visible_at <= self.clock.now():
            visible_at = None
        row = order if visible_at is None else order.snapshot()
        shop.order_shelf.publish(
            order.order_sn, row, order.updated, order.confirmed, visible_at
        )
        for case in row.after_sales:
            shop.refund_shelf.publish(
                case.after_sales_id,
                (case, row),
                case.updated,
                row.confirmed,
                visible_at,
            )

    # -- time ----------------------------------------------------------------------
    def schedule(self, moment, action, *arguments):
        """Plan a call of ``Platform.<action>`` for a later moment."""
        key = next(self.plan_keys)
        heapq.heappush(self.plan, (moment, key, action, arguments))

    def settle(self, now=None):
        """Do everything that has fallen due."""
        now = self.clock.now() if now is None else now
        with self.lock:
            while self.plan and self.plan[0][0] <= now:
                moment, _key, action, arguments = heapq.heappop(self.plan)
                getattr(self, action)(moment, *arguments)
            for shop in self.shops.values():
                shop.order_shelf.settle(now)
                shop.refund_shelf.settle(now)

    def planned_event(self, moment, order_sn, event, details):
        """Let a planned event happen, unless the order has gone another way."""
        try:
            self.happen(self.find_order(order_sn), event, moment, **details)
        except lifecycle.Impossible:
            return

    def pay_out(self, moment, order_sn, after_sales_id):
        """Finish a refund the merchant has agreed to."""
        order = self.find_order(order_sn)
        case = self.shops[order.mall_id].after_sales[after_sales_id]
        if case.status in (4, 5):
            self.happen(order, "refund_grant", moment, after_sales_id=after_sales_id)

    def finish_audit(self, moment, mall_id, commit_id):
        """Let an edit pass the audit."""
        shop = self.shops[mall_id]
        commit = shop.commits[commit_id]
        if commit.check_status == 1:
            lifecycle.pass_audit(shop, commit, moment)
            self.tell_goods("pdd_goods_GoodsUpdate", shop.goods[commit.goods_id])

    # -- messages ------------------------------------------------------------------
    def tell_order(self, topic, order, **content):
        """Record a message about an order for the push channel (messages.md)."""
        self.tell(topic, order.mall_id, tid=order.order_sn, **content)

    def tell_goods(self, topic, goods):
        """Record a message about a goods."""
        name = "onshelf_time" if topic == "pdd_goods_GoodsOnShelf" else "update_time"
        moment = {name: int(self.clock.now() * 1000)}
        self.tell(topic, goods.mall_id, goods_id=goods.goods_id, **moment)

    def tell(self, topic, mall_id, **content):
        """Record a message; it goes out where the shop has switched its topic on."""
        body = {"mall_id": mall_id, **content}
        event = Event(next(self.event_ids), self.clock.now(), topic, mall_id, body)
        self.events.append(event)
        shop = self.shops[mall_id]
        if shop.push_permits(topic, event.moment):
            self.mailbox.post(shop.client_id, event)
        if len(self.events) > MOST_EVENTS:
            del self.events[: MOST_EVENTS // 2]

    # -- helpers -------------------------------------------------------------------
    def shop(self, mall_id=None):
        """Return a shop; without an id the first.

        :raise ValueError: unknown shop
        """
        if mall_id is None:
            return next(iter(self.shops.values()))
        shop = self.shops.get(int(mall_id))
        if not shop:
            raise ValueError(f"no shop {mall_id}")
        return shop

    def __getstate__(self):
        state = dict(self.__dict__)
        del state["lock"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.lock = threading.RLock()
