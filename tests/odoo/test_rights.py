# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Roles bring what their buttons need; who lacks a right reads who has it."""

from lxml import etree
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import PddCase

USER = "pdd_connector.group_pdd_user"
MANAGER = "pdd_connector.group_pdd_manager"


@tagged("post_install", "-at_install")
class TestRights(PddCase):
    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.sku = self.env["pdd.sku"].search([("outer_id", "!=", False)], limit=1)
        self.platform.create_order(
            items=[{"sku_id": self.sku.sku_id, "count": 1, "price": 5000}]
        )
        self.shop.action_sync_orders()
        self.issue = self.env["pdd.issue"].search([("cause", "=", "sku")])
        self.operator = new_test_user(self.env, "operator", USER)
        self.manager = new_test_user(self.env, "manager", MANAGER, name="Wang Wei")

    def _buttons(self, record, user, view_type="form"):
        view = record.with_user(user).get_view(view_type=view_type)
        buttons = etree.fromstring(view["arch"]).iter("button")
        return {node.get("string") for node in buttons}

    def _create(self, user):
        action = self.issue.with_user(user).action_create_product()
        wizard = self.env["pdd.sku.create.product"].with_user(user)
        wizard.with_context(**action["context"]).create({}).action_create()

    def test_a_manager_creates_the_missing_product_of_an_issue(self):
        self.assertIn("Create Product", self._buttons(self.issue, self.manager))
        self.assertFalse(self.issue.with_user(self.manager).who_may)
        self._create(self.manager)
        self.assertTrue(self.sku.product_id)

    def test_a_user_maps_and_reads_who_may_create(self):
        self.assertNotIn("Create Product", self._buttons(self.issue, self.operator))
        self.assertIn("Choose Product", self._buttons(self.issue, self.operator))
        for sentence in (
            self.issue.with_user(self.operator).who_may,
            self.sku.with_user(self.operator).who_may_create,
        ):
            self.assertIn("Wang Wei", sentence)
        with self.assertRaises(AccessError):
            self._create(self.operator)
        product = self.env["product.product"].create({"name": "P"})
        self.sku.with_user(self.operator).product_id = product
        self.assertFalse(self.sku.with_user(self.operator).who_may_create)

    def test_the_list_offers_creating_to_those_who_may(self):
        name = "Create Missing Products"
        self.assertIn(name, self._buttons(self.sku, self.manager, "list"))
        self.assertNotIn(name, self._buttons(self.sku, self.operator, "list"))
        bindings = self.env["ir.actions.actions"].with_user(self.operator)
        offered = [
            action["name"]
            for action in bindings.get_bindings("pdd.sku").get("action", [])
        ]
        self.assertNotIn(name, offered)

    def test_a_held_order_says_who_may_release_it(self):
        order = self._order(consolidation=1, postage=600)
        order.payload = {}
        order.pay_amount = 1
        order.action_retry()
        self.env["pdd.order"]._cron_make()
        self.assertTrue(order.is_releasable)
        self.assertIn("Wang Wei", order.with_user(self.operator).who_may_release)
        self.assertFalse(order.with_user(self.manager).who_may_release)

    def test_a_packer_reads_a_held_order(self):
        order = self._order(consolidation=1)
        self.assertEqual(order.state, "held")
        packer = new_test_user(self.env, "packer", "stock.group_stock_user")
        buttons = self._buttons(order, packer)
        self.assertNotIn("Write Note", buttons)
        self.assertNotIn("Release", buttons)
        form = etree.fromstring(order.with_user(packer).get_view()["arch"])
        [shop] = form.xpath("//field[@name='shop_id']")
        self.assertIn("no_open", shop.get("options"))
        self.assertTrue(order.with_user(packer).line_ids.mapped("goods_name"))
