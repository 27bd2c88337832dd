# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .parcel_common import READ, SEND, ParcelCase

STATUS = "pdd.order.status.get"


@tagged("post_install", "-at_install")
class TestParcelStop(ParcelCase):
    def _open_picking(self, order):
        return order.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _assert_stopped(self, picking):
        """Each way to move the goods on is refused, with the reason."""
        self.assertIn("After-sale", picking.pdd_stop_reason)
        for work in (
            picking.action_assign,
            picking.button_validate,
            picking.move_ids._action_done,
            picking.action_put_in_pack,
            lambda: picking.move_ids.write({"quantity": 1}),
        ):
            with self.assertRaises(UserError) as caught:
                work()
            self.assertIn(picking.sale_id.name, str(caught.exception))
        picking.move_ids._action_assign()  # as the scheduler does, for many at once
        self.assertFalse(picking.move_ids.move_line_ids)

    def test_an_asked_refund_frees_the_goods_and_stops_the_transfer(self):
        order = self._make_orders()
        picking = self._open_picking(order)
        self.assertEqual(picking.state, "assigned")
        self._ask_refund(order)
        self.assertEqual(picking.state, "confirmed")
        self._assert_stopped(picking)

    def test_a_withdrawn_refund_lets_the_transfer_go_on(self):
        order = self._make_orders()
        picking = self._open_picking(order)
        self._ask_refund(order)
        self.platform.event(order.order_sn, "refund_withdraw")
        self._read_all()
        self.assertEqual(picking.state, "assigned")
        self.assertFalse(picking.pdd_stop_reason)
        self._ship(order)
        self._send_parcels()
        self.assertEqual(order.parcel_ids.state, "sent")

    def test_a_review_stops_the_transfer_as_well(self):
        order = self._make_orders()
        self.platform.event(order.order_sn, "risk_on")
        self._read_all()
        with self.assertRaises(UserError):
            self._open_picking(order).button_validate()

    def test_other_orders_of_a_reservation_are_served(self):
        orders = self._make_orders(2, receiver=3)
        pickings = orders.sale_order_id.picking_ids
        pickings.do_unreserve()
        self._ask_refund(orders[0])
        pickings.move_ids._action_assign()
        self.assertEqual(
            [order.sale_order_id.picking_ids.state for order in orders],
            ["confirmed", "assigned"],
        )

    def test_of_several_transfers_only_the_stopped_one_is_not_reserved(self):
        orders = self._make_orders(2, receiver=3)
        pickings = orders.sale_order_id.picking_ids
        pickings.do_unreserve()
        self._ask_refund(orders[0])
        self.assertTrue(pickings.action_assign())
        self.assertEqual(
            [order.sale_order_id.picking_ids.state for order in orders],
            ["confirmed", "assigned"],
        )

    def test_a_granted_refund_cancels_the_transfer(self):
        order = self._make_orders()
        picking = self._open_picking(order)
        self._ask_refund(order)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self.assertEqual(picking.state, "cancel")

    # --- at each step of a delivery in two steps

    def _start_two_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._make_orders()
        return order, self._open_picking(order)

    def test_a_refund_before_the_first_step_stops_it(self):
        order, pick = self._start_two_steps()
        self._ask_refund(order)
        self._assert_stopped(pick)

    def test_a_refund_between_the_steps_stops_the_second(self):
        order, pick = self._start_two_steps()
        pick.button_validate()
        ship = self._open_picking(order)
        self.assertEqual(ship.state, "assigned")
        self._ask_refund(order)
        self._assert_stopped(ship)

    def test_what_was_picked_for_a_refunded_order_goes_back_to_the_shelf(self):
        order, pick = self._start_two_steps()
        pick.button_validate()
        self._ask_refund(order)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        back = pick.return_ids
        self.assertRecordValues(
            back,
            [
                {
                    "state": "assigned",
                    "location_id": pick.location_dest_id.id,
                    "location_dest_id": pick.location_id.id,
                }
            ],
        )
        back.button_validate()
        self.assertEqual(back.state, "done")

    def test_a_refund_after_the_last_step_keeps_the_parcel_untold(self):
        order, pick = self._start_two_steps()
        pick.button_validate()
        ship = self._open_picking(order)
        self._prepare_parcel(ship, "SF1000000000001")
        ship.button_validate()
        self._ask_refund(order)
        self.assertEqual(order.parcel_ids.state, "stopped")
        self._send_parcels()
        self.assertFalse(self._calls(SEND))
        self.platform.event(order.order_sn, "refund_withdraw")
        self._read_all()
        self.assertEqual(order.parcel_ids.state, "to_send")
        self._send_parcels()
        self.assertEqual(order.parcel_ids.state, "sent")

    def test_one_order_that_cannot_be_stopped_does_not_keep_the_others_back(self):
        bad, order = self._make_orders(2)
        stop = type(order)._stop_moves

        def fail(orders):
            if bad in orders:
                raise ValueError("a setting of another module")
            return stop(orders)

        for one in (bad, order):
            self.platform.event(one.order_sn, "refund_request")
        with (
            patch.object(type(order), "_stop_moves", fail),
            mute_logger("odoo.addons.pdd_connector.models.pdd_issue"),
        ):
            self._read_all()
        self.assertEqual(self._open_picking(order).state, "confirmed")
        self.assertEqual(self._open_picking(bad).state, "assigned")
        bad.issue_ids.action_retry()
        self.assertEqual(self._open_picking(bad).state, "confirmed")

    def test_the_parcel_of_a_refunded_order_has_an_end(self):
        orders = self._make_orders(2)
        parcels = self._ship(orders[0]) + self._ship(orders[1], number=False)
        self.assertEqual(parcels.mapped("state"), ["to_send", "waiting"])
        for order in orders:
            self._ask_refund(order)
        self.assertEqual(parcels.mapped("state"), ["stopped"] * 2)
        for order in orders:
            self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self.assertEqual(parcels.mapped("state"), ["cancelled"] * 2)
        parcels[1].picking_id.carrier_tracking_ref = "SF1000000000002"  # too late
        parcels.action_retry()
        self._send_parcels()
        self.assertEqual(parcels.mapped("state"), ["cancelled"] * 2)
        self.assertFalse(self._calls(SEND))
        cases = orders.refund_ids.case_ids  # wait for the goods
        self.assertEqual(cases.mapped("open_legs"), ["Parcel Out"] * 2)

    def test_a_parcel_queued_while_the_order_was_stopped_is_not_told(self):
        order = self._make_orders()
        parcel = self._ship(order)
        order.state = "held"  # by a transaction that did not see the parcel
        self._send_parcels()
        self.assertEqual(parcel.state, "stopped")
        self.assertFalse(self._calls(SEND))

    def test_a_running_return_stops_further_parcels_of_a_shipped_order(self):
        order = self._make_orders(items=[{"count": 2}])
        picking = self._open_picking(order)
        self._prepare_parcel(picking, "SF1000000000001")
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self._send_parcels()
        self._ask_refund(order)
        with self.assertRaises(UserError):
            self._open_picking(order).button_validate()

    # --- what the mirror learns by itself

    def test_a_parcel_the_platform_shows_is_noted_as_told(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.platform.event(
            order.order_sn, "ship", logistics_id=44, tracking_number="SF1000000000001"
        )
        self._read_all()
        self.assertEqual(parcel.state, "sent")
        self._send_parcels()
        self.assertFalse(self._calls(SEND))

    def test_a_transfer_without_number_takes_the_platforms_parcel(self):
        order = self._make_orders()
        self.platform.event(
            order.order_sn, "ship", logistics_id=44, tracking_number="SF1000000000001"
        )
        self._read_all()
        self.shop.shipped_policy = "stock"
        self._open_picking(order).action_pdd_mark_elsewhere()
        self.assertEqual(order.sale_order_id.picking_ids.state, "done")
        self.assertRecordValues(
            order.parcel_ids,
            [{"state": "sent", "told_number": "SF1000000000001", "is_main": True}],
        )

    def test_the_stage_of_a_change_is_the_warehouses(self):
        order, pick = self._start_two_steps()
        self.assertEqual(order._get_stage(), "confirmed")
        pick.button_validate()
        self.assertEqual(order._get_stage(), "picked")
        ship = self._open_picking(order)
        ship.button_validate()
        self.assertEqual(order._get_stage(), "shipped")

    # --- the question before validation

    def _let_news_age(self):
        feed = self.shop.feed_ids.filtered(lambda feed: feed.kind == "order")
        feed.synced_until = fields.Datetime.subtract(fields.Datetime.now(), minutes=11)

    def test_fresh_news_need_no_question(self):
        order = self._make_orders()
        self._ship(order)
        self.assertFalse(self._calls(STATUS))

    def test_old_news_are_asked_for_once_for_all_orders(self):
        orders = self._make_orders(3, receiver=3)
        self._let_news_age()
        self._ship(orders)
        self.assertEqual(len(self._calls(STATUS)), 1)
        self.assertEqual(orders.parcel_ids.mapped("state"), ["to_send"] * 3)

    def test_a_refund_asked_meanwhile_refuses_the_validation_and_is_kept(self):
        order = self._make_orders()
        picking = self._open_picking(order)
        self._let_news_age()
        self.platform.event(order.order_sn, "refund_request")
        message = ""
        try:  # no savepoint: what was learned is written in another transaction
            picking.button_validate()
        except UserError as error:
            message = str(error)
        self.assertIn(order.order_sn, message)
        self.env.invalidate_all()
        self.assertEqual(picking.state, "confirmed")
        self.assertEqual(order.state, "held")
        self.assertEqual(len(self._calls(READ)), 1)

    def test_without_an_answer_the_policy_decides(self):
        order = self._make_orders()
        picking = self._open_picking(order)
        self._prepare_parcel(picking, "SF1000000000001")
        self._let_news_age()
        self.sim.faults.add("http_5xx", api=STATUS, times=-1)
        with self.assertRaises(UserError) as caught:
            picking.button_validate()
        self.assertIn(self.shop.name, str(caught.exception))
        self.shop.ship_check_policy = "allow"
        picking.button_validate()
        self.assertEqual(order.parcel_ids.state, "to_send")
