# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bills come from the platform by themselves, a file a day."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector_finance.models import pdd_shop_bill
from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.odoo.common import PddCase


@tagged("post_install", "-at_install")
class TestBillFeed(PddCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 60, "days": 6}

    def setUp(self):
        super().setUp()
        start = fields.Datetime.now() - timedelta(days=6)
        self.shop.import_from_date = start
        self.platform.settings.bill_ready_hour = 0
        self.yesterday = pop.platform_date(fields.Datetime.now()) - timedelta(days=1)

    def _bills(self):
        return self.env["pdd.bill"].search([("shop_id", "=", self.shop.id)])

    def _feed(self):
        return self.shop.feed_ids.filtered(lambda feed: feed.kind == "bill")

    def test_all_days_up_to_yesterday_are_read(self):
        self.env["pdd.feed"]._cron_pull("bill")
        days = sorted(self._bills().mapped("bill_date"))
        self.assertEqual(days[-1], self.yesterday)
        self.assertEqual(len(days), (days[-1] - days[0]).days + 1)
        self.assertGreaterEqual(len(days), 6)
        self.assertFalse(self._bills().filtered(lambda b: b.state == "refused"))
        self.assertEqual(
            pop.platform_date(self._feed().synced_until),
            self.yesterday + timedelta(days=1),
        )

    def test_what_was_read_is_posted_at_once(self):
        cron = self.env.ref("pdd_connector_finance.ir_cron_bill_post")
        calls = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        calls.unlink()
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertTrue(calls.search_count([("cron_id", "=", cron.id)]))

    def test_a_second_reading_changes_nothing(self):
        self.env["pdd.feed"]._cron_pull("bill")
        before = self._bills().read(["row_count", "checksum"])
        lines = self.env["pdd.bill.line"].search_count([])
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertEqual(self._bills().read(["row_count", "checksum"]), before)
        self.shop.action_import_bill(self.yesterday)
        self.assertEqual(self.env["pdd.bill.line"].search_count([]), lines)

    def test_the_day_of_a_bill_that_was_deleted_is_read_again(self):
        self.env["pdd.feed"]._cron_pull("bill")
        count = len(self._bills())
        bill = self._bills().sorted("bill_date")[1]
        day = bill.bill_date
        bill.action_undo()
        bill.unlink()
        self.assertEqual(pop.platform_date(self._feed().synced_until), day)
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertIn(day, self._bills().mapped("bill_date"))
        self.assertEqual(len(self._bills()), count)

    def test_the_bills_of_older_orders_are_read_as_well(self):
        self.shop.import_from_date += timedelta(days=4)
        self.env["pdd.feed"]._cron_pull("bill")
        count = len(self._bills())
        self.shop.history_from_date = self.shop.import_from_date - timedelta(days=3)
        self.shop.action_import_history()
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertEqual(len(self._bills()), count + 3)

    def test_a_day_that_is_not_ready_is_no_failure_and_comes_later(self):
        self.platform.settings.bill_ready_hour = 24 * 3
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertFalse(self._feed().last_error)
        self.assertNotIn(self.yesterday, self._bills().mapped("bill_date"))
        self.platform.settings.bill_ready_hour = 0
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertIn(self.yesterday, self._bills().mapped("bill_date"))

    def test_a_day_without_a_link_or_a_file_is_not_ready(self):
        first = pop.platform_date(self.shop.import_from_date)
        call = type(self.shop)._call

        def without_link(shop, api_name, **params):
            answer = call(shop, api_name, **params)
            return {} if params.get("bill_date") == first.isoformat() else answer

        with patch.object(type(self.shop), "_call", without_link):
            self.env["pdd.feed"]._cron_pull("bill")
        self.assertFalse(self._feed().last_error)
        self.assertNotIn(first, self._bills().mapped("bill_date"))
        self.assertIn(self.yesterday, self._bills().mapped("bill_date"))
        count = len(self._bills())
        with (
            patch.object(pdd_shop_bill, "download", return_value="bill.csv"),
            self.assertRaisesRegex(UserError, "has no bill of"),
        ):
            self.shop.action_import_bill(first)
        self.assertEqual(len(self._bills()), count)
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertIn(first, self._bills().mapped("bill_date"))

    def test_a_button_says_when_there_is_no_bill_yet(self):
        with self.assertRaisesRegex(UserError, "has no bill of"):
            self.shop.action_import_bill(self.yesterday + timedelta(days=1))

    def test_an_imported_bill_is_posted_and_linked_to_its_orders(self):
        self._create_products()
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        self.env["pdd.feed"]._cron_pull("bill")
        self.shop.action_import_bill(self.yesterday.isoformat())
        lines = self.env["pdd.bill.line"].search([])
        self.assertTrue(lines.filtered("order_id"))
        self.assertFalse(lines.filtered(lambda line: line.state == "pending"))
        self.assertFalse(lines.filtered(lambda line: line.state == "held"))
        account = self.shop.journal_id.default_account_id
        [(balance,)] = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id)], [], ["balance:sum"]
        )
        self.assertAlmostEqual(balance, sum(lines.mapped("amount")), places=2)

    def test_a_broken_download_is_tried_again(self):
        self.sim.faults.add(
            "http_5xx", api="pdd.finance.balance.daily.bill.url.get", times=9
        )
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertTrue(self._feed().last_error)
        self.sim.faults.clear()
        self._feed().next_run_date = False
        self.env["pdd.feed"]._cron_pull("bill")
        self.assertFalse(self._feed().last_error)
        self.assertIn(self.yesterday, self._bills().mapped("bill_date"))
