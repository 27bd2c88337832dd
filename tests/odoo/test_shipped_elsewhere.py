# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders whose goods left without Odoo: before it read them, or later."""

from odoo.tests import tagged

from .common import PddCase, error_of
from .parcel_common import SEND, ParcelMixin


@tagged("post_install", "-at_install")
class TestShippedElsewhere(ParcelMixin, PddCase):
    def setUp(self):
        super().setUp()
        self.sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        self.product = self.sku.product_id

    def _place(self, *events):
        items = [{"sku_id": self.sku.sku_id, "count": 2, "price": 5000}]
        placed = self.platform.create_order(items=items)
        for event in events:
            self.platform.event(placed.order_sn, event)
        return placed

    def _read(self, placed):
        self._read_all()
        order = self.env["pdd.order"].search([("order_sn", "=", placed.order_sn)])
        order.invalidate_recordset()
        return order

    def _ship_there(self, order):
        """Somebody ships the order in the merchant backend."""
        self.sim.clock.advance(5)
        self.platform.event(order.order_sn, "ship")
        self._read_all()
        order.invalidate_recordset()

    def _on_hand(self):
        self.product.invalidate_recordset()
        return self.product.qty_available

    def _moves(self, order):
        return order.sale_order_id.order_line.move_ids

    def _issue(self):
        return self.env["pdd.issue"].search(
            [("cause", "=", "elsewhere"), ("state", "=", "open")]
        )

    # --- first read as shipped

    def test_order_read_as_shipped_has_no_delivery_and_leaves_the_stock(self):
        for events in (("ship",), ("ship", "receive")):
            with self.subTest(events=events):
                order = self._read(self._place(*events))
                self.assertEqual(order.state, "done", order.hold_detail)
                self.assertTrue(order.is_fulfilled)
                self.assertFalse(order.sale_order_id.picking_ids)
                self.assertFalse(order.reserve_warehouse_id)
                line = order.sale_order_id.order_line
                self.assertEqual(line.qty_delivered, 2)
                self.assertEqual(self._on_hand(), 1000)
                self.assertEqual(self.product.virtual_available, 1000)
        self.assertFalse(self._issue())

    def test_goods_invoiced_by_delivery_can_be_invoiced_without_one(self):
        self.product.invoice_policy = "delivery"
        order = self._read(self._place("ship"))
        self.assertEqual(order.sale_order_id.invoice_status, "to invoice")
        order.sale_order_id._create_invoices()
        self.assertEqual(order.sale_order_id.invoice_status, "invoiced")

    def test_quantity_that_rises_later_plans_no_delivery(self):
        order = self._read(self._place("ship"))
        order.sale_order_id.order_line.product_uom_qty = 3
        self.assertFalse(self._moves(order))
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 3)

    def test_order_read_as_shipped_is_delivered_from_stock_as_of_its_date(self):
        self.shop.shipped_policy = "stock"
        order = self._read(self._place("ship"))
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.date_done, order.shipping_date)
        self.assertEqual(picking.move_ids.date, order.shipping_date)
        self.assertEqual(picking.move_line_ids.date, order.shipping_date)
        self.assertEqual(self._on_hand(), 998)
        self.assertEqual(order.parcel_ids.mapped("state"), ["sent"])
        self._send_parcels()
        self.assertEqual(self._calls(SEND), [])

    def test_delivery_in_three_steps_is_booked_step_by_step(self):
        self.shop.shipped_policy = "stock"
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._read(self._place("ship"))
        moves = self._moves(order)
        self.assertEqual(set(moves.mapped("state")), {"done"})
        self.assertEqual(moves[0].sale_line_id.qty_delivered, 2)
        self.assertEqual(self._on_hand(), 998)
        self.assertEqual(len(order.parcel_ids), 1)

    def test_goods_with_lots_are_left_to_a_person(self):
        self.shop.shipped_policy = "stock"
        self.product.tracking = "lot"
        order = self._read(self._place("ship"))
        self.assertEqual(order.state, "done")
        self.assertEqual(order.elsewhere_state, "asked")
        self.assertIn(order.order_sn, self._issue().detail)

    def test_order_that_waits_to_ship_is_delivered_as_ever(self):
        order = self._read(self._place())
        self.assertEqual(order.sale_order_id.picking_ids.state, "assigned")
        self.assertFalse(order.is_fulfilled)

    # --- shipped later, outside Odoo

    def test_delivery_of_an_order_shipped_elsewhere_cannot_be_validated(self):
        order = self._read(self._place())
        self._ship_there(order)
        self.assertEqual(order.elsewhere_state, "asked")
        issue = self._issue()
        self.assertEqual((issue.waiting_count, issue.shop_id), (1, self.shop))
        self.assertEqual(
            self.env["pdd.order"].search(issue.action_view_orders()["domain"]), order
        )
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, "SF1000000000009")
        error = error_of(picking.button_validate)
        self.assertIn("Do not send a second parcel", str(error))
        self.assertTrue(picking.pdd_is_elsewhere)
        self.assertEqual(self._on_hand(), 1000)

    def test_marked_as_shipped_elsewhere_it_is_cancelled(self):
        order = self._read(self._place())
        self._ship_there(order)
        picking = order.sale_order_id.picking_ids
        picking.action_pdd_mark_elsewhere()
        self.assertEqual(picking.state, "cancel")
        self.assertTrue(order.is_fulfilled)
        self.assertFalse(order.elsewhere_state)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)
        self.assertEqual(self._on_hand(), 1000)
        self.assertEqual(self.product.virtual_available, 1000)
        self.assertFalse(self._issue())

    def test_marked_as_shipped_elsewhere_it_is_delivered_from_stock(self):
        self.shop.shipped_policy = "stock"
        order = self._read(self._place())
        self._ship_there(order)
        self._issue().action_mark_elsewhere()
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.date_done, order.shipping_date)
        self.assertEqual(self._on_hand(), 998)
        self._send_parcels()
        self.assertEqual(self._calls(SEND), [])
        self.assertFalse(self._issue())

    def test_rest_of_an_order_shipped_by_odoo_goes_on(self):
        order = self._read(self._place())
        picking = order.sale_order_id.picking_ids
        picking.move_ids.quantity = 1
        self._prepare_parcel(picking, "SF1000000000001")
        picking.with_context(skip_backorder=True).button_validate()
        self._send_parcels()
        self.sim.clock.advance(5)
        self._read_all()
        order.invalidate_recordset()
        self.assertEqual(order.order_status, 2)
        self.assertFalse(order.elsewhere_state)
        rest = order.sale_order_id.picking_ids - picking
        self._prepare_parcel(rest, "SF1000000000002")
        rest.button_validate()
        self.assertEqual(rest.state, "done")

    def test_open_deliveries_of_an_older_version_are_shown_in_one_issue(self):
        orders = self._read(self._place()) + self._read(self._place())
        self.env.flush_all()
        self.env.cr.execute("UPDATE pdd_order SET order_status = 2")
        self.env.invalidate_all()
        orders._review_elsewhere()
        self.assertEqual(self._issue().waiting_count, 2)
        self._issue().action_mark_elsewhere()
        self.assertEqual(
            orders.sale_order_id.picking_ids.mapped("state"), ["cancel"] * 2
        )

    # --- what comes back

    def test_goods_that_come_back_are_expected_without_a_delivery(self):
        order = self._read(self._place("ship"))
        self.platform.event(order.order_sn, "refund_request", kind=2)
        self._read_all()
        self.platform.event(order.order_sn, "return_agree")
        self._read_all()
        case = order.refund_ids.case_ids
        receipt = case.return_picking_ids
        self.assertEqual(receipt.move_ids.product_uom_qty, 2)
        self.assertEqual(receipt.move_ids.product_id, self.product)
        before = self._on_hand()
        receipt.move_ids.quantity = 2
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assertEqual(receipt.state, "done")
        self.assertEqual(self._on_hand(), before + 2)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 0)

    def test_news_of_the_return_leave_its_receipt_as_it_is(self):
        order = self._read(self._place("ship"))
        self.platform.event(order.order_sn, "refund_request", kind=2)
        self._read_all()
        self.platform.event(order.order_sn, "return_agree")
        self._read_all()
        self.platform.event(order.order_sn, "return_ship")
        self._read_all()
        case = order.refund_ids.case_ids
        receipt = case.return_picking_ids
        self.assertEqual(receipt.move_ids.product_uom_qty, 2)
        self.assertEqual(case.back_state, "way")
        failed = [
            ("shop_id", "=", self.shop.id),
            ("cause", "in", ("exception", "follow")),
        ]
        self.assertEqual(self.env["pdd.issue"].search(failed).mapped("detail"), [])
