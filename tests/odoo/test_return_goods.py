# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import upgrade
from .parcel_common import ParcelCase
from .warehouse_common import read_orders

STORED = "pdd.nextone.logistics.warehouse.update"
NUMBER = "YT9000000000001"


@tagged("post_install", "-at_install")
class TestReturnGoods(ParcelCase):
    def _ship_and_ask_return(self, count=2, **details):
        """Ship an order and let its buyer ask to send it back; return order and case."""
        order = self._make_orders(items=[{"count": count}])
        self._ship(order, f"SF1{order.id:012}")
        self._send_parcels()
        self._ask_refund(order, **details)
        return order, order.refund_ids.case_ids

    def _expect_return(self, count=2, number=NUMBER):
        order, case = self._ship_and_ask_return(count)
        self._event(order, "return_agree")
        if number:
            self._event(order, "return_ship", tracking_number=number)
        return order, case

    def _event(self, order, event, **details):
        self.sim.clock.advance(2)  # two changes within one second look alike
        self.platform.event(order.order_sn, event, **details)
        self._read_all()

    def _deliver_in_two(self, count=3, first=1):
        """Deliver an order in two transfers with a number each; return both."""
        order = self._make_orders(items=[{"count": count}])
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, f"SF1{order.id:012}")
        picking.move_ids.write({"quantity": first, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        backorder = picking.backorder_ids
        self._prepare_parcel(backorder, f"SF2{order.id:012}")
        backorder.button_validate()
        self._send_parcels()
        return order, picking + backorder

    def _return_in_two(self, number=NUMBER, **details):
        """Let the buyer of an order in two transfers send it all back."""
        order, pickings = self._deliver_in_two()
        self._ask_refund(order, **details)
        self._event(order, "return_agree")
        if number:
            self._event(order, "return_ship", tracking_number=number)
        return order, order.refund_ids.case_ids, pickings

    def _tell(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_refund_action")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _receive(self, scan, good=None, damaged=None, user=None):
        """Scan and book a parcel as the screen does; all good unless said otherwise."""
        Wizard = self.env["pdd.return.receive"].with_user(user or self.env.user)
        form = Form(Wizard)
        form.scan = scan
        if good is not None:
            with form.line_ids.edit(0) as line:
                line.good_quantity = good
                line.damaged_quantity = damaged or 0
        wizard = form.save()
        wizard.action_receive()
        self.env.invalidate_all()

    def _free(self, product, location):
        return self.env["stock.quant"]._get_available_quantity(
            product, location, strict=True
        )

    # --- the expected receipt

    def test_a_refund_before_shipping_opens_no_case(self):
        order = self._make_orders()
        self._ask_refund(order)
        self.assertFalse(order.refund_ids.case_ids)

    def test_an_agreed_return_is_an_expected_receipt(self):
        order, case = self._ship_and_ask_return()
        self.assertFalse(case.return_picking_ids)
        self._event(order, "return_agree")
        receipt = case.return_picking_ids
        self.assertRecordValues(
            receipt, [{"state": "assigned", "carrier_tracking_ref": False}]
        )
        self.assertEqual(receipt.picking_type_id.code, "incoming")
        self.assertEqual(receipt.move_ids.product_uom_qty, 2)
        self._event(order, "return_ship", tracking_number=NUMBER)
        self.assertEqual(case.return_picking_ids, receipt)
        self.assertEqual(receipt.carrier_tracking_ref, NUMBER)
        self.assertEqual(case.back_state, "way")

    def test_reading_again_makes_no_second_receipt(self):
        order, case = self._expect_return()
        self._read_all()
        case.refund_id._review_cases()
        returns = order.sale_order_id.picking_ids.filtered("return_id")
        self.assertEqual(returns, case.return_picking_ids)

    def test_a_withdrawn_return_cancels_the_receipt(self):
        order, case = self._expect_return(number=None)
        receipt = case.return_picking_ids
        self._event(order, "refund_withdraw")
        self.assertEqual(receipt.state, "cancel")
        self.assertRecordValues(
            case, [{"is_closed": True, "money_state": "dropped", "back_state": "none"}]
        )

    def test_a_return_that_is_asked_for_again_is_expected_again(self):
        order, case = self._expect_return(number=None)
        self._event(order, "refund_withdraw")
        self.assertFalse(case.return_picking_ids)
        self._event(order, "case_status", status=7)
        self.assertEqual(case.return_picking_ids.state, "assigned")
        self.assertEqual(case.return_picking_ids.move_ids.product_uom_qty, 2)

    def test_pieces_that_are_back_are_not_expected_again(self):
        order, case = self._ship_and_ask_return(count=3, pieces=1, amount=100)
        self._event(order, "return_agree")
        self._event(order, "return_ship", tracking_number=NUMBER)
        self._receive(NUMBER)
        self.assertEqual(case.good_quantity, 1)
        self._tell()
        self._event(order, "refund_agree")
        self._ask_refund(order)
        self._event(order, "return_agree")
        later = (order.refund_ids.case_ids - case).return_picking_ids
        self.assertEqual(later.move_ids.product_uom_qty, 2)

    def test_goods_of_two_transfers_are_all_expected_and_received(self):
        order, case, pickings = self._return_in_two()
        receipts = case.return_picking_ids
        self.assertEqual(receipts.return_id, pickings)
        self.assertEqual(receipts.mapped("carrier_tracking_ref"), [NUMBER] * 2)
        self.assertEqual(sum(receipts.move_ids.mapped("product_uom_qty")), 3)
        shown = self.env["stock.picking"].search(case.action_view_receipts()["domain"])
        self.assertEqual(shown, receipts)
        self._read_all()
        case.action_create_receipt()
        self.assertEqual(case.return_picking_ids, receipts)
        product = order.line_ids.product_id
        before = self._free(product, self.warehouse.lot_stock_id)
        self._receive(NUMBER)
        self.assertEqual(self._free(product, self.warehouse.lot_stock_id), before + 3)
        self.assertEqual(receipts.mapped("state"), ["done"] * 2)
        self.assertRecordValues(
            case,
            [{"back_state": "received", "stock_state": "done", "good_quantity": 3}],
        )
        self._tell()
        self.assertEqual(len(self._calls(STORED)), 1)
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 0)

    def test_fewer_pieces_than_were_delivered_come_back_from_the_first_transfers(self):
        _order, case, _pickings = self._return_in_two(pieces=2, amount=100)
        quantities = case.return_picking_ids.move_ids.mapped("product_uom_qty")
        self.assertEqual(sorted(quantities), [1, 1])

    def test_pieces_of_two_transfers_are_counted_transfer_by_transfer(self):
        order, case, _pickings = self._return_in_two()
        order.line_ids.product_id.standard_price = 10
        form = Form(self.env["pdd.return.receive"])
        form.scan = NUMBER
        expected = [line["expected_quantity"] for line in form.line_ids._records]
        self.assertEqual(sorted(expected), [1, 2])
        with form.line_ids.edit(expected.index(1)) as line:
            line.good_quantity, line.damaged_quantity = 0, 1
        with form.line_ids.edit(expected.index(2)) as line:
            line.good_quantity = 1
        form.save().action_receive()
        self.assertRecordValues(
            case,
            [
                {
                    "good_quantity": 1,
                    "damaged_quantity": 1,
                    "missing_quantity": 1,
                    "loss_amount": 20,
                    "stock_state": "loss",
                }
            ],
        )
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 1)

    def test_a_receipt_with_nothing_in_it_is_missing(self):
        _order, case, _pickings = self._return_in_two()
        form = Form(self.env["pdd.return.receive"])
        form.scan = NUMBER
        with form.line_ids.edit(0) as line:
            missing, line.good_quantity = line.good_quantity, 0
        form.save().action_receive()
        states = case.return_picking_ids.mapped("state")
        self.assertEqual(sorted(states), ["cancel", "done"])
        self.assertRecordValues(
            case,
            [{"missing_quantity": missing, "good_quantity": 3 - missing}],
        )
        self.assertEqual(case.back_state, "received")

    def test_the_case_waits_for_all_receipts_before_it_is_reported(self):
        _order, case, _pickings = self._return_in_two()
        first, second = case.return_picking_ids
        first.button_validate()
        self.assertRecordValues(
            case, [{"back_state": "way", "stock_state": "waiting", "action_ids": []}]
        )
        second.button_validate()
        self.assertRecordValues(
            case,
            [{"back_state": "received", "stock_state": "done", "good_quantity": 3}],
        )
        self._tell()
        self.assertEqual(len(self._calls(STORED)), 1)

    def test_a_second_receipt_cancelled_by_hand_is_missing(self):
        _order, case, _pickings = self._return_in_two()
        first, second = case.return_picking_ids.sorted(
            lambda receipt: receipt.move_ids.product_uom_qty
        )
        first.button_validate()
        second.action_cancel()
        self.assertRecordValues(
            case,
            [{"back_state": "received", "good_quantity": 1, "missing_quantity": 2}],
        )
        self._tell()
        self.assertEqual(len(self._calls(STORED)), 1)

    def test_the_rest_of_a_receipt_is_expected_by_its_case(self):
        _order, case = self._expect_return(count=2)
        receipt = case.return_picking_ids
        receipt.move_ids.write({"quantity": 1, "picked": True})
        receipt.with_context(skip_backorder=True).button_validate()
        self.assertEqual(case.return_picking_ids, receipt + receipt.backorder_ids)
        self.assertFalse(case.action_ids)
        receipt.backorder_ids.button_validate()
        self.assertRecordValues(
            case, [{"good_quantity": 2, "missing_quantity": 0, "stock_state": "done"}]
        )

    def test_no_rest_is_expected_of_a_counted_parcel(self):
        _order, case = self._expect_return(count=3)
        case.return_picking_ids.picking_type_id.create_backorder = "always"
        self._receive(NUMBER, good=2)
        self.assertRecordValues(
            case,
            [{"back_state": "received", "good_quantity": 2, "missing_quantity": 1}],
        )

    def test_what_is_given_up_after_a_first_receipt_is_missing(self):
        _order, case, _pickings = self._return_in_two()
        first, second = case.return_picking_ids
        first.button_validate()
        case.action_write_off()
        self.assertEqual(second.state, "cancel")
        self.assertEqual(case.back_state, "received")
        self.assertEqual(case.missing_quantity, second.move_ids.product_uom_qty)

    def test_a_receipt_cancelled_by_mistake_is_expected_again_on_demand(self):
        _order, case = self._expect_return()
        case.return_picking_ids.action_cancel()
        self._read_all()
        self.assertFalse(case.return_picking_count)
        case.action_create_receipt()
        self.assertEqual(case.return_picking_ids.state, "assigned")

    def test_parcels_that_are_called_back_come_one_by_one(self):
        order, pickings = self._deliver_in_two()
        self._ask_refund(order, kind=1)
        case = order.refund_ids.case_ids
        case.action_intercept_done()
        first, second = case.return_picking_ids.sorted(lambda r: r.return_id.id)
        self.assertEqual(first.carrier_tracking_ref, pickings[0].carrier_tracking_ref)
        self.assertEqual(second.carrier_tracking_ref, pickings[1].carrier_tracking_ref)
        self._receive(second.carrier_tracking_ref)
        self.assertEqual((first.state, second.state), ("assigned", "done"))
        self.assertEqual(case.back_state, "expected")
        self._receive(first.carrier_tracking_ref)
        self.assertEqual(case.back_state, "received")
        self.assertEqual(case.good_quantity, 3)

    def test_without_a_delivery_in_odoo_the_case_says_so(self):
        order = self._make_orders()
        self.platform.event(order.order_sn, "ship")
        self._read_all()
        self._ask_refund(order)
        self._event(order, "return_agree")
        case = order.refund_ids.case_ids
        self.assertFalse(case.return_picking_ids)
        with self.assertRaises(UserError):
            case.action_create_receipt()

    def test_an_after_sale_that_is_read_before_its_order_is_made_gets_its_case(self):
        skus = self.env["pdd.sku"].search([("shop_id", "=", self.shop.id)])
        products = {sku: sku.product_id for sku in skus}
        skus.product_id = False
        (order,) = read_orders(self.shop, 1, self.platform)
        self.platform.event(order.order_sn, "ship")
        self._ask_refund(order)
        self._event(order, "return_agree")
        self.assertFalse(order.refund_ids.case_ids)
        for sku, product in products.items():
            sku.product_id = product
        self.shop.action_sync_orders()
        self.assertEqual(order.state, "done")
        self.assertEqual(order.refund_ids.case_ids.back_state, "expected")

    def test_one_case_that_fails_does_not_keep_the_others_back(self):
        bad, case = self._ship_and_ask_return()[1], self._ship_and_ask_return()[1]
        create = type(case)._create_receipts

        def fail(record):
            if record == bad:
                raise ValueError("a setting of another module")
            return create(record)

        for order in (bad + case).order_id:
            self.platform.event(order.order_sn, "return_agree")
        with (
            patch.object(type(case), "_create_receipts", fail),
            mute_logger("odoo.addons.pdd_connector.models.pdd_issue"),
        ):
            self._read_all()
        self.assertEqual(case.return_picking_ids.state, "assigned")
        self.assertFalse(bad.return_picking_ids)
        issue = bad.order_id.issue_ids
        self.assertEqual(issue.order_ids, bad.order_id)
        issue.action_retry()
        self.assertEqual(bad.return_picking_ids.state, "assigned")

    # --- blind receiving

    def test_a_scanned_parcel_goes_back_on_stock_and_is_reported(self):
        order, case = self._expect_return()
        product = order.line_ids.product_id
        before = self._free(product, self.warehouse.lot_stock_id)
        self._receive(NUMBER)
        self.assertEqual(self._free(product, self.warehouse.lot_stock_id), before + 2)
        self.assertRecordValues(
            case,
            [{"back_state": "received", "stock_state": "done", "good_quantity": 2}],
        )
        self._tell()
        (call,) = self._calls(STORED)
        request = json.loads(call["request"])
        self.assertEqual(request["warehouse_status"], 1)
        self.assertEqual(request["reverse_tracking_number"], NUMBER)
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 0)

    def test_the_case_closes_when_money_and_goods_agree(self):
        order, case = self._expect_return()
        self._receive(NUMBER)
        self.assertFalse(case.is_closed)
        self.assertEqual(case.open_legs, "Money")
        self._tell()
        self._event(order, "refund_agree")
        self.assertRecordValues(case, [{"is_closed": True, "money_state": "paid"}])
        self.assertTrue(case.closed_date)

    def test_damaged_pieces_are_scrapped_and_missing_ones_are_a_loss(self):
        order, case = self._expect_return(count=3)
        product = order.line_ids.product_id
        product.standard_price = 10
        before = self._free(product, self.warehouse.lot_stock_id)
        self._receive(NUMBER, good=1, damaged=1)
        self.assertEqual(self._free(product, self.warehouse.lot_stock_id), before + 1)
        self.assertRecordValues(
            case,
            [
                {
                    "good_quantity": 1,
                    "damaged_quantity": 1,
                    "missing_quantity": 1,
                    "loss_amount": 20,
                    "stock_state": "loss",
                }
            ],
        )
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 1)

    def test_damaged_pieces_go_to_the_shops_place_for_them(self):
        place = self.env["stock.location"].create(
            {
                "name": "Damaged",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
            }
        )
        self.shop.damaged_location_id = place
        order, case = self._expect_return(count=3)
        self._receive(NUMBER, good=1, damaged=2)
        self.assertEqual(self._free(order.line_ids.product_id, place), 2)
        self.assertRecordValues(case, [{"loss_amount": 0, "stock_state": "done"}])

    def test_an_empty_parcel_is_reported_as_such(self):
        _order, case = self._expect_return()
        self._receive(NUMBER, good=0, damaged=0)
        self.assertRecordValues(case, [{"back_state": "lost", "missing_quantity": 2}])
        self._tell()
        request = json.loads(self._calls(STORED)[0]["request"])
        self.assertEqual(request["warehouse_status"], 2)

    def test_a_receipt_that_asks_something_first_is_not_received_blindly(self):
        _order, case = self._expect_return()
        question = {"type": "ir.actions.act_window", "res_model": "of.another.module"}
        ask = patch.object(
            type(case.return_picking_ids),
            "_pre_action_done_hook",
            lambda receipts: question,
        )
        with ask, self.assertRaisesRegex(UserError, "on the transfer"):
            self._receive(NUMBER, good=1, damaged=1)
        self.assertEqual(case.return_picking_ids.state, "assigned")

    def test_more_than_expected_is_refused(self):
        self._expect_return()
        with self.assertRaises(UserError):
            self._receive(NUMBER, good=2, damaged=1)

    def test_an_unknown_number_offers_returns_without_a_number(self):
        _order, case = self._expect_return(number=None)
        _other, known = self._expect_return()
        form = Form(self.env["pdd.return.receive"])
        form.scan = "ZT1234567890"
        self.assertEqual(form.case_id, case)
        form.scan = NUMBER
        self.assertEqual(form.case_id, known)

    def test_goods_that_are_here_before_their_number_are_reported_with_it(self):
        order, case = self._expect_return(number=None)
        self._receive(order.order_sn)
        self.assertEqual(case.back_state, "received")
        self.assertFalse(case.action_ids)
        for _time in range(2):
            self._event(order, "return_ship", tracking_number=NUMBER)
        self._tell()
        (call,) = self._calls(STORED)
        request = json.loads(call["request"])
        self.assertEqual(request["reverse_tracking_number"], NUMBER)

    def test_an_order_number_finds_the_case_as_well(self):
        order, case = self._expect_return()
        form = Form(self.env["pdd.return.receive"])
        form.scan = order.order_sn
        self.assertEqual(form.case_id, case)

    def test_a_return_received_on_the_transfer_is_reported_too(self):
        _order, case = self._expect_return()
        case.return_picking_ids.button_validate()
        self.assertRecordValues(case, [{"stock_state": "done", "good_quantity": 2}])
        self._tell()
        self.assertEqual(len(self._calls(STORED)), 1)

    def test_a_shop_may_keep_returns_to_itself(self):
        self.shop.reports_returns = False
        self._expect_return()
        self._receive(NUMBER)
        self._tell()
        self.assertFalse(self._calls(STORED))

    def test_a_report_without_answer_is_made_again(self):
        _order, case = self._expect_return()
        self._receive(NUMBER)
        self.sim.faults.add("timeout_after_effect", api=STORED)
        self._tell()
        action = case.action_ids
        self.assertEqual(action.state, "to_send")
        self._pass_time(action)
        self._tell()
        self.assertEqual(action.state, "sent")

    def test_a_warehouse_worker_receives_without_other_rights(self):
        _order, case = self._expect_return()
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        self._receive(NUMBER, user=worker)
        self.assertEqual(case.stock_state, "done")

    def test_buttons_of_another_company_and_of_others_are_refused(self):
        order, case = self._expect_return(number=None)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="pdd_connector_stock.group_pdd_refund",
            company_id=company.id,
            company_ids=[company.id],
        )
        case.intercept_state = "asked"
        action = self.env["pdd.refund.action"]._queue(case.refund_id, "stored")
        for records, button in (
            (case, "action_write_off"),
            (case, "action_intercept_failed"),
            (case, "action_create_receipt"),
            (order.parcel_ids, "action_retry"),
            (order.parcel_ids, "action_replace_platform_parcel"),
            (action, "action_drop"),
        ):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(records.with_user(stranger), button)()
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            case.with_user(worker).action_write_off()
        self.assertFalse(case.is_written_off)

    # --- returns that never come, reasons

    def test_a_return_that_never_comes_is_given_up_as_a_loss(self):
        order, late = self._expect_return(number=None)
        self._event(order, "case_status", status=12)
        self.assertTrue(late.is_closed)  # the buyer was too late
        order, case = self._expect_return(number=None)
        receipt = case.return_picking_ids
        case.action_write_off()
        self.assertEqual(receipt.state, "cancel")
        self.assertRecordValues(case, [{"back_state": "lost", "stock_state": "loss"}])

    def test_goods_that_were_given_up_and_come_after_all_are_received(self):
        _order, case = self._expect_return()
        case.action_write_off()
        self.assertEqual(case.back_state, "lost")
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            case.with_user(worker).action_create_receipt()
        case.action_create_receipt()
        self.assertEqual(case.back_state, "way")
        self._receive(NUMBER)
        self.assertRecordValues(case, [{"back_state": "received", "good_quantity": 2}])

    def test_reasons_are_classed(self):
        _order, case = self._ship_and_ask_return(reason="质量问题")
        self.assertEqual(
            case.reason_id, self.env.ref("pdd_connector_stock.case_reason_quality")
        )
        _order, case = self._ship_and_ask_return(reason="天气太热")
        self.assertEqual(
            case.reason_id, self.env.ref("pdd_connector_stock.case_reason_other")
        )

    def test_the_classes_are_looked_up_once_for_all_cases(self):
        cases = self.env["pdd.case"]
        for _number in range(3):
            cases += self._ship_and_ask_return(reason="质量问题")[1]
        quality = self.env.ref("pdd_connector_stock.case_reason_quality")
        costs = []
        for some in (cases[:1], cases):
            some.reason_id = False
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._compute_reason_id()
            costs.append(self.env.cr.sql_log_count - before)
            self.assertEqual(some.reason_id, quality)
        self.assertEqual(costs[0], costs[1])

    # --- returns made by hand

    def _return_by_hand(self, order, quantity):
        """Use Odoo's own return wizard on an order's delivery."""
        delivery = order.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state == "done" and not picking.return_id
        )[:1]
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        return self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )

    def _expected(self, order):
        """Return how much the forecast expects of an order's goods."""
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", order.line_ids.product_id.ids),
                ("picking_code", "=", "incoming"),
                ("state", "not in", ("done", "cancel", "draft")),
            ]
        )
        return sum(moves.mapped("product_uom_qty"))

    def test_a_return_made_before_the_after_sale_is_read_is_its_receipt(self):
        order, case = self._ship_and_ask_return()
        receipt = self._return_by_hand(order, 2)
        self._event(order, "return_agree")
        self.assertEqual(case.return_picking_ids, receipt)
        self.assertEqual(self._expected(order), 2)
        self._event(order, "return_ship", tracking_number=NUMBER)
        self.assertEqual(case.refund_id.tracking_number, NUMBER)
        self.assertEqual(receipt.carrier_tracking_ref, NUMBER)
        receipt.button_validate()
        self.assertRecordValues(
            case,
            [{"good_quantity": 2, "missing_quantity": 0, "back_state": "received"}],
        )
        self._tell()
        self.assertEqual(len(self._calls(STORED)), 1)

    def test_goods_that_are_back_before_the_after_sale_is_read_are_received(self):
        order = self._make_orders(items=[{"count": 2}])
        self._ship(order, f"SF1{order.id:012}")
        self._send_parcels()
        self._return_by_hand(order, 2).button_validate()
        self._ask_refund(order)
        self._event(order, "return_agree")
        case = order.refund_ids.case_ids
        self.assertRecordValues(case, [{"back_state": "received", "good_quantity": 2}])
        self._event(order, "refund_agree")
        self.assertTrue(case.is_closed)

    def test_a_return_made_besides_the_cases_receipt_replaces_it(self):
        order, case = self._expect_return(count=2)
        own = case.return_picking_ids
        receipt = self._return_by_hand(order, 2)
        self.assertEqual(own.state, "cancel")
        self.assertEqual(case.return_picking_ids, receipt)
        self.assertEqual(self._expected(order), 2)
        receipt.button_validate()
        self.assertRecordValues(case, [{"good_quantity": 2, "missing_quantity": 0}])
        self._read_all()
        self.assertEqual(case.return_picking_ids, receipt)

    def test_a_part_returned_by_hand_is_taken_off_the_cases_receipt(self):
        order, case = self._expect_return(count=3)
        own = case.return_picking_ids
        receipt = self._return_by_hand(order, 1)
        self.assertEqual(own.move_ids.product_uom_qty, 2)
        self.assertEqual((own.state, self._expected(order)), ("assigned", 3))
        receipt.button_validate()
        self.assertEqual(case.back_state, "way")
        own.button_validate()
        self.assertRecordValues(case, [{"good_quantity": 3, "missing_quantity": 0}])

    def test_a_part_returned_before_leaves_the_rest_to_the_case(self):
        order, case = self._ship_and_ask_return(count=3)
        first = self._return_by_hand(order, 1)
        first.button_validate()
        self._event(order, "return_agree")
        own = case.return_picking_ids - first
        self.assertEqual(own.move_ids.product_uom_qty, 2)
        self.assertEqual(case.back_state, "expected")

    def test_a_return_by_hand_that_is_received_in_parts_is_waited_for(self):
        order, case = self._expect_return(count=2)
        receipt = self._return_by_hand(order, 2)
        receipt.move_ids.write({"quantity": 1, "picked": True})
        receipt.with_context(skip_backorder=True).button_validate()
        self.assertEqual(case.back_state, "way")
        receipt.backorder_ids.button_validate()
        self.assertRecordValues(case, [{"good_quantity": 2, "back_state": "received"}])

    def test_a_return_by_hand_that_is_cancelled_is_expected_by_the_case_again(self):
        order, case = self._expect_return(count=2)
        self._return_by_hand(order, 2).action_cancel()
        receipt = case.return_picking_ids
        self.assertRecordValues(receipt, [{"state": "assigned", "pdd_by_hand": False}])
        self.assertEqual(self._expected(order), 2)
        self._receive(NUMBER)
        self.assertEqual(case.good_quantity, 2)

    def test_more_than_was_delivered_cannot_come_back(self):
        order, case = self._expect_return(count=2)
        own = case.return_picking_ids
        too_many = self.assertRaisesRegex(UserError, "2.* were delivered")
        with too_many, self.env.cr.savepoint():
            self._return_by_hand(order, 3)
        self.env.invalidate_all()
        self.assertEqual(own.state, "assigned")
        self._receive(NUMBER)
        self.assertEqual(own.state, "done")
        with self.assertRaisesRegex(UserError, own.name):
            self._return_by_hand(order, 1)

    def test_more_than_the_case_names_may_be_returned_by_hand(self):
        order, case = self._ship_and_ask_return(count=3, pieces=1, amount=100)
        self._event(order, "return_agree")
        receipt = self._return_by_hand(order, 3)
        self.assertEqual(self._expected(order), 3)
        receipt.button_validate()
        self.assertRecordValues(
            case,
            [{"good_quantity": 3, "missing_quantity": 0, "back_state": "received"}],
        )

    def test_one_return_by_hand_serves_two_cases_of_an_order(self):
        skus = [*self.platform.shop(None).skus][:2]
        order = self._make_orders(items=[{"sku_id": sku, "count": 1} for sku in skus])
        self._ship(order, f"SF1{order.id:012}")
        self._send_parcels()
        first_refund = self._refund_of(order, skus[0])
        second_refund = self._refund_of(order, skus[1])
        first, second = first_refund.case_ids, second_refund.case_ids
        receipt = self._return_by_hand(order, 1)
        self.assertEqual(
            receipt.pdd_case_id | receipt.pdd_shared_case_ids, first | second
        )
        self.assertEqual(self._expected(order), 2)
        receipt.button_validate()
        self.assertEqual((first + second).mapped("good_quantity"), [1, 1])
        self.assertEqual((first + second).mapped("back_state"), ["received"] * 2)

    def _refund_of(self, order, sku_id):
        """Return an agreed return of one line, as the platform would show it."""
        line = order.line_ids.filtered(lambda line: line.sku_id.sku_id == str(sku_id))
        refund = self.env["pdd.refund"].create(
            {
                "shop_id": self.shop.id,
                "order_id": order.id,
                "order_sn": order.order_sn,
                "currency_id": order.currency_id.id,
                "after_sales_id": f"9{line.id}",
                "after_sales_type": 3,
                "after_sales_status": 7,
                "platform_sku_id": line.sku_id.sku_id,
                "quantity": 1,
                "refund_amount": 10,
            }
        )
        refund._review_cases()
        self.assertTrue(refund.case_ids.return_picking_ids)
        return refund

    def test_a_draft_of_a_return_binds_nobody(self):
        order, case = self._ship_and_ask_return(count=2)
        delivery = order.sale_order_id.picking_ids
        draft = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": delivery.location_dest_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "return_id": delivery.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": delivery.move_ids.product_id.id,
                            "product_uom_qty": 2,
                            "location_id": delivery.location_dest_id.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "origin_returned_move_id": delivery.move_ids.id,
                        }
                    )
                ],
            }
        )
        self._event(order, "return_agree")
        own = case.return_picking_ids
        self.assertEqual(own.move_ids.product_uom_qty, 2)
        draft.action_confirm()
        self.assertEqual(own.state, "cancel")
        self.assertEqual(case.return_picking_ids, draft)
        self.assertEqual(self._expected(order), 2)

    def test_what_is_scrapped_after_a_return_by_hand_came_back_all_the_same(self):
        order, case = self._expect_return(count=2)
        receipt = self._return_by_hand(order, 2)
        receipt.button_validate()
        self.env["stock.scrap"].create(
            {
                "product_id": receipt.move_ids.product_id.id,
                "scrap_qty": 1,
                "picking_id": receipt.id,
                "location_id": receipt.location_dest_id.id,
            }
        ).do_scrap()
        self.assertRecordValues(case, [{"good_quantity": 2, "missing_quantity": 0}])
        self._read_all()
        self.assertEqual(case.return_picking_ids, receipt)

    def test_a_return_by_hand_says_that_the_called_back_parcel_is_coming(self):
        order = self._make_orders(items=[{"count": 2}])
        self._ship(order, f"SF1{order.id:012}")
        self._send_parcels()
        self._ask_refund(order, kind=1)
        case = order.refund_ids.case_ids
        self.assertEqual(case.intercept_state, "todo")
        receipt = self._return_by_hand(order, 2)
        self.assertRecordValues(
            case, [{"intercept_state": "done", "back_state": "expected"}]
        )
        self.assertEqual(case.return_picking_ids, receipt)

    def test_a_return_for_exchange_is_the_cases_receipt(self):
        order, case = self._expect_return(count=1)
        own = case.return_picking_ids
        delivery = order.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state == "done"
        )
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        wizard.action_create_exchanges()
        self.assertEqual(own.state, "cancel")
        self.assertTrue(case.return_picking_ids.pdd_by_hand)
        self.assertEqual(self._expected(order), 1)

    def test_a_withdrawn_after_sale_leaves_a_return_by_hand_to_the_person(self):
        order, case = self._expect_return(number=None)
        receipt = self._return_by_hand(order, 2)
        self._event(order, "refund_withdraw")
        self.assertEqual(receipt.state, "assigned")
        self.assertFalse(case.return_picking_ids)

    # --- goods and money agree

    def _receive_and_withdraw(self, status=11):
        order, case = self._expect_return(count=2)
        self._receive(NUMBER)
        self._event(order, "case_status", status=status)
        return order, case

    def _issue(self, case):
        return self.env["pdd.issue"].search(
            [("cause", "=", "case"), ("key", "=", str(case.id))]
        )

    def _pay(self, case):
        """Let the platform show that the money was paid back after all."""
        case.refund_id.after_sales_status = 10
        case.refund_id._review_cases()
        self.env.invalidate_all()

    def test_what_is_received_and_not_refunded_stays_open_in_trouble(self):
        for status in (9, 11, 12, 13):
            with self.subTest(status):
                order, case = self._receive_and_withdraw(status)
                self.assertRecordValues(
                    case, [{"is_closed": False, "balance_state": "kept"}]
                )
                self.assertIn("send the goods again", case.balance_message)
                issue = self._issue(case)
                self.assertEqual(issue.state, "open")
                self.assertIn(order.order_sn, issue.name)
                self.assertEqual(issue.action_fix()["res_id"], case.id)

    def test_goods_sent_again_close_the_case(self):
        order, case = self._receive_and_withdraw()
        case.action_send_again()
        again = case.exchange_order_id
        self.assertEqual(again.amount_total, 0)
        self.assertEqual(again.order_line.product_uom_qty, 2)
        self.assertFalse(case.is_closed)
        self.assertIn("ship their order", case.balance_message)
        self._read_all()
        self.assertEqual(again.state, "sale")
        picking = again.picking_ids
        self._prepare_parcel(picking, "SF7000000000001")
        picking.button_validate()
        self.assertTrue(case.is_closed)
        self.assertEqual(self._issue(case).state, "solved")
        self.assertEqual(picking.pdd_parcel_ids.extra_track_type, "2")
        self.assertEqual(picking.pdd_parcel_ids.order_id, order)

    def test_cases_that_an_earlier_version_closed_are_shown_after_the_upgrade(self):
        _order, case = self._receive_and_withdraw()
        self._issue(case).unlink()
        upgrade(self.env, "pdd_connector_stock", "post-cases")
        self.assertEqual(self._issue(case).state, "open")

    def test_a_refund_by_hand_closes_the_case(self):
        _order, case = self._receive_and_withdraw()
        case.action_settle_by_hand()
        self.assertTrue(case.is_closed)
        self.assertEqual(self._issue(case).state, "solved")

    def test_who_may_only_read_the_case_settles_nothing(self):
        _order, case = self._receive_and_withdraw()
        packer = new_test_user(self.env, "packer2", groups="stock.group_stock_user")
        for action in ("action_settle_by_hand", "action_send_again"):
            with self.assertRaises(AccessError):
                getattr(case.with_user(packer), action)()

    def test_a_parcel_withdrawn_on_its_way_back_is_waited_for_and_settled(self):
        order, case = self._expect_return(count=2)
        self._event(order, "refund_withdraw")
        self.assertFalse(case.is_closed)
        self.assertIn("on its way back", case.balance_message)
        self._receive(NUMBER)
        self.assertRecordValues(case, [{"is_closed": False, "balance_state": "kept"}])
        self.assertEqual(self._issue(case).state, "open")

    def test_an_after_sale_asked_for_again_and_paid_closes_the_case(self):
        order, case = self._receive_and_withdraw()
        case.action_settle_by_hand()
        self.assertTrue(case.is_closed)
        self._event(order, "case_status", status=7)
        self.assertRecordValues(
            case, [{"is_closed": False, "is_settled_by_hand": False}]
        )
        self._event(order, "case_status", status=11)
        self.assertEqual(case.balance_state, "kept")
        self._pay(case)
        self.assertRecordValues(case, [{"is_closed": True, "money_state": "paid"}])
        self.assertEqual(set(self._issue(case).mapped("state")), {"solved"})

    def test_goods_to_be_sent_again_stay_when_the_buyer_is_paid_after_all(self):
        _order, case = self._receive_and_withdraw()
        case.action_send_again()
        again = case.exchange_order_id
        self._pay(case)
        self.assertEqual(again.state, "cancel")
        self.assertTrue(case.is_closed)

    def test_an_amount_changed_after_the_receipt_is_a_persons_to_confirm(self):
        _order, case = self._expect_return(count=2)
        self._receive(NUMBER)
        asked = case.received_amount
        self.assertTrue(asked)
        case.refund_id.refund_amount = asked - 1
        self.assertEqual(case.balance_state, "agree")  # it is still running
        self._pay(case)
        self.assertRecordValues(case, [{"is_closed": False, "balance_state": "amount"}])
        self.assertIn("compare", case.balance_message)
        case.action_settle_by_hand()
        self.assertTrue(case.is_closed)

    def test_goods_of_a_withdrawn_after_sale_serve_the_next_one(self):
        order, case = self._receive_and_withdraw()
        self._ask_refund(order)
        self._event(order, "return_agree")
        later = order.refund_ids.case_ids - case
        self.assertRecordValues(later, [{"back_state": "received", "good_quantity": 2}])
        self.assertTrue(case.is_closed)
        self.assertEqual(self._expected(order), 0)
