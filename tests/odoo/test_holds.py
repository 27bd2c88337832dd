# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestHolds(PddCase):
    """Each hold: why, since when, and what ends it."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()

    def _assert_held(self, order, *codes):
        self.assertEqual(order.state, "held")
        self.assertEqual(set(order.hold_reasons.mapped("code")), set(codes))
        self.assertTrue(order.held_date)
        self.assertFalse(order.sale_order_id)

    def test_a_review_holds_until_it_ends(self):
        order = self._order(risk=True)
        self._assert_held(order, "risk")
        self._happen(order, "risk_off")
        self.assertEqual(order.state, "done")
        self.assertFalse(order.hold_reasons)

    def test_a_deposit_order_waits_for_its_balance(self):
        order = self._order(step_status=1, step_deposit=1000)
        self._assert_held(order, "deposit")
        self._happen(order, "pay_balance")
        self.assertEqual(order.state, "done")

    def test_the_tag_ship_hold_holds_a_made_order_as_well(self):
        order = self._order()
        self._happen(order, "hold")
        self.assertEqual(order.state, "held")
        self.assertEqual(order.hold_reasons.code, "ship_hold")
        self._happen(order, "hold", on=False)
        self.assertEqual(order.state, "done")

    def test_a_presale_is_made_by_itself_some_days_before_its_date(self):
        due = self.platform.clock.now() + 10 * 86400
        order = self._order(is_presale=True, presale_until=due)
        self._assert_held(order, "presale")
        self.env["pdd.order"]._cron_make()
        self._assert_held(order, "presale")
        with freeze_time(fields.Datetime.now() + timedelta(days=7, minutes=1)):
            self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")

    def test_a_consolidated_order_waits_for_a_rule_of_its_type(self):
        order = self._order(consolidation=1)
        self._assert_held(order, "consolidation")
        issue = order.issue_ids
        self.assertEqual((issue.cause, issue.key), ("consolidation", "Xinjiang"))
        action = issue.action_fix()
        kind = action["context"]["default_consolidate_type"]
        self.env["pdd.consolidation.rule"].create({"consolidate_type": kind})
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")
        self.assertEqual(issue.state, "solved")

    def test_an_order_without_receiver_is_held(self):
        order = self._order(risk=True)
        order.write(
            {
                "receiver_cipher": False,
                "open_address_id": False,
                "receiver_name_mask": False,
            }
        )
        order.risk_control_status = 0
        self.assertIn("receiver", order._get_hold_reasons())

    def test_the_three_states_of_a_gift_are_taken_literally(self):
        order = self._order()
        items = order.payload["item_list"]
        fates = ((0, True, 0), (1, False, 0), (2, False, 1), ("2", False, 1))
        fates += ((None, False, 1), ("", False, 1))
        for status, is_held, gifts in fates:
            row = {**order.payload, "gift_order_status": status, "gift_list": items}
            order.payload = row
            with self.subTest(status=status):
                self.assertEqual("gift" in order._get_hold_reasons(), is_held)
                prepared = order._prepare_items(row)
                self.assertEqual(sum(item["is_gift"] for item in prepared), gifts)

    def test_a_price_difference_order_has_nothing_to_ship_and_is_linked(self):
        main = self._order()
        order = self._order()
        row = {
            **order.payload,
            "order_sn": "260601-000000000000077",
            "related_order_list": [{"relation_type": 3, "order_sn": main.order_sn}],
        }
        extra = self.env["pdd.order"]._intake(self.shop, [row])
        extra._make()
        self.assertEqual(extra.related_order_id, main)
        self.assertEqual(extra.state, "done")
        self.assertEqual(
            extra.sale_order_id.order_line.product_id, self.shop.difference_product_id
        )
        self.assertFalse(extra._is_fulfilable())

    def test_amounts_off_are_accepted_by_a_manager_with_a_note(self):
        order = self._order()
        row = {**order.payload, "order_sn": "260601-000000000000078", "postage": 5}
        other = self.env["pdd.order"]._intake(self.shop, [row])
        other._make()
        self._assert_held(other, "amount")
        manager = new_test_user(
            self.env, "pdd_boss", groups="pdd_connector.group_pdd_manager"
        )
        user = new_test_user(
            self.env, "pdd_clerk", groups="pdd_connector.group_pdd_user"
        )
        vals = {"order_ids": other.ids, "note": "checked in the backend"}
        with self.assertRaises(AccessError):
            self.env["pdd.order.release"].with_user(user).create(vals)
        wizard = self.env["pdd.order.release"].with_user(manager).create(vals)
        wizard.action_release()
        self.assertEqual(other.state, "pending")
        self.env["pdd.order"]._cron_make()
        self.assertEqual(other.state, "done")
        self.assertEqual(other.release_user_id, manager)
        self.assertAlmostEqual(
            other.sale_order_id.amount_total, other.receivable_amount
        )

    def test_a_lifted_hold_comes_back_when_the_facts_change(self):
        order = self._order()
        row = {**order.payload, "order_sn": "260601-000000000000079", "postage": 5}
        other = self.env["pdd.order"]._intake(self.shop, [row])
        other._lift_holds({"amount"}, "ok")
        self.assertNotIn("amount", other._get_open_holds())
        other.pay_amount += 1
        self.assertIn("amount", other._get_open_holds())
