# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .stock_common import PddStockCase


@tagged("post_install", "-at_install")
class TestStockRule(PddStockCase):
    def _rule(self, **vals):
        return self.env["pdd.stock.rule"].create({"shop_id": self.shop.id, **vals})

    def test_the_most_specific_rule_counts(self):
        parent = self.env["product.category"].create({"name": "Clothes"})
        child = self.env["product.category"].create(
            {"name": "Shirts", "parent_id": parent.id}
        )
        self.product.categ_id = child
        self._stock(100)
        self._run()
        self.assertEqual(self._shown(), 100)
        for vals, expected in (
            ({"categ_id": parent.id, "safety_qty": 10}, 90),
            ({"categ_id": child.id, "safety_qty": 20}, 80),
            ({"product_id": self.product.id, "safety_qty": 30}, 70),
            ({"sku_id": self.sku.id, "safety_qty": 40}, 60),
        ):
            rule = self._rule(**vals)
            self._run()
            self.assertEqual(self._shown(), expected)
            self.assertEqual(self._last().rule_id, rule)
        self._last().rule_id.active = False
        self._run()
        self.assertEqual(self._shown(), 70)

    def test_only_the_chosen_warehouses_count(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        self._stock(10)
        self._stock(7, warehouse=other)
        self._run()
        self.assertEqual(self._shown(), 17)
        self.rule.warehouse_ids = other
        self._run()
        self.assertEqual(self._shown(), 7)

    def test_a_warehouse_that_is_closed_does_not_open_the_others(self):
        closed = self.env["stock.warehouse"].create({"name": "Old", "code": "OLD"})
        self.rule.warehouse_ids = closed
        self.shop.stock_brake_qty = 0
        self._stock(0, warehouse=closed)
        self._stock(10)
        self._run()
        self.assertEqual(self._shown(), 0)
        closed.active = False
        self._run()
        self.env["pdd.stock.level"]._cron_compare()
        self._run()
        self.assertEqual(self._shown(), 0)
        self.assertEqual(self.rule.warehouse_ids, closed)

    def test_two_shops_share_one_product(self):
        second, sku = self._second_shop()
        self._stock(100)
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (100, 100))
        self.rule.guaranteed_qty = 30
        second.share = 50
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (100, 35))
        self._sell(80)
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (20, 0))

    def test_each_shop_has_its_guaranteed_pieces_and_the_rest_floats(self):
        second, sku = self._second_shop()
        self.rule.guaranteed_qty = 30
        second.guaranteed_qty = 20
        self._stock(100)
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (80, 70))
        self._sell(60)
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (30, 10))
        self._stock(60)  # all of it is promised
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (0, 0))

    def _second_shop(self):
        """Connect another shop that sells the same product; return its rule and SKU."""
        account = self.sim.shops[1]
        shop = self._connect_shop(account, name="Second shop")
        shop.action_sync_goods()
        shop.action_sync_orders()
        sku = self.env["pdd.sku"].search([("shop_id", "=", shop.id)], limit=1)
        (
            self.env["pdd.sku"].search([("shop_id", "=", shop.id)]) - sku
        ).stock_stop = True
        sku.product_id = self.product
        return self._rule(shop_id=shop.id), sku

    def test_an_order_of_one_shop_lowers_the_other_shop(self):
        _rule, sku = self._second_shop()
        self._stock(100)
        self._run()
        self._buy(4, sku=sku, risk=True)
        sku.shop_id.action_sync_orders()
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (96, 96))

    def test_a_campaign_keeps_its_quantity_aside_and_releases_it_by_itself(self):
        _rule, other = self._second_shop()
        self._stock(100)
        now = fields.Datetime.now()
        campaign = self._rule(
            sku_id=self.sku.id,
            lock_qty=60,
            lock_start_date=now - timedelta(minutes=1),
            lock_end_date=now + timedelta(minutes=5),
        )
        self._run()
        self.assertTrue(campaign.is_locked)
        self.assertEqual((self._shown(), self._shown(other)), (100, 40))
        self._buy(10)
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual((self._shown(), self._shown(other)), (90, 40))
        campaign.flush_recordset()
        self.env.cr.execute(
            "UPDATE pdd_stock_rule SET lock_end_date = %s WHERE id = %s",
            [now - timedelta(seconds=1), campaign.id],
        )
        campaign.invalidate_recordset()
        self._run()
        self.assertFalse(campaign.is_locked)
        self.assertEqual((self._shown(), self._shown(other)), (90, 90))

    def test_start_and_end_of_a_campaign_wake_the_publisher(self):
        start = fields.Datetime.now() + timedelta(hours=1)
        end = start + timedelta(days=1)
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_publish")
        self._rule(
            sku_id=self.sku.id, lock_qty=5, lock_start_date=start, lock_end_date=end
        )
        moments = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertLessEqual({start, end}, set(moments.mapped("call_at")))

    def test_the_preview_works_out_skus_before_anything_is_saved(self):
        self._stock(100)
        self._run()
        calls = len(self._calls())
        form = Form(self.rule)
        form.preview_sku_ids.add(self.sku)
        form.safety_qty = 12
        form.share = 50
        self.assertRegex(form.preview, r">\s*44\s*<")
        self.assertIn("safety quantity 12", form.preview)
        self.assertEqual(self.rule.safety_qty, 0)
        self._run()
        self.assertEqual(self._shown(), 100)
        self.assertEqual(len(self._calls()), calls)

    def test_the_preview_of_a_new_rule_says_which_rule_counts(self):
        self._rule(sku_id=self.sku.id, safety_qty=3)
        self._stock(10)
        form = Form(self.env["pdd.stock.rule"])
        form.shop_id = self.shop
        form.product_id = self.product
        self.assertIn("A more specific rule counts", form.preview)
        self.assertRegex(form.preview, r">\s*7\s*<")

    def test_rules_that_make_no_sense_are_refused(self):
        now = fields.Datetime.now()
        for vals in (
            {"share": 101, "sku_id": self.sku.id},
            {"safety_qty": -1, "sku_id": self.sku.id},
            {"sku_id": self.sku.id, "product_id": self.product.id},
            {},
            {
                "sku_id": self.sku.id,
                "lock_qty": 1,
                "lock_start_date": now,
                "lock_end_date": now,
            },
        ):
            with (
                self.subTest(**vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self._rule(**vals)
        with self.assertRaises(ValidationError):
            self._rule(sku_id=self.sku.id, lock_qty=5)

    def test_a_rule_of_another_company_does_not_see_this_stock(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids = [Command.link(company.id)]
        with self.assertRaises(Exception) as caught, mute_logger("odoo.sql_db"):
            self._rule(
                sku_id=self.sku.id,
                warehouse_ids=self.env["stock.warehouse"]
                .search([("company_id", "=", company.id)])
                .ids,
            )
        self.assertIn("company", str(caught.exception).lower())
