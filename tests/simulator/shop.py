# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""One shop: its goods, its orders, its after-sales and what the lists show of them."""

from .account import Ledger
from .catalogue import GoodsMaker
from .errors import business
from .index import Shelf
from .regions import BY_ID
from .waybills import WaybillBook


class Shop:
    """A shop of the platform.

    :param int mall_id: the platform's id
    :param str name: shop name
    :param App app: the application the shop has consented to at first
    :param Tokens tokens: where its current tokens are found
    """

    def __init__(self, mall_id, name, app, tokens):
        self.mall_id = mall_id
        self.name = name
        self.owner_name = f"pdd{mall_id}"
        self.app = app
        self.tokens = tokens
        self.goods = {}
        self.goods_list = []
        self.skus = {}
        self.commits = {}
        self.orders = {}
        self.after_sales = {}
        self.order_shelf = Shelf()
        self.refund_shelf = Shelf()
        self.numbers = {}
        self.ledger = Ledger()
        self.bills = {}
        self.push = None
        self.promises = {}
        self.waybills = WaybillBook(mall_id)
        self.prints = []
        self.label_reports = {}
        self.label_syncs = {}
        self.return_addresses = [_return_address(mall_id)]

    @property
    def grant(self):
        """Return the shop's current grant to its application, or None."""
        return self.tokens.grant_of(self.client_id, self.mall_id)

    @property
    def client_id(self):
        """Return the id of the shop's application."""
        return self.app.client_id

    @property
    def client_secret(self):
        """Return the secret of the shop's application."""
        return self.app.client_secret

    @property
    def access_token(self):
        """Return the current access token; "" when the consent was withdrawn."""
        return self.grant.access_token if self.grant else ""

    @property
    def refresh_token(self):
        """Return the current refresh token; "" when the consent was withdrawn."""
        return self.grant.refresh_token if self.grant else ""

    def push_permits(self, topic, now):
        """Tell whether messages of a topic go out: switched on, the token still good.

        After a new consent it must be switched on again (messages.md 1 [M]).
        """
        push = self.push
        return bool(push) and topic in push.topics and not self.is_push_expired(now)

    def is_push_expired(self, now):
        """Tell whether the consent behind the push permission has ended."""
        grant = self.grant
        return grant is not self.push.grant or grant.access_expires <= now

    def stock(self, maker, count, now):
        """Fill the shop with goods.

        :param GoodsMaker maker: makes the catalogue
        """
        self.goods_maker = maker
        for goods in maker.catalogue(count, now):
            self.add_goods(goods)

    def add_goods(self, goods):
        """Put a goods and its SKUs on the shelf."""
        self.goods[goods.goods_id] = goods
        self.goods_list.append(goods)
        for sku in goods.skus:
            self.skus[sku.sku_id] = sku

    def live_goods(self):
        """Return the goods that are not deleted."""
        return [goods for goods in self.goods_list if not goods.is_deleted]

    def find_goods(self, goods_id):
        """Return a goods.

        :raise ApiError: not of this shop
        """
        goods = self.goods.get(goods_id)
        if not goods or goods.is_deleted:
            raise business("goods_not_found")
        return goods

    def find_order(self, order_sn):
        """Return an order.

        :raise ApiError: 50001 / 45001, not of this shop
        """
        order = self.orders.get(order_sn)
        if not order:
            raise business("order_not_found")
        return order

    def find_case(self, order_sn, after_sales_id):
        """Return an after-sales case of an order.

        :raise ApiError: 50001, not of this shop or order
        """
        case = self.after_sales.get(after_sales_id)
        if not case or case.order_sn != order_sn:
            raise business("after_sale_not_found")
        return case


def _return_address(mall_id):
    return {
        "id": 700000 + mall_id % 1000,
        "refund_address_id": str(700000 + mall_id % 1000),
        "mall_id": mall_id,
        "refund_name": "退货仓",
        "refund_phone": "10000000000",
        "refund_tel": "",
        "province_id": 31,
        "province_name": BY_ID[31].name,
        "city_id": 383,
        "city_name": BY_ID[383].name,
        "district_id": 3230,
        "district_name": BY_ID[3230].name,
        "refund_address": "示例路1号",
        "is_default": "Y",
        "is_legal": True,
        "is_validated": False,
    }


def open_shop(number, app, tokens, rng, settings):
    """Return a new shop with a maker of goods; number counts from 1."""
    name = ("示例百货专营店", "样板家居旗舰店")[(number - 1) % 2]
    mall_id = 990_001_233 + number
    shop = Shop(mall_id, name if number < 3 else f"{name}{number}", app, tokens)
    shop.goods_maker = GoodsMaker(rng, number, mall_id, settings)
    return shop
