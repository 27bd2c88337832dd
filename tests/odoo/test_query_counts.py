# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL statements per order: what they are, and what they do not grow with."""

from odoo.fields import Domain
from odoo.tests import tagged

from .common import PddCase
from .warehouse_common import TIDY, create_products, put_on_stock

PER_ORDER = 12  # reading, making and reserving one more order of a batch
UNCHANGED = 0.2  # reading one more order that Odoo knows already


@tagged("post_install", "-at_install")
class TestQueryCounts(PddCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "settings": TIDY}

    def setUp(self):
        super().setUp()
        self.products = create_products(self.env, self.sim, self.account)
        put_on_stock(self.env, self.products, 1000)
        self.shop.action_sync_goods()
        self._read_and_make(2)  # fills the caches of the registry

    def _place(self, count):
        """Let buyers order one or two things: 1.3 lines on average."""
        skus = [s for s in self.platform.shop().skus.values() if s.quantity > 100][:20]
        for number in range(count):
            lines = 2 if number % 10 in (2, 5, 8) else 1
            self.platform.create_order(
                items=[
                    {"sku_id": skus[(number + line) % len(skus)].sku_id}
                    for line in range(lines)
                ]
            )

    def _count(self, work):
        """Return the number of SQL statements of some work."""
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _read(self):
        self.shop._sync("order")

    def _make(self):
        self.env["pdd.order"]._make_pending(Domain.TRUE)

    def _read_and_make(self, count):
        self._place(count)
        statements = self._count(self._read), self._count(self._make)
        pending = self.env["pdd.order"].search_count([("state", "=", "pending")])
        self.assertEqual(pending, 0)
        return statements

    def test_an_order_from_page_to_reserved_transfer(self):
        few = sum(self._read_and_make(10))
        many = sum(self._read_and_make(50))
        self.assertLessEqual((many - few) / 40, PER_ORDER)
        self.assertLessEqual(many / 50, 32)

    def test_an_order_that_is_known(self):
        self._place(10)
        self._read()
        few = self._count(self._read)
        self._place(40)
        self._read()
        many = self._count(self._read)
        self.assertLessEqual((many - few) / 40, UNCHANGED)

    def test_earlier_orders_cost_nothing(self):
        before = self._read_and_make(10)
        self._read_and_make(40)
        self.assert_not_more(self._read_and_make(10), before)

    def test_further_shops_cost_nothing(self):
        before = self._read_and_make(10)
        self.env["pdd.shop"].create(
            [{"name": f"Shop {number}", "state": "authorised"} for number in range(30)]
        )
        self.assert_not_more(self._read_and_make(10), before)

    def test_further_skus_cost_nothing(self):
        before = self._read_and_make(10)
        goods = self.env["pdd.goods"].search([("shop_id", "=", self.shop.id)], limit=1)
        products = self.env["product.product"].create(
            [{"name": f"Product {number}"} for number in range(300)]
        )
        self.env["pdd.sku"].create(
            [
                {
                    "shop_id": self.shop.id,
                    "goods_id": goods.id,
                    "sku_id": f"more-{product.id}",
                    "product_id": product.id,
                }
                for product in products
            ]
        )
        self._read_and_make(2)  # new products have emptied the registry's caches
        self.assert_not_more(self._read_and_make(10), before)

    def assert_not_more(self, after, before):
        """The same work needs the same statements, but for a page or a lot that ends."""
        for now, then in zip(after, before, strict=True):
            self.assertLessEqual(now, then + 5)
