# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stock board and the rules behind it."""

from odoo.tests import tagged

from tests.odoo.parcel_common import ParcelMixin

from .common import BrowserCase

MANAGER = ("pdd_connector.group_pdd_manager", "stock.group_stock_user")


@tagged("post_install", "-at_install")
class TestStock(ParcelMixin, BrowserCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2, "goods": 4}

    def setUp(self):
        super().setUp()
        self.sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        for goods in self.account.goods.values():
            goods.is_promoted = False  # else the platform lets nothing be reduced
        self.manager = self.new_user("manager", *MANAGER)

    def _publish(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_publish")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_the_empty_board_leads_to_the_first_quantities(self):
        shop_name, sku = self.shop.name, self.sku.sku_id
        with self.browse(self.manager) as screen:
            screen.open("/odoo/pdd-stock", "Stock Board")
            screen.see(".o_view_nocontent", "press Publish Stock")
            screen.open(f"/odoo/pdd-shops/{self.shop.id}", shop_name)
            screen.press("Publish Stock")
            screen.see(".o_notification", "SKUs computed")
            screen.click(".oe_stat_button", "Stock Board")
            screen.see(".o_data_row", "1,000")
            screen.click(".o_data_row button", "Why")
            screen.see(".modal [name=explanation]", "on hand 1000")
            screen.open(f"{self.sim.url}/shop/{self.account.mall_id}?tab=goods")
            screen.see(f"#sku-{sku} .stock", "1000")

    def test_a_rule_shows_what_it_leads_to_before_it_is_saved(self):
        self.shop.action_publish_stock()
        rule = self.shop.stock_rule_ids
        with self.browse(self.manager) as screen:
            screen.open("/odoo/pdd-stock-rules", "Stock Rules")
            screen.click(".o_data_cell[name=scope]", "Whole shop")
            screen.see(".o_pdd_stock_preview", "1000")
            screen.type("safety_qty", "40")
            screen.see(".o_pdd_stock_preview", "960")
            screen.see(".o_pdd_stock_preview", "safety quantity 40")
            screen.click(".o_form_button_save")
            screen.see(".o_form_status_indicator_buttons.invisible")
        self.assertEqual(rule.safety_qty, 40)
        self._publish()
        self.assertEqual(self.sku.published_qty, 960)
