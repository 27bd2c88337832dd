# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is told that stock runs out, and when."""

from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .stock_common import PddStockCase

LEAD_DAYS = 5


@tagged("post_install", "-at_install")
class TestStockWarnings(PddStockCase):
    """30 pieces were sold in 30 days, 21 of them in 14 days, 14 in 7 days; 12 are left."""

    def setUp(self):
        super().setUp()
        self.buyer = new_test_user(
            self.env, "buyer", groups="stock.group_stock_user,base.group_user"
        )
        self.rule.warn_user_id = self.buyer
        self.product.seller_ids = [
            Command.create(
                {
                    "partner_id": self.env["res.partner"].create({"name": "V"}).id,
                    "delay": LEAD_DAYS,
                }
            )
        ]
        self._stock(42)
        for pieces, age in ((14, 1), (7, 10), (9, 20)):
            self._sold(pieces, age)
        self._run()

    def _sold(self, pieces, age):
        """Let a buyer have bought so many days ago."""
        order_sn = self._buy(pieces).order_sn
        self.shop.action_sync_orders()
        order = self.env["pdd.order"].search([("order_sn", "=", order_sn)])
        order.confirm_date = fields.Datetime.now() - timedelta(days=age)

    def _look(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_cover")
        cron.method_direct_trigger()
        self.env.invalidate_all()
        return self.sku.stock_level_ids

    def _activities(self):
        return self.product.activity_ids

    def test_the_speed_is_that_of_the_days_the_rule_says(self):
        for days, daily, cover in (("7", 2, 6), ("14", 1.5, 8), ("30", 1, 12)):
            with self.subTest(days):
                self.rule.speed_days = days
                level = self._look()
                self.assertEqual((level.daily_qty, level.cover_days), (daily, cover))
        self.assertEqual(
            (level.sold_7_qty, level.sold_14_qty, level.sold_30_qty), (14, 21, 30)
        )
        self.assertEqual(level.lead_days, LEAD_DAYS)

    def test_cover_shorter_than_lead_time_and_warning_days_warns(self):
        self.rule.warn_days = 2
        for days, is_low in (("7", True), ("14", False)):
            with self.subTest(days):
                self.rule.speed_days = days
                self.assertEqual(self._look().is_low, is_low)
        self.rule.warn_days = 4
        self.assertEqual(self._look().low_reason, "cover")

    def test_a_fixed_threshold_warns_without_any_sale(self):
        other = self.skus[1]
        self._stock(3, other.product_id)
        self._run()
        self.rule.warn_qty = 4
        self._look()
        level = other.stock_level_ids
        self.assertEqual((level.low_reason, level.daily_qty), ("quantity", 0))
        self.assertFalse(self.sku.stock_level_ids.is_low)
        self._stock(4, other.product_id)
        self._run()
        self._look()
        self.assertFalse(level.is_low)

    def test_the_buyer_gets_one_activity_that_goes_when_goods_come(self):
        self.rule.write({"warn_days": 2, "speed_days": "7"})
        self._look()
        activity = self._activities()
        self.assertEqual(activity.user_id, self.buyer)
        self.assertIn("Pieces free: 12, sold a day: 2.0", activity.note)
        self.assertIn("days the vendor takes: 5", activity.note)
        self._look()
        self.assertEqual(self._activities(), activity)
        self._stock(142)
        self._run()
        self._look()
        self.assertFalse(self._activities())

    def test_without_sales_the_buyer_is_told_of_the_threshold(self):
        self.rule.warn_qty = 4
        product = self.skus[1].product_id
        self._stock(3, product)
        self._run()
        self._look()
        note = product.activity_ids.note
        self.assertIn("Pieces free: 3, fewer than 4", note)
        self.assertNotIn("0.0", note)

    def test_the_buyer_reads_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.buyer.lang = "zh_CN"
        self.rule.warn_qty = 100
        self._look()
        self.assertIn("补货", self._activities().note)

    def test_without_a_buyer_the_products_responsible_is_asked(self):
        self.rule.write({"warn_qty": 100, "warn_user_id": False})
        responsible = new_test_user(self.env, "resp", groups="stock.group_stock_user")
        self.product.responsible_id = responsible
        self._look()
        self.assertEqual(self._activities().user_id, responsible)

    def test_odoos_replenishment_suggests_what_to_buy(self):
        self.rule.write({"warn_days": 2, "speed_days": "7", "make_orderpoint": True})
        self._look()
        orderpoint = self.env["stock.warehouse.orderpoint"].search(
            [("product_id", "=", self.product.id)]
        )
        self.assertRecordValues(
            orderpoint,
            [{"trigger": "manual", "product_min_qty": 14, "product_max_qty": 14}],
        )
        self.assertEqual(orderpoint.qty_to_order, 2)
        action = self.sku.stock_level_ids.action_view_replenishment()
        self.assertEqual(action["domain"], [("product_id", "in", self.product.ids)])

    def test_the_buyers_own_reordering_rule_stays_as_it_is(self):
        orderpoint = self.env["stock.warehouse.orderpoint"].create(
            {"product_id": self.product.id, "product_min_qty": 1, "product_max_qty": 2}
        )
        self.rule.write({"warn_qty": 100, "make_orderpoint": True})
        self._look()
        found = self.env["stock.warehouse.orderpoint"].search(
            [("product_id", "=", self.product.id)]
        )
        self.assertRecordValues(found, [{"id": orderpoint.id, "product_max_qty": 2}])

    def test_the_low_ones_are_a_list_of_their_own(self):
        self.rule.warn_qty = 13
        self._look()
        action = self.env.ref("pdd_connector_stock.pdd_stock_low_action")
        low = self.env["pdd.stock.level"].search(literal_eval(action.domain))
        self.assertIn(self.sku, low.sku_id)

    def _leave(self, state):
        """Check that a low SKU is low no more, once it is published no more."""
        self._run()
        level = self.sku.stock_level_ids
        self.assertRecordValues(
            level, [{"state": state, "is_low": False, "low_reason": False}]
        )
        self._look()
        self.assertFalse(level.is_low)
        self.assertFalse(self._activities())

    def _be_low(self):
        self.rule.warn_qty = 13
        self.assertTrue(self._look().is_low)
        self.assertTrue(self._activities())

    def test_a_sku_without_a_rule_leaves_the_list(self):
        self._be_low()
        self.rule.unlink()
        self._leave("no_rule")

    def test_a_sku_that_is_not_tracked_leaves_the_list(self):
        self._be_low()
        self.product.product_tmpl_id.is_storable = False
        self._leave("untracked")

    def test_a_sku_without_a_product_leaves_the_list(self):
        self._be_low()
        self.sku.product_id = False
        self._leave("unmapped")

    def test_the_activity_goes_when_the_sku_stands_for_another_product(self):
        self._be_low()
        other = self.skus[1].product_id
        self._stock(50, other)
        self.sku.product_id = other
        self._run()
        self.assertFalse(self._look().is_low)
        self.assertFalse(self._activities())

    def test_the_activity_stays_while_another_sku_is_low(self):
        self.skus[1].product_id = self.product
        self._run()
        self._be_low()
        activity = self._activities()
        self.sku.product_id = False
        self._run()
        self._look()
        self.assertTrue(self.skus[1].stock_level_ids.is_low)
        self.assertEqual(self._activities(), activity)


@tagged("post_install", "-at_install")
class TestBoard(PddStockCase):
    """What the board shows agrees with itself and can be true."""

    def _level(self):
        self._run()
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_cover")
        cron.method_direct_trigger()
        self.env.invalidate_all()
        return self.sku.stock_level_ids

    def test_more_promised_than_there_is_is_low_at_once(self):
        self._stock(6)
        self._sell(30)
        self._run()
        level = self.sku.stock_level_ids
        expected = {"free_qty": -24, "target_qty": 0, "is_low": True}
        self.assertRecordValues(level, [{**expected, "low_reason": "short"}])
        self.assertRecordValues(self._level(), [{**expected, "low_reason": "short"}])
        self.assertIn("not there: 24", self.product.activity_ids.note)
        self._stock(31)
        self._run()
        self.assertRecordValues(level, [{"is_low": False, "low_reason": False}])

    def test_orders_that_wait_for_a_product_nobody_counted_are_short_as_well(self):
        self._sell(24)
        self._run()
        self.assertRecordValues(
            self.sku.stock_level_ids,
            [{"state": "uncounted", "free_qty": -24, "low_reason": "short"}],
        )

    def test_what_is_held_counts_against_what_is_free(self):
        self._stock(2)
        self._buy(5, risk=True)
        self.shop.action_sync_orders()
        level = self._level()
        self.assertRecordValues(
            level, [{"free_qty": 2, "sold_qty": 5, "low_reason": "short"}]
        )
        self.assertEqual((level.cover_days, level.cover_text), (0, "0.0"))

    def test_the_cover_does_not_pretend_to_know_more_than_a_year(self):
        self._stock(12587)
        self._buy(1)
        self.shop.action_sync_orders()
        level = self._level()
        self.assertEqual((level.cover_days, level.cover_text), (365, "over a year"))
        self._stock(20)
        self.assertEqual(self._level().cover_text, "266.0")

    def test_nothing_sold_has_no_cover(self):
        self._stock(12587)
        self.assertFalse(self._level().cover_text)

    def test_a_refused_reduction_is_not_called_published(self):
        self._stock(40)
        self._run()
        level = self.sku.stock_level_ids
        self.assertEqual(level.status, "published")
        self.sim.shops[0].goods[int(self.sku.goods_id.goods_id)].is_promoted = True
        self._sell(15)
        self._run()
        self.assertEqual((level.status, self.sku.stock_status), ("refused", "refused"))
        self.sku.stock_stop = True
        self._run()
        self.assertEqual(level.status, "stopped")

    def test_each_row_of_the_board_has_one_status(self):
        self.sim.faults.add("http_5xx", api="pdd.goods.skus.get", times=-1)
        self._stock(40)
        self._run()
        level = self.sku.stock_level_ids
        self.assertEqual(level.status, "to_send")
        self.sim.faults.clear()
        self._pass_time(minutes=20)
        self._run()
        self.assertEqual(level.status, "published")
        self.shop.stock_brake_qty = 10
        self.rule.safety_qty = 100
        self._run()
        self.assertEqual(level.status, "held")
        self.rule.unlink()
        self._run()
        self.assertEqual(level.status, "no_rule")

    def test_a_sku_that_is_not_published_has_no_drift(self):
        self._stock(40)
        self._run()
        self.rule.unlink()
        self._run()
        self.sku.platform_qty = 77
        self.assertFalse(self.sku.stock_level_ids.drift_qty)

    def test_a_million_pieces_are_written_with_all_their_digits(self):
        self._stock(1234567)
        self._run()
        self.assertIn("Free: 1234567 = on hand 1234567", self._last().explanation)
