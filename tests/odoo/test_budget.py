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
