# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .parcel_common import EXTRA, ParcelCase

EXCHANGE = "pdd.refund.exchange.shipping"


@tagged("post_install", "-at_install")
class TestReturnExchange(ParcelCase):
    def _asked(self, kind, **details):
        order = self._make_orders()
        self._ship(order, f"SF1{order.id:012}")
        self._send_parcels()
        self.platform.event(order.order_sn, "exchange_request", kind=kind, **details)
        self._read_all()
        return order, order.refund_ids.case_ids

    def _tell(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_refund_action")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _ship_exchange(self, case, number="SF7000000000001"):
        case.action_create_exchange()
        picking = case.exchange_order_id.picking_ids
        self._prepare_parcel(picking, number)
        picking.button_validate()
        return picking

    def test_a_lost_parcel_is_sent_again_at_no_price(self):
        order, case = self._asked(4)
        self.assertEqual(case.out_state, "exchange")
        self._ship_exchange(case)
        exchange = case.exchange_order_id
        self.assertEqual(exchange.amount_total, 0)
        self.assertEqual(exchange.order_line.product_id, order.line_ids.product_id)
        self.assertEqual(
            exchange.partner_shipping_id, order.sale_order_id.partner_shipping_id
        )
        self._tell()
        (call,) = self._calls(EXCHANGE)
        request = json.loads(call["request"])
        self.assertEqual(request["tracking_number"], "SF7000000000001")
        self.assertEqual(request["shipping_id"], 44)
        self.assertEqual(self._on_platform(order).after_sales[-1].status, 18)
        self.assertEqual(len(order.parcel_ids), 1)
        self.platform.event(order.order_sn, "exchange_confirm")
        self._read_all()
        self.assertTrue(case.is_closed)

    def test_no_text_message_about_it_goes_to_a_masked_number(self):
        _order, case = self._asked(4)
        case.action_create_exchange()
        picking = case.exchange_order_id.picking_ids
        self.assertTrue(picking.partner_id.phone)
        self._prepare_parcel(picking, "SF7000000000001")
        sms = patch.object(type(picking), "_message_sms_with_template", create=True)
        with patch("odoo.modules.module.current_test", False), sms as send:
            self.assertIs(picking.button_validate(), True)
        self.assertFalse(send.called)

    def test_an_exchange_sends_what_the_buyer_chose_and_expects_the_old_piece(self):
        skus = list(self.account.skus.values())
        other = next(sku for sku in skus if sku.sku_id != skus[0].sku_id)
        order, case = self._asked(3, sku_id=other.sku_id)
        self.platform.event(order.order_sn, "exchange_agree")
        self._read_all()
        self._ship_exchange(case)
        product = case.exchange_order_id.order_line.product_id
        self.assertEqual(product.default_code, other.outer_id)

    def test_who_may_only_read_the_case_gives_nothing_away(self):
        _order, case = self._asked(4)
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        self.env["ir.model.access"].create(
            {
                "name": "the warehouse looks up what a SKU is",
                "model_id": self.env["ir.model"]._get_id("pdd.sku"),
                "group_id": self.env.ref("stock.group_stock_user").id,
                "perm_read": True,
            }
        )
        orders = self.env["sale.order"].search_count([])
        with self.assertRaises(AccessError):
            case.with_user(worker).action_create_exchange()
        self.assertEqual(self.env["sale.order"].search_count([]), orders)
        clerk = new_test_user(self.env, "clerk", groups="pdd_connector.group_pdd_user")
        case.with_user(clerk).action_create_exchange()
        exchange = case.exchange_order_id
        self.assertEqual(exchange.state, "sale")
        shown = case.with_user(worker).action_create_exchange()
        self.assertIn(exchange.name, shown["params"]["message"])
        shown = case.action_create_exchange()
        self.assertEqual(shown["res_id"], exchange.id)

    def test_the_exchange_order_is_made_once(self):
        _order, case = self._asked(4)
        case.action_create_exchange()
        exchange = case.exchange_order_id
        case.action_create_exchange()
        self.assertEqual(case.exchange_order_id, exchange)

    def test_an_exchange_that_ends_before_its_parcel_left_is_cancelled(self):
        order, case = self._asked(4)
        case.action_create_exchange()
        exchange = case.exchange_order_id
        self.platform.event(order.order_sn, "case_status", status=11)
        self._read_all()
        self.assertEqual(exchange.state, "cancel")
        self.assertEqual(exchange.picking_ids.state, "cancel")
        self.assertTrue(case.is_closed)
        self.assertIn(exchange.name, case.message_ids[0].body)
        self.assertFalse(case.exchange_order_id)

    def test_what_was_picked_for_an_exchange_that_ended_goes_back(self):
        order, case = self._asked(4)
        self.warehouse.delivery_steps = "pick_ship"
        case.action_create_exchange()
        exchange = case.exchange_order_id
        exchange.picking_ids.button_validate()
        self.platform.event(order.order_sn, "case_status", status=11)
        self._read_all()
        back = exchange.picking_ids.filtered("return_id")
        self.assertEqual(back.state, "assigned")

    def test_a_buyer_who_asks_again_gets_another_order(self):
        order, case = self._asked(4)
        case.action_create_exchange()
        first = case.exchange_order_id
        for status in (11, 32):
            self.platform.event(order.order_sn, "case_status", status=status)
            self._read_all()
        case.action_create_exchange()
        self.assertNotEqual(case.exchange_order_id, first)
        self.assertEqual(case.exchange_order_id.state, "sale")

    def test_an_exchange_that_ends_after_its_parcel_left_needs_a_person(self):
        order, case = self._asked(4)
        self._ship_exchange(case)
        exchange = case.exchange_order_id
        for _time in range(2):
            self.platform.event(order.order_sn, "case_status", status=11)
            self._read_all()
        self.assertEqual(exchange.state, "sale")
        self.assertIn("its parcel has left", case.activity_ids.summary)
        case.activity_ids.action_feedback()
        case._review()  # whatever changes on the order or the after-sale
        self.assertFalse(case.activity_ids)

    def test_a_number_entered_later_is_told_then(self):
        _order, case = self._asked(4)
        picking = self._ship_exchange(case, number=False)
        self.assertEqual(case.action_ids.state, "waiting")
        picking.carrier_tracking_ref = "SF7000000000002"
        self._tell()
        self.assertEqual(case.action_ids.state, "sent")

    def test_an_answer_that_does_not_come_leads_to_one_parcel(self):
        _order, case = self._asked(4)
        self._ship_exchange(case)
        self.sim.faults.add("timeout_after_effect", api=EXCHANGE)
        self._tell()
        self._pass_time(case.action_ids)
        self._tell()
        self.assertEqual(case.action_ids.state, "sent")
        self.assertEqual(len(self._calls(EXCHANGE)), 1)

    def test_a_refund_sends_nothing(self):
        order = self._make_orders()
        self._ship(order)
        self._send_parcels()
        self._ask_refund(order)
        with self.assertRaises(UserError):
            order.refund_ids.case_ids.action_create_exchange()

    # --- Odoo's own exchange

    def _exchange_by_hand(self, order, quantity=1):
        """Use "Return for Exchange" on the delivery; return what goes to the buyer."""
        delivery = order.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state == "done" and not picking.return_id
        )[:1]
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        wizard.action_create_exchanges()
        return order.sale_order_id.picking_ids.filtered(
            lambda picking: picking._is_pdd_exchange()
        )

    def test_odoos_own_exchange_is_told_with_the_after_sale_that_asks_for_it(self):
        order, case = self._asked(4)
        picking = self._exchange_by_hand(order)
        self.assertEqual(picking.pdd_exchange_case_id, case)
        self.assertEqual(case.action_create_exchange()["res_id"], picking.id)
        self._prepare_parcel(picking, "SF7000000000001")
        picking.button_validate()
        self._send_parcels()
        self._tell()
        (call,) = self._calls(EXCHANGE)
        self.assertIn("SF7000000000001", call["request"])
        self.assertEqual(len(order.parcel_ids), 1)
        self.assertFalse(self._calls(EXTRA))

    def test_an_exchange_by_hand_that_is_withdrawn_is_shown_to_a_person(self):
        order, case = self._asked(4)
        picking = self._exchange_by_hand(order)
        self.sim.clock.advance(2)
        self.platform.event(order.order_sn, "case_status", status=17)
        self._read_all()
        self.assertIn(picking.name, case.activity_ids.note)
        self.assertNotEqual(picking.state, "cancel")

    def test_odoos_own_exchange_without_an_after_sale_is_told_as_sent_again(self):
        order = self._make_orders()
        self._ship(order)
        self._send_parcels()
        picking = self._exchange_by_hand(order)
        self.assertFalse(picking.pdd_exchange_case_id)
        self._prepare_parcel(picking, "SF7000000000001")
        picking.button_validate()
        parcel = picking.pdd_parcel_ids
        self.assertEqual(parcel.extra_track_type, "2")
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        (call,) = self._calls(EXTRA)
        self.assertEqual(call["extra_track_type"], "2")

    def test_what_an_exchange_sends_travels_apart_from_the_rest_of_the_order(self):
        order = self._make_orders(items=[{"count": 3}])
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, "SF1000000000001")
        picking.move_ids.write({"quantity": 2, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        exchange = self._exchange_by_hand(order)
        self.assertEqual(len(exchange), 1)
        self.assertNotEqual(exchange, picking.backorder_ids)
        self.assertEqual(picking.backorder_ids.move_ids.product_uom_qty, 1)

    def test_a_number_of_an_exchange_by_hand_that_comes_later_is_told_then(self):
        order, _case = self._asked(4)
        picking = self._exchange_by_hand(order)
        picking.button_validate()
        self._tell()
        self.assertFalse(self._calls(EXCHANGE))
        self._prepare_parcel(picking, "SF7000000000001")
        self._tell()
        self.assertEqual(len(self._calls(EXCHANGE)), 1)

    def test_an_exchange_by_hand_in_two_steps_is_one_of_its_last_step(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._make_orders()
        pick = order.sale_order_id.picking_ids
        pick.button_validate()
        ship = order.sale_order_id.picking_ids - pick
        self._prepare_parcel(ship, "SF1000000000001")
        ship.button_validate()
        self._send_parcels()
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=ship.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        wizard.action_create_exchanges()
        again = order.sale_order_id.picking_ids - pick - ship
        again = again.filtered(lambda picking: not picking.return_id)
        again.button_validate()
        last = order.sale_order_id.picking_ids.filtered(
            lambda p: p._is_pdd_exchange() and p.location_dest_id.usage == "customer"
        )
        self._prepare_parcel(last, "SF7000000000001")
        last.button_validate()
        self.assertEqual(last.pdd_parcel_ids.extra_track_type, "2")
        self.assertEqual(len(order.parcel_ids), 2)
