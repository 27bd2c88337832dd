# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Trouble with the books is an issue of the shop, and settles itself when it is over."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .bills import csv_file, row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestBookTrouble(FinanceCase):
    def _issue(self, cause, state="open"):
        return self.env["pdd.issue"].search(
            [
                ("shop_id", "=", self.shop.id),
                ("cause", "=", cause),
                ("state", "=", state),
            ]
        )

    def _assert_open(self, cause, count, amount):
        issue = self._issue(cause)
        self.assertEqual(len(issue), 1)
        self.assertEqual((issue.waiting_count, issue.waiting_amount), (count, amount))
        return issue

    def _assert_solved(self, cause):
        self.assertFalse(self._issue(cause))
        self.assertEqual(len(self._issue(cause, "solved")), 1)

    def test_unknown_codes_are_one_issue_until_they_are_explained(self):
        self._post(row("", "-1.23", "0990099"), row("", "-1.00", "0990099"))
        self._post(row("", "-2.00", "0990099", "2026-06-09 10:00:00"))
        issue = self._assert_open("bill_code", 3, -4.23)
        found = self.env["pdd.bill.line"].search(issue.action_fix()["domain"])
        self.assertEqual(len(found), 3)
        account = self.company._make_pdd_account("other_charge")
        self.env["pdd.flow.type"].create(
            {"name": "New", "code": "0990099", "account_id": account.id}
        )
        issue.action_retry()
        self.assertEqual(set(found.mapped("state")), {"posted"})
        self._assert_solved("bill_code")

    def test_held_movements_are_an_issue_until_they_are_posted(self):
        flow_type = self.env["pdd.flow.type"].create({"name": "N", "code": "0990099"})
        self._post(row("", "-1.23", "0990099"))
        issue = self._assert_open("bill_held", 1, -1.23)
        flow_type.account_id = self.company._make_pdd_account("other_charge")
        issue.action_retry()
        self._assert_solved("bill_held")

    def test_a_refused_bill_is_an_issue_until_it_is_deleted(self):
        lines = [row("", "-1.23", "0080001")]
        wrong = csv_file(lines, tail=["#支出合计：2笔-1.23元", "#收入合计：0笔0.00元"])
        bill = self._import(wrong)
        self.assertEqual(bill.state, "refused")
        issue = self._assert_open("bill_refused", 1, 0.0)
        self.assertEqual(issue.action_fix()["res_model"], "pdd.bill")
        bill.unlink()
        self._assert_solved("bill_refused")

    def test_overdue_orders_are_an_issue_with_what_is_open(self):
        order = self._create_order("85.00", "10.00")
        self.env["pdd.order"]._cron_invoice()
        issue = self._assert_open("settlement", 1, 95.0)
        found = self.env["pdd.order"].search(issue.action_view_orders()["domain"])
        self.assertEqual(found, order)
        self._post(
            row(order.order_sn, "85.00", "0010002"),
            row(order.order_sn, "10.00", "0010005"),
        )
        self._assert_solved("settlement")

    def test_an_order_that_cannot_be_invoiced_is_an_issue(self):
        order = self._create_order()
        line = order.sale_order_id.order_line[0]
        price = line.price_unit
        line.price_unit = 1.0
        self.env["pdd.order"]._cron_invoice()
        issue = self._assert_open("invoice", 1, 100.0)
        line.price_unit = price
        issue.action_retry()
        self.assertEqual(order.invoice_state, "done")
        self._assert_solved("invoice")

    def test_trouble_comes_back_as_a_new_issue(self):
        self._post(row("", "-1.23", "0990099"))
        first = self._issue("bill_code")
        first._set_solved("Ignored")
        self.shop._review_books()
        self.assertNotEqual(self._issue("bill_code"), first)

    def test_an_operator_sees_how_much_it_is_and_cannot_book(self):
        self._post(row("", "-1.23", "0990099"))
        user = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        issue = self._issue("bill_code").with_user(user)
        self.assertEqual(issue.waiting_count, 1)
        with self.assertRaises(AccessError):
            issue.action_retry()

    # --- days without bill

    def test_days_without_bill_are_an_issue_until_a_file_covers_them(self):
        feed = self.shop._get_feeds("bill")
        self.shop.import_from_date = "2026-05-31 16:00:00"
        days = feed._get_missing_days()
        self.assertEqual(str(days[0]), "2026-06-01")
        self.shop._review_bill_days(days)
        issue = self._issue("bill_late")
        self.assertIn("2026-06-30", issue.detail)
        self._post(row("", "-9.00", "0080001"))  # a file of the whole of June
        self.assertEqual(str(feed._get_missing_days()[0]), "2026-07-01")
        feed._move_bill_cursor()
        self.assertEqual(str(feed.synced_until), "2026-06-30 16:00:00")
        self.shop._review_bill_days([])
        self._assert_solved("bill_late")

    def test_a_file_of_a_part_of_a_day_does_not_cover_it(self):
        feed = self.shop._get_feeds("bill")
        self.shop.import_from_date = "2026-05-31 16:00:00"
        self._post(row("", "-9.00", "0080001"), end="2026-06-30 12:00:00")
        self.assertEqual(str(feed._get_missing_days()[0]), "2026-06-30")
        self._import_lines(start="2026-06-30 12:00:01", end="2026-06-30")
        self.assertEqual(str(feed._get_missing_days()[0]), "2026-07-01")
