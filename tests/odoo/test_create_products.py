# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Products made from SKUs that have none."""

from unittest.mock import patch

from odoo.addons.pdd_connector import button_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_catalogue import CatalogueCase

WIZARD = "odoo.addons.pdd_connector.wizards.pdd_sku_create_product"


@tagged("post_install", "-at_install")
class TestCreateProducts(CatalogueCase):
    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.skus = self.env["pdd.sku"].search([("shop_id", "=", self.shop.id)])

    def _create(self, skus, **vals):
        wizard = (
            self.env["pdd.sku.create.product"]
            .with_context(active_ids=skus.ids)
            .create(vals)
        )
        return wizard.action_create()

    def _of(self, goods_name):
        return self.skus.filtered(lambda sku: goods_name in sku.goods_id.name)

    def test_goods_with_several_skus_become_one_product_with_variants(self):
        skus = self._of("不锈钢保温杯")
        self._create(skus)
        template = skus.product_id.product_tmpl_id
        self.assertEqual(len(template), 1)
        self.assertEqual(template.name, "不锈钢保温杯")
        self.assertEqual(len(skus.product_id), 4)
        self.assertEqual(template.product_variant_ids, skus.product_id)
        self.assertEqual(
            set(template.attribute_line_ids.attribute_id.mapped("name")),
            {"颜色", "容量"},
        )
        for sku in skus:
            values = sku.product_id.product_template_attribute_value_ids
            self.assertEqual(set(values.mapped("name")), set(sku.name.split(",")))
            self.assertEqual(sku.product_id.default_code, sku.outer_id)
            self.assertEqual(sku.mapping_method, "created")

    def test_goods_with_one_sku_become_a_plain_product(self):
        sku = self._of("四口扩展坞")
        self._create(sku)
        self.assertEqual(sku.product_id.name, sku.goods_id.name)
        self.assertFalse(sku.product_id.product_tmpl_id.attribute_line_ids)
        self.assertEqual(sku.product_id.list_price, sku.group_price)

    def test_only_the_combinations_of_the_platform_are_created(self):
        skus = self._of("不锈钢保温杯")[:3]
        self._create(skus)
        template = skus.product_id.product_tmpl_id
        self.assertEqual(len(template.product_variant_ids), 3)

    def test_later_skus_of_the_same_goods_become_variants_of_the_same_product(self):
        skus = self._of("不锈钢保温杯")
        self._create(skus[:2])
        first = skus[:2].product_id
        self._create(skus)
        self.assertEqual(len(skus.product_id.product_tmpl_id), 1)
        self.assertEqual(skus[:2].product_id, first)
        self.assertEqual(len(skus.product_id), 4)

    def test_goods_share_their_attributes(self):
        self._create(self._of("T恤") + self._of("长袖衬衫"))
        attributes = self.env["product.attribute"].search([("name", "=", "颜色")])
        self.assertEqual(len(attributes), 1)
        self.assertEqual(len(attributes.value_ids), 3)

    def test_all_of_a_shop_are_created_and_mapped_at_once(self):
        self._create(self.skus)
        self.assertEqual(set(self.skus.mapped("mapping_state")), {"mapped"})
        codes = set(self.skus.mapped("outer_id")) - {False}
        products = self.env["product.product"].search(
            [("default_code", "in", list(codes))]
        )
        self.assertEqual(sorted(products.mapped("default_code")), sorted(codes))

    def test_what_takes_too_long_is_left_for_the_next_time(self):
        with (
            patch.object(button_time, "get_time_left", side_effect=[1, 0]),
            patch(f"{WIZARD}.BATCH_SIZE", 2),
        ):
            action = self._create(self.skus)
        left = self.skus.filtered(lambda sku: not sku.product_id)
        self.assertTrue(left)
        self.assertIn(f"left: {len(left)}", action["params"]["message"])
        self._create(self.skus)
        self.assertFalse(self.skus.filtered(lambda sku: not sku.product_id))

    def test_skus_with_the_same_code_share_one_product(self):
        codes = self.skus.mapped("outer_id")
        twice = {code for code in codes if code and codes.count(code) > 1}
        self.assertTrue(twice)
        skus = self.skus.filtered(lambda sku: sku.outer_id in twice)
        self.assertGreater(len(skus.goods_id), 1)
        self._create(skus)
        self.assertEqual(len(skus.product_id), len(twice))

    def test_a_sku_without_code_gets_a_product_without_reference(self):
        sku = self.skus.filtered(lambda sku: not sku.outer_id)[:1]
        self._create(sku)
        self.assertTrue(sku.product_id)
        self.assertFalse(sku.product_id.default_code)

    def test_skus_that_specifications_do_not_tell_apart_become_plain_products(self):
        row = self._platform_skus()[0]
        self._change(action="add_sku", goods_id=row["goods_id"], outer_id="TWIN")
        self.shop.action_sync_goods()
        skus = self.env["pdd.sku"].search([("goods_id.goods_id", "=", row["goods_id"])])
        self._create(skus)
        self.assertEqual(len(skus.product_id.product_tmpl_id), len(skus))
        self.assertTrue(all(skus.mapped("product_id.default_code")))

    def test_a_twin_of_an_existing_variant_becomes_a_plain_product(self):
        row = self._platform_skus()[0]
        skus = self.env["pdd.sku"].search([("goods_id.goods_id", "=", row["goods_id"])])
        self._create(skus)
        new = self._change(action="add_sku", goods_id=row["goods_id"], outer_id="TWIN")
        self.shop.action_sync_goods()
        twin = self._sku(new["sku_id"])
        self._create(twin)
        self.assertNotIn(twin.product_id, skus.product_id)
        self.assertEqual(twin.product_id.default_code, "TWIN")

    def test_mapped_and_ambiguous_skus_are_left_out(self):
        twin = {"name": "Twin", "default_code": self.skus[0].outer_id}
        self.env["product.product"].create([twin, twin])
        self.assertEqual(self.skus[0].mapping_state, "ambiguous")
        wizard = self.env["pdd.sku.create.product"].create(
            {"sku_ids": self.skus[:2].ids}
        )
        self.assertEqual(wizard.skipped_count, 1)
        with self.assertRaisesRegex(UserError, "Nothing to create"):
            self._create(self.skus[0])

    def test_a_category_is_given_to_all_new_products(self):
        category = self.env["product.category"].create({"name": "Imported"})
        skus = self._of("不锈钢保温杯") + self._of("四口扩展坞")
        self._create(skus, categ_id=category.id)
        self.assertEqual(skus.product_id.categ_id, category)

    def test_orders_that_waited_are_released(self):
        self.sim.platform.create_order()
        self.shop.action_sync_orders()
        order = self.env["pdd.order"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(order.state, "held")
        self._create(order.line_ids.sku_id)
        self.assertEqual(order.state, "pending")

    def test_who_may_not_create_products_is_told_so(self):
        user = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        wizard = (
            self.env["pdd.sku.create.product"]
            .with_user(user)
            .create({"sku_ids": self.skus[:1].ids})
        )
        with self.assertRaises(AccessError):
            wizard.action_create()

    def test_prices_come_in_the_companys_currency(self):
        company = self.shop.company_id
        other = self.env.ref("base.USD")
        rates = self.env["res.currency.rate"]
        rates.search([("company_id", "=", company.id)]).unlink()
        rates.create({"currency_id": self.shop.currency_id.id, "rate": 1.0})
        rates.create({"currency_id": other.id, "rate": 0.125})
        sku = self._of("四口扩展坞")
        self.env.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s",
            [other.id, company.id],
        )
        self.env.invalidate_all()
        self.assertEqual(sku._get_list_price(), sku.group_price / 8)
