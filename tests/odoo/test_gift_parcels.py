# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A gift order and its main order: two orders, two transfers, one parcel."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .parcel_common import SEND, ParcelCase

NUMBER = "SF1000000000001"


@tagged("post_install", "-at_install")
class TestGiftParcels(ParcelCase):
    def setUp(self):
        super().setUp()
        skus = self.env["pdd.sku"].search([("product_id", "!=", False)])
        self.bought = skus[0]
        self.given = skus.filtered(lambda s: s.product_id != self.bought.product_id)[0]

    def _pair(self, status=1, **details):
        """Return a made main order and its gift order."""
        main = self._order(
            items=[{"sku_id": self.bought.sku_id, "count": 1, "price": 5000}],
            gifts=[{"sku_id": self.given.sku_id, "count": 2}],
            gift_status=status,
            **details,
        )
        return main, main.gift_order_ids

    def _picking(self, order):
        return order.sale_order_id.picking_ids

    def test_both_are_told_as_shipped_with_one_number(self):
        main, gift = self._pair()
        picking = self._picking(main)
        self._prepare_parcel(picking, NUMBER)
        self.assertEqual(self._picking(gift).carrier_tracking_ref, NUMBER)
        self.assertEqual(self._picking(gift).carrier_id, self.sf)
        picking.button_validate()
        self.assertEqual(self._picking(gift).state, "done")
        self._send_parcels()
        calls = [
            (call["order_sn"], call["tracking_number"], str(call["redelivery_type"]))
            for call in self._calls(SEND)
        ]
        self.assertEqual(
            calls, [(main.order_sn, NUMBER, "1"), (gift.order_sn, NUMBER, "1")]
        )
        for order in main + gift:
            self.assertEqual(self._on_platform(order).order_status, 2)
            self.assertEqual(order.parcel_ids.state, "sent")

    def test_the_gift_is_picked_once(self):
        main, gift = self._pair()
        moves = (main + gift).sale_order_id.picking_ids.move_ids
        pieces = {move.product_id: move.product_uom_qty for move in moves}
        self.assertEqual(pieces, {self.bought.product_id: 1, self.given.product_id: 2})
        self.assertEqual(set(moves.mapped("state")), {"assigned"})

    def test_a_gift_that_is_not_ready_stays_on_the_work_list(self):
        main, gift = self._pair()
        self._picking(gift).do_unreserve()
        picking = self._picking(main)
        self._prepare_parcel(picking, NUMBER)
        picking.button_validate()
        self._send_parcels()
        self.assertEqual(main.parcel_ids.state, "sent")
        self.assertEqual(self._picking(gift).state, "confirmed")
        rows = self.env["pdd.deadline"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(rows.order_id, gift)

    def test_the_work_list_shows_with_which_order_a_gift_is_packed(self):
        main, gift = self._pair()
        rows = self.env["pdd.deadline"].search([("shop_id", "=", self.shop.id)])
        packed_with = {row.order_id: row.main_order_id for row in rows}
        self.assertEqual(packed_with, {main: main.browse(), gift: main})
        self.assertIn(gift.order_sn, self._picking(main).pdd_hints)
        self.assertIn(self._picking(gift).name, self._picking(main).pdd_hints)
        self.assertIn(main.order_sn, self._picking(gift).pdd_hints)

    def test_both_are_one_merge_proposal(self):
        main, gift = self._pair()
        group = self.env["pdd.parcel.group"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(group._get_orders(), (main + gift).sorted())

    def test_another_receiver_is_another_parcel(self):
        main, gift = self._pair()
        self._happen(gift, "address_change", number=17)
        picking = self._picking(main)
        self._prepare_parcel(picking, NUMBER)
        self.assertFalse(self._picking(gift).carrier_tracking_ref)
        picking.button_validate()
        self.assertEqual(self._picking(gift).state, "assigned")
        row = self.env["pdd.deadline"].search([("order_id", "=", gift.id)])
        self.assertFalse(row.main_order_id)

    def test_a_shop_may_send_gifts_apart(self):
        self.shop.gift_parcel_policy = "apart"
        main, gift = self._pair()
        picking = self._picking(main)
        self._prepare_parcel(picking, NUMBER)
        self.assertFalse(self._picking(gift).carrier_tracking_ref)
        picking.button_validate()
        self.assertEqual(self._picking(gift).state, "assigned")

    def test_a_corrected_number_is_corrected_for_both(self):
        main, gift = self._pair()
        picking = self._picking(main)
        self._prepare_parcel(picking, NUMBER)
        picking.button_validate()
        self._send_parcels()
        picking.carrier_tracking_ref = "SF1000000000002"
        self._send_parcels()
        for order in main + gift:
            self.assertEqual(
                self._on_platform(order).tracking_number, "SF1000000000002"
            )

    def test_a_number_of_its_own_stays(self):
        main, gift = self._pair()
        self._prepare_parcel(self._picking(gift), "SF1000000000009")
        self._prepare_parcel(self._picking(main), NUMBER)
        self.assertEqual(self._picking(gift).carrier_tracking_ref, "SF1000000000009")
        self._picking(main).button_validate()
        self.assertEqual(self._picking(gift).state, "assigned")

    def test_a_gift_order_that_comes_late_gets_the_number(self):
        main, _none = self._pair(status=0)
        main._lift_holds({"gift"}, "pack it")
        main._release()
        self.env["pdd.order"]._cron_make()
        self._prepare_parcel(self._picking(main), NUMBER)
        self._happen(main, "gift_create")
        gift = self.env["pdd.order"].search([("gift_main_sn", "=", main.order_sn)])
        self.assertEqual(self._picking(gift).carrier_tracking_ref, NUMBER)

    def test_a_second_call_that_is_refused_names_the_way_out(self):
        main, gift = self._pair()
        picking = self._picking(main)
        self._prepare_parcel(picking, NUMBER)
        picking.button_validate()
        stranger = self.platform.order_maker.person(99)
        self._on_platform(
            gift
        ).receiver = stranger  # the platform finds the number used
        self._send_parcels()
        self.assertEqual(main.parcel_ids.state, "sent")
        self.assertEqual(gift.parcel_ids.state, "error")
        self.assertIn(gift.order_sn, gift.parcel_ids.error_message)
        self.assertIn(main.order_sn, gift.parcel_ids.error_message)
        self.assertIn("Shipping", gift.parcel_ids.error_message)
        self._picking(gift).carrier_tracking_ref = "SF1000000000002"
        self._send_parcels()
        self.assertEqual(self._on_platform(gift).tracking_number, "SF1000000000002")
        self.assertEqual(self._on_platform(main).tracking_number, NUMBER)

    def test_a_refund_asked_for_the_main_order_stops_the_gift_as_well(self):
        main, gift = self._pair()
        self._ask_refund(main)
        self.assertEqual((main.state, gift.state), ("held", "held"))
        with self.assertRaises(UserError):
            self._picking(gift).button_validate()

    def test_a_held_gift_stays_behind_and_its_main_order_goes(self):
        main, gift = self._pair()
        self._ask_refund(gift)
        self._prepare_parcel(self._picking(main), NUMBER)
        self._picking(main).button_validate()
        self.assertEqual(self._picking(main).state, "done")
        self.assertNotEqual(self._picking(gift).state, "done")
        self._send_parcels()
        self.assertEqual(self._on_platform(gift).order_status, 1)

    def test_what_is_sold_and_not_made_counts_once(self):
        Level = self.env["pdd.stock.level"]
        before = Level._get_sold()
        main, gift = self._pair(risk=True)
        self.assertFalse(main.sale_order_id)
        after = Level._get_sold()
        company = self.shop.company_id.id
        for sku, pieces in (
            (self.bought, 1),
            (self.given, 0 if gift.sale_order_id else 2),
        ):
            key = (company, sku.product_id.id)
            self.assertEqual(after.get(key, 0) - before.get(key, 0), pieces)

    def test_a_waybill_asked_for_the_gift_is_the_main_orders(self):
        main, gift = self._pair()
        lead = self._picking(gift)._get_pdd_leading_picking()
        self.assertEqual(lead, self._picking(main))
        self.shop.gift_parcel_policy = "apart"
        lead = self._picking(gift)._get_pdd_leading_picking()
        self.assertEqual(lead, self._picking(gift))
