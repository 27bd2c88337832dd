# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What reading costs: it does not grow with shops, SKUs or what was read before."""

from contextlib import contextmanager

from odoo.tests import tagged

from .feed_case import FeedCase

HOUR = 3600


class CostCase(FeedCase):
    def setUp(self):
        super().setUp()
        self._lift_limits()
        self.pull("goods")

    @contextmanager
    def statements(self):
        """Yield a list that holds the number of SQL statements afterwards."""
        numbers = []
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield numbers
        self.env.flush_all()
        numbers.append(self.env.cr.sql_log_count - before)

    def cost_of_reading(self, count):
        """Return the statements for so many new orders in one page."""
        self.sim.clock.advance(HOUR / 2)
        self.sim.loader.burst(self.account.mall_id, count)
        with self.statements() as numbers:
            self.pull("order")
        return numbers[0]

    def cost_of_idling(self, kind="order"):
        self.sim.clock.advance(HOUR / 2)
        self.pull(kind)
        self.sim.journal.clear()
        with self.statements() as numbers:
            self.pull(kind)
        return numbers[0]


@tagged("post_install", "-at_install")
class TestCost(CostCase):
    def test_earlier_orders_and_skus_cost_nothing(self):
        self.cost_of_reading(30)
        little = self.cost_of_reading(30)
        for number in range(40):
            goods = self.account.goods_maker.make(
                f"Goods {number}", 435, (), 1990, "", self.sim.clock.now(), 500
            )
            self.account.add_goods(goods)
        self.pull("goods")
        self.load(300, hours=2)
        self.pull("order")
        self.assertLessEqual(self.cost_of_reading(30), little + 5)

    def test_a_page_of_new_orders_costs_less_than_two_statements_each(self):
        self.cost_of_reading(10)
        self.assertLess(self.cost_of_reading(100), 200)

    def test_a_page_of_known_orders_costs_as_much_as_an_idle_one(self):
        idle = self.cost_of_idling()
        self.sim.loader.burst(self.account.mall_id, 80)
        self.pull("order")
        with self.statements() as numbers:
            self.pull("order")
        self.assertLessEqual(numbers[0], idle + 6)

    def test_counting_costs_the_same_whatever_lies_before(self):
        self.load(20, hours=2)
        self.pull("order")
        Count = self.env["pdd.order.count"]
        Count._cron_count()
        count = Count.search([], order="date_to", limit=1)

        def cost():
            count._reset()
            with self.statements() as numbers:
                count._count_all()
            return numbers[0]

        little = cost()
        self.load(300, hours=2)
        self.pull("order")
        Count._cron_count()
        self.assertLessEqual(cost(), little + 5)


@tagged("post_install", "-at_install")
class TestManyShops(CostCase):
    simulator_options = {**FeedCase.simulator_options, "shops": 8}

    def test_each_idle_shop_costs_two_calls_and_the_same_statements(self):
        one = self.cost_of_idling()
        for account in self.sim.shops[1:]:
            self._connect_shop(account)
        self.pull("order")
        self.assertLessEqual(self.cost_of_idling() / 8, one)
        self.assertEqual(len(self.sim.journal.entries()), 2 * 8)
