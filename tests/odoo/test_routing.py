# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .parcel_common import ParcelCase
from .warehouse_common import read_orders


@tagged("post_install", "-at_install")
class TestRouting(ParcelCase):
    def setUp(self):
        super().setUp()
        self.west = self._create_warehouse("West", "WST")
        self.east = self._create_warehouse("East", "EST")

    def _create_warehouse(self, name, code):
        warehouse = self.env["stock.warehouse"].create({"name": name, "code": code})
        self._put_on_stock(self.products, 100, warehouse)
        return warehouse

    def _create_rule(self, name, warehouse, **vals):
        return self.env["pdd.warehouse.rule"].create(
            {"name": name, "warehouse_id": warehouse.id, "is_live": True, **vals}
        )

    def _product(self, order):
        return order.line_ids.product_id

    def _empty(self, warehouse):
        for product in self.products:
            self.env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, -100
            )

    def test_without_rules_the_sales_orders_own_warehouse_ships(self):
        order = self._make_orders()
        self.assertEqual(order.sale_order_id.warehouse_id, self.warehouse)
        self.assertFalse(order.route_reason)

    def test_the_first_rule_that_fits_decides_and_says_why(self):
        self._create_rule("Heavy", self.east, sequence=1, min_weight=5)
        rule = self._create_rule(
            "Rest", self.west, sequence=2, carrier_id=self.yto.id, hint="Wrap twice"
        )
        order = self._make_orders()
        self.assertRecordValues(
            order, [{"warehouse_rule_id": rule.id, "warehouse_id": self.west.id}]
        )
        self.assertTrue(order.route_reason.startswith("Rest: "))
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.picking_type_id.warehouse_id, self.west)
        self.assertEqual(picking.carrier_id, self.yto)
        self.assertIn("Wrap twice", picking.pdd_hints)

    def test_each_condition_can_refuse(self):
        order = self._make_orders()
        product, state = (
            self._product(order),
            order._get_state_id(self.env.ref("base.cn")),
        )
        product.write({"weight": 2, "volume": 0.02})
        states = self.env["res.country.state"].search(
            [("country_id.code", "=", "CN"), ("id", "!=", state)], limit=1
        )
        other = (self.products - product)[0]
        aside = self.env["product.category"].create({"name": "Aside"})
        for vals in (
            {"state_ids": [Command.set(states.ids)]},
            {"cities": "没有这个城市"},
            {"product_ids": [Command.set(other.ids)]},
            {"category_ids": [Command.set(aside.ids)]},
            {"min_weight": 3},
            {"max_weight": 1},
            {"min_volume": 0.03},
            {"max_volume": 0.01},
            {"min_amount": order.receivable_amount + 1},
            {"max_amount": order.receivable_amount - 0.01},
            {"consolidation": "yes"},
            {"depot_codes": "D1, D2"},
        ):
            with self.subTest(**vals):
                rule = self._create_rule("Rule", self.west, **vals)
                self.assertFalse(order._decide_routes(rule)[order].rule)

    def test_each_condition_that_fits_is_named(self):
        order = self._make_orders()
        product = self._product(order)
        above = self.env["product.category"].create({"name": "Above"})
        category = above.create({"name": "Below", "parent_id": above.id})
        product.write({"weight": 2, "volume": 0.02, "categ_id": category.id})
        order.payload = {
            **order.payload,
            "consolidate_info": {"consolidate_type": 1},
            "order_depot_info": {"depot_code": "D2"},
        }
        rule = self._create_rule(
            "All",
            self.west,
            state_ids=[Command.set([order._get_state_id(self.env.ref("base.cn"))])],
            cities=f"没有这个城市，{order.city[:2]}",
            category_ids=[Command.set(above.ids)],
            min_weight=2,
            max_weight=2,
            min_volume=0.01,
            min_amount=order.receivable_amount,
            max_amount=order.receivable_amount,
            consolidation="type",
            consolidate_type=1,
            depot_codes="D1,D2",
            stock_condition="all",
        )
        route = order._decide_routes(rule)[order]
        self.assertEqual(route.rule, rule)
        for part in (order.city, product.display_name, "2.00 kg", "0.020 m³"):
            self.assertIn(part, route.reason)
        for part in ("Xinjiang", "depot D2", "all on stock"):
            self.assertIn(part, route.reason)

    def test_a_rule_for_another_shop_does_not_decide(self):
        other = self.shop.copy({"name": "Other", "mall_id": "1"})
        self._create_rule("Other", self.west, shop_ids=[Command.set(other.ids)])
        order = self._make_orders()
        self.assertFalse(order.warehouse_rule_id)
        self.assertEqual(order.route_reason, "No rule fits")

    # --- stock

    def test_stock_as_a_condition_passes_an_empty_warehouse(self):
        self._empty(self.west)
        self._create_rule("West", self.west, sequence=1, stock_condition="all")
        east = self._create_rule("East", self.east, sequence=2, stock_condition="all")
        self.assertEqual(self._make_orders().warehouse_rule_id, east)

    def test_stock_decides_between_rules_of_the_same_priority(self):
        self._empty(self.west)
        self._create_rule("West", self.west)
        east = self._create_rule("East", self.east)
        self.assertEqual(self._make_orders().warehouse_rule_id, east)

    def test_orders_of_a_batch_do_not_count_on_the_same_pieces(self):
        west = self._create_rule("West", self.west, sequence=1, stock_condition="all")
        east = self._create_rule("East", self.east, sequence=2)
        first = self._make_orders()
        product = self._product(first)
        free = product.with_context(warehouse_id=self.west.id).free_qty
        self.env["stock.quant"]._update_available_quantity(
            product, self.west.lot_stock_id, 1 - free
        )
        orders = self._make_orders(2)
        self.assertEqual(orders.warehouse_rule_id, west + east)

    def test_an_order_is_only_split_where_the_rule_allows_it(self):
        skus = list(self._platform_skus())[:2]
        items = [{"sku_id": row["sku_id"]} for row in skus]
        missing = self.products.filtered(
            lambda product: product.default_code == skus[1]["outer_id"]
        )
        self.env["stock.quant"]._update_available_quantity(
            missing, self.west.lot_stock_id, -100
        )
        rule = self._create_rule("West", self.west)
        whole = self._make_orders(items=items)
        self.assertEqual(len(whole.sale_order_id.picking_ids), 1)
        rule.write(
            {
                "stock_condition": "split",
                "split_warehouse_ids": [Command.set(self.east.ids)],
            }
        )
        split = self._make_orders(items=items)
        self.assertEqual(
            split.sale_order_id.picking_ids.picking_type_id.warehouse_id,
            self.west + self.east,
        )
        self.assertIn("missing goods from East", split.route_reason)
        self.assertEqual(
            split.sale_order_id.picking_ids.mapped("state"), ["assigned"] * 2
        )

    def test_orders_of_a_batch_do_not_count_on_the_same_pieces_elsewhere(self):
        product = self._product(self._make_orders())
        for warehouse, left in ((self.west, 0), (self.east, 1)):
            free = product.with_context(warehouse_id=warehouse.id).free_qty
            self.env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, left - free
            )
        self._create_rule(
            "West",
            self.west,
            stock_condition="split",
            split_warehouse_ids=[Command.set(self.east.ids)],
        )
        orders = self._make_orders(2)
        warehouses = orders.mapped("sale_order_id.picking_ids.picking_type_id")
        self.assertEqual(warehouses.warehouse_id, self.west + self.east)

    def test_an_order_that_is_routed_again_forgets_its_split(self):
        skus = list(self._platform_skus())[:2]
        missing = self.products.filtered(
            lambda product: product.default_code == skus[1]["outer_id"]
        )
        put = self.env["stock.quant"]._update_available_quantity
        put(missing, self.west.lot_stock_id, -100)
        rule = self._create_rule(
            "West",
            self.west,
            stock_condition="split",
            split_warehouse_ids=[Command.set(self.east.ids)],
        )
        items = [{"sku_id": row["sku_id"]} for row in skus]
        (order,) = read_orders(self.shop, 1, self.platform, items=items)
        order._write_routes(order._decide_routes(rule))  # its batch could not be made
        self.assertEqual(order.line_ids.warehouse_id, self.east)
        put(missing, self.west.lot_stock_id, 100)
        self.shop.action_sync_orders()
        self.assertEqual(order.state, "done")
        self.assertFalse(order.line_ids.warehouse_id)
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.picking_type_id.warehouse_id, self.west)

    def test_an_order_forgets_the_route_of_a_rule_that_is_gone(self):
        rule = self._create_rule("West", self.west)
        (order,) = read_orders(self.shop, 1, self.platform)
        order._write_routes(order._decide_routes(rule))  # as above
        rule.is_live = False
        self.shop.action_sync_orders()
        self.assertRecordValues(
            order,
            [{"state": "done", "warehouse_rule_id": False, "route_reason": False}],
        )
        self.assertEqual(order.sale_order_id.warehouse_id, self.warehouse)

    # --- trying before going live

    def test_a_draft_is_tried_on_the_last_orders_without_changing_them(self):
        orders = self._make_orders(3)
        draft = self._create_rule("Draft", self.west, is_live=False)
        wizard = self.env["pdd.warehouse.rule.try"].browse(draft.action_try()["res_id"])
        self.assertRecordValues(wizard, [{"order_count": 3, "changed_count": 3}])
        self.assertEqual(wizard.line_ids.warehouse_id, self.west)
        self.assertEqual(set(wizard.line_ids.mapped("reason")), {"Draft: all on stock"})
        self.assertFalse(orders.warehouse_rule_id)
        self.assertFalse(self._make_orders().warehouse_rule_id)
        wizard.action_go_live()
        self.assertEqual(self._make_orders().warehouse_rule_id, draft)

    def test_managers_write_rules_and_users_read_them(self):
        rule = self._create_rule("Rule", self.west)
        user = new_test_user(self.env, "u", groups="pdd_connector.group_pdd_user")
        manager = new_test_user(
            self.env,
            "m",
            groups="pdd_connector.group_pdd_manager,stock.group_stock_user",
        )
        self.assertEqual(rule.with_user(user).name, "Rule")
        self.assertFalse(rule.with_user(user).has_access("write"))
        self.assertTrue(rule.with_user(manager).has_access("write"))
        rule.with_user(manager).action_try()

    # --- hints

    def test_tags_of_the_platform_are_read_on_transfer_and_slip(self):
        order = self._make_orders(tags=["free_sf"])
        picking = order.sale_order_id.picking_ids
        self.assertIn("SF Express", picking.pdd_hints)
        for report in ("stock.action_report_picking", "stock.action_report_delivery"):
            Report = self.env["ir.actions.report"]
            with patch.object(type(Report), "barcode", return_value=b""):
                html, _kind = Report._render_qweb_html(report, picking.ids)
            self.assertIn("SF Express", html.decode())
