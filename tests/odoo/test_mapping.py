# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which product a SKU stands for: found, never guessed, kept, remembered."""

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import PddCase
from .test_catalogue import CatalogueCase

CODE = "ODD-1"


@tagged("post_install", "-at_install")
class TestMatching(CatalogueCase):
    def _row(self, outer_id=CODE):
        """Return one SKU of the platform, with a code of its own."""
        row = next(row for row in self._platform_skus() if row["outer_id"])
        return self._change(sku_id=row["sku_id"], outer_id=outer_id)

    def _product(self, **vals):
        return self.env["product.product"].create({"name": "Product", **vals})

    def _read(self, row):
        self.shop.action_sync_goods()
        return self._sku(row["sku_id"])

    def test_the_merchant_code_is_the_internal_reference(self):
        product = self._product(default_code=CODE)
        sku = self._read(self._row())
        self.assertEqual(sku.product_id, product)
        self.assertEqual(sku.mapping_method, "code")
        self.assertTrue(sku.mapping_date)

    def test_else_the_merchant_code_is_the_barcode(self):
        product = self._product(barcode="6900000000017")
        sku = self._read(self._row("6900000000017"))
        self.assertEqual(sku.product_id, product)
        self.assertEqual(sku.mapping_method, "barcode")

    def test_the_internal_reference_goes_before_the_barcode(self):
        self._product(barcode="6900000000017")
        product = self._product(default_code="6900000000017")
        sku = self._read(self._row("6900000000017"))
        self.assertEqual(sku.product_id, product)

    def test_spaces_around_a_merchant_code_do_not_count(self):
        product = self._product(default_code=CODE)
        self.assertEqual(self._read(self._row(f" {CODE} ")).product_id, product)

    def test_a_code_that_is_only_similar_is_not_taken(self):
        self._product(default_code=CODE.lower())
        self._product(default_code=CODE + "0")
        sku = self._read(self._row())
        self.assertFalse(sku.product_id)
        self.assertEqual(sku.mapping_state, "unmapped")

    def test_a_sku_without_code_is_listed_and_never_guessed(self):
        self._product(default_code=False)
        sku = self._read(self._row(""))
        self.assertEqual(sku.mapping_state, "unmapped")
        self.assertIn(sku, self.env["pdd.sku"].search([("product_id", "=", False)]))

    def test_a_code_of_two_products_is_left_to_a_person(self):
        products = self._product(default_code=CODE) + self._product(default_code=CODE)
        sku = self._read(self._row())
        self.assertFalse(sku.product_id)
        self.assertEqual(sku.mapping_state, "ambiguous")
        self.assertEqual(sku.candidate_count, 2)
        domain = sku.action_view_candidates()["domain"]
        self.assertEqual(self.env["product.product"].search(domain), products)

    def test_an_ambiguous_code_is_settled_by_changing_one_product(self):
        for vals in ({"default_code": "OTHER"}, {"active": False}):
            with self.subTest(vals):
                one = self._product(default_code=CODE)
                two = self._product(default_code=CODE)
                sku = self._read(self._row())
                sku.product_id = False
                sku._match()
                self.assertEqual(sku.mapping_state, "ambiguous")
                one.write(vals)
                self.assertEqual(sku.product_id, two)
                sku.product_id = False
                two.default_code = False

    def test_an_ambiguous_code_is_settled_by_deleting_one_product(self):
        one = self._product(default_code=CODE)
        two = self._product(default_code=CODE)
        sku = self._read(self._row())
        one.unlink()
        self.assertEqual(sku.product_id, two)

    def test_when_both_products_lose_the_code_it_is_missing_again(self):
        products = self._product(default_code=CODE) + self._product(default_code=CODE)
        sku = self._read(self._row())
        products.write({"default_code": False})
        self.assertEqual(sku.mapping_state, "unmapped")
        self.assertEqual(sku.candidate_count, 0)

    def test_a_product_that_comes_later_finds_its_sku(self):
        sku = self._read(self._row())
        product = self._product(default_code=CODE)
        self.assertEqual(sku.product_id, product)

    def test_a_product_that_gets_its_code_later_finds_its_sku(self):
        sku = self._read(self._row())
        product = self._product()
        product.product_tmpl_id.default_code = CODE
        self.assertEqual(sku.product_id, product)

    def test_products_that_are_not_sold_or_archived_do_not_count(self):
        self._product(default_code=CODE, sale_ok=False)
        self._product(default_code=CODE, active=False)
        product = self._product(default_code=CODE)
        self.assertEqual(self._read(self._row()).product_id, product)

    def test_products_of_another_company_do_not_count(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self._product(default_code=CODE, company_id=company.id)
        sku = self._read(self._row())
        self.assertFalse(sku.product_id)
        product = self._product(default_code=CODE, company_id=self.shop.company_id.id)
        self.assertEqual(sku.product_id, product)

    def test_an_archived_sku_is_left_alone(self):
        sku = self._read(self._row())
        sku.active = False
        self._product(default_code=CODE)
        self._change(sku_id=sku.sku_id, quantity=3)
        self.shop.action_sync_goods()
        self.assertEqual(sku.platform_qty, 3)
        self.assertFalse(sku.product_id)

    def test_the_button_tells_what_it_found(self):
        sku = self._read(self._row())
        self.env["product.product"].with_context(pdd_match_later=True).create(
            {"name": "Product", "default_code": CODE}
        )
        user = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        action = sku.with_user(user).action_match()
        self.assertTrue(sku.product_id)
        self.assertEqual(action["params"]["type"], "success")


@tagged("post_install", "-at_install")
class TestHistory(CatalogueCase):
    def setUp(self):
        super().setUp()
        self.row = self._platform_skus()[0]
        self.product = self.env["product.product"].create(
            {"name": "First", "default_code": self.row["outer_id"]}
        )
        self.shop.action_sync_goods()
        self.sku = self._sku(self.row["sku_id"])

    def test_a_changed_code_keeps_the_product_and_is_remembered(self):
        self.assertEqual(self.sku.product_id, self.product)
        self.env["product.product"].create({"name": "Other", "default_code": "NEW"})
        self._change(sku_id=self.row["sku_id"], outer_id="NEW")
        self.shop.action_sync_goods()
        self.assertEqual(self.sku.outer_id, "NEW")
        self.assertEqual(self.sku.product_id, self.product)
        self.assertRecordValues(
            self.sku.former_mapping_ids,
            [
                {
                    "outer_id": self.row["outer_id"],
                    "product_id": self.product.id,
                    "mapping_method": "code",
                }
            ],
        )

    def test_a_code_is_changed_after_its_audit_only(self):
        self._change(sku_id=self.row["sku_id"], outer_id="NEW", audited=True)
        self.shop.action_sync_goods()
        self.assertEqual(self.sku.outer_id, self.row["outer_id"])
        self.assertFalse(self.sku.former_mapping_ids)

    def test_a_sku_is_found_by_a_code_it_had(self):
        self._change(sku_id=self.row["sku_id"], outer_id="NEW")
        self.shop.action_sync_goods()
        found = self.env["pdd.sku"].search(
            [("former_mapping_ids.outer_id", "=", self.row["outer_id"])]
        )
        self.assertEqual(found, self.sku)

    def test_who_chose_another_product_is_remembered(self):
        user = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        other = self.env["product.product"].create({"name": "Other"})
        self.sku.with_user(user).product_id = other
        self.assertEqual(self.sku.mapping_method, "manual")
        former = self.sku.former_mapping_ids
        self.assertEqual(former.product_id, self.product)
        self.assertEqual(former.create_uid, user)

    def test_the_same_product_again_is_no_change(self):
        date = self.sku.mapping_date
        self.sku.product_id = self.product
        self.assertEqual(self.sku.mapping_method, "code")
        self.assertEqual(self.sku.mapping_date, date)
        self.assertFalse(self.sku.former_mapping_ids)

    def test_taking_the_product_away_leaves_it_in_the_history(self):
        self.sku.product_id = False
        self.assertFalse(self.sku.mapping_method)
        self.assertFalse(self.sku.mapping_date)
        self.assertEqual(self.sku.former_mapping_ids.product_id, self.product)

    def test_a_product_that_is_mapped_cannot_be_deleted(self):
        with self.assertRaisesRegex(UserError, "stands for SKUs of Pinduoduo"):
            self.product.unlink()

    def test_a_product_that_was_mapped_may_be_deleted_and_is_remembered(self):
        self.sku.product_id = False
        self.product.unlink()
        self.assertIn("First", self.sku.former_mapping_ids.product_name)


@tagged("post_install", "-at_install")
class TestMappingScreen(PddCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 40, "days": 2}

    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()

    def _unmapped(self):
        action = self.env.ref("pdd_connector.pdd_sku_mapping_action")
        self.assertIn("search_default_unmapped", action.context)
        return self.env["pdd.sku"].search([("product_id", "=", False)])

    def test_several_skus_are_mapped_at_once_and_their_orders_go_on(self):
        user = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        skus = self._unmapped()
        waiting = skus.filtered("waiting_count")
        self.assertTrue(waiting)
        product = self.env["product.product"].create({"name": "All the same"})
        skus.with_user(user).write({"product_id": product.id})
        self.env.invalidate_all()
        self.assertFalse(any(skus.mapped("waiting_count")))
        self.shop.action_sync_orders()
        held = self.env["pdd.order"].search([("state", "=", "held")])
        reason = self.env.ref("pdd_connector.hold_reason_sku")
        self.assertFalse(held.filtered(lambda order: reason in order.hold_reasons))

    def test_the_form_of_a_sku_lets_choose_the_product(self):
        product = self.env["product.product"].create({"name": "Chosen"})
        sku = self._unmapped()[0]
        with Form(sku) as form:
            form.product_id = product
        self.assertEqual(sku.product_id, product)
        self.assertEqual(product.pdd_sku_count, 1)
        self.assertEqual(product.product_tmpl_id.pdd_sku_count, 1)

    def test_a_product_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        product = self.env["product.product"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        with self.assertRaisesRegex(Exception, "compan"):
            self._unmapped()[0].product_id = product
