# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A forecast and what buyers send back: it counts when it is here."""

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .parcel_common import ParcelCase
from .stock_common import PddStockCase


@tagged("post_install", "-at_install")
class TestForecastOfReturns(PddStockCase):
    def setUp(self):
        super().setUp()
        self.shop.stock_brake_qty = 0
        self.rule.write({"basis": "forecast", "forecast_days": 3})
        self._stock(5)
        order = self._sell(5)
        self.delivery = order.picking_ids
        self.delivery.move_ids.picked = True
        self.delivery.button_validate()
        self._run()
        self.assertEqual(self._shown(), 0)

    def _return(self):
        """Agree to a return by Odoo's own wizard."""
        lines = [
            Command.create(
                {
                    "product_id": move.product_id.id,
                    "move_id": move.id,
                    "quantity": move.quantity,
                }
            )
            for move in self.delivery.move_ids
        ]
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.delivery.id, "product_return_moves": lines}
        )
        return wizard._create_return()

    def _receipt(self, source):
        """Plan a receipt of four pieces by hand."""
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 4,
                "location_id": source.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "date": fields.Datetime.now(),
            }
        )
        move._action_confirm()
        return move

    def test_a_return_that_is_agreed_is_not_offered_before_it_is_here(self):
        back = self._return()
        self._run()
        self.assertEqual(self._shown(), 0)
        back.move_ids.picked = True
        back.button_validate()
        self._run()
        self.assertEqual(self._shown(), 5)

    def test_a_rule_may_count_returns_that_are_agreed(self):
        self._return()
        self.rule.count_returns = True
        self._run()
        self.assertEqual(self._shown(), 5)
        self.rule.count_returns = False
        self._run()
        self.assertEqual(self._shown(), 0)

    def test_a_refused_parcel_on_its_way_back_is_not_offered(self):
        self._receipt(self.env.ref("stock.stock_location_customers"))
        self._run()
        self.assertEqual(self._shown(), 0)

    def test_what_a_vendor_brings_is_offered_as_before(self):
        self._receipt(self.env.ref("stock.stock_location_suppliers"))
        self._run()
        self.assertEqual(self._shown(), 4)


@tagged("post_install", "-at_install")
class TestForecastOfCases(ParcelCase):
    def test_the_receipt_that_a_case_expects_is_not_offered(self):
        self.env["pdd.stock.rule"].create(
            {"shop_id": self.shop.id, "basis": "forecast", "forecast_days": 30}
        )
        order = self._make_orders()
        self._ship(order)
        self._send_parcels()
        product = order.line_ids.sku_id.product_id
        facts = self.env["pdd.stock.level"]._get_facts(product_ids=product.ids)
        before = self._get_quantities(facts)
        self._ask_refund(order)
        self.platform.event(order.order_sn, "return_agree")
        self._read_all()
        self.assertTrue(order.refund_ids.case_ids.return_picking_ids)
        self.assertEqual(self._get_quantities(facts), before)

    def _get_quantities(self, facts):
        results = self.env["pdd.stock.level"]._get_results(facts)
        return {sku_id: result.quantity for sku_id, result in results.items()}
