# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The proof of completeness, and the history that is read like a proof."""

import time
from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from tests.simulator import Settings
from tests.simulator.clock import day_of, day_start

from .feed_case import FeedCase

HOUR = 3600
DAY = 24 * HOUR
LIST_API = "pdd.order.list.get"
#: the last half past three in the afternoon of the platform's clock
TODAY = day_of(time.time() - 15.5 * HOUR)
NOON = day_start(TODAY) + int(15.5 * HOUR)


class CountCase(FeedCase):
    """The platform's clock stands in the afternoon, so that days are where we expect."""

    simulator_options = {
        **FeedCase.simulator_options,
        "settings": Settings(clock_start=NOON, clock_frozen=True),
    }

    def _connect_shop(self, account, **vals):
        start = self.platform_now() - timedelta(hours=3)
        return super()._connect_shop(account, import_from_date=start, **vals)

    def count(self):
        """Do what the scheduled action does."""
        self.env["pdd.order.count"]._cron_count()
        return self.env["pdd.order.count"].search([], order="date_to")


@tagged("post_install", "-at_install")
class TestOrderCount(CountCase):
    def test_each_hour_is_counted_once_on_both_sides(self):
        self.load(120, hours=3)
        self.pull("order")
        counts = self.count()
        self.assertEqual(
            [count.display_name for count in counts],
            [f"{TODAY} 12:30", f"{TODAY} 13:00", f"{TODAY} 14:00"],
        )
        self.assertEqual(set(counts.mapped("state")), {"equal"})
        orders = [
            order
            for order in self.account.orders.values()
            if order.confirmed < NOON - HOUR / 2
        ]
        self.assertEqual(sum(counts.mapped("platform_count")), len(orders))
        self.assertEqual(sum(counts.mapped("odoo_count")), len(orders))
        self.assertAlmostEqual(
            sum(counts.mapped("platform_receivable")),
            sum(order.pay_amount + order.platform_discount for order in orders) / 100,
            places=2,
        )
        self.assertFalse(sum(counts.mapped("added_count")))
        self.assertEqual(self.shop.proven_date, counts[-1].date_to)
        self.sim.journal.clear()
        self.assertEqual(self.count(), counts)
        self.assertFalse(self.calls(LIST_API))

    def test_an_hour_waits_until_the_feed_has_read_it(self):
        self.pull("order")
        self.assertEqual(len(self.count()), 3)
        self.sim.clock.advance(3 * HOUR)
        self.assertEqual(len(self.count()), 3)
        self.pull("order")
        self.assertEqual(len(self.count()), 6)

    def test_an_order_the_feed_has_missed_is_found_and_named_as_added(self):
        self.load(5, hours=1, end=HOUR)
        self.pull("order")
        lost = self.env["pdd.order"].search([], limit=1)
        lost_sn = lost.order_sn
        lost.line_ids.unlink()
        lost.unlink()
        counts = self.count()
        self.assertTrue(self.env["pdd.order"].search([("order_sn", "=", lost_sn)]))
        self.assertEqual(sum(counts.mapped("added_count")), 1)
        self.assertEqual(set(counts.mapped("state")), {"equal"})
        self.assert_orders_complete()

    def test_a_list_slower_than_margin_and_overlap_loses_nothing(self):
        self.pull("order")
        self.platform.settings.list_lag = 1000
        order = self.platform.create_order()
        for _minute in range(20):
            self.sim.clock.advance(60)
            self.pull("order")
        self.assertFalse(self.find_order(order))  # too late for the feed
        self.sim.clock.advance(HOUR)
        self.pull("order")
        self.count()
        self.assertTrue(self.find_order(order))

    def test_a_difference_is_tried_again_and_then_becomes_an_issue(self):
        self.load(3, hours=1, end=HOUR)
        self.pull("order")
        order = self.env["pdd.order"].search([], limit=1)
        self.sim.faults.add(
            "mutate_rows",
            api=LIST_API,
            times=-1,
            match={"order_sn": order.order_sn},
            patch={"pay_amount": 0.01, "updated_at": "2026-06-01 00:00:00"},
        )
        Issue = self.env["pdd.issue"]
        for tries in range(1, 6):
            self.assertFalse(Issue.search([("cause", "=", "incomplete")]))
            counts = self.count()
            different = counts.filtered(lambda count: count.state != "equal")
            self.assertEqual(different.tries, tries)
            self.assertIn(order.order_sn, different.detail)
            different.next_check_date = fields.Datetime.now() - timedelta(days=1)
        self.assertEqual(different.state, "given_up")
        issue = Issue.search([("cause", "=", "incomplete")])
        self.assertEqual(issue.shop_id, self.shop)
        self.assertIn(order.order_sn, issue.detail)
        self.assertEqual(self.shop.difference_count, 1)
        self.sim.faults.clear()
        different.action_count_again()
        self.assertEqual(different.state, "equal")
        self.assertEqual(issue.state, "solved")
        self.assertFalse(different.detail)

    def test_the_night_counts_the_day_and_heals_its_hours(self):
        self.load(10, hours=2)
        self.pull("order")
        hours = self.count()
        hours[0].write({"state": "given_up", "tries": 5})
        self.sim.clock.advance(11 * HOUR)  # half past two
        self.pull("order")
        self.count()
        day = self.env["pdd.order.count"].search([("period", "=", "day")])
        self.assertEqual(day.display_name, TODAY)
        self.assertEqual(day.state, "equal")
        self.assertEqual(day.platform_count, 10)
        self.assertEqual(hours[0].state, "waiting")
        self.count()
        self.assertEqual(hours[0].state, "equal")

    def test_a_change_no_list_has_shown_is_found_when_the_day_is_a_week_old(self):
        self.load(3, hours=2)
        self.pull("order")
        self.sim.clock.advance(DAY)
        self.pull("order")
        self.count()
        order = self.env["pdd.order"].search([], limit=1)
        on_platform = self.platform.find_order(order.order_sn)
        on_platform.remark = "changed behind the lists"
        self.sim.clock.advance(7 * DAY)
        self.pull("order")
        self.assertFalse(order.remark)
        self.count()
        self.assertEqual(order.remark, "changed behind the lists")

    def test_deposit_orders_count_when_the_list_leaves_them_out(self):
        self.platform.settings.missing_trade_type_is_all = False
        self.platform.create_order(
            at=NOON - HOUR, step_status=2, step_deposit=100, step_gain=200
        )
        self.platform.create_order(at=NOON - HOUR)
        self.pull("order")
        counts = self.count()
        self.assertEqual(sum(counts.mapped("platform_count")), 2)
        self.assertEqual(set(counts.mapped("state")), {"equal"})

    def test_deals_on_the_border_belong_to_one_hour(self):
        for border in (NOON - HOUR / 2, NOON - 3 * HOUR / 2):
            for seconds in (-1, 0, 1):
                self.platform.create_order(at=border + seconds)
        self.pull("order")
        counts = self.count()
        self.assertEqual(counts.mapped("platform_count"), [0, 1, 3])
        self.assertEqual(counts.mapped("odoo_count"), [0, 1, 3])

    def test_a_crowded_hour_is_counted_in_parts(self):
        self.load(300, hours=1.4, end=HOUR / 2)
        self.pull("order")
        path = "odoo.addons.pdd_connector.models.pdd_order_count_read.PART_ROWS"
        with patch(path, 40):
            counts = self.count()
        self.assertEqual(sum(counts.mapped("platform_count")), 300)
        self.assertEqual(set(counts.mapped("state")), {"equal"})

    def test_rows_without_amounts_do_not_look_like_a_difference(self):
        self.load(3, hours=1, end=HOUR)
        self.pull("order")
        self.sim.faults.add("mutate_rows", api=LIST_API, times=-1, drop=["pay_amount"])
        self.assertEqual(set(self.count().mapped("state")), {"equal"})

    def test_one_silent_shop_does_not_hold_up_the_others(self):
        self.pull("order")
        self.sim.faults.add("http_5xx", api=LIST_API, times=-1)
        counts = self.count()
        self.assertEqual(set(counts.mapped("state")), {"waiting"})
        # one of its hours was tried, with the client's three attempts
        self.assertEqual(len(self.calls(LIST_API)), 3)
        self.sim.faults.clear()
        counts.next_check_date = fields.Datetime.now() - timedelta(days=1)
        self.assertEqual(set(self.count().mapped("state")), {"equal"})

    def test_a_total_that_never_fits_lets_the_hours_be_counted_again(self):
        self.load(3, hours=1, end=HOUR)
        self.pull("order")
        counts = self.count()
        self.assertEqual(set(counts.mapped("state")), {"equal"})
        start, end = counts[1].date_from, counts[1].date_to
        self.env["pdd.order.count"]._count_again(self.shop, start, end)
        self.assertEqual(counts[1].state, "waiting")

    def test_a_user_may_read_again_but_not_write(self):
        self.pull("order")
        counts = self.count()
        user = new_test_user(self.env, "reader", "pdd_connector.group_pdd_user")
        counts.with_user(user).action_count_again()
        self.assertEqual(set(counts.mapped("state")), {"equal"})
        with self.assertRaises(AccessError):
            counts.with_user(user).platform_count = 7


@tagged("post_install", "-at_install")
class TestHistory(CountCase):
    def setUp(self):
        super().setUp()
        self.old = self.load(90, hours=24 * 6, end=DAY)
        self.new = self.load(10, hours=2)
        self.pull("order")
        self.start = self.platform_now() - timedelta(days=8)
        self.shop.history_from_date = self.start

    def test_older_orders_are_read_by_days_and_each_day_is_proven(self):
        self.assertEqual(self.shop.order_count, 10)
        self.shop.action_import_history()
        self.assertEqual(self.shop.history_progress, 0)
        self.assertEqual(self.shop.history_waiting_count, 9)
        self.count()
        self.assert_orders_complete()
        self.assertEqual(self.shop.history_progress, 100)
        self.assertEqual(self.shop.history_order_count, 90)
        history = self.shop.count_ids.filtered("is_history")
        self.assertEqual(set(history.mapped("state")), {"equal"})
        self.assertEqual(self.shop.import_from_date, self.start)

    def test_the_feed_and_the_history_do_not_disturb_each_other(self):
        self.shop.action_import_history()
        self.platform.event(self.old[3], "memo", text="changed meanwhile")
        self.pull("order")
        self.count()
        self.pull("order")
        self.assert_orders_complete()
        orders = self.env["pdd.order"].search([])
        before = orders.mapped("write_date")
        self.shop.count_ids._reset()
        self.count()
        self.env.invalidate_all()
        self.assertEqual(orders.mapped("write_date"), before)

    def test_it_can_be_paused_and_goes_on_where_it_was(self):
        self.shop.action_import_history()
        self.shop.action_pause_history()
        self.count()
        self.assertEqual(self.shop.order_count, 10)
        self.assertEqual(self.shop.history_waiting_count, 9)
        self.shop.action_resume_history()
        history = self.shop.count_ids.filtered("is_history").sorted("date_to")
        history[:4]._count_all()
        self.assertEqual(self.shop.history_waiting_count, 5)
        self.sim.journal.clear()
        self.count()
        self.assertFalse(self.shop.history_waiting_count)
        self.assertEqual(len(self.calls(LIST_API)), 2 * 5)
        self.assert_orders_complete()

    def test_recent_hours_come_before_history(self):
        self.shop.action_import_history()
        self.count()
        self.shop.count_ids.filtered("is_history")._reset()
        self.sim.clock.advance(HOUR)
        self.pull("order")
        self.sim.journal.clear()
        self.count()
        first = self.calls(LIST_API)[0]["params"]
        self.assertEqual(int(first["start_confirm_at"]), NOON - HOUR / 2)

    def test_windows_are_a_day_at_most(self):
        self.shop.action_import_history()
        self.count()
        for call in self.calls(LIST_API):
            start, end = (
                int(call["params"][name])
                for name in ("start_confirm_at", "end_confirm_at")
            )
            self.assertLessEqual(end - start, DAY)

    def test_dates_that_make_no_sense_are_refused_with_a_reason(self):
        for start, words in (
            (False, "Enter the date"),
            (self.shop.import_from_date, "read already"),
            (self.platform_now() - timedelta(days=90), "90 days"),
        ):
            self.shop.history_from_date = start
            with self.assertRaisesRegex(UserError, words):
                self.shop.action_import_history()

    def test_the_next_days_are_planned_after_the_history(self):
        self.shop.action_import_history()
        self.count()
        self.sim.clock.advance(11 * HOUR)
        self.pull("order")
        self.count()
        days = self.shop.count_ids.filtered(lambda count: count.period == "day")
        days = days.sorted("date_to")
        for day, following in pairwise(days):
            self.assertEqual(day.date_to, following.date_from)
        self.assertEqual(set(days.mapped("state")), {"equal"})
