# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .stock_common import Killed, PddStockCase

READ, WRITE = "pdd.goods.skus.get", "pdd.goods.quantity.update"


@tagged("post_install", "-at_install")
class TestStockFaults(PddStockCase):
    def setUp(self):
        super().setUp()
        self._stock(40)
        self._run()
        self.assertEqual(self._shown(), 40)
        self.sim.journal.clear()

    def _settled(self):
        """Run until nothing is open any more, letting time pass in between."""
        is_open = [("state", "in", ("to_send", "sending", "unknown"))]
        for _round in range(6):
            self._pass_time(minutes=20)
            self.shop.action_sync_orders()
            self._run()
            left = self.env["pdd.stock.publication"].search_count(is_open)
            if not left and not self.env["pdd.stock.mark"].search_count([]):
                break
        return left

    # --- sales the lists do not show yet

    def test_a_sale_the_lists_do_not_show_yet_is_not_overwritten(self):
        self.platform.settings.list_lag = 300
        self._buy(5)
        self._stock(50)
        self._run()
        self.assertFalse(self.shop.order_count)
        self.assertEqual(self._shown(), 45)
        self.assertRecordValues(
            self._last(), [{"target_qty": 50, "unseen_qty": 5, "read_qty": 35}]
        )
        self.sim.clock.advance(400)
        self.shop.action_sync_orders()
        calls = len(self._calls())
        self._run()
        self.assertEqual(self._shown(), 45)
        self.assertEqual(len(self._calls()), calls)

    def test_a_second_change_keeps_the_sales_that_the_first_one_found(self):
        self.platform.settings.list_lag = 300
        self._buy(5)
        for stock in (50, 52, 41):
            self._stock(stock)
            self._run()
            self.assertEqual(self._shown(), stock - 5)
            self.assertEqual(self._last().unseen_qty, 5)
        self._buy(2)
        self._stock(60)
        self._run()
        self.assertEqual((self._shown(), self._last().unseen_qty), (53, 7))
        self.assertFalse(self.shop.order_count)
        self.sim.clock.advance(400)
        self.assertFalse(self._settled())
        self.assertEqual(self.shop.order_count, 2)
        self.assertEqual(self._shown(), 53)

    def test_a_check_overwrites_no_sale_the_lists_do_not_show_yet(self):
        self.platform.settings.list_lag = 300
        self._buy(5)
        for _again in range(2):
            self.sku.action_publish_stock()
            self._run()
            self.assertEqual((self._shown(), self._last().unseen_qty), (35, 5))
        self._compare()
        self._run()
        self.assertEqual(self._shown(), 35)
        self.assertFalse(self._calls(WRITE))
        self.assertFalse(self._last().drift_qty)
        self.sim.clock.advance(400)
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), 35)
        drifts = self.env["pdd.stock.publication"].search([("drift_qty", "!=", 0)])
        self.assertFalse(drifts)

    def test_sales_found_at_zero_are_kept_when_there_is_stock_again(self):
        self.platform.settings.list_lag = 300
        self._buy(5)
        self._stock(0)
        self._run()
        self.assertEqual((self._shown(), self._last().unseen_qty), (0, 5))
        self._stock(30)
        self._run()
        self.assertEqual(self._shown(), 25)

    def test_sales_found_before_an_answer_was_lost_are_kept(self):
        self.platform.settings.list_lag = 300
        self._buy(5)
        self.sim.faults.add("timeout_after_effect", api=WRITE, seconds=0)
        self._stock(50)
        self._run()
        self.assertRecordValues(
            self._last(), [{"state": "unknown", "quantity": 45, "maybe_qty": 45}]
        )
        self._buy(1)
        self.sim.faults.add("http_5xx", api=READ, times=-1)
        self._pass_time(minutes=1)
        self._run()
        self.assertEqual(self._last().state, "to_send")
        self.sim.faults.clear()
        self._stock(60)
        self._pass_time(minutes=1)
        self._run()
        self.assertEqual((self._shown(), self._last().unseen_qty), (54, 6))

    def test_a_refused_reduction_keeps_the_sales_it_found(self):
        self.platform.settings.list_lag = 300
        goods = self.sim.shops[0].goods[int(self.sku.goods_id.goods_id)]
        goods.is_promoted = True
        self._buy(5)
        self._sell(15)
        self._run()
        self.assertRecordValues(self._last(), [{"state": "refused", "unseen_qty": 5}])
        self._stock(55)
        self._run()
        self.assertEqual(self._shown(), 35)
        goods.is_promoted = False
        self._stock(52)
        self._run()
        self.assertEqual(self._shown(), 32)

    def test_a_worker_killed_after_it_found_sales_keeps_them(self):
        self.platform.settings.list_lag = 300
        for point in ("before", "after"):
            with self.subTest(killed=point):
                self._buy(5)
                self._stock(self._last().target_qty + 10)
                with suppress(Killed), self._kill(point):
                    self._run()
                self.env.invalidate_all()
                self._pass_time(minutes=5)
                self._run()
                self._pass_time(minutes=5)
                self._run()
                bought = len(self.sim.shops[0].orders) * 5
                most = self._last().target_qty - bought
                self.assertLessEqual(self._shown(), most)
        self.sim.clock.advance(400)
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), most)

    def test_what_no_order_explains_after_a_while_is_mended(self):
        self._on_platform().quantity = 33
        self._stock(50)
        self._run()
        self.assertEqual(self._shown(), 43)
        self.sim.clock.advance(600)
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), 50)
        self.assertEqual(self._last().cause, "drift")

    def test_an_order_that_was_overwritten_is_noticed_when_it_is_read(self):
        self._stock(50)
        real_call = type(self.shop)._call

        def buy_in_between(shop, api_name, /, **params):
            if api_name == WRITE and not self.sim.shops[0].orders:
                self._buy(4)
            return real_call(shop, api_name, **params)

        with patch.object(type(self.shop), "_call", buy_in_between):
            self._run()
        self.assertEqual(self._shown(), 50)
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), 46)

    # --- answers that do not come

    def test_a_lost_answer_is_not_followed_up_for_a_sku_without_a_product(self):
        self.sim.faults.add("reset", api=WRITE)
        self._stock(50)
        self._run()
        self.assertEqual(self._last().state, "unknown")
        self.sku.product_id = False
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), 40)
        self.assertEqual(self._last().state, "superseded")
        self._on_platform().quantity = 47
        self.sku.product_id = self.product
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), 50)

    def test_a_lost_answer_is_read_back_before_anything_is_sent_again(self):
        self.sim.faults.add("timeout_after_effect", api=WRITE, seconds=0)
        self._stock(50)
        self._run()
        self.assertEqual(self._last().state, "unknown")
        self.assertEqual(self._shown(), 50)
        self.sim.journal.clear()
        self._pass_time(minutes=1)
        self._run()
        self.assertEqual(len(self._calls(READ)), 1)
        self.assertFalse(self._calls(WRITE))
        self.assertRecordValues(
            self._last(), [{"state": "equal", "after_qty": 50, "unseen_qty": 0}]
        )
        self.assertEqual(self.sku.published_qty, 50)

    def test_a_lost_answer_with_a_sale_after_it_loses_neither(self):
        self.platform.settings.list_lag = 300
        self.sim.faults.add("timeout_after_effect", api=WRITE, seconds=0)
        self._stock(50)
        self._run()
        self._buy(3)
        self._pass_time(minutes=1)
        self._run()
        self.assertEqual(self._shown(), 47)

    def test_a_newer_quantity_takes_over_from_one_without_an_answer(self):
        self.sim.faults.add("timeout_after_effect", api=WRITE, seconds=0)
        self._stock(50)
        self._run()
        self._stock(45)
        self._pass_time(minutes=1)
        self._run()
        self.assertEqual(self._shown(), 45)
        self.assertRecordValues(self._last(), [{"state": "sent", "maybe_qty": 50}])

    def test_every_fault_ends_with_the_right_quantity(self):
        faults = (
            ("latency", {"seconds": 0.2}),
            ("reset", {}),
            ("http_5xx", {"status": 502}),
            ("html", {}),
            ("error", {"error_code": 50000}),
            ("error", {"error_code": 52001}),
            ("error", {"error_code": 52101}),
            ("error", {"error_code": 70031}),
            ("error", {"error_code": 10019}),
            ("timeout_after_effect", {"seconds": 0}),
            ("half_body", {}),
        )
        quantity = 50
        for api in (READ, WRITE):
            for kind, details in faults:
                with self.subTest(api=api, kind=kind, **details):
                    quantity += 1
                    self.sim.faults.add(kind, api=api, **details)
                    self._stock(quantity)
                    self._run()
                    self.assertFalse(self._settled())
                    self.assertEqual(self._shown(), quantity)
                    self.sim.faults.clear()

    # --- workers that die

    def test_a_worker_killed_right_before_or_after_the_call_loses_nothing(self):
        quantity = 50
        for point in ("before", "after"):
            with self.subTest(killed=point):
                quantity += 1
                self._stock(quantity)
                with suppress(Killed), self._kill(point):
                    self._run()
                self.env.invalidate_all()
                self.assertEqual(self._last().state, "sending")
                self._run()
                self.assertEqual(self._last().state, "sending")
                self.assertFalse(self._settled())
                self.assertEqual(self._shown(), quantity)

    def test_a_worker_that_was_overtaken_does_not_tell_an_older_quantity(self):
        slow, other = self.sku, self.skus[1]
        self._stock(20, slow.product_id)
        self._stock(50, other.product_id)
        real_call = type(self.shop)._call
        calls = []

        def overtake(shop, api_name, /, **params):
            calls.append(api_name)
            if calls.count(WRITE) == 1 and api_name == WRITE:
                self._publish_meanwhile(55, other.product_id)
            return real_call(shop, api_name, **params)

        with patch.object(type(self.shop), "_call", overtake):
            self.env["pdd.stock.publication"]._publish(self.shop)
        self.assertEqual(self._shown(other), 55)
        self.assertEqual(other.published_qty, 55)
        self.assertEqual(self._shown(slow), 20)

    def _publish_meanwhile(self, quantity, product):
        """Let claims grow stale, then let another worker publish a newer quantity."""
        self._stock(quantity, product)
        for _round in range(2):
            self._pass_time(minutes=5)
            self.env["pdd.stock.publication"]._publish(self.shop)

    def test_a_computation_that_dies_leaves_its_marks(self):
        self._stock(50)
        with (
            self.assertRaises(Killed),
            patch.object(
                type(self.env["pdd.stock.publication"]), "_insert", side_effect=Killed
            ),
            self.env.cr.savepoint(),
        ):
            self.env["pdd.stock.level"]._compute_marked()
        self._run()
        self.assertEqual(self._shown(), 50)

    # --- refusals

    def test_a_refused_reduction_is_an_alarm_until_it_succeeds(self):
        goods_id = int(self.sku.goods_id.goods_id)
        goods = self.sim.shops[0].goods[goods_id]
        goods.is_promoted = True
        self._sell(15)
        self._run()
        self.assertEqual(self._shown(), 40)
        self.assertRecordValues(
            self._last(), [{"state": "refused", "target_qty": 25, "after_qty": 40}]
        )
        self.assertEqual(self.sku.stock_outcome, "refused")
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_refused")])
        self.assertEqual(issue.state, "open")
        self.assertIn("pieces on offer: 40, there: 25", issue.name)
        self.assertEqual(self.shop.stock_refused_count, 1)
        goods.is_promoted = False
        self._pass_time(hours=2)
        self._run()
        self.assertEqual(self._shown(), 25)
        self.assertEqual(issue.state, "solved")

    def test_an_alarm_ends_although_an_answer_was_lost_in_between(self):
        goods = self.sim.shops[0].goods[int(self.sku.goods_id.goods_id)]
        goods.is_promoted = True
        self._sell(15)
        self._run()
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_refused")])
        goods.is_promoted = False
        self.sim.faults.add("timeout_after_effect", api=WRITE, seconds=0)
        self._sell(1)
        self._run()
        self.assertEqual(self.sku.stock_outcome, "unknown")
        self._pass_time(minutes=1)
        self._run()
        self.assertEqual(self._shown(), 24)
        self.assertEqual(issue.state, "solved")

    def test_parameters_that_are_refused_are_an_alarm(self):
        self.sim.faults.add("error", api=WRITE, error_code=10001)
        self._stock(60)
        self._run()
        self.assertEqual(self._last().state, "error")
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_error")])
        self.assertEqual(issue.sku_id, self.sku)

    def test_a_promoted_sku_may_still_be_raised(self):
        self.sim.shops[0].goods[int(self.sku.goods_id.goods_id)].is_promoted = True
        self._stock(60)
        self._run()
        self.assertEqual(self._shown(), 60)

    def test_a_sku_the_platform_lost_is_an_error_that_stops_no_other(self):
        other = self.skus[1]
        shop = self.sim.shops[0]
        sku = shop.skus.pop(int(self.sku.sku_id))
        shop.goods[sku.goods_id].skus.remove(sku)
        self._stock(60)
        self._stock(9, other.product_id)
        self._run()
        self.assertEqual(self._last().state, "error")
        self.assertEqual(self._shown(other), 9)
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_error")])
        self.assertEqual(issue.sku_id, self.sku)

    def test_a_shop_without_consent_waits_and_says_so(self):
        self.sim.change_token(self.sim.shops[0], "revoke")
        self._stock(60)
        with mute_logger("odoo.addons.pdd_connector.models.pdd_shop_authorise"):
            self._run()
        self.assertEqual(self._last().state, "to_send")
        self.assertEqual(self._shown(), 40)

    def test_nothing_is_raised_while_orders_cannot_be_read(self):
        api = "pdd.order.number.list.increment.get"
        self.sim.faults.add("http_5xx", api=api, times=-1)
        other = self.skus[1]
        self._stock(9, other.product_id)
        self._pass_time(minutes=30)
        self._stock(60)
        self._sell(5, other.product_id)
        self._run()
        self.assertEqual(self._shown(), 40)
        self.assertEqual(self._last().state, "to_send")
        self.assertLessEqual(self._shown(other), 4)
        self.sim.faults.clear()
        self.assertFalse(self._settled())
        self.assertEqual(self._shown(), 60)

    # --- the nightly comparison

    def _compare(self):
        self.env.ref(
            "pdd_connector_stock.ir_cron_stock_compare"
        ).method_direct_trigger()
        self.env.invalidate_all()

    def test_drift_is_listed_with_its_likely_cause_and_mended(self):
        raised, lowered = self.sku, self.skus[1]
        self._stock(20, lowered.product_id)
        self._run()
        self._on_platform(raised).quantity = 47
        self._on_platform(lowered).quantity = 12
        self._compare()
        self._run()
        self.assertEqual((self._shown(raised), self._shown(lowered)), (40, 12))
        self.sim.clock.advance(600)
        self.assertFalse(self._settled())
        drifts = self.env["pdd.stock.publication"].search([("drift_qty", "!=", 0)])
        self.assertRecordValues(
            drifts.sorted("drift_qty"),
            [
                {"sku_id": lowered.id, "drift_qty": -8, "drift_cause": "lowered"},
                {"sku_id": raised.id, "drift_qty": 7, "drift_cause": "raised"},
            ],
        )
        self.assertEqual((self._shown(raised), self._shown(lowered)), (40, 20))

    def test_a_comparison_without_differences_sends_nothing(self):
        self._compare()
        self._run()
        self.sim.journal.clear()
        self._compare()
        self._run()
        self.assertFalse(self._calls(WRITE))
        self.assertFalse(self._calls(READ))

    # --- pauses

    def test_a_quantity_that_was_claimed_and_not_sent_has_no_failed_call(self):
        for number, sku in enumerate(self.skus[:3]):
            self._stock(60 + number, sku.product_id)
        self.sim.faults.add("http_5xx", api=READ, times=-1)
        self._run()
        rows = self.env["pdd.stock.publication"].search([("state", "=", "to_send")])
        self.assertEqual(sorted(rows.mapped("attempts")), [0, 0, 1])
        self.assertFalse(rows.filtered("retry_date"))
        self.assertTrue(self.shop._get_pause([READ]))

    def _change(self, quantities):
        """Give SKUs new quantities while the platform takes no call."""
        for sku, quantity in zip(self.skus, quantities, strict=False):
            self._stock(quantity, sku.product_id)

    def test_what_prevents_overselling_goes_first_when_a_pause_ends(self):
        self.shop.stock_brake_qty = 0
        self._change((40, 50, 60, 70))
        self._run()
        for kind, details in (
            ("error", {"error_code": 52101}),
            ("error", {"error_code": 70031}),
            ("error", {"error_code": 70031, "retry_after": 30}),
            ("error", {"error_code": 52102}),
            ("http_5xx", {}),
        ):
            for api in (READ, WRITE):
                if (kind, api) == ("http_5xx", WRITE):
                    continue  # each outcome is unknown: it is read back on its own
                with self.subTest(api=api, kind=kind, **details):
                    self._change((40, 50, 60, 70))
                    self._pass_time(minutes=20)
                    self._run()
                    fault = self.sim.faults.add(kind, api=api, times=-1, **details)
                    self._change((45, 56, 3, 20))
                    for _again in range(3):
                        self._run()
                        self._pass_time(seconds=1)
                    fault.times = 0
                    self.sim.journal.clear()
                    self._pass_time(minutes=20)
                    self._run()
                    told = [
                        int(call["params"]["sku_id"]) for call in self._calls(WRITE)
                    ]
                    expected = [self.skus[n] for n in (2, 3, 0, 1)]
                    self.assertEqual(told, [int(sku.sku_id) for sku in expected])

    def test_no_call_is_made_while_the_platform_takes_none(self):
        self.sim.faults.add("error", api=WRITE, error_code=70031, retry_after=30)
        self._change((45, 56, 3))
        self._run()
        self.sim.journal.clear()
        for _again in range(3):
            self._run()
        self.assertFalse(self._calls(READ) + self._calls(WRITE))
        self._pass_time(seconds=31)
        self._run()
        self.assertEqual([self._shown(sku) for sku in self.skus[:3]], [45, 56, 3])

    def test_a_pause_of_a_second_is_waited_for(self):
        self.sim.faults.add("error", api=WRITE, error_code=52101)
        self._change((45, 56))
        self._run()
        self.assertEqual([self._shown(sku) for sku in self.skus[:2]], [45, 56])

    def test_a_paused_api_of_one_shop_stops_nothing_else(self):
        second = self._connect_shop(self.sim.shops[1], name="Second")
        second.action_sync_goods()
        self.env["pdd.stock.rule"].create({"shop_id": second.id})
        sku = self.env["pdd.sku"].search([("shop_id", "=", second.id)], limit=1)
        sku.product_id = self.skus[1].product_id
        self.sim.faults.add(
            "error",
            api=WRITE,
            error_code=70031,
            retry_after=300,
            mall_id=self.account.mall_id,
        )
        self._change((45, 56))
        self._run()
        self.assertEqual(self._shown(sku), 56)
        self.shop._call("pdd.goods.list.get", page=1, page_size=1)
