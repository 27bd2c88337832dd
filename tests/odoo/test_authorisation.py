# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens: pasted, renewed, refused; warnings; copied databases."""

from datetime import timedelta

from odoo import fields
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.models.pdd_shop_warn import WARNING_TYPE
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .committed import CommittedCase
from .common import PddCase, error_of, shop_vals

REFRESH = "pdd.pop.auth.token.refresh"
MALL = "pdd.mall.info.get"


@tagged("post_install", "-at_install")
class TestRenewal(PddCase):
    def _end_in(self, **span):
        end = fields.Datetime.now() + timedelta(**span)
        self.shop.token_expiry_date = end
        self.env.flush_all()

    def _renew(self):
        self.env["pdd.shop"]._cron_renew_authorisation()

    def test_a_token_is_renewed_before_it_ends(self):
        before = self.shop.access_token
        self._end_in(hours=1)
        self._renew()
        self.assertNotEqual(self.shop.access_token, before)
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertEqual(self.shop.refresh_token, self.account.refresh_token)
        self.assertGreater(
            self.shop.token_expiry_date, fields.Datetime.now() + timedelta(hours=20)
        )
        self.assertEqual(self.sim.journal.count(REFRESH), 1)

    def test_a_token_with_much_life_left_is_kept(self):
        self._end_in(hours=1)
        self._renew()
        self._renew()
        self.assertEqual(self.sim.journal.count(REFRESH), 1)

    def test_a_token_is_renewed_by_the_platforms_clock(self):
        self._end_in(hours=10)
        self.sim.clock.advance(9 * 3600)
        self.shop.clock_skew = 9 * 3600
        self.env.flush_all()
        self._renew()
        self.assertEqual(self.sim.journal.count(REFRESH), 1)

    def test_a_call_with_an_expired_token_renews_it_and_calls_again(self):
        self.sim.change_token(self.account, "expire")
        answer = self.shop._call(MALL)
        self.assertEqual(str(answer["mall_id"]), self.shop.mall_id)
        self.assertEqual(self.sim.journal.count(REFRESH), 1)
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertEqual(self.shop.state, "authorised")

    def test_a_withdrawn_consent_takes_the_shop_out_of_service_once(self):
        self.sim.change_token(self.account, "revoke")
        error = error_of(self.shop._call, MALL)
        self.assertIsInstance(error, pop.PddTokenRevokedError)
        self.assertEqual(self.shop.state, "revoked")
        warning = self.shop.activity_search([WARNING_TYPE])
        self.assertEqual(self.shop.activity_ids, warning)
        self.assertEqual(warning.user_id, self.shop.user_id)
        self.assertIn("press Authorise", warning.note)
        error = error_of(self.shop._call, MALL)
        self.assertIn("not authorised: open the shop", str(error))
        self.assertEqual(self.shop.activity_search([WARNING_TYPE]), warning)

    def test_an_ended_consent_is_told_from_a_withdrawn_one(self):
        self.sim.change_token(self.account, "expire")
        self.account.grant.refresh_expires = 0
        error = error_of(self.shop._call, MALL)
        self.assertIsInstance(error, pop.PddTokenExpiredError)
        self.assertEqual(self.shop.state, "expired")

    def test_an_expired_token_without_refresh_token_needs_a_new_consent(self):
        self.shop.write({"refresh_token": False, "token_date": self.shop.create_date})
        self.env.flush_all()
        self.sim.change_token(self.account, "expire")
        error = error_of(self.shop._call, MALL)
        self.assertIsInstance(error, pop.PddTokenExpiredError)
        self.assertEqual(self.shop.state, "expired")
        self.assertEqual(self.sim.journal.count(REFRESH), 0)

    def test_a_renewal_that_fails_for_another_reason_is_tried_again(self):
        token = self.shop.access_token
        for failure in (
            {"kind": "http_5xx"},
            {"kind": "reset"},
            {"kind": "error", "error_code": 70031},
            {"kind": "error", "error_code": 52001},
            {"kind": "error", "error_code": 20005},
            {"kind": "error", "error_code": 20004},
            {"kind": "error", "error_code": 70034},
        ):
            with self.subTest(failure):
                self.env["pdd.api.budget"].search([]).sudo().unlink()
                self.sim.faults.add(api=REFRESH, **failure)
                self._end_in(hours=1)
                self._renew()
                self.assertEqual(self.shop.state, "authorised")
                self.assertEqual(self.shop.access_token, token)
        self.env["pdd.api.budget"].search([]).sudo().unlink()
        self._renew()
        self.assertEqual(self.shop.access_token, self.account.access_token)

    def test_an_answer_without_token_changes_nothing(self):
        self.sim.faults.add("mutate_rows", api=REFRESH, patch={"access_token": None})
        token = self.shop.access_token
        self._end_in(hours=1)
        self._renew()
        self.assertEqual(self.shop.access_token, token)
        self.assertEqual(self.shop.state, "authorised")

    def test_times_that_cannot_be_read_do_not_lose_the_token(self):
        patch = {
            "expires_at": "soon",
            "expires_in": {"hours": 24},
            "refresh_token_expires_at": None,
            "refresh_token_expires_in": "86400",
            "scope": None,
        }
        self.sim.faults.add("mutate_rows", api=REFRESH, patch=patch)
        granted = ["pdd.order.information.get"]
        self.shop.granted_apis = granted
        self._end_in(hours=1)
        self._renew()
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertFalse(self.shop.token_expiry_date)
        self.assertEqual(self.shop.granted_apis, granted)
        self.assertLess(
            self.shop.refresh_token_expiry_date,
            fields.Datetime.now() + timedelta(days=1, minutes=1),
        )

    def test_one_shops_trouble_does_not_keep_another_from_renewing(self):
        other = self.shop.copy({"name": "Other", "sequence": 0})
        other.write({"state": "authorised", "refresh_token": "r", "access_token": "a"})
        other.write({"client_id": "unknown", "client_secret": "s"})
        other.token_expiry_date = fields.Datetime.now()
        self._end_in(hours=1)
        self._renew()
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertEqual(self.sim.journal.count(REFRESH), 2)

    def test_the_renewal_leaves_no_token_in_the_journal(self):
        self.shop.action_trace()
        self._end_in(hours=1)
        self._renew()
        call = self.env["pdd.api.call"].search([("api_name", "=", REFRESH)])
        self.assertFalse(call.params)
        self.assertFalse(call.failed)


@tagged("post_install", "-at_install")
class TestWarnings(PddCase):
    def _warn(self, **left):
        self.shop.refresh_token_expiry_date = fields.Datetime.now() + timedelta(**left)
        self.env.flush_all()
        before = self.shop.activity_ids
        self.env["pdd.shop"]._cron_renew_authorisation()
        return self.shop.activity_ids - before

    def test_a_warning_comes_30_14_7_3_and_1_days_before_the_end(self):
        self.assertFalse(self._warn(days=31))
        for days in (30, 14, 7, 3, 1):
            self.assertTrue(self._warn(days=days), days)
            self.assertFalse(self._warn(days=days - 0.5), days)
            self.assertEqual(len(self.shop.activity_ids), 1)

    def test_the_warning_names_the_day_and_the_button(self):
        warning = self._warn(days=3)
        end = fields.Date.to_string(self.shop.refresh_token_expiry_date)
        self.assertIn(end, warning.note)
        self.assertIn("press Authorise", warning.note)
        self.assertEqual(warning.user_id, self.shop.user_id)

    def test_the_warning_is_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.shop.user_id.lang = "zh_CN"
        self.assertEqual(self.shop._for_reader().env.lang, "zh_CN")

    def test_a_person_reads_errors_in_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.shop.user_id.lang = "zh_CN"
        user = new_test_user(
            self.env, "english", groups="pdd_connector.group_pdd_user", lang="en_US"
        )
        shop = self.shop.with_user(user).with_context(lang="en_US")
        self.assertEqual(shop._for_reader().env.lang, "en_US")

    def test_a_postponed_end_is_warned_of_anew(self):
        self.assertTrue(self._warn(days=7))
        self.assertFalse(self._warn(days=60))
        self.assertFalse(self.shop.activity_ids)
        self.assertTrue(self._warn(days=29))

    def test_another_persons_activity_is_left_alone(self):
        own = self.shop.activity_schedule("mail.mail_activity_data_todo")
        self._warn(days=3)
        self.shop.action_check_connection()
        self.assertEqual(self.shop.activity_ids, own)


@tagged("post_install", "-at_install")
class TestPastedToken(PddCase):
    def _paste(self, shop, **vals):
        shop.write(vals)
        self.env.flush_all()
        return shop

    def test_a_pasted_token_is_checked_and_forgets_the_former_one(self):
        self.shop.write(
            {
                "token_date": "2026-01-01",
                "token_expiry_date": "2026-01-02",
                "granted_apis": ["pdd.time.get"],
            }
        )
        self._paste(self.shop, access_token=self.account.access_token)
        self.assertFalse(self.shop.token_expiry_date)
        self.assertFalse(self.shop.missing_apis)
        action = self.shop.action_check_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn(str(self.account.mall_id), action["params"]["message"])
        self.assertTrue(self.shop.token_date)

    def test_a_shop_learns_its_mall_from_the_pasted_token(self):
        vals = shop_vals(self.sim, self.account) | {"mall_id": False}
        self.shop.unlink()
        shop = self.env["pdd.shop"].create(vals)
        shop.action_check_connection()
        self.assertEqual(shop.mall_id, str(self.account.mall_id))
        self.assertEqual(shop.state, "authorised")

    def test_what_is_missing_is_named(self):
        draft = self.env["pdd.shop"].create({"name": "Draft"})
        with self.assertRaisesRegex(UserError, "client ID and the client secret"):
            draft.action_check_connection()
        draft.write({"client_id": "1", "client_secret": "2"})
        with self.assertRaisesRegex(UserError, "no token yet"):
            draft.action_check_connection()

    def test_a_pasted_token_of_a_connected_mall_goes_to_the_first_shop(self):
        vals = shop_vals(self.sim, self.account) | {"mall_id": False}
        second = self.env["pdd.shop"].create({**vals, "name": "Second"})
        self.shop.write({"access_token": "old", "token_date": "2026-01-01"})
        self.env.flush_all()
        action = second.action_check_connection()
        self.assertEqual(action["params"]["next"]["res_id"], self.shop.id)
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertEqual(self.shop.state, "authorised")
        self.assertFalse(second.active)
        self.assertEqual(second.state, "draft")

    def test_missing_permissions_are_named_on_the_shop(self):
        self.shop.granted_apis = ["pdd.goods.list.get", "pdd.goods.detail.get"]
        self.env.flush_all()
        self.assertIn("pdd.order.information.get", self.shop.missing_apis)
        self.assertNotIn("pdd.goods.list.get", self.shop.missing_apis)
        action = self.shop.action_check_connection()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("pdd.order.information.get", action["params"]["message"])

    def test_a_token_that_may_not_ask_for_the_mall_is_good_all_the_same(self):
        self.sim.change_token(self.account, "remove_scope", api=MALL)
        self.shop.action_check_connection()
        self.assertEqual(self.shop.state, "authorised")


@tagged("post_install", "-at_install")
class TestTwoMalls(PddCase):
    simulator_options = {"seed": 7, "shops": 2, "orders": 0, "days": 2}

    def test_a_token_of_another_mall_never_reads_into_this_shop(self):
        other = self.sim.shops[1]
        self.shop.write({"access_token": other.access_token, "refresh_token": False})
        self.env.flush_all()
        error = error_of(self.shop._call, "pdd.goods.list.get", page=1, page_size=10)
        self.assertIn(str(other.mall_id), str(error))
        self.assertEqual(self.shop.state, "draft")
        self.assertEqual(self.sim.journal.count("pdd.goods.list.get"), 0)


@tagged("post_install", "-at_install")
class TestCopiedDatabase(PddCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("database.uuid", "a copy")
        self.env.invalidate_all()
        self.sim.journal.clear()

    def test_a_copied_database_does_not_call(self):
        self.assertTrue(self.shop.is_copied_database)
        for action in (
            self.shop.action_sync_orders,
            self.shop.action_sync_goods,
            self.shop.action_authorise,
            self.shop.action_check_connection,
            lambda: self.shop._call("pdd.time.get"),
        ):
            with self.assertRaisesRegex(UserError, "Confirm Database"):
                action()
        self.assertFalse(self.sim.journal.entries())

    def test_a_copied_database_renews_no_token(self):
        self.shop.token_expiry_date = fields.Datetime.now()
        self.env.flush_all()
        self.env["pdd.shop"]._cron_renew_authorisation()
        self.assertFalse(self.sim.journal.entries())

    def test_an_administrator_confirms_the_database(self):
        manager = new_test_user(
            self.env, "manager", groups="pdd_connector.group_pdd_manager"
        )
        with self.assertRaisesRegex(AccessError, "administrator"):
            self.shop.with_user(manager).action_confirm_database()
        self.shop.action_confirm_database()
        self.assertFalse(self.shop.is_copied_database)
        self.shop._call("pdd.time.get")


@tagged("post_install", "-at_install")
class TestTwoWorkers(CommittedCase):
    def test_two_workers_renew_a_token_once(self):
        self.sim.change_token(self.account, "expire")
        self.sim.faults.add("latency", api=REFRESH, seconds=0.3)
        answers = self.at_once(3, lambda env: self.shop(env)._call(MALL))
        self.assertEqual([str(a["mall_id"]) for a in answers], [self._mall()] * 3)
        self.assertEqual(self.sim.journal.count(REFRESH), 1)

    def test_a_renewed_token_is_used_by_the_transaction_that_renewed_it(self):
        self.sim.change_token(self.account, "expire")
        with self.worker() as env:
            self.shop(env)._call(MALL)
            self.sim.journal.clear()
            self.shop(env)._call(MALL)
            self.assertEqual(
                [entry["outcome"] for entry in self.sim.journal.entries()], ["ok"]
            )

    def test_a_renewed_token_survives_the_failure_of_its_caller(self):
        self.sim.change_token(self.account, "expire")
        with self.assertRaises(ZeroDivisionError), self.worker() as env:
            self.shop(env)._call(MALL)
            raise ZeroDivisionError
        with self.worker() as env:
            self.assertEqual(self.shop(env).access_token, self.account.access_token)

    def test_the_scheduled_action_renews_and_warns_in_one_go(self):
        with self.worker() as env:
            soon = fields.Datetime.now() + timedelta(hours=1)
            self.shop(env).token_expiry_date = soon
            self.shop(env).refresh_token_expiry_date = soon
        self.account.grant.refresh_expires = self.sim.clock.now() + 3600
        with self.worker() as env:
            env["pdd.shop"]._cron_renew_authorisation()
        with self.worker() as env:
            self.assertEqual(self.shop(env).access_token, self.account.access_token)
            self.assertTrue(self.shop(env).activity_ids)

    @mute_logger("odoo.addons.pdd_connector.models.pdd_shop_call")
    def test_a_learnt_clock_is_used_by_the_transaction_that_learnt_it(self):
        self.sim.clock.advance(3600)
        with self.worker() as env:
            self.shop(env)._call(MALL)
            self.sim.journal.clear()
            self.shop(env)._call(MALL)
            self.assertEqual(
                [entry["outcome"] for entry in self.sim.journal.entries()], ["ok"]
            )
        with self.worker() as env:
            self.assertAlmostEqual(self.shop(env).clock_skew, 3600, delta=30)

    def test_a_feed_that_meets_an_ended_consent_leaves_the_shop_expired(self):
        self.sim.change_token(self.account, "expire")
        self.account.grant.refresh_expires = 0
        with self.worker() as env:
            env["pdd.feed"]._cron_pull("order")
        with self.worker() as env:
            shop = self.shop(env)
            self.assertEqual(shop.state, "expired")
            self.assertIn("press Authorise", shop.feed_error)
            self.assertTrue(shop.activity_search([WARNING_TYPE]))
            self.assertEqual(shop.issue_ids.cause, "authorisation")

    def test_a_failed_call_is_in_the_journal_whatever_becomes_of_its_caller(self):
        self.sim.change_token(self.account, "remove_scope", api=MALL)
        with self.assertRaises(pop.PddPermissionError), self.worker() as env:
            self.shop(env)._call(MALL)
        with self.worker() as env:
            call = env["pdd.api.call"].search([("shop_id", "=", self.shop_id)])
            self.assertEqual(call.error_code, "20031")

    def _mall(self):
        return str(self.account.mall_id)
