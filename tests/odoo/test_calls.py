# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one door to the gateway: journal, pace, clock, sentences."""

import json
from datetime import timedelta

from odoo import fields
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.const import LOGGED_PARAMS
from odoo.exceptions import UserError
from odoo.tests import RecordCapturer, tagged
from odoo.tools import mute_logger

from .common import PddCase, error_of

TIME = "pdd.time.get"
GOODS = "pdd.goods.list.get"
DETAIL = "pdd.order.information.get"
REFRESH = "pdd.pop.auth.token.refresh"
SEND = "pdd.logistics.online.send"
CALL_LOGGER = "odoo.addons.pdd_connector.models.pdd_shop_call"


class CallCase(PddCase):
    def _journal(self):
        return self.env["pdd.api.call"].search([("shop_id", "=", self.shop.id)])

    def _fail(self, api_name=GOODS, kind="error", times=1, **fault):
        """Let calls of an API fail; return the error of calling it."""
        self.sim.faults.add(kind, api=api_name, times=times, **fault)
        self.env["pdd.api.budget"].sudo().search([]).unlink()
        return error_of(self.shop._call, api_name, page=1, page_size=10)


@tagged("post_install", "-at_install")
class TestJournal(CallCase):
    def test_a_failed_call_is_kept_with_all_that_support_asks_for(self):
        error = error_of(self.shop._call, DETAIL, order_sn="260101-1")
        call = self._journal()
        self.assertEqual(call.api_name, DETAIL)
        self.assertEqual(call.error_code, "50001/45001")
        self.assertEqual(call.request_id, error.request_id)
        self.assertTrue(call.request_id.isdecimal())
        self.assertEqual(call.params_text, "order_sn=260101-1")
        self.assertIn("45001", call.message)
        self.assertTrue(call.failed)

    def test_a_call_that_works_is_kept_only_while_the_shop_is_traced(self):
        self.shop._call(TIME)
        self.assertFalse(self._journal())
        self.shop.action_trace()
        self.env.flush_all()
        self.shop._call(TIME)
        self.assertEqual(self._journal().mapped("failed"), [False])
        self.shop.action_trace()
        self.env.flush_all()
        self.shop._call(TIME)
        self.assertEqual(len(self._journal()), 1)

    def test_tracing_ends_by_itself(self):
        self.shop.trace_until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.shop._call(TIME)
        self.assertFalse(self._journal())

    def test_old_calls_are_purged(self):
        self._fail(error_code=50001)
        self._fail(error_code=50001)
        old = self._journal()[0]
        old_date = fields.Datetime.now() - timedelta(days=31)
        self.env.cr.execute(
            "UPDATE pdd_api_call SET create_date = %s WHERE id = %s",
            [old_date, old.id],
        )
        self.env.invalidate_all()
        self.env["pdd.api.call"]._gc_calls()
        self.assertFalse(old.exists())
        self.assertEqual(len(self._journal()), 1)

    def test_how_long_calls_are_kept_is_a_setting(self):
        self._fail(error_code=50001)
        settings = self.env["res.config.settings"].create(
            {"pdd_api_call_retention_days": 90}
        )
        settings.execute()
        past = fields.Datetime.now() - timedelta(days=80)
        self.env.cr.execute("UPDATE pdd_api_call SET create_date = %s", [past])
        self.env.invalidate_all()
        self.env["pdd.api.call"]._gc_calls()
        self.assertTrue(self._journal())

    def test_no_secret_is_in_journal_log_or_error(self):
        secrets = [
            self.shop[name]
            for name in ("client_secret", "access_token", "refresh_token")
        ]
        leak = f"{secrets[0]} {secrets[1]} 13812345678 ~AgAAAAB~xYzxYzxYz=~2~~"
        self.shop.action_trace()
        self.env.flush_all()
        with self.assertLogs(level="DEBUG") as logs:
            errors = [
                self._fail(error_code=50001, sub_msg=leak),
                self._fail(SEND, kind="reset"),
                self._fail(kind="html", times=3),
                self._fail(error_code=20004, sub_msg=leak),
                self._fail_renewal(
                    error_code=20005, sub_msg=f"{secrets[0]} {secrets[2]}"
                ),
            ]
            self.shop._call(GOODS, page=1, page_size=1)
        shown = [str(error) for error in errors]
        shown += [self.shop._explain(error) for error in errors]
        shown += [repr(error) for error in errors]
        shown += [
            record.getMessage()
            for record in logs.records
            if record.name != "odoo.sql_db"  # all that Odoo stores, while debugging
        ]
        shown.append(json.dumps(self._journal().read(), default=str))
        for secret in (*secrets, "13812345678", "xYzxYzxYz"):
            self.assertFalse([text for text in shown if secret in text])

    def _fail_renewal(self, **fault):
        self.sim.faults.add("error", api=REFRESH, **fault)
        return error_of(self.shop._renew_token, self.shop.access_token)

    def test_only_harmless_parameters_are_kept(self):
        names = {"client_secret", "access_token", "refresh_token", "code", "sign"}
        names |= {"data_list", "receiver_name", "receiver_phone", "note"}
        self.assertFalse(names & LOGGED_PARAMS)
        error_of(self.shop._call, DETAIL, order_sn="1", note="to Ms Wang 13812345678")
        self.assertEqual(self._journal().params, {"order_sn": "1"})


@tagged("post_install", "-at_install")
class TestErrors(CallCase):
    def test_a_write_with_unknown_outcome_is_sent_once(self):
        for fault in ("reset", "half_body", "html"):
            self.sim.journal.clear()
            error = self._fail(SEND, kind=fault, times=-1)
            self.assertTrue(error.outcome_unknown, fault)
            self.assertEqual(self.sim.journal.count(SEND), 1, fault)
            self.sim.faults.clear()

    def test_a_read_is_repeated_at_once(self):
        self.sim.faults.add("reset", api=GOODS, times=2)
        self.assertIn("goods_list", self.shop._call(GOODS, page=1, page_size=1))
        self.assertEqual(self.sim.journal.count(GOODS), 3)

    def test_every_error_has_a_sentence_that_says_what_to_do(self):
        for code, hint in {
            10001: "tell the administrator",
            10016: "client ID",
            10017: "tell the administrator",
            20004: "the client secret is wrong",
            20005: "allowed IP",
            20031: "lacks a permission",
            20034: "tell the administrator",
            20035: "gateway address",
            21001: "tell the administrator",
            30000: "lacks a permission",
            30001: "check client ID",
            50000: "tried again",
            50001: "refused",
            52001: "tried again",
            52101: "pace",
            52103: "tried again",
            70031: "pace",
            70033: "tried again",
            70034: "support",
            70036: "test state",
            91234: "refused",
        }.items():
            with self.subTest(code):
                sentence = self.shop._explain(self._fail(error_code=code, times=3))
                self.assertIn(hint, sentence)
                self.sim.faults.clear()

    def test_a_person_reads_the_sentence_not_the_error(self):
        self.sim.faults.add("error", api=GOODS, error_code=20005)
        with self.assertRaisesRegex(UserError, "list of allowed IP"):
            self.shop.action_sync_goods()

    def test_a_shop_that_is_not_authorised_is_not_called(self):
        for state in ("draft", "expired", "revoked"):
            self.shop.state = state
            self.env.flush_all()
            self.sim.journal.clear()
            with self.assertRaisesRegex(UserError, "not authorised"):
                self.shop._call(TIME)
            self.assertFalse(self.sim.journal.entries())


@tagged("post_install", "-at_install")
class TestClock(CallCase):
    def test_a_platform_that_does_not_tell_the_time_is_read_by_our_clock(self):
        order = self.platform.create_order()
        for code in (10001, 50001):
            self.sim.faults.clear()
            self.sim.faults.add("error", api=TIME, error_code=code, times=100)
            self.shop.action_sync_orders()
        self.assertEqual(
            self.env["pdd.order"].search([]).mapped("order_sn"), [order.order_sn]
        )
        self.sim.faults.clear()

    def test_a_clock_that_is_off_is_learnt_and_the_call_repeated(self):
        for offset in (3600, -7200):
            self.sim.clock.set(fields.Datetime.now().timestamp())
            self.shop.clock_skew = 0
            self.env.flush_all()
            self.sim.clock.advance(offset)
            with mute_logger(CALL_LOGGER):
                self.shop._call(GOODS, page=1, page_size=1)
            self.assertAlmostEqual(self.shop.clock_skew, offset, delta=30)
            self.assertTrue(self.shop.clock_warning)

    def test_the_difference_is_measured_while_the_platform_still_accepts_it(self):
        self.sim.clock.advance(90)
        self.shop.action_check_connection()
        self.assertAlmostEqual(self.shop.clock_skew, 90, delta=5)
        self.assertTrue(self.shop.clock_warning)

    def test_clocks_that_agree_raise_no_warning(self):
        self.shop.action_check_connection()
        self.assertAlmostEqual(self.shop.clock_skew, 0, delta=5)
        self.assertFalse(self.shop.clock_warning)

    def test_a_time_that_cannot_be_read_is_no_obstacle(self):
        for time in ("noon", "9999-12-31 23:59:59", "1970-01-02 00:00:00"):
            self.sim.faults.add("mutate_rows", api=TIME, patch={"time": time})
            self.assertEqual(
                self.shop._measure_clock().date(), fields.Datetime.now().date()
            )
            self.assertAlmostEqual(self.shop.clock_skew, 0, delta=5)


@tagged("post_install", "-at_install")
class TestThrottling(CallCase):
    simulator_options = {"seed": 7, "shops": 2, "orders": 0, "days": 2}

    def test_a_throttled_shop_waits_and_another_goes_on(self):
        other = self._connect_shop(self.sim.shops[1], name="Other")
        self.sim.faults.add(
            "error", api=GOODS, error_code=70031, mall_id=self.account.mall_id
        )
        error = error_of(self.shop._call, GOODS, page=1, page_size=1)
        self.assertIsInstance(error, pop.PddThrottledError)
        self.sim.journal.clear()
        error = error_of(self.shop._call, GOODS, page=1, page_size=1)
        self.assertIsInstance(error, pop.PddThrottledError)
        self.assertGreater(error.retry_after, 30)
        self.assertFalse(self.sim.journal.entries())
        other._call(GOODS, page=1, page_size=1)
        self.shop._call("pdd.goods.detail.get", goods_id=int(self._first_goods()))

    def test_a_pause_is_as_long_as_the_platform_says(self):
        refunds = "pdd.refund.list.increment.get"
        for api, asked, seconds in (
            (GOODS, 3, 3),
            (GOODS, None, 60),
            (refunds, None, 10),
            ("pdd.order.note.update", None, 60),
        ):
            for code in (52101, 70031):
                with self.subTest(api=api, code=code, asked=asked):
                    self.env["pdd.api.budget"].sudo().search([]).unlink()
                    self.sim.faults.add(
                        "error", api=api, error_code=code, retry_after=asked
                    )
                    error = error_of(self.shop._call, api, page=1, page_size=1)
                    self.assertIsInstance(error, pop.PddThrottledError)
                    self.assertAlmostEqual(error.retry_after, seconds, delta=1)
                    pause = self.shop._get_pause([api])
                    self.assertAlmostEqual(pause, seconds, delta=2)

    def test_an_answer_ends_the_growth_of_pauses(self):
        for seconds in (60, 120):
            self.sim.faults.add("error", api=GOODS, error_code=70031)
            error = error_of(self.shop._call, GOODS, page=1, page_size=1)
            self.assertAlmostEqual(error.retry_after, seconds, delta=1)
            self._end_pauses()
        self.shop._call(GOODS, page=1, page_size=1)
        self.sim.faults.add("error", api=GOODS, error_code=70031)
        error = error_of(self.shop._call, GOODS, page=1, page_size=1)
        self.assertAlmostEqual(error.retry_after, 60, delta=1)

    def _end_pauses(self):
        self.env.cr.execute("UPDATE pdd_api_budget SET due_time = 0, pause_until = 0")

    def test_a_feed_waits_as_long_as_its_api_is_paused_and_is_woken_then(self):
        self.sim.faults.add("error", api=GOODS, error_code=70031, retry_after=7)
        with RecordCapturer(self.env["ir.cron.trigger"]) as capturer:
            error_of(self.shop.action_sync_goods)
        self.env.flush_all()
        self.env.invalidate_all()
        feed = self.shop.feed_ids.filtered(lambda feed: feed.kind == "goods")
        seconds = (feed.next_run_date - fields.Datetime.now()).total_seconds()
        self.assertAlmostEqual(seconds, 7, delta=3)
        cron = self.env.ref("pdd_connector.ir_cron_goods_intake")
        triggers = capturer.records.filtered(lambda trigger: trigger.cron_id == cron)
        self.assertIn(
            feed.next_run_date.replace(microsecond=0),
            [trigger.call_at.replace(microsecond=0) for trigger in triggers],
        )

    def _first_goods(self):
        return self._platform_skus()[0]["goods_id"]

    def test_a_throttled_feed_goes_on_by_itself(self):
        self.sim.faults.add("error", api=GOODS, error_code=70031)
        error_of(self.shop.action_sync_goods)
        feed = self.shop.feed_ids.filtered(lambda feed: feed.kind == "goods")
        self.assertIn("by itself", feed.last_error)
        self.assertGreater(feed.next_run_date, fields.Datetime.now())
        self.assertEqual(feed.failure_count, 0)

    def test_the_own_pace_is_no_failure_of_a_call(self):
        self.shop.calls_per_second = 0.001
        self.env.flush_all()
        self.env["pdd.api.budget"].sudo().search([]).unlink()
        self.shop._call(GOODS, page=1, page_size=1)
        error = error_of(self.shop._call, GOODS, page=1, page_size=1)
        self.assertIsInstance(error, pop.PddThrottledError)
        self.assertFalse(self._journal())
