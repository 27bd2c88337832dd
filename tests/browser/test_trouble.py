# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import BrowserCase

GROUPS = ("pdd_connector.group_pdd_user", "product.group_product_manager")


@tagged("post_install", "-at_install")
class TestTrouble(BrowserCase):
    """The desk an operator looks at each morning."""

    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.sku = self.env["pdd.sku"].search([("outer_id", "!=", False)], limit=1)
        items = [{"sku_id": self.sku.sku_id, "count": 1, "price": 5000}]
        for _number in range(2):
            self.platform.create_order(items=items)
        self.shop.action_sync_orders()
        self.operator = self.new_user("operator", *GROUPS)
        self.issue = self.env["pdd.issue"].search([("cause", "=", "sku")])
        self.code = self.sku.outer_id

    def test_a_missing_product_is_created_and_what_waited_goes_on(self):
        with self.browse(self.operator) as screen:
            screen.open("/odoo/pdd-issues", "Trouble")
            screen.see(".o_kanban_group", "SKU not mapped")
            screen.see(".o_kanban_record", "2 waiting")
            screen.click(".o_kanban_record", self.code)
            screen.see(".oe_stat_button", "Waiting")
            screen.press("Create Product")
            screen.click(".modal button", "Create Products")
            screen.see(".o_data_row", "Mapped")
        self.assertTrue(self.sku.product_id)
        self.assertEqual(self.issue.working_count, 2)
        self.env["pdd.order"]._cron_make()
        self.assertEqual(self.issue.state, "solved")
        with self.browse(self.operator) as screen:
            screen.open("/odoo/pdd-issues", "Trouble")
            screen.miss(".o_kanban_record", self.code)

    def test_what_is_ignored_leaves_the_desk_with_its_reason(self):
        with self.browse(self.operator) as screen:
            screen.open(f"/odoo/pdd-issues/{self.issue.id}", self.code)
            screen.press("Ignore")
            screen.see(".modal [name=waiting_count]", "2")
            screen.type("note", "not sold any more")
            screen.click(".modal button", "Ignore")
            screen.see(".o_arrow_button_current", "Solved")
            screen.see("[name=solution]", "not sold any more")
        self.assertEqual(self.issue.solved_user_id, self.operator)
