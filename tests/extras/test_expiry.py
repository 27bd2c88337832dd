# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lots with dates: what Odoo's module product_expiry no longer reserves is not offered."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from tests.odoo.stock_common import PddStockCase


@tagged("post_install", "-at_install")
class TestExpiry(PddStockCase):
    def setUp(self):
        super().setUp()
        self.shop.stock_brake_qty = 0
        self.product.product_tmpl_id.write(
            {"tracking": "lot", "use_expiration_date": True}
        )

    def _receive(self, quantity, name="A", **delta):
        """Put a lot on the shelf that is to be removed so much later."""
        lot = self.env["stock.lot"].create(
            {"name": name, "product_id": self.product.id}
        )
        lot.removal_date = fields.Datetime.now() + timedelta(**delta)
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, quantity, lot_id=lot
        )
        self.env.cr.commit()
        return lot

    def _let_pass(self, lot, **delta):
        """Let time pass: only dates change, nothing is written by the ORM."""
        seconds = timedelta(**delta)
        self.env.flush_all()
        for table, column in (
            ("stock_lot", "removal_date"),
            ("stock_quant", "removal_date"),
            ("pdd_stock_level", "expiry_date"),
        ):
            self.env.cr.execute(
                f"UPDATE {table} SET {column} = {column} - %s"
                f" WHERE {column} IS NOT NULL",
                [seconds],
            )
        self.env.invalidate_all()

    def test_expired_lots_are_not_offered(self):
        self._receive(5, "old", days=-1)
        self._receive(3, "good", days=30)
        self._run()
        self.assertEqual(self._shown(), 3)
        self.assertEqual(self.product.free_qty, 3)
        self.assertIn("expired", self._last().explanation)

    def test_what_is_not_offered_is_what_odoo_does_not_reserve(self):
        self._receive(5, "old", days=-1)
        self._receive(3, "good", days=30)
        order = self._sell(8)
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("quantity")), 3)
        self._run()
        self.assertEqual(self._shown(), 0)

    def test_a_lot_that_expires_lowers_the_quantity_without_any_move(self):
        self._receive(5, "soon", hours=2)
        self._receive(4, "later", hours=5)
        self._receive(3, "good", days=30)
        self._run()
        self.assertEqual(self._shown(), 12)
        for hours, shown in ((1, 12), (2, 7), (3, 3)):
            self._let_pass(None, hours=hours)
            self._run()
            self.assertEqual(self._shown(), shown)
        self.assertRecordValues(self._last(), [{"cause": "expiry", "state": "sent"}])

    def test_what_was_reserved_before_it_expired_counts_once(self):
        lot = self._receive(5, "soon", hours=2)
        self._receive(3, "good", days=30)
        self.product.categ_id.removal_strategy_id = self.env.ref(
            "product_expiry.removal_fefo"
        )
        self._sell(4)
        self._run()
        self.assertEqual(self._shown(), 4)
        self._let_pass(lot, hours=3)
        self._run()
        self.assertEqual(self._shown(), 3)

    def test_a_date_that_a_person_changes_is_followed(self):
        lot = self._receive(5, "old", days=-1)
        self._run()
        self.assertEqual(self._shown(), 0)
        lot.removal_date = fields.Datetime.now() + timedelta(days=3)
        self._run()
        self.assertEqual(self._shown(), 5)
        lot.removal_date = fields.Datetime.now() - timedelta(days=9)
        self._run()
        self.assertEqual(self._shown(), 0)

    def test_dates_of_a_product_that_uses_none_do_not_count(self):
        self._receive(5, "old", days=-1)
        self._run()
        self.assertEqual(self._shown(), 0)
        self.product.product_tmpl_id.use_expiration_date = False
        self._run()
        self.assertEqual(self._shown(), 5)

    def test_the_cover_counts_what_may_be_sold(self):
        self._receive(5, "old", days=-1)
        self._receive(3, "good", days=30)
        self._run()
        self.env.ref("pdd_connector_stock.ir_cron_stock_cover").method_direct_trigger()
        self.assertEqual(self.sku.stock_level_ids.free_qty, 3)
