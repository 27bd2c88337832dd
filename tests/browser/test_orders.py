# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import BrowserCase

MANAGER = (
    "pdd_connector.group_pdd_manager",
    "sales_team.group_sale_salesman_all_leads",
)


@tagged("post_install", "-at_install")
class TestOrders(BrowserCase):
    """What an order's form tells, and what one can do there."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        self.user = self.new_user("manager", *MANAGER)

    def test_a_held_order_says_why_and_is_released_with_a_reason(self):
        order = self._order(consolidation=1)
        self.assertEqual(order.state, "held")
        order_sn, reason = order.order_sn, order.hold_reasons.name
        with self.browse(self.user) as screen:
            screen.open("/odoo/pdd-orders", "Orders")
            screen.see(".o_data_row", reason)
            screen.click(".o_data_cell[name=order_sn]", order_sn)
            screen.see(".alert-warning", "Held since")
            screen.see(".alert-warning", reason)
            screen.press("Release")
            screen.see(".modal", "Holds to Lift")
            screen.type("note", "agreed with the buyer")
            screen.click(".modal button", "Release")
            screen.miss(".modal")
            screen.see("[name=release_note]", "agreed with the buyer")
        self.env["pdd.order"]._cron_make()
        self.assertEqual(order.state, "done")
        self.assertEqual(order.release_user_id, self.user)

    def test_changes_are_readable_and_a_note_goes_to_the_platform(self):
        order = self._order()
        self._happen(order, "address_change", number=17)
        order_sn, receiver = order.order_sn, order.receiver_name_mask
        sale_name = order.sale_order_id.name
        with self.browse(self.user) as screen:
            screen.open(f"/odoo/pdd-orders/{order.id}", order_sn)
            screen.click(".nav-link", "Changes")
            screen.see("[name=change_ids] .o_data_row", receiver)
            screen.press("Write Note")
            screen.type("note", "周一发货")
            screen.press("Send to Pinduoduo")
            screen.miss(".modal")
            screen.click(".oe_stat_button", "Sales Order")
            screen.see(".o_breadcrumb", sale_name)
            screen.click(".oe_stat_button", "Pinduoduo")
            screen.see(".o_last_breadcrumb_item, .o_breadcrumb", order_sn)
        self.env["pdd.order.note"]._cron_send()
        self.assertEqual(self.platform.find_order(order_sn).remark, "周一发货")

    def test_after_sales_lead_to_their_order(self):
        order = self._order()
        self._happen(order, "refund_request", amount=2500)
        self._happen(order, "refund_agree")
        order_sn, refund = order.order_sn, order.refund_ids
        kind, status = refund.type_label, refund.status_label
        number = refund.after_sales_id
        with self.browse(self.user) as screen:
            screen.open("/odoo/pdd-refunds", "After-sales")
            screen.see(".o_data_row", kind)
            screen.click(".o_data_cell[name=after_sales_id]", number)
            screen.see("[name=status_label]", status)
            screen.click(".oe_stat_button", "Order")
            screen.see(".o_breadcrumb", order_sn)
            screen.see("[name=refunded_amount]", "25.00")
