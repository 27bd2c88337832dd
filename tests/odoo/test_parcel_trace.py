# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .parcel_common import ParcelCase

TRACE = "pdd.logistics.ordertrace.get"
HOUR = 3600


@tagged("post_install", "-at_install")
class TestParcelTrace(ParcelCase):
    def _trace(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_parcel_trace")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _told(self, count=1, **overrides):
        parcels = self._ship(self._make_orders(count, **overrides))
        self._send_parcels()
        return parcels

    def test_the_carriers_codes_are_read_when_a_shop_is_authorised(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_logistics_refresh")
        calls = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        calls.unlink()
        self.shop.action_check_connection()
        self.assertTrue(calls.search_count([("cron_id", "=", cron.id)]))
        zto = self.env["pdd.logistics.company"].search([("logistics_id", "=", 115)])
        self.assertFalse(zto.code)
        cron.method_direct_trigger()
        self.assertEqual(zto.code, "ZTO")

    def test_the_first_scan_and_the_signature_are_noted(self):
        parcel = self._told()
        self._trace()
        self.assertFalse(parcel.first_scan_date)
        self.sim.clock.advance(3 * HOUR)
        parcel.trace_check_date = False
        self._trace()
        self.assertTrue(parcel.first_scan_date)
        self.assertFalse(parcel.signed_date)
        self.platform.event(parcel.order_id.order_sn, "receive")
        parcel.trace_check_date = False
        self._trace()
        self.assertTrue(parcel.signed_date)
        self.assertEqual(parcel.trace_text, "已签收")

    def test_a_signed_parcel_and_a_fresh_look_are_not_asked_for_again(self):
        parcel = self._told()
        self._trace()
        self._trace()
        self.assertEqual(len(self._calls(TRACE)), 1)
        parcel.write({"trace_check_date": False, "signed_date": fields.Datetime.now()})
        self._trace()
        self.assertEqual(len(self._calls(TRACE)), 1)

    def test_merged_parcels_are_asked_for_once(self):
        parcels = self._told(2, receiver=3)
        self.sim.clock.advance(3 * HOUR)
        self.shop._measure_clock()
        self._trace()
        self.assertEqual(len(self._calls(TRACE)), 1)
        self.assertTrue(all(parcels.mapped("first_scan_date")))

    def test_a_parcel_that_nobody_scans_raises_an_alarm_until_it_is(self):
        parcel = self._told()
        self._trace()
        self.assertFalse(parcel.lacks_scan)
        parcel.write(
            {
                "sent_date": fields.Datetime.now() - timedelta(hours=25),
                "trace_check_date": False,
            }
        )
        self._trace()
        Parcel = self.env["pdd.parcel"]
        self.assertEqual(Parcel.search([("lacks_scan", "=", True)]), parcel)
        issue = self.env["pdd.issue"].search(
            [("shop_id", "=", self.shop.id), ("cause", "=", "scan")]
        )
        self.assertEqual(issue.state, "open")
        self.assertEqual(Parcel.search(issue.action_fix()["domain"]), parcel)
        self.sim.clock.advance(3 * HOUR)
        parcel.trace_check_date = False
        self._trace()
        self.assertEqual(issue.state, "solved")
        self.assertFalse(Parcel.search([("lacks_scan", "=", True)]))

    def test_news_that_cannot_be_read_stop_no_other_parcel(self):
        first = self._ship(self._make_orders()[0], "SF1000000000001")
        second = self._ship(self._make_orders()[0], "SF1000000000002")
        self._send_parcels()
        self.sim.clock.advance(3 * HOUR)
        self.shop._measure_clock()
        self.sim.faults.add(
            "mutate_rows", api=TRACE, patch={"status_time": "soon", "time": "soon"}
        )
        self._trace()
        self.assertFalse(first.first_scan_date)
        self.assertTrue(first.trace_check_date)
        self.assertTrue(second.first_scan_date)

    def test_a_platform_that_does_not_answer_is_left_alone(self):
        self._ship(self._make_orders()[0], "SF1000000000001")
        self._ship(self._make_orders()[0], "SF1000000000002")
        self._send_parcels()
        self.sim.faults.add("http_5xx", api=TRACE, times=-1)
        self._trace()
        self.assertEqual(len(self._calls(TRACE)), 3)  # one read, tried three times
