# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .parcel_common import ParcelCase

DRAW = "pdd.waybill.get"
CANCEL = "pdd.waybill.cancel"
PRINT = "pdd.cloud.print"


@tagged("post_install", "-at_install")
class TestParcelWaybill(ParcelCase):
    def setUp(self):
        super().setUp()
        self.shop.action_read_waybill_accounts()
        self.account_sf = self.env["pdd.waybill.account"].search(
            [("shop_id", "=", self.shop.id), ("logistics_id.code", "=", "SF")], limit=1
        )
        template = self.env["pdd.waybill.template"].search(
            [("logistics_id.code", "=", "SF")], limit=1
        )
        self.account_sf.write(
            {
                "sender_name": "示例仓",
                "sender_phone": "021-55550100",
                "template_id": template.id,
                "sequence": 1,
            }
        )

    def _pickings(self, count=1, **overrides):
        orders = self._make_orders(count, **overrides)
        pickings = orders.sale_order_id.picking_ids
        pickings.carrier_id = self.sf
        return pickings

    def _draw(self, pickings):
        pickings.action_pdd_waybill()
        self._tell()
        return pickings.pdd_waybill_ids

    def _tell(self):
        self.env.ref("pdd_connector_stock.ir_cron_waybill").method_direct_trigger()
        self.env.invalidate_all()

    def _issued(self):
        return list(self.account.waybills.issued.values())

    def test_subscriptions_with_all_carriers_are_read(self):
        carriers = self.shop.waybill_account_ids.logistics_id
        self.assertEqual(set(carriers.mapped("code")), {"YTO", "ZTO", "JTSD", "SF"})

    def test_only_shops_with_waybills_need_their_permissions(self):
        account = self.account_sf
        self.shop.granted_apis = [
            name for name in self.shop._required_apis() if "waybill" not in name
        ]
        self.assertIn(DRAW, self.shop.missing_apis)
        self.assertNotIn(PRINT, self.shop._required_apis())
        account.printer_id = "1"
        self.assertIn(PRINT, self.shop._required_apis())
        self.shop.waybill_account_ids.active = False
        self.shop.invalidate_recordset()
        self.assertFalse(self.shop.missing_apis)

    def test_number_and_label_come_with_the_ciphertext_only(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        self.assertEqual(waybill.state, "sent")
        self.assertEqual(picking.carrier_tracking_ref, waybill.tracking_number)
        self.assertIn("encryptedData", waybill.print_data)
        (call,) = self._calls(DRAW)
        request = json.loads(call["param_waybill_cloud_print_apply_new_request"])
        order = picking.sale_id.pdd_order_ids
        (parcel,) = request["trade_order_info_dtos"]
        self.assertEqual(
            parcel["recipient"]["name"], order.receiver_cipher["receiver_name"]
        )
        self.assertEqual(request["sender"]["address"], self.account_sf.address)
        self.assertNotIn(
            self._on_platform(order).receiver.name, json.dumps(call, ensure_ascii=False)
        )

    def test_the_number_ships_the_order(self):
        picking = self._pickings()
        self._draw(picking)
        picking.button_validate()
        self._send_parcels()
        order = picking.sale_id.pdd_order_ids
        self.assertEqual(
            self._on_platform(order).tracking_number, picking.carrier_tracking_ref
        )

    def _send_again(self, kind):
        """Ship an order, and let its buyer want another parcel; return its transfer."""
        order = self._make_orders()
        self._ship(order)
        self._send_parcels()
        self.platform.event(order.order_sn, "exchange_request", kind=kind)
        self._read_all()
        case = order.refund_ids.case_ids
        case.action_create_exchange()
        picking = case.exchange_order_id.picking_ids
        picking.carrier_id = self.sf
        self.assertTrue(picking.is_pdd)
        return order, picking

    def test_a_parcel_that_is_sent_again_gets_a_number_under_its_order(self):
        order, picking = self._send_again(4)
        waybill = self._draw(picking)
        self.assertEqual(waybill.state, "sent")
        self.assertEqual(picking.carrier_tracking_ref, waybill.tracking_number)
        (call,) = self._calls(DRAW)
        request = json.loads(call["param_waybill_cloud_print_apply_new_request"])
        (parcel,) = request["trade_order_info_dtos"]
        self.assertEqual(parcel["order_info"]["trade_order_list"], [order.order_sn])
        self.assertEqual(
            parcel["recipient"]["name"], order.receiver_cipher["receiver_name"]
        )
        picking.button_validate()
        action = order.refund_ids.action_ids
        self.assertEqual(action.params["tracking_number"], waybill.tracking_number)

    def test_the_number_of_an_exchange_comes_from_the_merchant_backend(self):
        _order, picking = self._send_again(3)
        with self.assertRaisesRegex(UserError, "merchant backend"):
            picking.action_pdd_waybill()
        self.assertFalse(picking.pdd_waybill_ids)

    def test_a_number_that_comes_after_validation_ships_the_order_as_well(self):
        picking = self._pickings()
        picking.action_pdd_waybill()
        picking.button_validate()
        self.assertEqual(picking.pdd_parcel_ids.state, "waiting")
        self._tell()
        number = picking.pdd_waybill_ids.tracking_number
        self.assertEqual(picking.carrier_tracking_ref, number)
        self.assertEqual(picking.pdd_parcel_ids.tracking_number, number)
        self.assertEqual(picking.pdd_parcel_ids.state, "to_send")

    def test_a_number_that_comes_after_another_one_is_given_back(self):
        picking = self._pickings()
        picking.action_pdd_waybill()
        picking.carrier_tracking_ref = "SF1000000000001"
        picking.button_validate()
        self._tell()
        self.assertEqual(picking.carrier_tracking_ref, "SF1000000000001")
        self._tell()
        self.assertEqual(picking.pdd_waybill_ids.state, "cancelled")

    def test_ten_parcels_go_into_one_call(self):
        pickings = self._pickings(12)
        waybills = self._draw(pickings)
        self.assertEqual(len(self._calls(DRAW)), 2)
        self.assertEqual(set(waybills.mapped("state")), {"sent"})
        self.assertEqual(len(set(waybills.mapped("tracking_number"))), 12)

    def test_one_bad_parcel_does_not_spoil_the_others(self):
        pickings = self._pickings(3)
        bad = pickings[1].sale_id.pdd_order_ids
        bad.receiver_cipher = {**bad.receiver_cipher, "receiver_name": "~AgAAAA~x~2~~"}
        waybills = self._draw(pickings).sorted("picking_id")
        self.assertEqual(
            [picking.pdd_waybill_ids.state for picking in pickings],
            ["sent", "error", "sent"],
        )
        self.assertTrue(waybills.filtered(lambda w: w.state == "error").error_message)

    def test_asking_and_printing_again_takes_no_new_number(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        number = waybill.tracking_number
        self._draw(picking)
        for _time in range(2):
            action = picking.action_pdd_print()
            self.assertEqual(action["url"], f"/pdd/waybills/{waybill.id}")
        self.assertEqual(waybill.tracking_number, number)
        self.assertEqual(waybill.print_count, 2)
        [label] = waybill._prepare_labels()
        self.assertEqual(label["waybill_code"], number)
        self.assertEqual(len(self._issued()), 1)

    def test_a_call_without_answer_is_made_again_under_the_same_number_of_ours(self):
        picking = self._pickings()
        self.sim.faults.add("timeout_after_effect", api=DRAW)
        waybill = self._draw(picking)
        self.assertRecordValues(waybill, [{"state": "to_send", "is_unsure": True}])
        self._pass_time(waybill)
        self._tell()
        self.assertEqual(waybill.state, "sent")
        ids = [
            json.loads(call["param_waybill_cloud_print_apply_new_request"])[
                "trade_order_info_dtos"
            ][0]["object_id"]
            for call in self._calls(DRAW)
        ]
        self.assertEqual(ids, [waybill.object_id] * 2)

    def _draw_and_cancel(self):
        """Return the waybill of a transfer that was cancelled."""
        picking = self._pickings()
        waybill = self._draw(picking)
        picking.action_cancel()
        return waybill

    def _assert_given_back(self, waybill):
        self.assertEqual(waybill.state, "to_cancel")
        self._tell()
        self.assertEqual(waybill.state, "cancelled")
        self.assertTrue(self._issued()[0].is_cancelled)

    def test_a_cancelled_transfer_gives_its_number_back(self):
        waybill = self._draw_and_cancel()
        self._assert_given_back(waybill)

    def test_a_refused_give_back_is_asked_for_again_as_such(self):
        waybill = self._draw_and_cancel()
        self.sim.faults.add("error", api=CANCEL, error_code=50001)
        self._tell()
        self.assertEqual(waybill.state, "error")
        waybill.action_retry()
        self._assert_given_back(waybill)

    def test_a_number_is_given_back_by_hand_and_another_one_asked_for(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        waybill.action_give_back()
        self.assertFalse(picking.carrier_tracking_ref)
        self.sim.faults.add("error", api=CANCEL, error_code=50001)
        self._tell()
        waybill.action_retry()
        self._assert_given_back(waybill)
        other = self._draw(picking) - waybill
        self.assertEqual(picking.carrier_tracking_ref, other.tracking_number)
        self.assertNotEqual(other.tracking_number, waybill.tracking_number)

    def test_what_is_given_back_already_takes_no_number_off_its_transfer(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        waybill.action_give_back()
        self._assert_given_back(waybill)
        picking.carrier_tracking_ref = waybill.tracking_number
        waybill.action_give_back()
        self.assertEqual(waybill.state, "cancelled")
        self.assertEqual(picking.carrier_tracking_ref, waybill.tracking_number)

    def test_a_number_that_was_overwritten_is_given_back_by_hand(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        picking.button_validate()
        with self.assertRaisesRegex(UserError, "has left"):
            waybill.action_give_back()
        self.assertEqual(waybill.state, "sent")
        picking.carrier_tracking_ref = "SF1000000000001"
        waybill.action_give_back()
        self._assert_given_back(waybill)
        self.assertEqual(picking.carrier_tracking_ref, "SF1000000000001")

    def test_a_number_among_several_is_in_use(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        picking.carrier_tracking_ref += ", SF1000000000002"
        picking.button_validate()
        waybill.state = "error"
        waybill.action_retry()
        self.assertEqual(waybill.state, "to_update")

    def test_a_refund_gives_the_number_back(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        order = picking.sale_id.pdd_order_ids
        self._ask_refund(order)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self._tell()
        self.assertEqual(waybill.state, "cancelled")

    def _lose_answer(self, *, effect=True):
        """Return a waybill that was asked for, the answer of which was lost."""
        picking = self._pickings()
        self.sim.faults.add(
            "timeout_after_effect" if effect else "http_5xx", api=DRAW, times=1
        )
        waybill = self._draw(picking)
        self.assertRecordValues(waybill, [{"state": "to_send", "is_unsure": True}])
        return waybill

    def _refund(self, waybill):
        order = waybill.order_ids
        self._ask_refund(order)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self.assertEqual(waybill.picking_id.state, "cancel")

    def _settle(self, waybill, runs=3):
        for _run in range(runs):
            self._pass_time(waybill)
            self._tell()

    def _requests(self):
        name = "param_waybill_cloud_print_apply_new_request"
        return [json.loads(call[name]) for call in self._calls(DRAW)]

    def test_a_number_lost_before_a_refund_is_found_and_given_back_once(self):
        waybill = self._lose_answer()
        self._refund(waybill)
        waybill.order_ids.receiver_cipher = False  # not shown of refunded orders
        self._settle(waybill)
        first, second = self._requests()
        self.assertEqual(first, second)
        [issued] = self._issued()
        self.assertTrue(issued.is_cancelled)
        self.assertRecordValues(
            waybill,
            [
                {
                    "state": "cancelled",
                    "tracking_number": issued.number,
                    "request": False,
                }
            ],
        )
        self.assertEqual(len(self._calls(CANCEL)), 1)

    def test_a_lost_request_is_not_renewed_by_an_address_that_changed(self):
        waybill = self._lose_answer()
        waybill.order_ids.receiver_cipher = {"receiver_name": "~other~"}
        self._settle(waybill)
        first, second = self._requests()
        self.assertEqual(first, second)
        self.assertEqual(waybill.state, "sent")

    def test_the_request_is_kept_until_it_is_answered(self):
        waybill = self._lose_answer()
        person = waybill.request["parcel"]["recipient"]
        self.assertTrue(person["name"].startswith("~"))
        self._settle(waybill)
        self.assertFalse(waybill.request)

    def test_a_refused_request_keeps_no_ciphertext(self):
        picking = self._pickings()
        self.sim.faults.add("error", api=DRAW, error_code=50001)
        waybill = self._draw(picking)
        self.assertRecordValues(waybill, [{"state": "error", "request": False}])

    def test_what_nobody_answers_for_ten_days_is_a_persons_to_settle(self):
        waybill = self._lose_answer(effect=False)
        waybill.asked_date -= timedelta(days=11)
        self._tell()
        self.assertRecordValues(
            waybill, [{"state": "error", "is_unsure": True, "request": False}]
        )
        self.assertIn(waybill.order_ids.order_sn, waybill.error_message)
        issue = self._find_issue(waybill)
        self.assertEqual(issue.state, "open")
        waybill.action_settle_unknown()
        self.assertEqual(waybill.state, "cancelled")
        self.assertEqual(issue.state, "solved")
        self.assertEqual(
            self._draw(waybill.picking_id).mapped("state").count("sent"), 1
        )

    def _find_issue(self, waybill):
        return self.env["pdd.issue"].search(
            [("cause", "=", "waybill"), ("key", "=", str(waybill.id))]
        )

    def test_a_lost_number_that_is_refused_later_is_an_issue(self):
        waybill = self._lose_answer()
        self.sim.faults.add("error", api=DRAW, error_code=50001, times=1)
        self._settle(waybill, runs=1)
        self.assertRecordValues(waybill, [{"state": "error", "is_unsure": True}])
        issue = self._find_issue(waybill)
        self.assertEqual(issue.state, "open")
        self.assertEqual(issue.action_fix()["res_id"], waybill.id)
        waybill.action_retry()
        self._tell()
        self.assertEqual(waybill.state, "sent")
        self.assertEqual(issue.state, "solved")

    def test_a_second_number_that_differs_is_given_back(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        second = self.account.waybills.draw(
            "SF",
            waybill.object_id,
            (waybill.order_ids.order_sn,),
            "",
            next(iter(self._issued())).branch,
        )
        waybill._take_number({"state": "sent", "tracking_number": second.number})
        self._tell()
        self.assertTrue(second.is_cancelled)
        self.assertEqual(waybill.state, "sent")
        self.assertNotEqual(waybill.tracking_number, second.number)
        self.assertEqual(picking.carrier_tracking_ref, waybill.tracking_number)

    def _account_yto(self):
        account = self.account_sf.search(
            [("shop_id", "=", self.shop.id), ("logistics_id.code", "=", "YTO")], limit=1
        )
        account.write(
            {
                "sender_name": "示例仓",
                "sender_phone": "021-55550100",
                "template_id": self.env["pdd.waybill.template"]
                .search([("logistics_id.code", "=", "YTO")], limit=1)
                .id,
                "sequence": 1,
            }
        )
        return account

    def test_a_changed_carrier_gives_the_old_number_back_and_gets_a_new_one(self):
        self._account_yto()
        picking = self._pickings()
        old = self._draw(picking)
        picking.carrier_id = self.yto
        self.assertFalse(picking.carrier_tracking_ref)
        new = self._draw(picking) - old
        self._tell()
        self.assertEqual(old.state, "cancelled")
        self.assertTrue(self._issued()[0].is_cancelled)
        self.assertEqual(new.logistics_id.code, "YTO")
        self.assertEqual(picking.carrier_tracking_ref, new.tracking_number)
        self.assertFalse(self._issued()[1].is_cancelled)

    def test_a_number_asked_of_the_former_carrier_is_given_back_when_it_comes(self):
        waybill = self._lose_answer()
        picking = waybill.picking_id
        picking.carrier_id = self.yto
        self._settle(waybill)
        self.assertEqual(waybill.state, "cancelled")
        self.assertFalse(picking.carrier_tracking_ref)
        self.assertTrue(self._issued()[0].is_cancelled)

    def test_a_carrier_corrected_after_the_parcel_left_keeps_the_number_it_names(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        picking.button_validate()
        picking.carrier_id = self.yto
        self.assertEqual(waybill.state, "sent")
        picking.carrier_tracking_ref = "YT1000000000001"
        self.assertEqual(waybill.state, "to_cancel")

    def test_a_stopped_order_gets_no_number(self):
        picking = self._pickings()
        self._ask_refund(picking.sale_id.pdd_order_ids)
        with self.assertRaises(UserError):
            picking.action_pdd_waybill()

    def test_the_label_of_a_stopped_order_is_not_printed(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        self._ask_refund(picking.sale_id.pdd_order_ids)
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        for user in (self.env.user, worker):
            for records, button in (
                (picking, "action_pdd_print"),
                (waybill, "action_print"),
                (waybill, "_prepare_labels"),
            ):
                with (
                    self.subTest(button, user=user.login),
                    self.assertRaisesRegex(UserError, picking.sale_id.name),
                ):
                    getattr(records.with_user(user), button)()
        self.assertFalse(waybill.print_count)

    def test_the_label_of_a_done_transfer_is_printed_again_after_a_refund(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        picking.button_validate()
        self._ask_refund(picking.sale_id.pdd_order_ids)
        picking.action_pdd_print()
        self.assertEqual(waybill.print_count, 1)

    def test_a_changed_receiver_changes_the_label_and_keeps_the_number(self):
        picking = self._pickings()
        waybill = self._draw(picking)
        number, label = waybill.tracking_number, waybill.print_data
        self.platform.event(
            picking.sale_id.pdd_order_ids.order_sn, "address_change", number=5
        )
        self._read_all()
        self.assertEqual(waybill.state, "to_update")
        with self.assertRaises(UserError):
            picking.action_pdd_print()
        self._tell()
        self.assertEqual(waybill.state, "sent")
        self.assertEqual(waybill.tracking_number, number)
        self.assertNotEqual(waybill.print_data, label)

    def test_what_is_missing_is_named(self):
        picking = self._pickings()
        picking.carrier_id = False
        with self.assertRaisesRegex(UserError, "delivery method"):
            picking.action_pdd_waybill()
        picking.carrier_id = self._create_carrier("DB", 131)
        with self.assertRaisesRegex(UserError, "no electronic waybills"):
            picking.action_pdd_waybill()
        picking.carrier_id = self.sf
        self.account_sf.sender_phone = False
        with self.assertRaisesRegex(UserError, "Sender Phone"):
            picking.action_pdd_waybill()
        self.account_sf.sender_phone = "021-55550100"
        picking.sale_id.pdd_order_ids.receiver_cipher = False
        with self.assertRaisesRegex(UserError, "receiver"):
            picking.action_pdd_waybill()

    def test_labels_are_printed_on_the_platforms_printer(self):
        self.platform.settings.printers = {"P1": "code"}
        self.account_sf.write({"printer_id": "P1", "printer_code": "code"})
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        picking = self._pickings()
        waybill = self._draw(picking)
        self.assertTrue(picking.with_user(worker).action_pdd_print())
        (printed,) = self.account.prints
        self.assertEqual(
            printed["data"], json.loads(waybill.print_data)["encryptedData"]
        )
        self.account_sf.printer_code = "wrong"
        with self.assertRaises(UserError):
            picking.action_pdd_print()

    def test_accounts_read_again_keep_what_a_person_entered(self):
        self.shop.action_read_waybill_accounts()
        self.assertEqual(self.account_sf.sender_name, "示例仓")
        count = self.env["pdd.waybill.account"].search_count(
            [("shop_id", "=", self.shop.id)]
        )
        self.shop.action_read_waybill_accounts()
        self.assertEqual(
            self.env["pdd.waybill.account"].search_count(
                [("shop_id", "=", self.shop.id)]
            ),
            count,
        )

    def test_each_company_sees_its_own_labels(self):
        waybill = self._draw(self._pickings())
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="stock.group_stock_user",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        Waybill = self.env["pdd.waybill"].with_user(stranger)
        self.assertFalse(Waybill.search([("id", "=", waybill.id)]))
