# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SKUs that are several products; ``tests/extras/test_kits.py`` has Manufacturing."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.misc import mute_logger
from psycopg2.errors import CheckViolation

from .test_catalogue import CatalogueCase


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

    def test_without_manufacturing_the_way_to_kits_is_named(self):
        self.assertFalse(self.sku.can_be_kit)
        with self.assertRaisesRegex(UserError, "Install Manufacturing"):
            self._wizard(1).action_create()
        self.assertFalse(self.sku.product_id)
