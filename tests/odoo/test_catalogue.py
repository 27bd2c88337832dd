# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Goods and SKUs of the platform in the mirror."""

from datetime import timedelta

from odoo.tests import tagged

from .common import PddCase, error_of

LIST = "pdd.goods.list.get"
DETAIL = "pdd.goods.detail.get"


class CatalogueCase(PddCase):
    def _goods(self, **fields):
        """Add one goods to the platform; return its SKUs there."""
        body = {"mall_id": self.account.mall_id, "action": "add", **fields}
        return self._control("goods", {"goods_name": "测试商品", **body})

    def _change(self, **fields):
        return self._control("goods", {"mall_id": self.account.mall_id, **fields})

    def _sku(self, sku_id):
        skus = self.env["pdd.sku"].with_context(active_test=False)
        return skus.search([("sku_id", "=", str(sku_id))])

    def _read_later(self):
        """Read the goods as if the last reading were two days ago."""
        for goods in self.env["pdd.goods"].search([]):
            goods.last_seen_date -= timedelta(days=2)
            goods.detail_date -= timedelta(days=2)
        self.shop.action_sync_goods()


@tagged("post_install", "-at_install")
class TestCatalogue(CatalogueCase):
    def test_all_goods_and_skus_arrive_with_stock_and_prices(self):
        self.shop.action_sync_goods()
        rows = {row["sku_id"]: row for row in self._platform_skus()}
        skus = self.env["pdd.sku"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(set(skus.mapped("sku_id")), set(rows))
        for sku in skus:
            row = rows[sku.sku_id]
            self.assertEqual(sku.goods_id.goods_id, row["goods_id"])
            self.assertEqual(sku.goods_id.name, row["goods_name"])
            self.assertEqual(sku.name, row["spec"])
            self.assertEqual(sku.outer_id or "", row["outer_id"])
            self.assertEqual(sku.platform_qty, row["quantity"])
            self.assertEqual(sku.reserve_qty, row["reserve_quantity"])
            self.assertEqual(round(sku.group_price * 100), row["price_fen"])
            self.assertEqual(round(sku.single_price * 100), row["single_price_fen"])
            self.assertTrue(sku.is_onsale)
            self.assertTrue(sku.is_listed)

    def test_a_second_reading_changes_nothing(self):
        self.shop.action_sync_goods()
        records = self.env["pdd.sku"].search([])
        before = records.read(["write_date", "platform_qty", "product_id"])
        calls = self.sim.journal.count(DETAIL)
        self.shop.action_sync_goods()
        self.assertEqual(
            records.read(["write_date", "platform_qty", "product_id"]), before
        )
        self.assertEqual(self.sim.journal.count(DETAIL), calls)

    def test_what_changes_on_the_platform_changes_here(self):
        self.shop.action_sync_goods()
        row = self._platform_skus()[0]
        self._change(sku_id=row["sku_id"], quantity=7, is_onsale=False)
        self._change(goods_id=row["goods_id"], name="新名字")
        self.shop.action_sync_goods()
        sku = self._sku(row["sku_id"])
        self.assertEqual(sku.platform_qty, 7)
        self.assertFalse(sku.is_onsale)
        self.assertEqual(sku.goods_id.name, "新名字")

    def test_prices_are_read_again_after_a_day(self):
        self.shop.action_sync_goods()
        row = self._platform_skus()[0]
        self._change(sku_id=row["sku_id"], price_fen=1234, single_price_fen=1500)
        self._read_later()
        self.assertEqual(self._sku(row["sku_id"]).group_price, 12.34)
        self.assertEqual(self._sku(row["sku_id"]).single_price, 15.0)

    def test_a_new_sku_of_known_goods_arrives(self):
        self.shop.action_sync_goods()
        row = self._platform_skus()[0]
        new = self._change(action="add_sku", goods_id=row["goods_id"], outer_id="NEW")
        self.shop.action_sync_goods()
        sku = self._sku(new["sku_id"])
        self.assertEqual(sku.outer_id, "NEW")
        self.assertEqual(sku.goods_id.goods_id, row["goods_id"])

    def test_a_deleted_sku_is_kept_and_marked(self):
        self.shop.action_sync_goods()
        row = self._platform_skus()[0]
        self._change(action="delete_sku", sku_id=row["sku_id"])
        self.shop.action_sync_goods()
        sku = self._sku(row["sku_id"])
        self.assertFalse(sku.is_listed)
        self.assertFalse(sku.is_onsale)
        self.assertTrue(sku.goods_id.is_listed)

    def test_deleted_goods_are_kept_and_marked(self):
        product = self._create_products()[0]
        self.shop.action_sync_goods()
        row = next(
            r for r in self._platform_skus() if r["outer_id"] == product.default_code
        )
        self._change(action="delete", goods_id=row["goods_id"])
        self._read_later()
        sku = self._sku(row["sku_id"])
        self.assertFalse(sku.goods_id.is_listed)
        self.assertFalse(sku.is_listed)
        self.assertEqual(sku.product_id, product)

    def test_a_refused_detail_does_not_delete_what_the_list_shows(self):
        self.sim.faults.add(
            "error", api=DETAIL, times=-1, error_code=50001, sub_msg="系统繁忙"
        )
        self.shop.action_sync_goods()
        goods = self.env["pdd.goods"].search([])
        self.assertTrue(all(goods.mapped("is_listed")))

    def test_goods_that_come_back_are_listed_again(self):
        self.shop.action_sync_goods()
        row = self._platform_skus()[0]
        goods = self._sku(row["sku_id"]).goods_id
        goods._set_unlisted()
        self.shop.action_sync_goods()
        self.assertTrue(goods.is_listed)
        self.assertTrue(goods.is_onsale)
        self.assertTrue(self._sku(row["sku_id"]).is_listed)

    def test_without_the_permission_for_details_the_list_is_read_all_the_same(self):
        self.sim.change_token(self.account, "remove_scope", api=DETAIL)
        error = error_of(self.shop.action_sync_goods)
        self.assertIn("lacks a permission", str(error))
        self.assertIn(DETAIL, str(error))
        self.assertEqual(self.shop.sku_count, len(self._platform_skus()))

    def test_the_scheduled_action_reads_the_goods(self):
        self.env.ref("pdd_connector.ir_cron_goods_intake").method_direct_trigger()
        self.assertEqual(
            self.env["pdd.sku"].search_count([("shop_id", "=", self.shop.id)]),
            len(self._platform_skus()),
        )

    def test_a_sku_known_from_an_order_only_is_completed_by_the_list(self):
        row = self._platform_skus()[0]
        item = {
            "platform_goods_id": row["goods_id"],
            "platform_sku_id": row["sku_id"],
            "goods_name": "旧名字",
            "spec": "旧规格",
            "outer_id": "",
        }
        sku = self.env["pdd.sku"]._get_or_create(self.shop, [item])[row["sku_id"]]
        self.shop.action_sync_goods()
        self.assertEqual(sku.name, row["spec"])
        self.assertEqual(sku.outer_id, row["outer_id"])
        self.assertEqual(sku.goods_id.name, row["goods_name"])


@tagged("post_install", "-at_install")
class TestLargeCatalogue(PddCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2, "goods": 300}

    def _count(self, rows):
        """Return the SQL statements that one page of new goods costs."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["pdd.goods"]._intake(self.shop, rows, self.shop.create_date)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_statements_do_not_grow_with_goods_or_pages(self):
        pages = [
            self.shop._call("pdd.goods.list.get", page=page, page_size=100)
            for page in (1, 2, 3)
        ]
        rows = [row for page in pages for row in page["goods_list"]]
        self._count(rows[:5])  # what only the first page costs
        few, many = self._count(rows[5:15]), self._count(rows[15:115])
        self.assertLessEqual(many, few + 5)
        self.assertLessEqual(self._count(rows[115:215]), many)
