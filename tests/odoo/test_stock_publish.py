# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .stock_common import PddStockCase


@tagged("post_install", "-at_install")
class TestStockPublish(PddStockCase):
    def test_a_receipt_raises_and_a_sale_elsewhere_lowers_what_the_shop_offers(self):
        self._stock(40)
        self._run()
        self.assertEqual(self._shown(), 40)
        self.assertEqual(self.sku.published_qty, 40)
        self._sell(3)
        self._run()
        self.assertEqual(self._shown(), 37)
        self.assertRecordValues(self._last(), [{"state": "sent", "quantity": 37}])

    def test_the_platforms_own_sale_needs_no_call(self):
        self._stock(40)
        self._run()
        calls = len(self._calls())
        self._buy(2)
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual(self._shown(), 38)
        self.assertEqual(len(self._calls()), calls)

    def test_the_button_publishes_a_shop_that_has_no_rule_yet(self):
        self.rule.unlink()
        self._stock(12)
        self.shop.action_publish_stock()
        self.assertTrue(self.shop.stock_rule_ids)
        self.assertEqual(self._shown(), 12)
        self.assertEqual({self._shown(sku) for sku in self.skus - self.sku}, {0})

    def test_nothing_is_told_without_a_rule(self):
        self.rule.unlink()
        before = self._shown()
        self._stock(12)
        self._run()
        self.assertEqual(self._shown(), before)
        self.assertFalse(self._calls())
