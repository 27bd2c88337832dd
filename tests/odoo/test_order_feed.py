# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order feed: nothing is missed and nothing read in vain, whatever the list does."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from tests.simulator import Settings

from .feed_case import FeedCase

HOUR = 3600
LOGGER = "odoo.addons.pdd_connector.models.pdd_feed_by_time"


@tagged("post_install", "-at_install")
class TestOrderFeed(FeedCase):
    def test_windows_are_never_longer_than_the_platform_answers(self):
        self.load(20, hours=6)
        self.pull("order")
        self.assert_orders_complete()
        for entry in self.calls("pdd.order.number.list.increment.get"):
            start, end = (
                int(entry["params"][name])
                for name in ("start_updated_at", "end_updated_at")
            )
            self.assertLessEqual(end - start, 1800)
            self.assertLessEqual(start, end)

    def test_an_idle_feed_costs_two_calls(self):
        self.pull("order")
        self.sim.journal.clear()
        self.pull("order")
        self.assertEqual(
            [entry["api"] for entry in self.sim.journal.entries()],
            ["pdd.time.get", "pdd.order.number.list.increment.get"],
        )

    def test_the_cursor_stays_behind_and_the_newest_order_is_there_at_once(self):
        self.pull("order")
        order = self.platform.create_order()
        self.pull("order")
        self.assertTrue(self.find_order(order))
        behind = self.platform_now() - self.feed("order").synced_until
        self.assertGreaterEqual(behind, timedelta(seconds=179))
        self.assertLess(behind, timedelta(seconds=240))

    def test_a_row_the_list_shows_late_is_found(self):
        """With its time of change before the cursor, but within the overlap."""
        self.pull("order")
        self.sim.clock.advance(600)
        order = self.platform.create_order(at=self.sim.clock.now() - 400)
        self.pull("order")
        self.assertTrue(self.find_order(order))
        self.sim.clock.advance(60)
        late = self.platform.create_order(at=self.sim.clock.now() - 400)
        self.pull("order")
        self.assertTrue(self.find_order(late))

    def test_a_slow_list_hides_nothing(self):
        self.platform.settings.change({"list_lag": 240})
        self.pull("order")
        for _minute in range(12):
            self.sim.clock.advance(60)
            self.platform.create_order()
            self.pull("order")
        self.sim.clock.advance(300)
        self.pull("order")
        self.assert_orders_complete()

    def test_a_pause_of_days_is_caught_up_without_reading_anything_twice(self):
        self.pull("order")
        self.sim.clock.advance(30 * HOUR)
        self.load(250, hours=29)
        self.sim.journal.clear()
        self.pull("order")
        self.assert_orders_complete()
        calls = self.calls("pdd.order.number.list.increment.get")
        # 60 half hours, the newest part, and the first window's overlap
        self.assertLessEqual(len(calls), 66)
        self.assertFalse(self.feed("order").is_cut_short)

    def test_a_burst_fills_many_pages_of_one_second(self):
        self.pull("order")
        self.sim.loader.burst(self.account.mall_id, 450)
        self.pull("order")
        self.assert_orders_complete()
        self.sim.clock.advance(700)
        self.pull("order")
        self.assert_orders_complete()
        self.assertFalse(self.feed("order").position)

    def test_a_crowded_window_is_halved_and_the_next_ones_grow_again(self):
        self.pull("order")
        self.sim.clock.advance(3 * HOUR)
        self.load(900, hours=2.9)
        with patch(
            "odoo.addons.pdd_connector.models.pdd_feed_by_time.WINDOW_ROWS", 100
        ):
            self.pull("order")
        self.assert_orders_complete()
        self.sim.clock.advance(3 * HOUR)
        self.pull("order")
        self.assertEqual(self.feed("order").slice_seconds, 0)

    def test_a_reading_that_is_cut_short_goes_on_with_its_next_page(self):
        self.pull("order")
        self.sim.clock.advance(HOUR)
        self.load(350, hours=0.1, end=HOUR / 2)
        pull = self.feed("order")._pull()
        for _page in range(3):
            next(pull)
        pull.close()
        position = self.feed("order").position
        self.assertTrue(position["page"])
        self.sim.journal.clear()
        self.pull("order")
        self.assert_orders_complete()
        first = self.calls("pdd.order.number.list.increment.get")[0]["params"]
        self.assertEqual(int(first["page"]), position["page"])
        self.assertEqual(int(first["end_updated_at"]), position["end"])

    def test_orders_that_change_while_one_pages_are_not_missed(self):
        self.pull("order")
        self.sim.clock.advance(HOUR)
        numbers = self.load(420, hours=0.2, end=HOUR / 2)
        moving = iter(numbers[::7])

        def jump():
            for _order in range(9):
                if number := next(moving, None):
                    self.platform.event(number, "memo", text="moved")

        with self.between_pages(jump):
            self.pull("order")
        self.sim.clock.advance(1)
        self.pull("order")  # what has changed since the first reading began
        self.assert_orders_complete()

    def test_rows_that_push_others_back_while_one_pages_make_it_read_again(self):
        """Late rows in the middle of a window: what they push onto pages already read
        is found by reading the window again."""
        self.pull("order")
        self.sim.clock.advance(HOUR)
        self.load(250, hours=0.4, end=HOUR / 3)
        late = iter(range(3))

        def appear():
            if next(late, None) is not None:
                moment = self.sim.clock.now() - HOUR / 2
                for _order in range(5):
                    self.platform.create_order(at=moment)

        with self.between_pages(appear), self.assertLogs(LOGGER, "WARNING"):
            self.pull("order")
        self.assert_orders_complete()

    def test_a_total_that_never_fits_does_not_stop_the_feed(self):
        self.pull("order")
        self.sim.clock.advance(HOUR)
        self.load(30, hours=0.9)
        call = type(self.shop)._call

        def lie(shop, api_name, **params):
            answer = call(shop, api_name, **params)
            if answer.get("total_count"):
                answer["total_count"] += 1
            return answer

        with (
            patch.object(type(self.shop), "_call", lie),
            self.assertLogs(LOGGER, "WARNING"),
        ):
            self.pull("order")
        self.assert_orders_complete()
        self.assertFalse(self.feed("order").last_error)
        self.assertGreater(
            self.feed("order").synced_until,
            self.platform_now() - timedelta(minutes=10),
        )

    def test_setting_the_cursor_back_reads_again(self):
        self.load(5, hours=5, end=3 * HOUR)
        self.pull("order")
        feed = self.feed("order")
        feed.synced_until = self.platform_now() - timedelta(hours=5)
        self.sim.journal.clear()
        self.pull("order")
        first = self.calls("pdd.order.number.list.increment.get")[0]["params"]
        start = int(self.sim.clock.now()) - 5 * HOUR
        self.assertLessEqual(int(first["start_updated_at"]), start)

    def test_a_cursor_ahead_of_the_platform_waits(self):
        self.pull("order")
        ahead = self.platform_now() + timedelta(hours=1)
        self.feed("order").synced_until = ahead
        self.pull("order")
        self.assertFalse(self.feed("order").last_error)
        self.assertEqual(self.feed("order").synced_until, ahead)

    def test_many_shops_share_the_time_and_none_is_asked_twice_in_a_round(self):
        feeds = self.shop._get_feeds("order")
        self.pull("order")
        other = feeds.copy_data()[0]
        shops = self.env["pdd.shop"].create(
            [
                {"name": f"Shop {number}", "state": "draft", "mall_id": f"{number}"}
                for number in range(2)
            ]
        )
        others = feeds.create([{**other, "shop_id": shop.id} for shop in shops])
        feeds.is_cut_short = True
        now = fields.Datetime.now()
        others[0].last_run_date = now - timedelta(minutes=2)
        others[1].last_run_date = now
        due = (feeds + others)._filter_due()
        self.assertEqual(due, feeds + others[0])
        feeds.is_cut_short = False
        self.assertEqual((feeds + others)._filter_due(), feeds + others)


@tagged("post_install", "-at_install")
class TestIncompleteRows(FeedCase):
    API = "pdd.order.number.list.increment.get"

    def test_a_row_without_items_is_completed_by_the_detail_call(self):
        order = self.platform.create_order()
        self.sim.faults.add("mutate_rows", api=self.API, patch={"item_list": None})
        self.pull("order")
        record = self.find_order(order)
        self.assertFalse(record.is_incomplete)
        self.assertTrue(record.line_ids)
        self.assertFalse(record.issue_ids)
        self.assertFalse(self.env["pdd.order.lookup"].search([]))

    def test_rows_that_always_have_gaps_cost_one_detail_call_per_change(self):
        order = self.platform.create_order()
        fault = {"drop": ["pay_amount", "goods_amount"], "times": -1}
        self.sim.faults.add("mutate_rows", api=self.API, **fault)
        for _minute in range(4):
            self.pull("order")
        self.assertFalse(self.find_order(order).is_incomplete)
        self.assertEqual(len(self.calls("pdd.order.information.get")), 1)
        self.sim.clock.advance(30)
        self.platform.event(order.order_sn, "memo", text="later")
        self.pull("order")
        self.assertEqual(self.find_order(order).buyer_memo, "later")
        self.assertEqual(len(self.calls("pdd.order.information.get")), 2)

    def test_what_the_detail_call_cannot_complete_becomes_an_issue(self):
        order = self.platform.create_order()
        self.sim.faults.add("mutate_rows", times=-1, patch={"pay_amount": "much"})
        self.pull("order")
        record = self.find_order(order)
        self.assertEqual(record.state, "error")
        issue = self.env["pdd.issue"].search([("cause", "=", "unreadable")])
        self.assertEqual(issue.order_ids, record)
        self.assertFalse(self.env["pdd.order.lookup"].search([]))
        self.sim.faults.clear()
        self.pull("order")
        self.assertEqual(self.find_order(order).state, "pending")

    def test_a_change_that_cannot_be_read_keeps_an_order_from_being_made(self):
        order = self.platform.create_order()
        self.pull("order")
        record = self.find_order(order)
        self.assertEqual(record.state, "pending")
        self.sim.clock.advance(5)
        self.platform.event(order.order_sn, "risk_on")
        self.sim.faults.add("mutate_rows", times=-1, patch={"order_status": None})
        self.pull("order")
        self.assertEqual(self.find_order(order).state, "error")
        record._release()
        self.assertEqual(record.state, "error")

    def test_an_order_that_does_not_exist_yet_is_asked_for_again_for_ten_minutes(self):
        Lookup = self.env["pdd.order.lookup"]
        self.pull("order")
        Lookup._ask(self.shop, ["260101-000000000000001"])
        self.pull("order")
        lookup = Lookup.search([])
        self.assertIn("45001", lookup.last_error)
        self.sim.journal.clear()
        self.pull("order")
        self.assertFalse(self.calls("pdd.order.information.get"))  # not yet due
        lookup.due_date = fields.Datetime.now()
        self.pull("order")
        self.assertTrue(self.calls("pdd.order.information.get"))
        lookup.due_date = fields.Datetime.now()
        lookup._write({"create_date": fields.Datetime.now() - timedelta(minutes=11)})
        self.pull("order")
        self.assertFalse(Lookup.search([]))

    def test_an_order_that_appears_meanwhile_is_taken_in(self):
        self.pull("order")
        self.platform.settings.change({"list_lag": 3600})
        order = self.platform.create_order()
        self.pull("order")
        self.assertFalse(self.find_order(order))
        self.env["pdd.order.lookup"]._ask(self.shop, [order.order_sn])
        self.pull("order")
        self.assertTrue(self.find_order(order))

    def test_a_detail_call_out_of_order_does_not_stop_the_lists(self):
        order = self.platform.create_order()
        self.env["pdd.order.lookup"]._ask(self.shop, ["260101-000000000000001"] * 2)
        self.sim.faults.add(
            "http_5xx", api="pdd.order.information.get", status=503, times=-1
        )
        self.pull("order")
        self.assertTrue(self.find_order(order))
        self.assertFalse(self.feed("order").last_error)
        self.assertEqual(len(self.env["pdd.order.lookup"].search([])), 1)


@tagged("post_install", "-at_install")
class TestSlowPlatform(FeedCase):
    simulator_options = {
        **FeedCase.simulator_options,
        "settings": Settings(rate_scale=0.001),
    }

    def test_throttling_only_makes_it_slower(self):
        """3 calls a minute: the feed waits as long as it is told, and goes on."""
        self.platform.settings.rate_scale = 1
        self.pull("order")
        self.sim.clock.advance(HOUR)
        self.load(450, hours=0.3, end=HOUR / 2)
        self.platform.settings.rate_scale = 0.001
        for _turn in range(8):
            self.pull("order")
            feed = self.feed("order")
            if not feed.last_error:
                break
            self.assertTrue(feed.next_run_date)
            self.assertEqual(feed.failure_count, 0)
            self.sim.clock.advance(61)
            feed.next_run_date = False
            self.env["pdd.api.budget"].search([]).due_time = 0
            self.env.cr.commit()
        self.assert_orders_complete()
