# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from psycopg2.errors import SerializationFailure

from .committed import CommittedCase
from .parcel_common import ParcelCase
from .warehouse_common import read_orders

AGREE = "pdd.refund.agree"
RETURN_AGREE = "pdd.refund.returngoods.agree"


@tagged("post_install", "-at_install")
class TestReturnAgree(ParcelCase):
    def setUp(self):
        super().setUp()
        groups = "pdd_connector_stock.group_pdd_refund"
        self.clerk = new_test_user(self.env, "clerk", groups=groups)
        self.second = new_test_user(self.env, "second", groups=groups)

    def _asked(self, **details):
        order = self._make_orders(items=[{"count": 1}])
        self._ship(order, f"SF1{order.id:012}")
        self._send_parcels()
        self._ask_refund(order, **{"kind": 1, **details})
        return order.refund_ids

    def _agree(self, refund, user=None, kind="agree"):
        button = {"agree": "action_agree", "return_agree": "action_agree_return"}[kind]
        refund = refund.with_user(user or self.clerk)
        action = getattr(refund, button)()
        wizard = (
            self.env["pdd.refund.agree"]
            .with_user(user or self.clerk)
            .with_context(**action["context"])
            .create({})
        )
        wizard.action_agree()
        self.env.invalidate_all()
        return refund.sudo().action_ids.filtered(lambda row: row.kind == kind)[:1]

    def _tell(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_refund_action")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _status(self, refund):
        return self._on_platform(refund.order_id).after_sales[-1].status

    def test_an_agreed_refund_is_paid(self):
        refund = self._asked()
        action = self._agree(refund)
        self.assertRecordValues(
            action,
            [
                {
                    "state": "to_send",
                    "asked_user_id": self.clerk.id,
                    "amount": refund.refund_amount,
                }
            ],
        )
        self.assertFalse(self._calls(AGREE))
        self._tell()
        self.assertEqual(action.state, "sent")
        self.assertEqual(self._status(refund), 10)

    def test_a_return_is_agreed_with_one_of_the_shops_addresses(self):
        refund = self._asked(kind=2)
        action = self._agree(refund, kind="return_agree")
        self._tell()
        self.assertEqual(action.state, "sent")
        self.assertEqual(self._status(refund), 7)

    def test_a_return_that_is_asked_for_again_is_not_agreed_in_silence(self):
        refund = self._asked(kind=2)
        self._agree(refund, kind="return_agree")
        self._tell()
        for event in ("refund_withdraw", "refund_reopen"):
            self.platform.event(refund.order_sn, event)
            self._read_all()
        with self.assertRaisesRegex(UserError, "merchant backend"):
            self._agree(refund, kind="return_agree")
        self.assertEqual(self._status(refund), 3)

    def test_without_the_right_nobody_agrees(self):
        refund = self._asked()
        user = new_test_user(self.env, "u", groups="pdd_connector.group_pdd_user")
        with self.assertRaises(UserError):
            refund.with_user(user).action_agree()
        with self.assertRaises(AccessError):
            self.env["pdd.refund.agree"].with_user(user).create(
                {"refund_id": refund.id, "kind": "agree"}
            )
        with self.assertRaises(AccessError):
            self.env["pdd.refund.action"].with_user(self.clerk).create(
                {"refund_id": refund.id, "kind": "agree"}
            )

    def test_agreeing_twice_pays_once(self):
        refund = self._asked()
        first = self._agree(refund)
        self.assertEqual(self._agree(refund), first)
        self._tell()
        self._tell()
        self.assertEqual(len(self._calls(AGREE)), 1)

    def test_a_large_refund_needs_a_second_person(self):
        self.shop.refund_limit_amount = 1
        refund = self._asked()
        action = self._agree(refund)
        self.assertEqual(action.state, "to_approve")
        self._tell()
        self.assertFalse(self._calls(AGREE))
        with self.assertRaises(UserError):
            action.with_user(self.clerk).action_approve()
        action.with_user(self.second).action_approve()
        self.assertEqual(action.approved_user_id, self.second)
        self._tell()
        self.assertEqual(self._status(refund), 10)

    def test_the_limits_of_a_day_hold_for_all_users_together(self):
        self._agree(self._asked())
        self.shop.refund_limit_day_count = 1
        refund = self._asked()
        with self.assertRaises(UserError) as caught:
            self._agree(refund, self.second)
        self.assertIn(self.shop.name, str(caught.exception))
        self.shop.write({"refund_limit_day_count": 9, "refund_limit_day_amount": 50})
        with self.assertRaises(UserError):
            self._agree(refund, self.second)
        self.shop.refund_limit_day_amount = 500
        self.assertEqual(self._agree(refund, self.second).state, "to_send")

    def test_telling_again_counts_for_the_limits_of_the_day(self):
        action = self._agree(self._asked())
        action.write({"state": "error", "agreed_date": "2020-01-01"})
        self.shop.refund_limit_day_count = 1
        self._agree(self._asked(), self.second)
        with self.assertRaises(UserError):
            action.with_user(self.clerk).action_retry()
        self.assertEqual(action.state, "error")
        self.shop.refund_limit_day_count = 2
        action.with_user(self.clerk).action_retry()
        self.assertEqual(action.state, "to_send")
        refund = self._asked()
        with self.assertRaises(UserError):
            self._agree(refund)

    def test_a_case_that_has_changed_meanwhile_is_not_agreed_to(self):
        refund = self._asked()
        self.platform.event(refund.order_sn, "refund_withdraw")
        with self.assertRaises(UserError):
            self._agree(refund)
        self.assertFalse(refund.action_ids)

    def test_another_amount_than_was_agreed_to_is_not_paid(self):
        self.shop.refund_limit_amount = 1
        refund = self._asked(amount=500)
        action = self._agree(refund)
        self._on_platform(refund.order_id).after_sales[-1].refund = 600
        action.with_user(self.second).action_approve()
        self._tell()
        self.assertEqual(action.state, "error")
        self.assertIn("6.00", action.error_message)
        self.assertFalse(self._calls(AGREE))
        action.with_user(self.clerk).action_retry()
        self._tell()
        self.assertFalse(self._calls(AGREE))

    def test_money_is_not_sent_twice_after_an_unknown_outcome(self):
        refund = self._asked()
        action = self._agree(refund)
        self.sim.faults.add("timeout_after_effect", api=AGREE)
        self._tell()
        self.assertRecordValues(action, [{"state": "to_send", "is_unsure": True}])
        self._pass_time(action)
        self._tell()
        self.assertEqual(action.state, "sent")
        self.assertEqual(len(self._calls(AGREE)), 1)

    def test_a_call_that_did_not_arrive_waits_for_a_person(self):
        refund = self._asked()
        action = self._agree(refund)
        self.sim.faults.add("reset", api=AGREE)
        self._tell()
        self._pass_time(action)
        self._tell()
        self.assertEqual(action.state, "error")
        self.assertEqual(self._status(refund), 2)
        action.with_user(self.clerk).action_retry()
        self._tell()
        self.assertEqual(self._status(refund), 10)

    def test_the_platforms_refusal_is_shown(self):
        refund = self._asked(kind=2)  # the goods are not back yet
        action = self._agree(refund)
        self._tell()
        self.assertEqual(action.state, "error")
        self.assertIn("退货商品尚未确认入库", action.error_message)

    # --- intercept

    def test_a_refund_for_a_parcel_on_its_way_asks_for_an_intercept(self):
        refund = self._asked()
        case = refund.case_ids
        self.assertEqual(case.intercept_state, "todo")
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        for button in ("asked", "done", "failed"):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(case.with_user(worker), f"action_intercept_{button}")()
        self.assertEqual(case.intercept_state, "todo")
        case.with_user(self.clerk).action_intercept_asked()
        case.with_user(self.clerk).action_intercept_done()
        self.assertRecordValues(
            case, [{"out_state": "recalled", "back_state": "expected"}]
        )
        self.assertEqual(
            case.return_picking_ids.carrier_tracking_ref,
            refund.order_id.parcel_ids.tracking_number,
        )
        self._agree(refund)
        self._tell()
        self._read_all()
        self.assertFalse(case.is_closed)  # the parcel is not back yet
        case.return_picking_ids.button_validate()
        self.assertTrue(case.is_closed)

    def test_a_paid_refund_stays_open_until_the_parcel_is_accounted_for(self):
        refund = self._asked()
        case = refund.case_ids
        self._agree(refund)
        self._tell()
        self._read_all()
        self.assertRecordValues(
            case,
            [{"is_closed": False, "money_state": "paid", "open_legs": "Parcel Out"}],
        )
        self.assertFalse(case.return_picking_ids)
        case.intercept_state = "asked"
        case.action_intercept_failed()
        self.assertTrue(case.is_closed)

    # --- could it be stopped?

    def test_the_question_about_an_unshipped_order_is_answered(self):
        self.shop.answers_stops = True
        order = self._make_orders()
        self._ask_refund(order)
        self._tell()
        self.assertEqual(order.refund_ids.action_ids.state, "sent")
        (call,) = self._calls("pdd.rdc.pddgenius.sendgoods.cancel")
        self.assertEqual(json.loads(call["param"])["status"], "SUCCESS")
        self.assertEqual(self._status(order.refund_ids), 10)

    def test_a_printed_label_or_a_parcel_cannot_be_stopped(self):
        self.shop.answers_stops = True
        orders = self._make_orders(2)
        self._prepare_parcel(orders[0].sale_order_id.picking_ids, "SF1000000000001")
        self._ship(orders[1], "SF1000000000002")
        for order in orders:
            self._ask_refund(order)
        self._tell()
        codes = [
            json.loads(call["param"])["fail_reason_code"]
            for call in self._calls("pdd.rdc.pddgenius.sendgoods.cancel")
        ]
        self.assertEqual(codes, [1003, 1002])

    def test_an_order_that_is_not_made_yet_is_held_and_was_stopped(self):
        self.shop.answers_stops = True
        (order,) = read_orders(self.shop, 1, self.platform)
        self.assertEqual(order.state, "pending")
        self.platform.event(order.order_sn, "refund_request")
        self.shop.action_sync_refunds()
        self.assertRecordValues(order, [{"state": "held", "sale_order_id": False}])
        self._tell()
        self._check_stopped(order)

    def test_an_order_that_waits_for_its_products_was_stopped(self):
        self.shop.answers_stops = True
        skus = self.env["pdd.sku"].search([("shop_id", "=", self.shop.id)])
        skus.product_id = False
        (order,) = read_orders(self.shop, 1, self.platform)
        self.shop.action_sync_orders()
        self.assertEqual(order.hold_reasons.mapped("code"), ["sku"])
        self._ask_refund(order)
        self._tell()
        self._check_stopped(order)

    def _check_stopped(self, order):
        (call,) = self._calls("pdd.rdc.pddgenius.sendgoods.cancel")
        self.assertEqual(json.loads(call["param"])["status"], "SUCCESS")
        self.assertEqual(self._status(order.refund_ids), 10)
        self._read_all()
        self.assertRecordValues(order, [{"state": "cancelled", "sale_order_id": False}])

    def test_of_an_order_that_was_not_read_nothing_is_known(self):
        self.shop.answers_stops = True
        placed = self.platform.create_order()
        self.platform.event(placed.order_sn, "refund_request")
        self.shop.action_sync_refunds()
        self._tell()
        (call,) = self._calls("pdd.rdc.pddgenius.sendgoods.cancel")
        self.assertEqual(json.loads(call["param"])["fail_reason_code"], 1001)

    def test_a_shop_that_does_not_want_it_answers_nothing(self):
        order = self._make_orders()
        self._ask_refund(order)
        self.assertFalse(order.refund_ids.action_ids)


@tagged("post_install", "-at_install")
class TestAgreeAtOnce(CommittedCase):
    def _check_limits(self, env):
        env["pdd.refund.action"]._check_limits(self.shop(env), 1)

    def test_a_count_that_is_old_already_lets_nobody_agree(self):
        with self.registry.cursor() as cr:
            slow = api.Environment(cr, SUPERUSER_ID, {})
            slow["pdd.refund.action"].search_count([])  # what it sees from now on
            with self.worker() as env:
                self._check_limits(env)
            with self.assertRaises(SerializationFailure):
                self._check_limits(slow)
            cr.rollback()
        with self.worker() as env:  # as Odoo repeats the request
            self._check_limits(env)
