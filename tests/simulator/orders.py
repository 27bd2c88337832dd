# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Making orders whose amounts obey the identities of orders.md 2.3."""

from dataclasses import replace

from .clock import to_text
from .model import Line, Order, Receiver
from .people import RECEIVERS, fraction, make_receiver
from .regions import BY_ID, REMOTE

DAY = 86400
_PLATFORM_COUPONS = (100, 200, 300, 500, 1000)
_SELLER_COUPONS = (100, 200, 300, 500)
_MEMOS = (
    "请尽快发货",
    "放门口就行，谢谢",
    "不要发邮政",
    "送人的，麻烦包装好一点",
    "周末在家，工作日放快递柜",
    "两件一起发",
    "颜色不要发错哦~",
)
_TAGS = (
    ("return_freight_payer", 0.6),
    ("free_sf", 0.02),
    ("delivery_one_day", 0.03),
    ("support_nationwide_warranty", 0.02),
    ("no_trace_delivery", 0.02),
    ("promise_delivery", 0.02),
    ("ship_hold", 0.006),
)
#: A tag no list of the notes knows: "unknown tags will come".
UNKNOWN_TAG = "tag_not_in_any_list"
#: 8 yuan, as in the sample.
_SF_FEE = 800
#: ``relation_type`` of a gift order.
GIFT_OF = 4
#: Where consolidated parcels go: 陕西省 西安市.
_TRANSIT_PROVINCE = 24


class OrderMaker:
    """Makes orders; the caller registers them.

    :param random.Random rng: decides everything that is not given
    :param Settings settings: shares of the kinds of orders
    """

    def __init__(self, rng, settings):
        self._rng = rng
        self._settings = settings
        self._next_number = rng.randrange(10**12, 9 * 10**12)
        self._people = {}

    def make(self, shop, picks, deal, **overrides):
        """Return an order.

        :param Shop shop: the seller
        :param list picks: ``(goods, sku, count)`` for each line
        :param float deal: moment of the deal
        :param overrides: fields of Order to set in the end, e.g. ``postage`` in fen;
            ``receiver`` may be a number: one number is one person
        :raise ValueError: the buyer would pay less than nothing, or an unknown field
        """
        order = self._plain(shop, picks, deal)
        if isinstance(overrides.get("receiver"), int):
            overrides["receiver"] = self.person(overrides["receiver"])
        for name, value in overrides.items():
            if not hasattr(order, name):
                raise ValueError(f"an order has no {name}")
            setattr(order, name, value)
        if order.pay_amount < 0:
            raise ValueError("discounts exceed the price")
        return order

    def make_random(self, shop, picks, deal):
        """Return an order with the discounts, fees and kinds real shops see."""
        order = self._plain(shop, picks, deal)
        self._decorate(order, shop)
        self._discount(order)
        self._make_step(order)
        return order

    def add_gifts(self, order, picks):
        """Give an order gifts, each with the number that its own order would get.

        :param list picks: ``(goods, sku, count)``
        """
        order.gifts += [
            (self._number(order.created), make_line(*pick)) for pick in picks
        ]

    def make_gift(self, main, order_sn, gift, moment):
        """Return the gift order of an order: for the same receiver, without money.

        Amounts of gift orders are not documented (orders.md 2.9 expects 0).
        """
        priced = self._settings.gift_order_priced
        line = gift if priced else replace(gift, price=0)
        return Order(
            order_sn=order_sn,
            mall_id=main.mall_id,
            lines=[line],
            receiver=main.receiver,
            created=moment,
            paid=main.paid,
            confirmed=moment,
            updated=int(moment),
            ship_before=main.ship_before,
            categories=main.categories,
            group_order_id=main.group_order_id,
            seller_discount=line.price * line.count,
            consolidation=main.consolidation,
            contact_only=main.contact_only,
            related=[(GIFT_OF, main.order_sn)],
        )

    def person(self, number, remote=False):
        """Return a receiver; one number is one person."""
        key = (number, remote)
        if key not in self._people:
            self._people[key] = make_receiver(number, remote)
        return self._people[key]

    def random_person(self):
        """Return one of the shop's usual receivers."""
        return self.person(self._rng.randrange(RECEIVERS))

    def _chance(self, share):
        return self._rng.random() < share

    def _plain(self, shop, picks, deal):
        created = deal - self._rng.randrange(1, 60)
        goods = picks[0][0]
        return Order(
            order_sn=self._number(created),
            mall_id=shop.mall_id,
            lines=[make_line(*pick) for pick in picks],
            receiver=self.random_person(),
            created=created,
            paid=deal - 1,
            confirmed=deal,
            updated=int(deal),
            ship_before=deal + goods.shipment_limit,
            categories=goods.categories,
            group_order_id=2_300_000_000_000_000 + self._next_number % 10**12,
        )

    def _number(self, created):
        self._next_number += self._rng.randrange(1, 40)
        day = to_text(created)[2:10].replace("-", "")
        return f"{day}-{self._next_number + 10**14:015d}"

    def _decorate(self, order, shop):
        settings, rng = self._settings, self._rng
        for name, share in _TAGS:
            if self._chance(share):
                order.tags.append(name)
        if self._chance(settings.unknown_tag_share):
            order.tags.append(UNKNOWN_TAG)
        if self._chance(0.15):
            order.buyer_memo = rng.choice(_MEMOS)
        order.wants_invoice = self._chance(0.05)
        order.lucky_flag = 2 if self._chance(0.005) else 1
        order.group_role = int(self._chance(0.4))
        order.contact_only = self._chance(settings.contact_mobile_share)
        if self._chance(settings.presale_share):
            self._make_presale(order)
        if self._chance(settings.gift_share):
            self._add_gift(order, shop)
        if self._chance(settings.consolidation_share):
            self._consolidate(order)

    def _make_presale(self, order):
        order.is_presale = True
        order.presale_until = order.confirmed + self._rng.randrange(3, 12) * DAY
        order.ship_before = order.presale_until + 2 * DAY

    def _add_gift(self, order, shop):
        goods = min(
            self._rng.sample(shop.goods_list, min(3, len(shop.goods_list))),
            key=lambda candidate: candidate.skus[0].multi_price,
        )
        gift = make_line(goods, goods.skus[0], 1)
        order.gifts.append((self._number(order.created), gift))
        order.gift_status = 1
        place = fraction(f"gift/{order.order_sn}")
        if place < 0.2:
            order.gift_status = 0 if place < 0.15 else 2

    def _consolidate(self, order):
        """Send a far buyer's parcel to a transit warehouse (orders.md 2.6)."""
        buyer = self.person(self._rng.randrange(RECEIVERS), remote=True)
        order.consolidation = REMOTE[buyer.province.region_id]
        order.receiver = transit_warehouse(buyer)
        order.tags.append("conso_order")

    def _discount(self, order):
        rng = self._rng
        gross = order.goods_amount
        if self._chance(0.02):
            order.order_change = min(900, gross // 10)
        room = (gross - order.order_change) * 2 // 5
        if self._chance(0.4):
            order.platform_discount = _coupon(rng.choice(_PLATFORM_COUPONS), room)
        if self._chance(0.35):
            order.seller_discount = _coupon(rng.choice(_SELLER_COUPONS), room)
        if self._chance(0.01):
            order.leader_discount = room // 3
        if self._chance(0.08):
            order.postage = rng.choice((300, 600, 1000, 1550))
        if self._chance(0.03):
            order.service_fees.append(("sf_express_fee", _SF_FEE))
            order.tags.append("has_sf_express_service")
        if self._chance(0.03):
            order.payment_reduction = min(rng.randrange(10, 200), gross // 20)
        if self._chance(self._settings.subsidy_share):
            self._subsidise(order, gross)

    def _subsidise(self, order, gross):
        """Give a trade-in subsidy; it is part of the platform's discount."""
        state, platform = gross // 10, gross // 50
        order.subsidies = [(state, 1), (platform, 2)]
        order.platform_discount += state + platform
        order.tags.append("trade_in_national_subsidy")

    def _make_step(self, order):
        """Turn an order into a deposit order (orders.md 2.3, step orders)."""
        if len(order.lines) > 1 or not self._chance(self._settings.step_share):
            return
        gain = min(4000, order.goods_amount // 5)
        order.step_gain = gain
        order.step_deposit = gain // 4
        order.seller_discount += gain
        order.step_status = 1 if self._chance(0.3) else 2


def _coupon(value, room):
    """Return a coupon of at most half the room, in whole jiao (10 fen)."""
    return min(value, room // 20 * 10)


def make_line(goods, sku, count):
    """Return the snapshot of a SKU as bought in a group; gifts use it as well."""
    return Line(
        goods_id=goods.goods_id,
        sku_id=sku.sku_id,
        outer_id=sku.outer_id,
        outer_goods_id=goods.outer_goods_id,
        goods_name=goods.name,
        spec=sku.spec_text,
        price=sku.multi_price,
        count=count,
        image_url=goods.image_url,
    )


def transit_warehouse(buyer):
    """Return the receiver shown for a consolidated parcel of a buyer."""
    province = BY_ID[_TRANSIT_PROVINCE]
    city = next(r for r in BY_ID.values() if r.parent_id == province.region_id)
    towns = [r for r in BY_ID.values() if r.parent_id == city.region_id]
    detail = f"示例集运仓 {buyer.key[-6:]}"
    return Receiver(
        buyer.key, buyer.name, buyer.phone, province, city, towns[-1], detail
    )
