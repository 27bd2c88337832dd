# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestChanges(PddCase):
    """What the platform changes after Odoo made the order."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        self.order = self._order()

    def _change(self, kind):
        return self.order.change_ids.filtered(lambda change: change.kind == kind)[:1]

    def test_a_new_address_is_applied_before_picking(self):
        before = self.order.sale_order_id.partner_shipping_id
        self._happen(self.order, "address_change", number=17)
        change = self._change("address")
        self.assertEqual(change.state, "applied")
        partner = self.order.sale_order_id.partner_shipping_id
        self.assertNotEqual(partner, before)
        self.assertEqual(partner.pdd_address_key, self.order.open_address_id)
        self.assertEqual(partner.name, self.order.receiver_name_mask)
        self.assertIn(self.order.receiver_name_mask, change.summary)

    def test_an_address_edited_in_odoo_is_not_overwritten(self):
        mine = self.env["res.partner"].create({"name": "Pick up by hand"})
        self.order.sale_order_id.partner_shipping_id = mine
        self._happen(self.order, "address_change", number=17)
        change = self._change("address")
        self.assertEqual(change.state, "asked")
        self.assertEqual(self.order.sale_order_id.partner_shipping_id, mine)
        issue = self.env["pdd.issue"].search([("cause", "=", "change")])
        self.assertEqual(issue.order_ids, self.order)
        change.action_apply()
        self.assertEqual(change.state, "applied")
        self.assertNotEqual(self.order.sale_order_id.partner_shipping_id, mine)
        self.assertEqual(issue.state, "solved")

    def test_notes_are_taken_over_at_any_stage(self):
        self._happen(self.order, "ship")
        self._happen(self.order, "remark", text="易碎", tag=2, tag_name="注意")
        self.assertIn("易碎", self.order.sale_order_id.pdd_memo)

    def test_a_price_cut_is_applied_to_the_fen(self):
        self._happen(self.order, "price_change", amount=333)
        self.assertEqual(self._change("amount").state, "applied")
        self.assertAlmostEqual(self.order.sale_order_id.amount_total, 96.67)

    def test_a_price_edited_in_odoo_is_asked_about_and_can_be_ignored(self):
        self.order.sale_order_id.order_line[:1].price_unit = 1.0
        self._happen(self.order, "price_change", amount=333)
        change = self._change("amount")
        self.assertEqual(change.state, "asked")
        self.assertTrue(change.reason)
        self.assertAlmostEqual(self.order.sale_order_id.amount_total, 2.0)
        change.action_ignore()
        self.assertEqual(change.state, "ignored")
        self.assertEqual(change.decided_user_id, self.env.user)

    def test_a_changed_quantity_is_taken_over(self):
        row = dict(self.order.payload, updated_at="2099-01-01 00:00:00")
        item = dict(row["item_list"][0], goods_count=3)
        row.update(item_list=[item], goods_amount=150, pay_amount=150)
        self.env["pdd.order"]._intake(self.shop, [row])
        self.env["pdd.order.change"]._cron_apply()
        sale_line = self.order.line_ids.sale_line_id
        self.assertEqual(sale_line.product_uom_qty, 3)
        self.assertAlmostEqual(self.order.sale_order_id.amount_total, 150.0)

    def test_other_goods_are_left_to_a_person(self):
        other = self.env["pdd.sku"].search(
            [("product_id", "!=", False), ("id", "!=", self.order.line_ids.sku_id.id)],
            limit=1,
        )
        row = dict(self.order.payload, updated_at="2099-01-01 00:00:00")
        item = dict(row["item_list"][0], sku_id=other.sku_id)
        row["item_list"] = [item]
        self.env["pdd.order"]._intake(self.shop, [row])
        self.env["pdd.order.change"]._cron_apply()
        change = self._change("goods")
        self.assertEqual(change.state, "asked")
        self.assertIn("by hand", change.reason)

    def test_shipping_and_receipt_are_noted(self):
        self._happen(self.order, "ship")
        self._happen(self.order, "receive")
        changes = self.order.change_ids.filtered(lambda c: c.kind == "shipping")
        self.assertEqual(changes.mapped("state"), ["told", "told"])
        self.assertIn(self.order.tracking_number, changes[-1].summary)

    def test_a_second_reading_notes_nothing(self):
        self._happen(self.order, "address_change", number=17)
        count = len(self.order.change_ids)
        self.shop.action_sync_orders()
        self.assertEqual(len(self.order.change_ids), count)
