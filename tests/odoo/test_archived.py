# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person archives while orders still need it."""

from odoo.fields import Command
from odoo.tests import tagged

from .parcel_common import ParcelCase


class ArchivedCase(ParcelCase):
    """The order waits with a sentence; the others go on; the fix releases it."""

    def setUp(self):
        super().setUp()
        self.skus = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=2)
        self.sku, self.other_sku = self.skus
        self.product = self.sku.product_id

    def _place(self, sku=None, **details):
        item = {"sku_id": (sku or self.sku).sku_id, "count": 1, "price": 5000}
        return self.platform.create_order(items=[item], **details).order_sn

    def _read(self, *order_sns):
        self.shop.action_sync_orders()
        orders = self.env["pdd.order"].search([("order_sn", "in", order_sns)])
        return orders.sorted(lambda order: order_sns.index(order.order_sn))

    def _order_both(self, **details):
        """Place an order that needs what is archived, and one that does not."""
        return self._read(self._place(**details), self._place(self.other_sku))

    def _assert_held(self, order, *words):
        """Assert that an order waits, with an issue that names these words."""
        self.assertEqual(order.state, "held", order.error_message)
        self.assertEqual(order.hold_reasons.code, "archived")
        issue = order.issue_ids
        self.assertEqual((issue.cause, issue.state), ("archived", "open"))
        for word in words:
            self.assertIn(word, issue.name)
            self.assertIn(word, order.hold_detail)
        self.assertTrue(issue.action_fix())
        return issue

    def _assert_goes_on(self, order, issue):
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done", order.hold_detail)
        self.assertEqual(issue.state, "solved")


@tagged("post_install", "-at_install")
class TestArchivedProduct(ArchivedCase):
    def test_an_archived_product_holds_its_orders_and_no_others(self):
        self.product.active = False
        order, other = self._order_both()
        issue = self._assert_held(order, self.product.name, self.sku.outer_id)
        self.assertEqual(issue.sku_id, self.sku)
        self.assertEqual(other.state, "done")
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "held")
        self.product.active = True
        self._assert_goes_on(order, issue)

    def test_an_archived_template_holds_the_orders_of_its_variants(self):
        self.product.product_tmpl_id.action_archive()
        order, other = self._order_both()
        issue = self._assert_held(order, self.product.name)
        self.assertEqual(other.state, "done")
        self.product.product_tmpl_id.action_unarchive()
        self._assert_goes_on(order, issue)

    def test_a_variant_that_attributes_replaced_is_mapped_anew(self):
        self._read(self._place())  # a product in use is archived, not deleted
        values = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": name}) for name in "SM"],
            }
        )
        self.product.product_tmpl_id.write(
            {
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": values.id,
                            "value_ids": [Command.set(values.value_ids.ids)],
                        }
                    )
                ]
            }
        )
        variants = self.product.product_tmpl_id.product_variant_ids
        self.assertNotIn(self.product, variants)
        order, other = self._order_both()
        issue = self._assert_held(order)
        self.assertEqual(other.state, "done")
        self.sku.product_id = variants[0]
        self._assert_goes_on(order, issue)
        self.assertEqual(order.line_ids.sale_line_id.product_id, variants[0])

    def test_the_archived_product_of_the_postage_holds_orders_that_pay_it(self):
        self.shop.postage_product_id.active = False
        order, other = self._order_both(postage=600)
        issue = self._assert_held(order, self.shop.postage_product_id.name)
        self.assertEqual(other.state, "done")
        self.shop.postage_product_id.active = True
        self._assert_goes_on(order, issue)

    def test_what_is_shipped_elsewhere_stays_made_when_its_product_goes(self):
        order = self._read(self._place())
        self.product.active = False
        self._happen(order, "remark", text="易碎", tag=2, tag_name="注意")
        self.assertEqual(order.state, "done")
        self.assertIn("易碎", order.sale_order_id.pdd_memo)


@tagged("post_install", "-at_install")
class TestArchivedRoute(ArchivedCase):
    """Routing rules whose warehouse or carrier is gone."""

    def setUp(self):
        super().setUp()
        self.west = self.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        self.rule = self.env["pdd.warehouse.rule"].create(
            {
                "name": "Far",
                "warehouse_id": self.west.id,
                "carrier_id": self.yto.id,
                "is_live": True,
                "product_ids": [Command.set(self.product.ids)],
            }
        )

    def _archive_west(self):
        self.west.active = False

    def test_a_rule_to_an_archived_warehouse_holds_what_it_decides(self):
        self._archive_west()
        order, other = self._order_both()
        issue = self._assert_held(order, "Far", "West")
        self.assertEqual(other.state, "done")
        order.action_retry()
        self.env["pdd.order"]._cron_make()
        self._assert_held(order, "West")
        self.rule.warehouse_id = self.warehouse
        self._assert_goes_on(order, issue)
        self.assertEqual(order.sale_order_id.warehouse_id, self.warehouse)

    def test_a_warehouse_that_comes_back_releases_its_orders(self):
        self._archive_west()
        order, _other = self._order_both()
        issue = self._assert_held(order)
        self.west.active = True
        self._assert_goes_on(order, issue)
        self.assertEqual(order.sale_order_id.warehouse_id, self.west)

    def test_a_rule_that_comes_before_it_releases_them_too(self):
        self._archive_west()
        order, _other = self._order_both()
        issue = self._assert_held(order)
        self.rule.copy(
            {
                "name": "Near",
                "sequence": 1,
                "is_live": True,
                "warehouse_id": self.warehouse.id,
            }
        )
        self._assert_goes_on(order, issue)

    def test_a_rule_with_an_archived_carrier_holds_what_it_decides(self):
        self.yto.active = False
        order, other = self._order_both()
        issue = self._assert_held(order, "Far", "YTO")
        self.assertEqual(other.state, "done")
        self.rule.carrier_id = self.sf
        self._assert_goes_on(order, issue)

    def test_an_order_is_not_split_into_an_archived_warehouse(self):
        self.rule.write(
            {
                "stock_condition": "split",
                "warehouse_id": self.warehouse.id,
                "split_warehouse_ids": [Command.set(self.west.ids)],
            }
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, -1000
        )
        self._archive_west()
        order = self._read(self._place())
        self.assertEqual(order.state, "done", order.error_message)
        self.assertFalse(order.line_ids.warehouse_id)

    def test_the_archived_warehouse_of_the_salesperson_is_passed_by(self):
        self.rule.is_live = False
        self.shop.user_id = self.env.ref("base.user_admin")
        self.shop.user_id.property_warehouse_id = self.west
        self._archive_west()
        order = self._read(self._place())
        self.assertEqual(order.state, "done", order.error_message)
        self.assertEqual(order.sale_order_id.warehouse_id, self.warehouse)
