# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who sees what: groups, companies, secrets, copies of the database."""

import json

from lxml import etree
from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import new_test_user, tagged

from .common import PddCase, shop_vals

USER = "pdd_connector.group_pdd_user"
MANAGER = "pdd_connector.group_pdd_manager"
SECRETS = (
    "client_secret",
    "access_token",
    "refresh_token",
    "consent_digest",
    "database_fingerprint",
)
MIRROR = ("pdd.goods", "pdd.sku", "pdd.order", "pdd.order.line", "pdd.sku.mapping")
FUNCTIONAL = ("pdd.shop", "pdd.feed", "pdd.api.call", *MIRROR)


class SecurityCase(PddCase):
    def _user(self, login, groups, **vals):
        return new_test_user(self.env, login, groups=groups, **vals)


@tagged("post_install", "-at_install")
class TestSecrets(SecurityCase):
    def test_only_system_administrators_read_secrets(self):
        for login, groups in (
            ("operator", USER),
            ("manager", MANAGER),
            ("seller", "sales_team.group_sale_manager"),
        ):
            shop = self.shop.with_user(self._user(login, groups))
            for name in SECRETS:
                with self.subTest(login=login, name=name):
                    with self.assertRaises(AccessError):
                        shop.read([name])
                    with self.assertRaises(AccessError):
                        shop.search([(name, "like", "%")])
                    with self.assertRaises(AccessError):
                        shop.web_search_read([], {name: {}})

    def test_nobody_else_writes_secrets(self):
        shop = self.shop.with_user(self._user("manager", MANAGER))
        with self.assertRaises(AccessError):
            shop.client_secret = "mine"

    def test_a_manager_sees_the_shop_without_its_secrets(self):
        manager = self._user("manager", MANAGER)
        shop = self.shop.with_user(manager)
        arch = etree.fromstring(shop.get_view(view_type="form")["arch"])
        shown = {
            node.get("name") for node in arch.xpath("//field[not(ancestor::list)]")
        }
        self.assertIn("client_id", shown)
        self.assertFalse(shown & set(SECRETS))
        values = json.dumps(shop.read(list(shown)), default=str)
        self.assertIn(self.shop.client_id, values)
        self.assertNotIn(self.shop.client_secret, values)

    def test_secrets_are_hidden_behind_dots_for_administrators(self):
        arch = etree.fromstring(self.shop.get_view(view_type="form")["arch"])
        for name in ("client_secret", "access_token", "refresh_token"):
            [node] = arch.xpath(f"//field[@name='{name}']")
            self.assertEqual(node.get("password"), "True")

    def test_not_even_administrators_export_secrets(self):
        for name in SECRETS:
            description = self.shop.fields_get([name], ["exportable"])[name]
            self.assertIs(description["exportable"], False, name)

    def test_secrets_are_not_copied_nor_tracked(self):
        copied = self.shop.copy()
        for name in ("client_id", "mall_id", "state", *SECRETS[:4]):
            self.assertNotEqual(copied[name], self.shop[name] or "unset", name)
        tracked = self.shop._track_get_fields()
        self.assertIn("gateway_url", tracked)
        self.assertFalse(tracked & set(SECRETS))

    def test_a_call_works_for_who_may_not_read_the_secrets(self):
        operator = self._user("operator", USER)
        answer = self.shop.with_user(operator)._call("pdd.mall.info.get")
        self.assertEqual(str(answer["mall_id"]), self.shop.mall_id)


@tagged("post_install", "-at_install")
class TestGroups(SecurityCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 5, "days": 2}

    def test_every_model_has_an_owner(self):
        models = self.env["ir.model"].search([("model", "=like", "pdd.%")])
        for model in models.filtered(lambda model: not model.abstract):
            self.assertTrue(model.access_ids, model.model)

    def test_a_user_reads_maps_and_syncs_and_sets_up_nothing(self):
        self.shop.action_sync_goods()
        operator = self._user("operator", USER)
        shop = self.shop.with_user(operator)
        shop.action_sync_goods()
        shop.action_sync_orders()
        self.assertEqual(shop.order_count, 5)
        product = self.env["product.product"].create({"name": "P"})
        sku = self.env["pdd.sku"].with_user(operator).search([], limit=1)
        sku.product_id = product
        for action in (
            lambda: shop.write({"name": "mine"}),
            shop.unlink,
            lambda: shop.create({"name": "mine"}),
            lambda: shop.feed_ids.write({"synced_until": "2026-01-01"}),
            shop.action_authorise,
            shop.action_check_connection,
            shop.action_confirm_database,
            lambda: self.env["pdd.api.call"].with_user(operator).search([]),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_the_mirror_is_written_by_nobody(self):
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        manager = self._user("manager", MANAGER)
        for name in MIRROR:
            with self.subTest(name):
                model = self.env[name].with_user(manager)
                self.assertFalse(model.has_access("create"))
                self.assertFalse(model.has_access("unlink"))
                if name != "pdd.sku":
                    self.assertFalse(model.has_access("write"))

    def test_a_user_changes_the_mapping_of_a_sku_and_nothing_else(self):
        self.shop.action_sync_goods()
        operator = self._user("operator", USER)
        sku = self.env["pdd.sku"].with_user(operator).search([], limit=1)
        sku.active = False
        for vals in ({"platform_qty": 5}, {"outer_id": "X"}, {"group_price": 1}):
            with self.subTest(vals), self.assertRaises(AccessError):
                sku.write(vals)

    def test_a_seller_without_the_group_sees_nothing_of_the_shops(self):
        seller = self._user("seller", "sales_team.group_sale_manager")
        for name in FUNCTIONAL:
            self.assertFalse(self.env[name].with_user(seller).has_access("read"), name)

    def test_who_knows_nothing_of_shops_may_read_each_field_he_is_shown(self):
        self._create_products()
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        sale_order = self.shop.order_ids.sale_order_id[0]
        for records, groups in (
            (sale_order.order_line.product_id, "base.group_user"),
            (sale_order.order_line.product_id.product_tmpl_id, "base.group_user"),
            (sale_order, "sales_team.group_sale_salesman_all_leads"),
            (sale_order.order_line, "sales_team.group_sale_salesman_all_leads"),
            (sale_order.picking_ids, "sales_team.group_sale_salesman_all_leads"),
            (sale_order.picking_ids, "stock.group_stock_user"),
            (sale_order.picking_ids.move_ids, "stock.group_stock_user"),
            (sale_order._create_invoices(), "account.group_account_invoice"),
        ):
            with self.subTest(records._name, groups=groups):
                login = f"{records._name} {groups}"
                records = records.with_user(self._user(login, groups))
                ours = [
                    name
                    for name in records.fields_get(attributes=["type"])
                    if any(m.startswith("pdd_") for m in records._fields[name]._modules)
                ]
                self.assertTrue(records.read(["id", *ours]))

    def test_a_seller_without_the_group_changes_products_all_the_same(self):
        self.shop.action_sync_goods()
        seller = self._user(
            "seller", "sales_team.group_sale_manager,product.group_product_manager"
        )
        product = self.env["product.product"].with_user(seller)
        sku = self.env["pdd.sku"].search([("outer_id", "!=", False)], limit=1)
        product = product.create({"name": "P", "default_code": sku.outer_id})
        self.assertEqual(sku.product_id.id, product.id)


@tagged("post_install", "-at_install")
class TestCompanies(SecurityCase):
    simulator_options = {"seed": 7, "shops": 2, "orders": 10, "days": 2}

    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        self.other = self.env["res.company"].create({"name": "Elsewhere"})
        self.stranger = self._user(
            "stranger",
            MANAGER,
            company_id=self.other.id,
            company_ids=[self.other.id],
        )

    def test_shops_of_another_company_are_out_of_sight(self):
        self.env["pdd.api.call"].create({"shop_id": self.shop.id, "api_name": "x"})
        sku = self.env["pdd.sku"].search([("product_id", "=", False)], limit=1)
        sku.product_id = self.env["product.product"].create({"name": "P"})
        sku.product_id = False
        for name in FUNCTIONAL:
            with self.subTest(name):
                self.assertTrue(self.env[name].search_count([]))
                self.assertFalse(
                    self.env[name].with_user(self.stranger).search_count([])
                )

    def test_buttons_of_another_companys_shop_are_refused(self):
        shop = self.shop.with_user(self.stranger)
        for action in (shop.action_sync_orders, shop.action_sync_goods):
            with self.assertRaises(AccessError):
                action()
        order = self.env["pdd.order"].search([], limit=1)
        issue = self.env["pdd.issue"].search([], limit=1)
        for record in (order, issue):
            self.assertTrue(record)
            with self.assertRaises(AccessError):
                record.with_user(self.stranger).action_retry()
        sku = self.env["pdd.sku"].search([], limit=1).with_user(self.stranger)
        with self.assertRaises(AccessError):
            sku.product_id = False

    def test_two_companies_work_with_their_own_products(self):
        account = self.sim.shops[1]
        theirs = self.env["pdd.shop"].create(
            shop_vals(self.sim, account) | {"company_id": self.other.id}
        )
        theirs.action_check_connection()
        codes = set(self.env["pdd.sku"].search([]).mapped("outer_id")) - {False}
        ours = self.env["product.product"].create(
            [
                {"name": code, "default_code": code, "company_id": company.id}
                for code in codes
                for company in (self.shop.company_id, self.other)
            ]
        )
        theirs.action_sync_goods()
        skus = self.env["pdd.sku"].search([("product_id", "in", ours.ids)])
        self.assertEqual(set(skus.shop_id), {self.shop, theirs})
        for sku in skus:
            self.assertEqual(sku.product_id.company_id, sku.shop_id.company_id)


@tagged("post_install", "-at_install")
class TestNeutralisation(SecurityCase):
    def test_a_neutralised_database_talks_to_no_shop(self):
        [query] = get_neutralization_queries(["pdd_connector"])
        self.env.flush_all()
        self.env.cr.execute(query)
        self.env.invalidate_all()
        for name in SECRETS:
            self.assertFalse(self.shop[name], name)
        self.assertEqual(self.shop.state, "draft")
        self.assertTrue(self.shop.is_copied_database)
        self.sim.journal.clear()
        self.env.ref("pdd_connector.ir_cron_order_intake").method_direct_trigger()
        self.env.ref("pdd_connector.ir_cron_authorisation").method_direct_trigger()
        self.assertFalse(self.sim.journal.entries())

    def test_a_neutralised_shop_can_be_authorised_on_purpose(self):
        [query] = get_neutralization_queries(["pdd_connector"])
        self.env.flush_all()
        self.env.cr.execute(query)
        self.env.invalidate_all()
        self.shop.action_confirm_database()
        vals = shop_vals(self.sim, self.account)
        self.shop.write({name: vals[name] for name in SECRETS[:3]})
        self.env.flush_all()
        self.shop.action_check_connection()
        self.assertEqual(self.shop.state, "authorised")
