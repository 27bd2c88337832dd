# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .parcel_common import EXTRA, READ, SEND, SF, YTO, ParcelCase


@tagged("post_install", "-at_install")
class TestParcelSend(ParcelCase):
    def test_a_validated_delivery_is_told_to_the_platform(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.assertRecordValues(
            parcel,
            [
                {
                    "order_id": order.id,
                    "state": "to_send",
                    "tracking_number": "SF1000000000001",
                }
            ],
        )
        self.assertFalse(self._calls(SEND))
        self._send_parcels()
        self.assertRecordValues(parcel, [{"state": "sent", "is_main": True}])
        self.assertEqual(self._on_platform(order).order_status, 2)
        self.assertEqual(self._on_platform(order).logistics_id, SF)
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000001")

    def test_what_is_told_is_not_told_again(self):
        self._ship(self._make_orders(2, receiver=3))
        self._send_parcels()
        self._send_parcels()
        self.assertEqual(len(self._calls(SEND)), 2)

    def test_a_warehouse_worker_needs_no_right_to_the_outbox(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, "SF1000000000001")
        worker = new_test_user(self.env, "packer", groups="stock.group_stock_user")
        picking.with_user(worker).button_validate()
        self.assertEqual(order.parcel_ids.state, "to_send")

    def test_orders_of_others_leave_no_parcel(self):
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Shop"}).id,
                "order_line": [
                    fields.Command.create({"product_id": self.products[0].id})
                ],
            }
        )
        sale_order.action_confirm()
        sale_order.picking_ids.button_validate()
        self.assertFalse(sale_order.picking_ids.pdd_parcel_ids)

    def test_no_text_message_goes_to_a_masked_number(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        self.assertTrue(picking.partner_id.phone)
        self._prepare_parcel(picking, "SF1000000000001")
        sms = patch.object(type(picking), "_message_sms_with_template", create=True)
        with patch("odoo.modules.module.current_test", False), sms as send:
            self.assertIs(picking.button_validate(), True)
        self.assertFalse(send.called)
        self.assertEqual(picking.state, "done")

    # --- numbers that come late, change, or are wrong

    def test_a_number_that_is_entered_later_is_told_then(self):
        order = self._make_orders()
        parcel = self._ship(order, number=False)
        self.assertEqual(parcel.state, "waiting")
        self._send_parcels()
        self.assertFalse(self._calls(SEND))
        parcel.picking_id.carrier_tracking_ref = "SF1000000000009"
        self.assertEqual(parcel.state, "to_send")
        self._send_parcels()
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000009")

    def test_a_carrier_that_pinduoduo_does_not_know_waits(self):
        order = self._make_orders()
        plain = self._create_carrier("Plain", 0)
        parcel = self._ship(order, carrier=plain)
        self.assertRecordValues(parcel, [{"state": "waiting", "logistics_id": False}])

    def test_a_corrected_number_replaces_the_told_one(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self._send_parcels()
        parcel.picking_id.carrier_tracking_ref = "SF1000000000002"
        self._send_parcels()
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000002")
        self.assertEqual(
            [call.get("redelivery_type") for call in self._calls(SEND)], ["1", "2"]
        )
        self.assertRecordValues(
            parcel, [{"state": "sent", "told_number": "SF1000000000002"}]
        )

    def test_another_carrier_replaces_the_told_one(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self._send_parcels()
        self._prepare_parcel(parcel.picking_id, "YT1000000000001", self.yto)
        self._send_parcels()
        self.assertEqual(self._on_platform(order).logistics_id, YTO)

    def test_a_malformed_number_is_shown_with_the_platforms_words(self):
        order = self._make_orders()
        parcel = self._ship(order, number="SF1")
        self._send_parcels()
        self.assertEqual(parcel.state, "error")
        self.assertIn("运单号格式与快递公司不符", parcel.error_message)
        parcel.picking_id.carrier_tracking_ref = "SF1000000000003"
        self.assertRecordValues(parcel, [{"state": "to_send", "error_message": False}])
        self._send_parcels()
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000003")

    def test_a_carrier_that_is_not_available_is_refused_until_it_is_changed(self):
        order = self._make_orders()
        gone = self._create_carrier("Gone", 119)
        parcel = self._ship(order, number="TT1000000000001", carrier=gone)
        self._send_parcels()
        self.assertEqual(parcel.state, "error")
        self._prepare_parcel(parcel.picking_id, "SF1000000000001")
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")

    # --- several parcels, several orders

    def test_further_numbers_of_a_transfer_are_extra_parcels(self):
        order = self._make_orders()
        parcels = self._ship(order, "SF1000000000001, SF1000000000002").sorted("id")
        self._send_parcels()
        self.assertRecordValues(
            parcels,
            [
                {"state": "sent", "is_main": True},
                {"state": "sent", "is_main": False},
            ],
        )
        (extra,) = self._calls(EXTRA)
        self.assertEqual(extra["extra_track_type"], "1")
        self.assertEqual(
            json.loads(extra["extra_track_list"]),
            [{"shipping_id": SF, "tracking_number": "SF1000000000002"}],
        )

    def test_numbers_are_read_as_people_type_and_paste_them(self):
        split = self.env["pdd.parcel"]._split_numbers
        one, two = "SF1000000000001", "SF1000000000002"
        for text, numbers in {
            "SF 1000 0000 0001": ["SF100000000001"],
            " SF1000000000001 ": [one],
            "SF1000000\u3000000001": [one],
            "\u200bSF1000000000001\xa0": [one],
            "ＳＦ１０００００００００００１": [one],
            f"{one},{two}": [one, two],
            f"{one}，{two}": [one, two],
            f"{one} ; {two}；": [one, two],
            f"{one}、 {two}": [one, two],
            f"{one}\n{two}\r\n": [one, two],
            f"{one} {two}": [one, two],  # two cells of a table
            f"{one},{one}": [one],
            "JDVA00001-1-1-": ["JDVA00001-1-1-"],
            "": [],
            " , ": [],
        }.items():
            with self.subTest(text):
                self.assertEqual(split(text), numbers)
        self.assertEqual(split(False), [])

    def test_a_number_typed_in_groups_is_one_parcel(self):
        parcels = self._ship(self._make_orders(), "SF 1000 0000 00001")
        self.assertEqual(parcels.mapped("tracking_number"), ["SF1000000000001"])
        self._send_parcels()
        self.assertEqual(parcels.state, "sent")

    def test_a_backorder_is_an_extra_parcel(self):
        order = self._make_orders(items=[{"count": 2}])
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, "SF1000000000001")
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self._send_parcels()
        backorder = picking.backorder_ids
        self._prepare_parcel(backorder, "SF1000000000002")
        backorder.button_validate()
        self._send_parcels()
        self.assertEqual(len(self._calls(SEND)), 1)
        self.assertEqual(
            self._on_platform(order).extra_parcels,
            {1: [{"logistics_id": SF, "tracking_number": "SF1000000000002"}]},
        )

    def test_merged_orders_are_told_with_the_same_number(self):
        orders = self._make_orders(2, receiver=3)
        self._ship(orders)
        self._send_parcels()
        numbers = {self._on_platform(order).tracking_number for order in orders}
        self.assertEqual(numbers, {"SF1000000000001"})
        self.assertEqual(orders.parcel_ids.mapped("state"), ["sent", "sent"])

    def test_only_the_last_step_of_a_delivery_ships_the_order(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._make_orders()
        for _step in range(3):
            self.assertFalse(order.parcel_ids)
            picking = order.sale_order_id.picking_ids.filtered(
                lambda picking: picking.state == "assigned"
            )
            self._prepare_parcel(picking, "SF1000000000001")
            picking.button_validate()
        self._send_parcels()
        self.assertEqual(order.parcel_ids.state, "sent")

    def test_a_return_is_no_parcel(self):
        order = self._make_orders()
        parcel = self._ship(order)
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": parcel.picking_id.id}
        )
        action = wizard.action_create_returns_all()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.button_validate()
        self.assertEqual(back.state, "done")
        self.assertEqual(order.parcel_ids, parcel)

    # --- shipped by others, refused by a refund

    def test_an_order_shipped_elsewhere_with_the_same_number_is_told(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.platform.event(
            order.order_sn, "ship", logistics_id=SF, tracking_number="SF1000000000001"
        )
        self._send_parcels()
        self.assertRecordValues(parcel, [{"state": "sent", "is_main": True}])

    def _ship_elsewhere(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.platform.event(
            order.order_sn, "ship", logistics_id=YTO, tracking_number="YT5000000000001"
        )
        self._send_parcels()
        self.assertEqual(parcel.state, "error")
        self.assertIn("YT5000000000001", parcel.error_message)
        self.assertEqual(order.order_status, 2)  # what was read is kept
        return order, parcel

    def test_another_parcel_on_the_platform_can_be_replaced(self):
        order, parcel = self._ship_elsewhere()
        parcel.action_replace_platform_parcel()
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000001")

    def test_a_warehouse_worker_does_not_replace_the_platforms_parcel(self):
        order, parcel = self._ship_elsewhere()
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            parcel.with_user(worker).action_replace_platform_parcel()
        self._send_parcels()
        self.assertEqual(self._on_platform(order).tracking_number, "YT5000000000001")
        clerk = new_test_user(self.env, "clerk", groups="pdd_connector.group_pdd_user")
        parcel.with_user(clerk).action_replace_platform_parcel()
        self._send_parcels()
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000001")

    def test_another_parcel_on_the_platform_can_be_kept(self):
        order, parcel = self._ship_elsewhere()
        parcel.action_take_platform_parcel()
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        self.assertEqual(self._on_platform(order).tracking_number, "YT5000000000001")

    def test_a_refund_that_odoo_does_not_know_yet_stops_the_parcel(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.platform.event(order.order_sn, "refund_request")
        self._send_parcels()
        self.assertEqual(parcel.state, "stopped")
        self.assertIn("refund", parcel.error_message)
        self.assertEqual(self._on_platform(order).order_status, 1)

    # --- answers that do not come

    def test_a_call_without_answer_is_not_repeated_when_it_took_effect(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.sim.faults.add("timeout_after_effect", api=SEND)
        self._send_parcels()
        self.assertRecordValues(parcel, [{"state": "to_send", "is_unsure": True}])
        self._pass_time(parcel)
        self._send_parcels()
        self.assertRecordValues(
            parcel, [{"state": "sent", "is_unsure": False, "is_main": True}]
        )
        self.assertEqual(len(self._calls(SEND)), 1)
        self.assertEqual(len(self._calls(READ)), 1)

    def test_a_call_that_did_not_arrive_is_made_again_after_reading(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.sim.faults.add("reset", api=SEND)
        self._send_parcels()
        self._pass_time(parcel)
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        self.assertEqual(self._on_platform(order).order_status, 2)

    def test_a_refused_parcel_of_a_partly_refunded_order_can_be_told_again(self):
        order = self._make_orders(items=[{"count": 2}])
        self._ask_refund(order, pieces=1, amount=100)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self.assertEqual((order.state, order.refund_status), ("done", 4))
        parcel = self._ship(order)
        self.sim.faults.add("reset", api=SEND)
        self._send_parcels()
        self._pass_time(parcel)
        self._send_parcels()
        self.assertEqual(parcel.state, "error")
        self.assertIn("partly refunded", parcel.error_message)
        parcel.action_retry()
        self.assertEqual(parcel.state, "to_send")

    def test_a_number_corrected_while_nobody_knows_replaces_the_told_one(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.sim.faults.add("timeout_after_effect", api=SEND)
        self._send_parcels()
        parcel.picking_id.carrier_tracking_ref = "SF1000000000007"
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        self.assertEqual(self._on_platform(order).tracking_number, "SF1000000000007")
        self.assertEqual(
            [call["redelivery_type"] for call in self._calls(SEND)], ["1", "2"]
        )

    def test_an_extra_parcel_without_answer_is_not_uploaded_twice(self):
        order = self._make_orders()
        parcels = self._ship(order, "SF1000000000001 SF1000000000002")
        self.sim.faults.add("timeout_after_effect", api=EXTRA)
        self._send_parcels()
        self._pass_time(parcels)
        self._send_parcels()
        self.assertEqual(parcels.mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self._calls(EXTRA)), 1)

    def test_a_second_parcel_waits_while_nobody_knows_about_the_first(self):
        order = self._make_orders()
        parcels = self._ship(order, "SF1000000000001 SF1000000000002")
        self.sim.faults.add("timeout_after_effect", api=SEND)
        self._send_parcels()
        self._send_parcels()
        self.assertFalse(self._calls(EXTRA))
        self._pass_time(parcels)
        self._send_parcels()
        self.assertEqual(len(self._calls(EXTRA)), 1)
        self.assertEqual(len(self._calls(SEND)), 1)

    def test_every_answer_that_is_none_leads_to_one_telling(self):
        faults = (
            {"kind": "html"},
            {"kind": "half_body"},
            {"kind": "http_5xx"},
            {"kind": "error", "error_code": 50000},
            {"kind": "error", "error_code": 52001},
            {"kind": "error", "error_code": 52101},
            {"kind": "error", "error_code": 70031},
            {"kind": "error", "error_code": 70033},
            {"kind": "error", "error_code": 10019},
        )
        for index, fault in enumerate(faults):
            with self.subTest(**fault):
                number = f"SF{2 * 10**12 + index}"
                order = self._make_orders()
                parcel = self._ship(order, number)
                self.sim.faults.add(api=SEND, **fault)
                self._send_parcels()
                self._pass_time(parcel)
                self.env["pdd.api.budget"].search([]).unlink()
                self._send_parcels()
                self.assertEqual(parcel.state, "sent", parcel.error_message)
                self.assertEqual(self._on_platform(order).tracking_number, number)

    def test_a_paused_api_lets_what_needs_another_one_pass(self):
        first = self._ship(self._make_orders(), "SF1000000000001")
        self._send_parcels()
        waiting = self._ship(self._make_orders(), "SF1000000000002")
        further = self._ship(self._make_orders(), "SF1000000000003 SF1000000000004")
        self.assertEqual(first.state, "sent")
        self.sim.faults.add("error", api=SEND, error_code=70031, retry_after=30)
        self._send_parcels()
        self.assertEqual((waiting + further).mapped("state"), ["to_send"] * 3)
        self.assertEqual(
            waiting.attempt_count + sum(further.mapped("attempt_count")), 1
        )
        seconds = (waiting.retry_date - fields.Datetime.now()).total_seconds()
        self.assertAlmostEqual(seconds, 30, delta=4)
        # a number that is corrected needs the same call; an extra parcel another one
        self.env["pdd.api.budget"].search([]).unlink()
        self._pass_time(waiting + further)
        self._send_parcels()
        self.assertEqual(len(self._calls(EXTRA)), 1)
        self.assertEqual(set((waiting + further).mapped("state")), {"sent"})

    def test_extra_parcels_are_uploaded_while_the_shipping_call_is_paused(self):
        parcels = self._ship(self._make_orders(), "SF1000000000001 SF1000000000002")
        self.sim.faults.add("error", api=EXTRA, error_code=70031, retry_after=300)
        self._send_parcels()
        extra = parcels.filtered(lambda parcel: parcel.state == "to_send")
        self.assertEqual(len(extra), 1)
        other = self._ship(self._make_orders(), "SF1000000000003")
        self._send_parcels()
        self.assertEqual(other.state, "sent")
        self.env["pdd.api.budget"].search([]).unlink()
        waiting = self._ship(self._make_orders(), "SF1000000000005")
        self.sim.faults.add("error", api=SEND, error_code=70031, retry_after=300)
        self._pass_time(extra)
        self._send_parcels()
        self.assertEqual((waiting.state, extra.state), ("to_send", "sent"))

    def _lose_answers(self, times=-1):
        self.sim.faults.add("http_5xx", api=SEND, times=times)

    def test_the_first_failed_call_waits_two_minutes_however_often_it_was_claimed(self):
        parcels = self._ship(self._make_orders(6, receiver=3))
        self._lose_answers()
        for number in range(5):
            self._send_parcels()
            failed = parcels.filtered("retry_date")
            self.assertEqual(len(failed), number + 1)
        last = parcels - failed
        self.assertEqual(last.attempt_count, 0)
        before = fields.Datetime.now()
        self._send_parcels()
        self.assertEqual(last.attempt_count, 1)
        self.assertLess(last.retry_date - before, timedelta(minutes=3))

    def test_each_further_failed_call_doubles_the_pause_up_to_half_an_hour(self):
        parcel = self._ship(self._make_orders())
        self.sim.faults.add("http_5xx", times=-1)
        pauses = []
        for _call in range(6):
            self._pass_time(parcel)
            before = fields.Datetime.now()
            self._send_parcels()
            pauses.append(round((parcel.retry_date - before).total_seconds() / 60))
        self.assertEqual(pauses, [2, 4, 8, 16, 30, 30])
        self.assertEqual(parcel.attempt_count, 6)

    def test_one_run_makes_one_failing_call_and_does_not_repeat_itself(self):
        self._ship(self._make_orders(6, receiver=3))
        self._lose_answers()
        with self.assertNoLogs("odoo.addons.base.models.ir_cron", "WARNING"):
            self._send_parcels()
        self.assertEqual(len(self._calls(SEND)), 1)

    def test_an_action_with_nothing_due_is_done_without_a_warning(self):
        self._ship(self._make_orders())
        self._lose_answers()
        self._send_parcels()
        with self.assertNoLogs("odoo.addons.base.models.ir_cron", "WARNING"):
            self._send_parcels()
        self.assertEqual(len(self._calls(SEND)), 1)

    def test_what_the_shop_itself_keeps_back_is_no_failed_call(self):
        parcel = self._ship(self._make_orders())
        self.shop.state = "expired"
        self._send_parcels()
        self.assertTrue(parcel.retry_date)
        self.assertEqual(parcel.attempt_count, 0)

    def test_a_corrected_parcel_starts_with_the_shortest_pause_again(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self._lose_answers(times=1)
        self._send_parcels()
        self.assertEqual(parcel.attempt_count, 1)
        self._prepare_parcel(order.sale_order_id.picking_ids, "SF1000000000002")
        self.assertRecordValues(parcel, [{"attempt_count": 0, "retry_date": False}])

    def test_a_shop_that_may_not_call_keeps_its_parcels(self):
        orders = self._make_orders(2, receiver=3)
        parcels = self._ship(orders)
        fault = self.sim.faults.add("error", api=SEND, error_code=20005, times=-1)
        self._send_parcels()
        self.assertEqual(parcels.mapped("state"), ["to_send", "to_send"])
        self.assertEqual(len(self._calls(SEND)), 1)
        self.assertTrue(any(parcels.mapped("error_message")))
        fault.times = 0
        self._pass_time(parcels)
        self._send_parcels()
        self.assertEqual(parcels.mapped("state"), ["sent", "sent"])

    # --- workers that die or meet

    def test_a_worker_that_died_before_the_call_loses_nothing(self):
        order = self._make_orders()
        parcel = self._ship(order)
        self.env["pdd.parcel"]._claim(fields.Domain.TRUE)
        self.env.cr.commit()
        self._send_parcels()
        self.assertFalse(self._calls(SEND))  # still another worker's
        self._age_claims(parcel)
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        self.assertEqual(len(self._calls(SEND)), 1)

    def test_a_worker_that_died_after_the_call_does_not_lead_to_a_second_one(self):
        order = self._make_orders()
        parcel = self._ship(order)
        with (
            patch.object(type(parcel), "_write_outcome", side_effect=KeyboardInterrupt),
            suppress(KeyboardInterrupt),
        ):
            self.env["pdd.parcel"]._cron_send()
        self.env.cr.rollback()
        self.assertEqual(self._on_platform(order).order_status, 2)
        self._age_claims(parcel)
        self._send_parcels()
        self.assertRecordValues(parcel, [{"state": "sent", "is_main": True}])
        self.assertEqual(len(self._calls(SEND)), 1)

    def test_what_was_stopped_after_the_claim_is_not_told(self):
        parcels = self._ship(self._make_orders(2, receiver=3)).sorted("id")
        tell = type(parcels)._tell

        def stop_the_other(parcel):
            parcel.browse(parcels[1].id).state = "stopped"
            return tell(parcel)

        with patch.object(type(parcels), "_tell", stop_the_other):
            self._send_parcels()
        self.assertEqual(parcels.mapped("state"), ["sent", "stopped"])
        self.assertEqual(len(self._calls(SEND)), 1)

    def _age_claims(self, parcels):
        parcels.write({"claim_date": fields.Datetime.now() - timedelta(minutes=11)})
        self.env.cr.commit()
