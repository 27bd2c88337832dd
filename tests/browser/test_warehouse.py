# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shipping, stopping and receiving, seen here and on the platform's own page."""

from odoo.tests import tagged

from tests.odoo.parcel_common import ParcelMixin

from .common import BrowserCase

# Odoo's transfers with a delivery method need the right to contacts
PACKER = ("stock.group_stock_user", "base.group_partner_manager")
OPERATOR = ("pdd_connector.group_pdd_user", "stock.group_stock_user")
MANAGER = ("pdd_connector.group_pdd_manager", "stock.group_stock_user")
NUMBER = "SF1000000000001"
RETURN_NUMBER = "YT9000000000001"


class WarehouseCase(ParcelMixin, BrowserCase):
    def _page(self, tab="orders"):
        return f"{self.sim.url}/shop/{self.account.mall_id}?tab={tab}"

    def _transfer(self, picking):
        return f"/odoo/deliveries/{picking.id}"


@tagged("post_install", "-at_install")
class TestShip(WarehouseCase):
    def setUp(self):
        super().setUp()
        self.packer = self.new_user("packer", *PACKER)

    def test_an_order_that_leaves_here_is_shipped_there(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        picking.carrier_id = self.sf
        order_sn, name, place = order.order_sn, picking.name, self._transfer(picking)
        with self.browse(self.packer) as screen:
            screen.open("/odoo/pdd-to-ship", "To Ship")
            screen.see(".o_data_row", order_sn)
            screen.open(place, name)
            screen.click(".nav-link", "Additional Info")
            screen.type("carrier_tracking_ref", NUMBER)
            screen.press("Validate")
            screen.see(".o_arrow_button_current", "Done")
            screen.click(".nav-link", "Pinduoduo")
            screen.see("[name=pdd_parcel_ids] .o_data_row", NUMBER)
        self._send_parcels()
        with self.browse(self.packer) as screen:
            screen.open(self._page())
            screen.see(f"#order-{order_sn} .status", "已发货")
            screen.see(f"#order-{order_sn} .tracking", NUMBER)
            screen.open("/odoo/pdd-parcels", "Parcels")
            screen.see(".o_data_row", NUMBER)
            screen.see(".o_data_row", "Told")

    def test_a_refund_asked_there_stops_the_transfer_here(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, NUMBER)
        order_sn, name, place = order.order_sn, picking.name, self._transfer(picking)
        with self.browse(self.packer) as screen:
            screen.open(self._page())
            screen.type(f"#order-{order_sn} select", "refund_request")
            screen.click(f"#order-{order_sn} button", "▶")
            screen.see(f"#order-{order_sn} .refund", "售后处理中")
        self._read_all()
        with self.browse(self.packer) as screen:
            screen.open(place, name)
            screen.see(".alert-danger", "Put the goods aside")
            screen.see(".alert-danger", order_sn)
            screen.press("Validate")
            screen.see(".modal", "does not let these orders be shipped")
            screen.click(".modal button", "Close")
        self.assertFalse(order.parcel_ids)
        self.assertEqual(self._on_platform(order).order_status, 1)


@tagged("post_install", "-at_install")
class TestReceive(WarehouseCase):
    def setUp(self):
        super().setUp()
        self.packer = self.new_user("packer", *PACKER)
        self.operator = self.new_user("operator", *OPERATOR)

    def test_a_scanned_return_closes_its_case(self):
        order = self._make_orders(items=[{"count": 2}])
        self._ship(order)
        self._send_parcels()
        self._ask_refund(order)
        for event, details in (
            ("return_agree", {}),
            ("return_ship", {"tracking_number": RETURN_NUMBER}),
        ):
            self.platform.event(order.order_sn, event, **details)
            self._read_all()
        case = order.refund_ids.case_ids
        order_sn, product = order.order_sn, order.line_ids.product_id.name
        with self.browse(self.packer) as screen:
            screen.open("/odoo/inventory", "Inventory")
            screen.click(".o_menu_sections button", "Operations")
            screen.click(".dropdown-item", "Receive Returns")
            screen.scan("scan", RETURN_NUMBER)
            screen.see(".modal [name=order_sn]", order_sn)
            screen.see(".modal .o_data_row", product)
            screen.scan("scan", RETURN_NUMBER)
            screen.see(".modal .alert-success", "is received")
        cron = self.env.ref("pdd_connector_stock.ir_cron_refund_action")
        cron.method_direct_trigger()
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self.assertTrue(case.is_closed)
        with self.browse(self.operator) as screen:
            screen.open(f"/odoo/pdd-cases/{case.id}")
            screen.see("[name=back_state]", "Received")
            screen.see("[name=stock_state]", "Booked")
            screen.see("[name=money_state]", "Refunded")
            screen.see("[name=closed_date]")


@tagged("post_install", "-at_install")
class TestRouting(WarehouseCase):
    def test_a_rule_is_tried_on_the_last_orders_before_it_goes_live(self):
        orders = self._make_orders(3)
        west = self.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        self._put_on_stock(self.products, 100, west)
        rule = self.env["pdd.warehouse.rule"].create(
            {"name": "All from the west", "warehouse_id": west.id, "is_live": False}
        )
        order_sn, name = orders[0].order_sn, rule.name
        manager = self.new_user("manager", *MANAGER)
        with self.browse(manager) as screen:
            screen.open("/odoo/pdd-routing", "Routing Rules")
            screen.click(".o_data_cell[name=name]", name)
            screen.press("Try on the Last 500 Orders")
            screen.see(".modal [name=order_count]", "3")
            screen.see(".modal [name=changed_count]", "3")
            screen.see(".modal .o_data_row", order_sn)
            screen.click(".modal button", "Go Live")
            screen.miss(".modal")
        self.assertTrue(rule.is_live)
        self.assertEqual(self._make_orders().warehouse_rule_id, rule)
