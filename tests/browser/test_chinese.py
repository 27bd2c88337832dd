# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo.tests import tagged

from .common import BrowserCase

MANAGER = (
    "pdd_connector.group_pdd_manager",
    "pdd_connector_finance.group_pdd_write_off",
    "base.group_system",
)
# What a label may hold beside Chinese.
NAMES = {
    "SKU",
    "SKUs",
    "ID",
    "API",
    "Odoo",
    "PDD",
    "token",
    "Excel",
    "client",
    "secret",
}
LABELS = (
    "th, .o_menu_brand, .o_menu_sections button, .o_menu_sections a, "
    ".o_form_label, .o_statusbar_buttons button, .o_stat_text, .nav-link, "
    ".o_horizontal_separator, .o_arrow_button, .o_view_nocontent"
)


@tagged("post_install", "-at_install")
class TestChinese(BrowserCase):
    """A Chinese user meets no English."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        self.order = self._order(risk=True)
        self.user = self.new_user("lina", *MANAGER, lang="zh_CN")

    def _assert_chinese(self, screen, path):
        screen.open(path)
        screen.see(".o_view_controller")
        for label in screen.texts(LABELS):
            words = set(re.findall(r"[A-Za-z]{3,}", label)) - NAMES
            self.assertFalse(words, f"{path}: {label}")

    def test_menus_lists_and_forms_are_chinese(self):
        actions = self.env["ir.actions.act_window"].search([("path", "like", "pdd-")])
        places = (
            *(f"pdd-shops/{self.shop.id}", f"pdd-orders/{self.order.id}"),
            *actions.mapped("path"),
        )
        with self.browse(self.user) as screen:
            for place in places:
                self._assert_chinese(screen, f"/odoo/{place}")

    def test_states_of_the_platform_are_chinese(self):
        order_sn = self.order.order_sn
        with self.browse(self.user) as screen:
            screen.open(f"/odoo/pdd-orders/{self.order.id}", order_sn)
            screen.see("[name=order_status_label]", "待发货")
            screen.see(".alert-warning", "风控审核中")
