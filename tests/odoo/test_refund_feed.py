# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""After-sales: by time of change, in one list or one per status, with their details."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .feed_case import FeedCase

HOUR = 3600
LIST_API = "pdd.refund.list.increment.get"
DETAIL_API = "pdd.refund.information.get"


@tagged("post_install", "-at_install")
class TestRefundFeed(FeedCase):
    def setUp(self):
        super().setUp()
        self._lift_limits()
        paces = patch.dict("odoo.addons.pdd_connector.const.API_CALLS_PER_SECOND")
        self.enterContext(paces).clear()
        numbers = self.load(12, hours=1)
        self.orders = [self.platform.find_order(number) for number in numbers]
        for order in self.orders:
            order.risk = False
        self.pull("order")

    def ask_refund(self, order, **details):
        self.platform.event(order.order_sn, "refund_request", **details)

    def test_each_case_is_mirrored_with_its_detail_and_its_order(self):
        for order in self.orders[:5]:
            self.ask_refund(order)
        self.pull("refund")
        self.assert_refunds_complete()
        refunds = self.env["pdd.refund"].search([])
        self.assertEqual(len(refunds), 5)
        self.assertFalse(refunds._needs_detail())
        self.assertFalse([text for text in refunds.mapped("problem") if text])
        self.assertEqual(len(refunds.order_id), 5)

    def test_only_cases_that_changed_are_asked_for_in_detail(self):
        for order in self.orders[:3]:
            self.ask_refund(order)
        self.pull("refund")
        self.sim.journal.clear()
        self.pull("refund")
        self.assertFalse(self.calls(DETAIL_API))
        self.assertEqual(len(self.calls(LIST_API)), 1)
        self.sim.clock.advance(5)
        self.platform.event(self.orders[0].order_sn, "refund_grant")
        self.pull("refund")
        self.assertEqual(len(self.calls(DETAIL_API)), 1)
        self.assert_refunds_complete()

    def test_details_wait_while_the_platform_throttles_them(self):
        for order in self.orders[:3]:
            self.ask_refund(order)
        self.sim.faults.add("error", api=DETAIL_API, error_code=70031, times=1)
        self.pull("refund")
        feed = self.feed("refund")
        self.assertTrue(feed.last_error)
        self.assertEqual(len(self.env["pdd.refund"].search([])._needs_detail()), 3)
        feed.next_run_date = False
        self.env["pdd.api.budget"].search([]).due_time = 0
        self.env.cr.commit()
        self.pull("refund")
        self.assertFalse(self.env["pdd.refund"].search([])._needs_detail())
        self.assertFalse(feed.last_error)

    def test_a_detail_the_platform_does_not_know_is_not_asked_for_for_ever(self):
        self.ask_refund(self.orders[0])
        self.sim.faults.add(
            "error", api=DETAIL_API, error_code=50001, sub_code="45001", times=-1
        )
        self.pull("refund")
        self.assertTrue(self.env["pdd.refund"].search([])._needs_detail())
        self.sim.clock.advance(11 * 60)
        self.pull("refund")
        self.assertFalse(self.env["pdd.refund"].search([])._needs_detail())
        self.sim.journal.clear()
        self.pull("refund")
        self.assertFalse(self.calls(DETAIL_API))

    def test_a_platform_that_refuses_all_is_asked_status_by_status(self):
        self.platform.settings.refund_status_1_is_all = False
        for order in self.orders[:4]:
            self.ask_refund(order)
        self.platform.event(self.orders[0].order_sn, "refund_grant")
        self.platform.event(self.orders[1].order_sn, "refund_withdraw")
        self.pull("refund")
        self.assertIn(",", self.shop.refund_statuses)
        self.assert_refunds_complete()

    def test_statuses_are_numbers(self):
        self.shop.refund_statuses = "2,3,10"
        for text in ("all", "2, 3", "2,,3", ""):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.shop.refund_statuses = text

    def test_a_day_without_odoo_is_caught_up(self):
        self.pull("refund")
        for order in self.orders:
            self.sim.clock.advance(2 * HOUR)
            self.ask_refund(order)
        self.sim.clock.advance(HOUR)
        self.pull("refund")
        self.assert_refunds_complete()
        for call in self.calls(LIST_API):
            start, end = (
                int(call["params"][name])
                for name in ("start_updated_at", "end_updated_at")
            )
            self.assertLessEqual(end - start, 1800)

    def test_the_button_reads_after_sales(self):
        self.ask_refund(self.orders[0])
        self.shop.action_sync_refunds()
        self.assert_refunds_complete()
        behind = self.platform_now() - self.feed("refund").synced_until
        self.assertLess(behind, timedelta(minutes=5))
