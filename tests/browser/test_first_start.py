# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import BrowserCase

GROUPS = (
    *("pdd_connector.group_pdd_manager", "base.group_system"),
    *("sales_team.group_sale_manager", "account.group_account_manager"),
)


@tagged("post_install", "-at_install")
class TestFirstStart(BrowserCase):
    """From an empty app to sales orders, as the README tells it."""

    is_connected = False
    simulator_options = {"seed": 7, "shops": 1, "orders": 4, "days": 1}

    def setUp(self):
        super().setUp()
        self._create_products()  # but for the goods without merchant code

    def test_a_shop_is_connected_and_its_orders_become_sales_orders(self):
        boss = self.new_user("boss", *GROUPS)
        with self.browse(boss) as screen:
            self._look_at_empty_lists(screen)
            self._connect(screen)
            screen.press("Read Goods")
            screen.see(".o_notification", "Up to date")
            screen.press("Not Mapped")
            self._create_missing_products(screen)
            screen.open("/odoo/pdd-shops", "Shops")
            screen.see(".o_kanban_record", "Flagship store")
            screen.press("Read Orders")
            screen.see(".o_notification", "Up to date")
            screen.open("/odoo/pdd-orders", "Orders")
            screen.see(".o_data_row", "Sales order made")
        shop = self.env["pdd.shop"].search([])
        self.assertEqual(shop.state, "authorised")
        self.assertEqual(shop.mall_id, str(self.account.mall_id))
        self.assertEqual(shop.unmapped_count, 0)
        self.assertTrue(shop.sale_order_count)

    def _look_at_empty_lists(self, screen):
        """Each empty list says what to do first."""
        for path, title, advice in (
            ("pdd-orders", "Orders", "Authorise a shop"),
            ("pdd-skus", "SKUs", "press Read Goods"),
            ("pdd-shops", "Shops", "Press New"),
        ):
            screen.open(f"/odoo/{path}", title)
            screen.see(".o_view_nocontent", advice)

    def _connect(self, screen):
        """Create the shop and agree on the platform's own page."""
        screen.press("New")
        screen.type("name", "Flagship store")
        screen.type("client_id", self.account.client_id)
        screen.type("client_secret", self.account.client_secret)
        screen.type("gateway_url", self.sim.gateway_url)
        screen.press("Authorise")
        screen.press("同意授权")
        screen.see(".o_arrow_button_current", "Authorised")
        screen.press("Include Taxes In Prices")
        screen.miss(".alert", "come on top of the price")

    def _create_missing_products(self, screen):
        screen.see(".o_data_row", "Not mapped")
        screen.click("thead .o_list_record_selector input")
        screen.press("Create Missing Products")
        screen.see(".modal", "lack a product")
        screen.click(".modal button", "Create Products")
        screen.see(".o_data_row", "Mapped")
        screen.miss(".o_data_row", "Not mapped")
