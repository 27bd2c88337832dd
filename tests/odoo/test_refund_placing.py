# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo.addons.pdd_connector.placing import Goods, place
from odoo.tests import BaseCase, tagged


def goods(*rows):
    """Return lines: (money, pieces, is_named, is_gift)."""
    return [
        Goods(key, Decimal(str(money)), pieces, is_named, is_gift)
        for key, (money, pieces, is_named, is_gift) in enumerate(rows)
    ]


@tagged("post_install", "-at_install")
class TestRefundPlacing(BaseCase):
    """What a refund before shipping takes off an order, in the stated order."""

    def _place(self, amount, pieces, rows, fees=0):
        return place(Decimal(str(amount)), pieces, goods(*rows), Decimal(str(fees)))

    def test_more_than_the_goods_is_taken_off_postage_and_fees(self):
        placement = self._place(167.76, 0, [(156.76, 1, True, False)], fees=14)
        self.assertEqual(placement.money, {0: Decimal("156.76")})
        self.assertEqual(placement.fees, Decimal("11.00"))
        self.assertEqual(placement.pieces, {0: 1}, "paid back in full, it stays here")
        self.assertTrue(placement.is_complete)

    def test_more_than_the_named_goods_is_taken_off_the_others(self):
        rows = [(50, 1, True, False), (30, 1, False, False)]
        placement = self._place(56, 0, rows, fees=6)
        self.assertEqual(placement.money, {0: Decimal(50), 1: Decimal(6)})
        self.assertEqual((placement.fees, placement.pieces), (0, {0: 1}))

    def test_the_price_of_all_pieces_keeps_all_pieces(self):
        placement = self._place(100, 0, [(100, 2, True, False), (30, 1, False, False)])
        self.assertEqual(placement.pieces, {0: 2})

    def test_a_discount_keeps_no_pieces(self):
        placement = self._place(25, 0, [(100, 2, True, False)])
        self.assertEqual(placement.pieces, {})
        self.assertEqual(placement.money, {0: Decimal(25)})

    def test_named_pieces_are_taken_from_lines_of_the_same_goods_in_turn(self):
        rows = [(50, 1, True, False), (150, 3, True, False)]
        placement = self._place(150, 3, rows)
        self.assertEqual(placement.pieces, {0: 1, 1: 2})

    def test_gifts_stay_with_the_last_of_the_goods(self):
        rows = [(50, 1, True, False), (0, 1, False, True)]
        self.assertEqual(self._place(50, 0, rows, fees=6).pieces, {0: 1, 1: 1})
        self.assertEqual(self._place(20, 0, rows, fees=6).pieces, {})

    def test_what_exceeds_the_order_finds_no_place(self):
        placement = self._place(70, 0, [(50, 1, True, False)], fees=6)
        self.assertEqual(placement.rest, Decimal(14))
        self.assertFalse(placement.is_complete)

    def test_pieces_whose_price_stays_are_a_question(self):
        placement = self._place(90, 2, [(100, 2, True, False)])
        self.assertEqual(placement.stuck, Decimal(10))
        self.assertFalse(placement.is_complete)

    def test_a_refund_that_names_no_goods_is_spread_over_all(self):
        rows = [(60, 1, False, False), (30, 1, False, False)]
        placement = self._place(9, 0, rows)
        self.assertEqual(placement.money, {0: Decimal(6), 1: Decimal(3)})

    def test_a_fen_of_rounding_is_carried_by_what_stays(self):
        rows = [(100, 2, True, False), (30, 1, False, False)]
        placement = self._place(99.99, 2, rows)
        self.assertEqual(placement.money, {0: Decimal(100), 1: Decimal("-0.01")})
        self.assertTrue(placement.is_complete)
