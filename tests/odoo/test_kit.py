# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SKUs that are several products; ``tests/packaging/test_kits.py`` adds Manufacturing."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tools.misc import mute_logger
from psycopg2.errors import CheckViolation

from .test_catalogue import CatalogueCase


def has_manufacturing():
    return "mrp.bom" in Registry(get_db_name())


class KitCase(CatalogueCase):
    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.sku = self.env["pdd.sku"].search([("shop_id", "=", self.shop.id)], limit=1)
        self.parts = self.env["product.product"].create(
            [{"name": "Cup"}, {"name": "Lid"}]
        )

    def _wizard(self, *quantities):
        return self.env["pdd.sku.kit"].create(
            {
                "sku_id": self.sku.id,
                "line_ids": [
                    Command.create({"product_id": part.id, "quantity": quantity})
                    for part, quantity in zip(self.parts, quantities, strict=False)
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestKit(KitCase):
    def test_a_component_has_a_quantity(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._wizard(0)

    def test_the_button_is_there_where_manufacturing_is(self):
        self.assertEqual(self.sku.can_be_kit, "mrp.bom" in self.env)


@tagged("post_install", "-at_install")
class TestWithoutManufacturing(KitCase):
    def setUp(self):
        if has_manufacturing():
            self.skipTest("Manufacturing is installed")
        super().setUp()

    def test_without_manufacturing_the_way_to_kits_is_named(self):
        with self.assertRaisesRegex(UserError, "Install Manufacturing"):
            self._wizard(1).action_create()
        self.assertFalse(self.sku.product_id)


@tagged("post_install", "-at_install")
class TestWithManufacturing(KitCase):
    def setUp(self):
        if not has_manufacturing():
            self.skipTest("Manufacturing is not installed")
        super().setUp()

    def test_a_kit_is_a_product_with_a_bill_of_materials(self):
        self._wizard(1, 2).action_create()
        product = self.sku.product_id
        self.assertEqual(product.default_code, self.sku.outer_id)
        self.assertEqual(self.sku.mapping_method, "kit")
        bom = self.env["mrp.bom"]._bom_find(product)[product]
        self.assertEqual(bom.type, "phantom")
        self.assertRecordValues(
            bom.bom_line_ids,
            [
                {"product_id": self.parts[0].id, "product_qty": 1},
                {"product_id": self.parts[1].id, "product_qty": 2},
            ],
        )

    def test_other_skus_of_the_same_code_get_the_kit(self):
        twin = self.sku.search([("id", "!=", self.sku.id)], limit=1)
        twin.outer_id = self.sku.outer_id
        self._wizard(1).action_create()
        self.assertEqual(twin.product_id, self.sku.product_id)

    def test_a_kit_needs_components(self):
        with self.assertRaisesRegex(UserError, "Add the products"):
            self._wizard().action_create()

    def test_a_mapped_sku_does_not_become_a_kit(self):
        self.sku.product_id = self.parts[0]
        with self.assertRaisesRegex(UserError, "is mapped to Cup"):
            self._wizard(1).action_create()
        self.assertEqual(self.sku.product_id, self.parts[0])
