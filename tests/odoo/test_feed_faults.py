# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every fault of the stand-in platform meets every feed; in the end all is there."""

from datetime import timedelta

import pytest
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.simulator.faults import KINDS

from .feed_case import FeedCase

HOUR = 3600
APIS = {
    "order": ("pdd.order.number.list.increment.get", "pdd.order.information.get"),
    "refund": ("pdd.refund.list.increment.get", "pdd.refund.information.get"),
    "goods": ("pdd.goods.list.get", "pdd.goods.detail.get"),
}
DETAILS = {
    "latency": {"seconds": 0.05},
    "timeout_after_effect": {"seconds": 0.05},
}
#: rows without what the feeds need most, and with values of the wrong kind
MUTATIONS = (
    {"drop": ["order_sn", "id", "goods_id"]},
    {"patch": {"item_list": None, "sku_list": None, "refund_amount": None}},
    {"patch": {"pay_amount": "", "sku_list": "none", "after_sales_status": "x"}},
    {"patch": {"updated_at": "", "updated_time": "", "goods_name": None}},
    {"patch": {"confirm_time": 12, "created_time": "now", "goods_quantity": 1.5}},
    {"patch": {"item_list.0.goods_count": 0, "sku_list.0.sku_id": ""}},
)
ERRORS = (10000, 10019, 21001, 50000, 50001, 50002, 52001, 52101, 52102, 70031, 99999)
LOGGERS = (
    "odoo.addons.pdd_connector.models.pdd_feed_by_time",
    "odoo.addons.pdd_connector.models.pdd_goods",
    "odoo.addons.pdd_connector.models.pdd_issue",
    "odoo.addons.pdd_connector.models.pdd_order_intake",
    "odoo.addons.pdd_connector.models.pdd_refund_intake",
)


class FaultCase(FeedCase):
    """A shop with some of everything, and a way to meet a fault."""

    kind = ""

    def setUp(self):
        super().setUp()
        self._lift_limits()
        self.numbers = self.load(105, hours=0.5)
        for order in self.account.orders.values():
            order.risk = False
        self.pull("order")
        self.pull("goods")
        paid = [n for n in self.numbers if self.account.orders[n].pay_amount > 100]
        self.asked = iter(paid)  # gift orders cost nothing

    def change_something(self):
        """Let all three feeds have something new."""
        self.sim.clock.advance(30)
        self.platform.create_order()
        number = next(self.asked)
        self.platform.event(number, "memo", text=f"memo {number}")
        self.platform.event(number, "refund_request", amount=100)
        sku = next(iter(self.account.skus.values()))
        sku.quantity += 1

    def meet(self, **fault):
        """Read while a fault is in force, then without it, then compare."""
        self.change_something()
        in_force, _detail = [
            self.sim.faults.add(api=api_name, **fault) for api_name in APIS[self.kind]
        ]
        with mute_logger(*LOGGERS):
            self.pull(self.kind)
        self.assertTrue(fault["times"] < 0 or in_force.times < fault["times"])
        feed = self.feed(self.kind)
        self.assertLess(feed.synced_until, self.platform_now() + timedelta(seconds=9))
        self.sim.faults.clear()
        self.sim.clock.advance(30)
        feed.next_run_date = False
        self.env["pdd.goods"].search([]).detail_date = False
        self.env["pdd.api.budget"].search([]).due_time = 0
        self.env.cr.commit()
        self.pull(self.kind)
        feed = self.feed(self.kind)
        self.assertFalse(feed.last_error)
        getattr(self, f"assert_{self.kind}s_complete".replace("goodss", "goods"))()

    def meet_all(self):
        for kind in sorted(KINDS - {"mutate_rows", "error"}):
            for times in (1, 4):
                with self.subTest(kind=kind, times=times):
                    self.meet(kind=kind, times=times, **DETAILS.get(kind, {}))
        for code in ERRORS:
            with self.subTest(error=code):
                self.meet(kind="error", error_code=code, times=1)
        for mutation in MUTATIONS:
            with self.subTest(mutation=mutation):
                self.meet(kind="mutate_rows", times=-1, **mutation)


@tagged("post_install", "-at_install")
class TestOrderFaults(FaultCase):
    kind = "order"

    def test_all_faults(self):
        self.meet_all()

    def test_an_hour_of_silence_is_made_up_for(self):
        """The platform is down for an hour; the feed tries again every few minutes."""
        self.sim.faults.add("http_5xx", times=-1)
        for _minutes in range(12):
            self.sim.clock.advance(300)
            self.platform.create_order()
            self.feed("order").next_run_date = False
            self.pull("order")
        feed = self.feed("order")
        self.assertEqual(feed.failure_count, 12)
        wait = feed.next_run_date - feed.last_run_date
        self.assertLessEqual(wait, timedelta(minutes=5))
        issue = self.env["pdd.issue"].search([("cause", "=", "connection")])
        self.assertEqual(len(issue), 1)
        self.sim.faults.clear()
        feed.next_run_date = False
        self.pull("order")
        self.assert_orders_complete()
        self.assertEqual(issue.state, "solved")

    def test_a_token_that_expires_while_one_pages_is_renewed(self):
        self.sim.clock.advance(HOUR)
        self.load(250, hours=0.4, end=HOUR / 4)
        pages = iter(range(2))

        def expire():
            if next(pages, None) == 1:
                self.sim.change_token(self.account, "expire")

        with self.between_pages(expire):
            self.pull("order")
        self.assertFalse(self.feed("order").last_error)
        self.assert_orders_complete()


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestRefundFaults(FaultCase):
    kind = "refund"

    def test_all_faults(self):
        self.meet_all()


@tagged("post_install", "-at_install")
class TestGoodsFaults(FaultCase):
    kind = "goods"

    def test_all_faults(self):
        self.meet_all()

    def test_a_walk_that_is_cut_short_goes_on_with_its_next_page(self):
        for number in range(120):
            goods = self.account.goods_maker.make(
                f"Goods {number}", 435, (), 1990, "", self.sim.clock.now(), 500
            )
            self.account.add_goods(goods)
        pull = self.feed("goods")._pull()
        next(pull)
        pull.close()
        self.sim.journal.clear()
        self.pull("goods")
        pages = [call["params"]["page"] for call in self.calls("pdd.goods.list.get")]
        self.assertEqual(pages, ["2"])
        self.assert_goods_complete()
