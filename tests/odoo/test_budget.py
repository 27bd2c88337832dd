# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pace of calls, shared by all workers. Paces here are of hours: no test waits."""

from odoo.tests import tagged

from .committed import CommittedCase
from .common import PddCase

API = "pdd.goods.list.get"
EACH_1000_SECONDS = 0.001


@tagged("post_install", "-at_install")
class TestBudget(PddCase):
    def setUp(self):
        super().setUp()
        self.budget = self.env["pdd.api.budget"].sudo()
        self.budget.search([]).unlink()

    def _reserve(self, shop="shop", api=API, patience=1.0, pace=EACH_1000_SECONDS):
        return self.budget._reserve(shop, api, pace, patience)

    def test_the_first_call_goes_at_once(self):
        self.assertEqual(self._reserve(), (True, 0.0))

    def test_a_place_beyond_ones_patience_is_not_taken(self):
        self._reserve()
        taken, seconds = self._reserve()
        self.assertFalse(taken)
        self.assertAlmostEqual(seconds, 1000, delta=5)
        self.assertEqual(self.budget.search_count([]), 1)
        self.assertAlmostEqual(self._reserve()[1], 1000, delta=5)

    def test_a_patient_call_gets_the_next_place(self):
        self._reserve()
        taken, seconds = self._reserve(patience=1500)
        self.assertTrue(taken)
        self.assertAlmostEqual(seconds, 1000, delta=5)
        taken, seconds = self._reserve(patience=2500)
        self.assertTrue(taken)
        self.assertAlmostEqual(seconds, 2000, delta=5)

    def test_shops_and_apis_do_not_wait_for_each_other(self):
        self._reserve()
        self.assertTrue(self._reserve(shop="other")[0])
        self.assertTrue(self._reserve(api="other")[0])
        self.assertFalse(self._reserve()[0])

    def test_an_idle_time_gives_no_right_to_a_rush(self):
        self._reserve()
        self.env.cr.execute("UPDATE pdd_api_budget SET due_time = 0")
        self.assertTrue(self._reserve()[0])
        self.assertFalse(self._reserve()[0])

    def test_a_block_keeps_an_api_quiet_and_never_shortens_a_longer_one(self):
        self.budget._block("shop", API, 500)
        self.budget._block("shop", API, 10)
        taken, seconds = self._reserve()
        self.assertFalse(taken)
        self.assertAlmostEqual(seconds, 500, delta=5)

    def _pause(self, seconds=60, api=API, **details):
        return round(self.budget._block("shop", api, seconds, grows=True, **details))

    def _end_pause(self):
        """Let time pass until the pause is over; nothing was answered meanwhile."""
        self.env.cr.execute("UPDATE pdd_api_budget SET due_time = 0, pause_until = 0")

    def test_pauses_without_an_answer_in_between_grow_to_ten_minutes(self):
        pauses = []
        for _again in range(6):
            pauses.append(self._pause())
            self._end_pause()
        self.assertEqual(pauses, [60, 120, 240, 480, 600, 600])

    def test_an_answer_makes_the_next_pause_a_short_one(self):
        for _again in range(3):
            self._pause()
            self._end_pause()
        self.budget._end_pauses("shop", API)
        self.assertEqual(self._pause(), 60)

    def test_workers_that_learn_of_one_pause_at_once_count_it_once(self):
        self.assertEqual([self._pause() for _worker in range(3)], [60, 60, 60])
        self._end_pause()
        self.assertEqual(self._pause(), 120)

    def test_a_pause_that_the_platform_names_does_not_grow(self):
        for _again in range(3):
            self.assertEqual(round(self.budget._block("shop", API, 7)), 7)
            self._end_pause()

    def test_a_pause_is_that_of_one_api_of_one_shop(self):
        self._pause()
        for shop, apis, seconds in (
            ("shop", [API], 60),
            ("shop", ["other", API], 60),
            ("shop", ["other"], 0),
            ("other", [API], 0),
        ):
            found = self.budget._get_pause(shop, apis)
            self.assertAlmostEqual(found, seconds, delta=2)

    def test_the_goods_list_keeps_to_the_platforms_limit(self):
        self.shop.calls_per_second = 1000
        self.shop._take_place("pdd.goods.list.get")
        row = self.budget.search([("api_name", "=", "pdd.goods.list.get")])
        due = row.due_time
        self.shop._take_place("pdd.goods.list.get")
        row.invalidate_recordset()
        self.assertGreaterEqual(round(row.due_time - due, 3), 0.06)  # 1000 per 60 s


@tagged("post_install", "-at_install")
class TestSharedBudget(CommittedCase):
    def test_workers_share_the_places(self):
        def reserve(env):
            # 1 at once, then one each 1000 seconds within the patience: 4 in all
            budget = env["pdd.api.budget"]
            return budget._reserve("shared", API, EACH_1000_SECONDS, 3500)

        results = self.at_once(8, reserve)
        self.addCleanup(self._forget)
        self.assertEqual(sum(taken for taken, _seconds in results), 4)
        waits = sorted(round(seconds, -3) for taken, seconds in results if taken)
        self.assertEqual(waits, [0, 1000, 2000, 3000])

    def _forget(self):
        with self.worker() as env:
            env["pdd.api.budget"].search([("shop_key", "=", "shared")]).unlink()
