# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import RecordCapturer, tagged

from .stock_common import PddStockCase


@tagged("post_install", "-at_install")
class TestStockMarks(PddStockCase):
    def setUp(self):
        super().setUp()
        self._run()
        self.Mark = self.env["pdd.stock.mark"]

    def _marks_of(self, action):
        """Return the marks an action leaves in its transaction."""
        with RecordCapturer(self.Mark) as capturer:
            action()
            self.env.cr.flush()
        return capturer.records

    def test_a_change_of_unsold_products_leaves_no_mark(self):
        product = self.env["product.product"].create(
            {"name": "Not sold", "is_storable": True}
        )
        location = self.warehouse.lot_stock_id
        marks = self._marks_of(
            lambda: self.env["stock.quant"]._update_available_quantity(
                product, location, 5
            )
        )
        self.assertFalse(marks)

    def test_everything_the_formula_reads_leaves_a_mark(self):
        location = self.warehouse.lot_stock_id
        Quant = self.env["stock.quant"]
        other = self.skus[1]
        self._on_platform(other).quantity = 5
        self._buy(1, sku=other)
        for name, action in (
            ("order", self.shop.action_sync_orders),
            (
                "stock",
                lambda: Quant._update_available_quantity(self.product, location, 5),
            ),
            (
                "reservation",
                lambda: Quant._update_reserved_quantity(self.product, location, 1),
            ),
            ("rule", lambda: self.rule.write({"safety_qty": 1})),
            ("mapping", lambda: other.write({"product_id": self.product.id})),
            ("switch", lambda: self.sku.write({"stock_stop": True})),
            ("shop", lambda: self.shop.write({"stock_publish": False})),
            ("product", lambda: self.product.write({"is_storable": False})),
            (
                "category",
                lambda: self.product.categ_id.create({"name": "A"}).write(
                    {"parent_id": self.product.categ_id.id}
                ),
            ),
        ):
            with self.subTest(name):
                self.assertTrue(self._marks_of(action))

    def test_a_sku_may_be_deleted_in_the_transaction_that_marked_it(self):
        sku = self.sku.copy({"sku_id": "1", "product_id": self.product.id})
        shop = self.shop.copy()
        self.env["pdd.stock.rule"].create({"shop_id": shop.id})

        def change_and_delete():
            sku.stock_stop = True
            sku.unlink()
            shop.unlink()

        self.assertFalse(self._marks_of(change_and_delete))

    def test_one_transaction_leaves_one_mark_per_product(self):
        location = self.warehouse.lot_stock_id
        Quant = self.env["stock.quant"]

        def receive_and_reserve():
            for product in self.products[:4]:
                for _piece in range(5):
                    Quant._update_available_quantity(product, location, 2)
                    Quant._update_reserved_quantity(product, location, 1)

        marks = self._marks_of(receive_and_reserve)
        self.assertEqual(len(marks), 4)

    def test_marking_costs_the_same_for_one_and_for_many_products(self):
        def count(products):
            self.env.flush_all()
            self.Mark._mark("quantity", products=products)
            before = self.env.cr.sql_log_count
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        count(self.products[:1])
        self.assertEqual(count(self.products[:1]), count(self.products))

    def test_a_change_that_is_undone_leaves_no_mark(self):
        before = self.Mark.search_count([])
        with self.env.cr.savepoint() as savepoint:
            self._mark_and_undo(savepoint)
        self.env.cr.flush()
        self.assertEqual(self.Mark.search_count([]), before)

    def _mark_and_undo(self, savepoint):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, 5
        )
        savepoint.rollback()

    def test_a_mark_wakes_the_publisher(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_publish")
        with RecordCapturer(
            self.env["ir.cron.trigger"], [("cron_id", "=", cron.id)]
        ) as capture:
            self.env["stock.quant"]._update_available_quantity(
                self.product, self.warehouse.lot_stock_id, 5
            )
            self.env.cr.flush()
        self.assertEqual(len(capture.records), 1)

    def test_a_change_after_the_reading_is_not_hidden_by_the_acknowledgement(self):
        self._stock(5)
        claimed = self.Mark._claim(100)
        self.assertTrue(claimed)
        self._stock(6)
        self.env["pdd.stock.level"]._compute_skus(claimed)
        self.assertTrue(self.Mark._has_due())
        self._run()
        self.assertEqual(self._shown(), 6)

    def test_the_computation_needs_the_same_statements_for_any_number_of_skus(self):
        Level = self.env["pdd.stock.level"]

        def count(skus):
            self.Mark._mark("request", skus=skus)
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Level._compute_marked()
            return self.env.cr.sql_log_count - before

        count(self.skus)
        self.assertEqual(count(self.skus[:2]), count(self.skus))
