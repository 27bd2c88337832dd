# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Batch transfers: several orders validated by one click."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import RecordCapturer, tagged

from tests.odoo.common import error_of
from tests.odoo.parcel_common import SEND, ParcelCase


@tagged("post_install", "-at_install")
class TestBatches(ParcelCase):
    def _batch(self, pickings):
        """Put transfers into a batch, each with a number."""
        for picking in pickings.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        ):
            self._prepare_parcel(picking, f"SF{10**12 + picking.id}")
        batch = self.env["stock.picking.batch"].create(
            {
                "picking_type_id": pickings.picking_type_id.id,
                "picking_ids": [Command.set(pickings.ids)],
            }
        )
        batch.action_confirm()
        return batch

    def test_a_batch_leaves_one_parcel_per_order_in_its_transaction(self):
        orders = self._make_orders(3)
        batch = self._batch(orders.sale_order_id.picking_ids)
        with RecordCapturer(self.env["pdd.parcel"]) as capturer:
            batch.action_done()
        self.assertEqual(capturer.records.order_id, orders)
        self.assertEqual(capturer.records.mapped("state"), ["to_send"] * 3)
        self.assertEqual(batch.state, "done")
        self._send_parcels()
        self.assertEqual(len(self._calls(SEND)), 3)
        self.assertEqual(
            [self._on_platform(order).order_status for order in orders], [2, 2, 2]
        )

    def test_a_stopped_order_leaves_the_batch_and_the_others_are_shipped(self):
        orders = self._make_orders(3)
        pickings = orders.sale_order_id.picking_ids
        batch = self._batch(pickings)
        pickings.move_ids.picked = True
        stopped = orders[1]
        self._ask_refund(stopped)
        action = batch.action_done()
        left = stopped.sale_order_id.picking_ids
        self.assertIn(stopped.order_sn, str(action))
        self.assertIn(stopped.order_sn, left.message_ids[0].body)
        self.assertEqual((left.state == "done", left.batch_id.id), (False, False))
        self.assertEqual(batch.picking_ids, pickings - left)
        self.assertEqual(batch.state, "done")
        self.assertFalse(stopped.parcel_ids)
        self.assertTrue(all(order.parcel_ids for order in orders - stopped))

    def test_a_batch_of_stopped_orders_says_why(self):
        orders = self._make_orders(2)
        batch = self._batch(orders.sale_order_id.picking_ids)
        batch.picking_ids.move_ids.picked = True
        for order in orders:
            self._ask_refund(order)
        with self.assertRaisesRegex(UserError, orders[0].order_sn):
            batch.action_done()
        self.assertFalse(orders.parcel_ids)

    def test_a_refund_that_comes_up_by_asking_stops_the_first_click_only(self):
        self.shop.ship_check_minutes = 0
        orders = self._make_orders(2)
        batch = self._batch(orders.sale_order_id.picking_ids)
        batch.picking_ids.move_ids.picked = True
        self.env.cr.commit()
        self.platform.event(orders[0].order_sn, "refund_request")
        self.assertIn(orders[0].order_sn, str(error_of(batch.action_done)))
        self.env.invalidate_all()
        batch.action_done()
        self.assertFalse(orders[0].parcel_ids)
        self.assertTrue(orders[1].parcel_ids)

    def test_only_the_last_step_of_pick_pack_ship_leaves_parcels(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        orders = self._make_orders(2)
        steps = ("Pick", "Pack", "Delivery")
        for step in steps:
            with self.subTest(step):
                open_pickings = orders.sale_order_id.picking_ids.filtered(
                    lambda picking: picking.state == "assigned"
                )
                self.assertEqual(len(open_pickings), 2)
                self.assertFalse(orders.parcel_ids)
                self._batch(open_pickings).action_done()
        self.assertEqual(orders.parcel_ids.order_id, orders)
        self._send_parcels()
        self.assertEqual(len(self._calls(SEND)), 2)

    def test_a_refund_between_the_steps_stops_its_order_alone(self):
        self.warehouse.delivery_steps = "pick_ship"
        orders = self._make_orders(2)
        self._batch(orders.sale_order_id.picking_ids).action_done()
        self._ask_refund(orders[0])
        shipping = orders.sale_order_id.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        )
        self._batch(shipping.filtered(lambda picking: picking.state != "done"))
        shipping.batch_id.action_done()
        self.assertFalse(orders[0].parcel_ids)
        self.assertTrue(orders[1].parcel_ids)

    def test_a_refunded_piece_of_an_order_in_a_wave_stays(self):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        item = {"sku_id": sku.sku_id, "count": 3, "price": 5000}
        orders = self._make_orders(2, items=[item])
        pickings = orders.sale_order_id.picking_ids
        batch = self._batch(pickings)
        self.sim.clock.advance(5)
        self._ask_refund(orders[0], pieces=1, amount=5000)
        self.platform.event(orders[0].order_sn, "refund_agree")
        self._read_all()
        self.assertEqual(pickings.move_ids.mapped("product_uom_qty"), [2, 3])
        self.assertEqual(batch.picking_ids, orders.sale_order_id.picking_ids)
        batch.action_done()
        self.assertEqual(pickings.move_ids.mapped("quantity"), [2, 3])
