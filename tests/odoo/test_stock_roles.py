# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may do what with the stock on offer, and which company sees it."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .stock_common import PddStockCase

USER = "pdd_connector.group_pdd_user"
MANAGER = "pdd_connector.group_pdd_manager"
STOCK_USER = "stock.group_stock_user"
CONNECTORS = ("pdd.stock.level", "pdd.stock.publication", "pdd.goods.offsale")
OURS = (*CONNECTORS, "pdd.stock.rule", "pdd.stock.change")


@tagged("post_install", "-at_install")
class TestStockRoles(PddStockCase):
    def setUp(self):
        super().setUp()
        self._stock(40)
        self._run()

    def _as(self, login, groups):
        return self.env(user=new_test_user(self.env, login, groups=groups))

    def _hold(self):
        """Let the brake hold back what would empty the shop."""
        for sku in self.skus:
            self._stock(9, sku.product_id)
        self._run()
        self.shop.stock_brake = 1
        self.rule.safety_qty = 100
        self._run()
        return self.env["pdd.stock.publication"].search([("state", "=", "held")])

    def test_a_user_looks_publishes_and_stops_and_writes_no_rule(self):
        env = self._as("user", USER)
        level = self.sku.with_env(env).stock_level_ids
        self.assertEqual(level.published_qty, 40)
        self.assertEqual(level.action_why()["res_model"], "pdd.stock.publication")
        self._on_platform().quantity = 47
        level.shop_id.action_publish_stock()
        self.assertEqual(self._shown(), 40)
        level.action_toggle_stop()
        self.assertTrue(self.sku.stock_stop)
        for action in (
            lambda: self.rule.with_env(env).write({"safety_qty": 1}),
            lambda: env["pdd.stock.rule"].create({"shop_id": self.shop.id}),
            lambda: level.write({"target_qty": 1}),
            lambda: self._last().with_env(env).write({"quantity": 1}),
            lambda: self.shop.with_env(env).write({"stock_publish": False}),
            lambda: env["pdd.stock.mark"].search([]),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_only_a_manager_lets_the_shop_be_emptied(self):
        held = self._hold()
        self.assertTrue(held)
        as_user = held.with_env(self._as("user", USER))
        for action in (as_user.action_approve, as_user.action_reject):
            with self.assertRaisesRegex(UserError, "Only a manager"):
                action()
        held.with_env(self._as("manager", MANAGER)).action_approve()
        self._run()
        self.assertEqual(self._shown(), 0)

    def test_a_manager_may_reject_what_would_empty_the_shop(self):
        self._hold().with_env(self._as("manager", MANAGER)).action_reject()
        self._run()
        self.assertEqual(self._shown(), 9)

    def test_a_manager_writes_rules(self):
        env = self._as("manager", MANAGER)
        self.rule.with_env(env).safety_qty = 5
        self._run()
        self.assertEqual(self._shown(), 35)
        self.assertEqual(self._last().user_id, env.user)

    def test_a_warehouse_user_changes_the_stock_and_sees_no_shop_figures(self):
        env = self._as("picker", STOCK_USER)
        receipt = env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 7,
                            "location_id": env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.button_validate()
        self._run()
        self.assertEqual(self._shown(), 47)
        self.assertRecordValues(
            self._last(), [{"origin": receipt.name, "user_id": env.user.id}]
        )
        for model in OURS:
            with self.assertRaises(AccessError, msg=model):
                env[model].search([])

    def test_another_company_sees_and_counts_nothing_of_it(self):
        company = self.env["res.company"].create({"name": "Second"})
        outsider = new_test_user(
            self.env,
            "outsider",
            groups=f"{MANAGER},{STOCK_USER}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for model in OURS:
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(outsider).search([]))
        theirs = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        self.env["stock.quant"]._update_available_quantity(
            self.product, theirs.lot_stock_id, 500
        )
        self._run()
        self.assertEqual(self._shown(), 40)

    def test_a_product_sold_by_two_companies_counts_each_ones_own_stock(self):
        company = self.env["res.company"].create({"name": "Second"})
        shop = self._connect_shop(
            self.sim.shops[1], name="Second shop", company_id=company.id
        )
        shop.action_sync_goods()
        shop.action_sync_orders()
        skus = self.env["pdd.sku"].search([("shop_id", "=", shop.id)])
        skus[1:].stock_stop = True
        skus[0].product_id = self.product
        self.env["pdd.stock.rule"].create({"shop_id": shop.id})
        theirs = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        self._stock(7, warehouse=theirs)
        self._run()
        self.assertEqual((self._shown(), self._shown(skus[0])), (40, 7))


@tagged("post_install", "-at_install")
class TestFreshShop(PddStockCase):
    def test_a_new_shop_is_told_nothing_until_somebody_says_so(self):
        self.rule.unlink()
        self._stock(12)
        self._run()
        self.assertFalse(self._calls())
        action = self.env.ref("pdd_connector_stock.pdd_stock_level_action")
        self.assertIn("Publish Stock", action.help)
        self.shop.action_publish_stock()
        self.assertEqual(self._shown(), 12)
