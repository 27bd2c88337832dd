# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What buyers and merchants will do with an order, planned when it is made."""

from .people import fraction

HOUR = 3600
_REASONS = (
    "不想要了",
    "拍错了",
    "商品与描述不符",
    "质量问题",
    "少件/漏发",
    "快递一直未送达",
)


class Planner:
    """Plans the life of loaded orders; orders made by hand have none.

    :ivar bool active: plans are made while the past is loaded, and while live
    :ivar set planned: numbers of the orders with a life of their own
    :param Platform platform: its random source, clock and plan are used
    """

    def __init__(self, platform):
        self.platform = platform
        self.active = False
        self.planned = set()

    def start(self, order, gifts_fail=False):
        """Plan the life of a new order from its deal on.

        :param bool gifts_fail: no gift order is created any more
        """
        settings, rng = self.platform.settings, self.platform.rng
        self.planned.add(order.order_sn)
        deal = order.confirmed
        if rng.random() < settings.risk_share:
            order.risk = True
            self._plan(order, deal + rng.uniform(0.5, 20) * HOUR, "risk_off")
        if order.gift_status == 0:
            wait = HOUR * fraction(f"gift-wait/{order.order_sn}")
            self._plan(order, deal + wait, "gift_create", failed=gifts_fail)
        if order.step_status == 1:
            self._plan(order, deal + rng.uniform(1, 20) * HOUR, "pay_balance")
        if rng.random() < settings.refund_share / 2:
            self._plan_refund(order, deal + rng.uniform(0.1, 8) * HOUR)
        if rng.random() < 0.02:
            self._plan(order, deal + rng.uniform(0.1, 4) * HOUR, "address_change")
        if rng.random() < 0.03:
            self._plan(order, deal + rng.uniform(0.1, 4) * HOUR, "memo")
        if rng.random() < 0.02:
            self._plan(order, deal + rng.uniform(10, 30) * HOUR, "urge")
        self._plan_shipping(order, deal)

    def after(self, order, event, moment):
        """Plan what follows an event."""
        if not self.active or order.order_sn not in self.planned:
            return
        follow = getattr(self, f"_after_{event}", None)
        if follow:
            follow(order, moment)

    def _plan(self, order, moment, event, **details):
        arguments = (order.order_sn, event, details)
        self.platform.schedule(moment, "planned_event", *arguments)

    def _plan_past(self, order, moment, event, **details):
        """Plan what the merchant does: only in the past, the rest is up to callers."""
        if moment <= self.platform.clock.now():
            self._plan(order, moment, event, **details)

    def _plan_shipping(self, order, deal):
        rng = self.platform.rng
        begin = order.presale_until or deal
        if "ship_hold" not in order.tags:
            self._plan_past(order, begin + rng.uniform(3, 36) * HOUR, "ship")

    def _plan_refund(self, order, moment, shipped=False):
        rng = self.platform.rng
        details = {"reason": rng.choice(_REASONS)}
        if shipped and rng.random() < 0.25:
            details["amount"] = max(1, order.pay_amount // rng.choice((2, 3, 5)))
            details["kind"] = 1
        self._plan(order, moment, "refund_request", **details)

    def _after_ship(self, order, moment):
        platform, rng = self.platform, self.platform.rng
        self._take_gifts_along(order, moment)
        self._plan(order, moment + rng.uniform(20, 70) * HOUR, "receive")
        if rng.random() < platform.settings.refund_share / 2:
            due = moment + rng.uniform(10, 60) * HOUR
            self._plan_refund(order, due, shipped=True)

    def _take_gifts_along(self, order, moment):
        """Ship gift orders in the same parcel, each with a call of its own.

        Only where the past is made: what happens now is up to callers.
        """
        if moment >= self.platform.clock.now():
            return
        for gift in self.platform.gift_orders(order):
            if gift.order_status == 1 and gift.refund_status == 1:
                self.platform.happen(
                    gift,
                    "ship",
                    moment,
                    logistics_id=order.logistics_id,
                    tracking_number=order.tracking_number,
                )

    def _receive_gifts(self, order, moment):
        for gift in self.platform.gift_orders(order):
            if gift.order_status == 2:
                self.platform.happen(gift, "receive", moment)

    def _after_receive(self, order, moment):
        """Plan what some buyers want later, when the money is settled."""
        self._receive_gifts(order, moment)
        number, settings = order.order_sn, self.platform.settings
        wait = moment + 240 * HOUR * fraction(f"late/{number}")
        if fraction(f"late-refund/{number}") < settings.late_refund_share:
            self._plan(order, wait, "refund_request", kind=1)
        if fraction(f"small-transfer/{number}") < settings.small_transfer_share:
            self._plan_past(order, wait, "small_transfer")

    def _after_refund_request(self, order, moment):
        rng = self.platform.rng
        due = moment + rng.uniform(0.2, 12) * HOUR
        if rng.random() < 0.2:
            self._plan(order, due, "refund_withdraw")
        elif order.after_sales[-1].kind == 2:
            self._plan_past(order, due, "return_agree")
        else:
            self._plan_past(order, due, "refund_agree")

    def _after_return_agree(self, order, moment):
        due = moment + self.platform.rng.uniform(2, 20) * HOUR
        self._plan(order, due, "return_ship")

    def _after_return_ship(self, order, moment):
        due = moment + self.platform.rng.uniform(20, 50) * HOUR
        self._plan_past(order, due, "refund_agree")
