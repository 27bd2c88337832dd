# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .committed import CommittedCase
from .common import PddCase


@tagged("post_install", "-at_install")
class TestIssues(PddCase):
    """One row per cause, with the fix that releases all that waited."""

    def _issues(self, cause):
        return self.env["pdd.issue"].search(
            [("cause", "=", cause), ("state", "=", "open")]
        )

    def _two_orders_of_an_unknown_sku(self):
        self.shop.action_sync_goods()
        sku = self.env["pdd.sku"].search([("outer_id", "!=", False)], limit=1)
        items = [{"sku_id": sku.sku_id, "count": 1, "price": 5000}]
        for _number in range(2):
            self.platform.create_order(items=items)
        self.shop.action_sync_orders()
        return sku

    def test_orders_of_one_sku_wait_in_one_issue_and_its_fix_releases_them(self):
        sku = self._two_orders_of_an_unknown_sku()
        issue = self._issues("sku")
        self.assertEqual(issue.sku_id, sku)
        self.assertEqual(issue.waiting_count, 2)
        self.assertAlmostEqual(issue.waiting_amount, 100.0)
        self.assertTrue(issue.oldest_date)
        self.assertIn(sku.outer_id, issue.name)
        self.assertEqual(issue.action_fix()["domain"], [("id", "=", sku.id)])
        sku.product_id = self.env["product.product"].create({"name": "Shirt"})
        self.assertEqual(issue.waiting_count, 0)
        self.assertEqual(issue.working_count, 2)
        self.env["pdd.order"]._cron_make()
        self.assertEqual(set(issue.order_ids.mapped("state")), set())
        self.assertEqual(issue.state, "solved")
        self.assertEqual(self.shop.sale_order_count, 2)

    def test_orders_that_a_maker_held_while_their_sku_was_mapped_are_made(self):
        sku = self._two_orders_of_an_unknown_sku()
        issue = self._issues("sku")
        with self._mending_unseen():
            sku.product_id = self.env["product.product"].create({"name": "Shirt"})
        self.assertEqual(issue.waiting_count, 2)
        self.env["pdd.order"]._cron_make()
        self.assertEqual(issue.state, "solved")
        self.assertEqual(self.shop.sale_order_count, 2)

    def test_a_maker_looks_again_at_what_it_has_held(self):
        sku = self._two_orders_of_an_unknown_sku()
        orders = self._issues("sku").order_ids
        orders._release()
        registry_class = self.env.registry["pdd.order"]
        original = registry_class._hold_all

        def hold_and_meet_a_mapper(*args):
            original(*args)
            with self._mending_unseen():
                sku.product_id = self.env["product.product"].create({"name": "Shirt"})

        with patch.object(registry_class, "_hold_all", hold_and_meet_a_mapper):
            orders._make_pending([])
        self.assertEqual(set(orders.mapped("state")), {"pending"})

    def test_orders_that_a_maker_held_while_a_rule_was_made_are_made(self):
        self._create_products()
        self.platform.create_order(consolidation=1)
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        issue = self._issues("consolidation")
        order = issue.order_ids
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "held")
        kind = issue.action_fix()["context"]["default_consolidate_type"]
        with self._mending_unseen():
            self.env["pdd.consolidation.rule"].create({"consolidate_type": kind})
        self.assertEqual(order.state, "held")
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")

    def _mending_unseen(self):
        """Let who mends a cause not see the orders that wait for it."""
        return patch.object(self.env.registry["pdd.order"], "_release")

    def test_the_responsible_gets_one_activity_for_all_issues(self):
        self._two_orders_of_an_unknown_sku()
        self.env["pdd.issue"]._report(self.shop, "incomplete", "x", "Orders missing")
        activity_type = self.env.ref("pdd_connector.mail_activity_trouble")
        activities = self.shop.activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type
        )
        self.assertEqual(len(activities), 1)
        self.assertEqual(activities.user_id, self.shop.user_id)
        self.env["pdd.issue"].search([])._set_solved("done")
        self.assertFalse(activities.exists().filtered("active"))

    def test_who_ignores_an_issue_says_why(self):
        self._two_orders_of_an_unknown_sku()
        issue = self._issues("sku")
        wizard = self.env["pdd.issue.ignore"].create(
            {"issue_ids": issue.ids, "note": "not sold any more"}
        )
        self.assertEqual(wizard.waiting_count, 2)
        wizard.action_ignore()
        self.assertEqual(issue.state, "solved")
        self.assertIn("not sold any more", issue.solution)
        self.assertEqual(issue.solved_user_id, self.env.user)

    def test_the_same_cause_opens_a_new_issue_after_it_was_solved(self):
        report = self.env["pdd.issue"]._report
        first = report(self.shop, "incomplete", "a", "Orders missing")
        self.assertEqual(report(self.shop, "incomplete", "a", "Again"), first)
        first._set_solved("read again")
        self.assertNotEqual(report(self.shop, "incomplete", "a", "Again"), first)

    def test_an_unexpected_error_is_an_issue_with_a_reference_in_the_log(self):
        self._create_products()
        self.shop.action_sync_goods()
        order_class = self.env.registry["pdd.order"]
        with (
            patch.object(order_class, "_prepare_memo", side_effect=KeyError("boom")),
            self.assertLogs("odoo.addons.pdd_connector", "ERROR") as logs,
        ):
            order = self._order()
        self.assertEqual(order.state, "error")
        issue = self._issues("exception")
        self.assertEqual(issue.order_ids, order)
        reference = order.error_message.split("reference ")[1].split(",")[0]
        self.assertIn(reference, "\n".join(logs.output))
        issue.action_retry()
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")

    def test_one_bad_order_does_not_stop_the_others(self):
        self._create_products()
        self.shop.action_sync_goods()
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        items = [{"sku_id": sku.sku_id, "count": 1, "price": 5000}]
        numbers = [
            self.platform.create_order(items=items).order_sn for _number in range(5)
        ]
        order_class = self.env.registry["pdd.order"]
        prepare = order_class._prepare_memo

        def fail_for_one(order):
            if order.order_sn == numbers[2]:
                raise UserError("this one cannot be made")
            return prepare(order)

        with (
            patch.object(order_class, "_prepare_memo", fail_for_one),
            mute_logger("odoo.addons.pdd_connector"),
        ):
            self.shop.action_sync_orders()
        orders = self.env["pdd.order"].search([("order_sn", "in", numbers)])
        bad = orders.filtered(lambda order: order.order_sn == numbers[2])
        self.assertEqual(bad.state, "error")
        self.assertEqual(bad.error_message, "this one cannot be made")
        self.assertEqual(set((orders - bad).mapped("state")), {"done"})
        self.assertEqual(self._issues("setting").order_ids, bad)

    def test_taxes_on_top_of_the_price_are_mended_by_one_button(self):
        self.shop.fiscal_position_id = False
        self._create_products()
        self.shop.action_sync_goods()
        order = self._order()
        self.assertEqual(order.hold_reasons.code, "tax")
        self.assertTrue(self.shop.has_excluded_taxes)
        self._issues("tax").action_fix()
        self.assertFalse(self.shop.has_excluded_taxes)
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)


@tagged("post_install", "-at_install")
class TestIssueWorkers(CommittedCase):
    @mute_logger("odoo.sql_db")
    def test_two_workers_that_meet_trouble_at_once_both_report_it(self):
        with self.worker() as env:
            self.shop(env).message_partner_ids = False
        keys = iter("ab")
        self.at_once(
            2,
            lambda env: env["pdd.issue"]._report(
                self.shop(env), "unreadable", next(keys), "Unreadable"
            ),
        )
        with self.worker() as env:
            shop = self.shop(env)
            self.assertEqual(sorted(shop.issue_ids.mapped("key")), ["a", "b"])
            self.assertEqual(len(shop.activity_ids), 1)
