# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .parcel_common import ParcelCase


@tagged("post_install", "-at_install")
class TestParcelDeadline(ParcelCase):
    def _deadline(self, order):
        self.env.invalidate_all()
        return self.env["pdd.deadline"].search([("order_id", "=", order.id)])

    def _price(self, order, amount, hours=5):
        order.write(
            {
                "receivable_amount": amount,
                "last_ship_date": fields.Datetime.now() + timedelta(hours=hours),
            }
        )

    def test_the_penalty_follows_the_table(self):
        order = self._make_orders()
        for amount, penalty in ((20, 3), (299.99, 3), (300, 3), (2000, 20), (9000, 30)):
            self._price(order, amount)
            self.assertAlmostEqual(self._deadline(order).penalty_amount, penalty)

    def test_a_company_may_have_a_table_of_its_own(self):
        order = self._make_orders()
        self._price(order, 2000)
        self.env["pdd.penalty"].create(
            {
                "company_id": self.env.company.id,
                "min_amount": 100,
                "fixed_amount": 7,
            }
        )
        self.assertAlmostEqual(self._deadline(order).penalty_amount, 7)

    def test_orders_are_ranked_by_the_money_at_risk(self):
        orders = self._make_orders(4)
        for order, (amount, hours) in zip(
            orders, ((5000, 80), (20, 2), (2000, 20), (1000, -3)), strict=True
        ):
            self._price(order, amount, hours)
        ranked = self.env["pdd.deadline"].search([("order_id", "in", orders.ids)])
        self.assertEqual(
            ranked.order_id.ids,
            [orders[2].id, orders[3].id, orders[1].id, orders[0].id],
        )
        self.assertEqual(
            [round(amount) for amount in ranked.mapped("risk_amount")], [20, 10, 3, 0]
        )
        self.assertAlmostEqual(ranked[1].hours_left, -3, delta=0.1)

    def test_an_order_without_penalty_is_at_no_risk_and_comes_last(self):
        self.env["pdd.penalty"].search([("min_amount", "<", 300)]).unlink()
        free, dear = self._make_orders(2)
        self._price(free, 20, hours=2)
        self._price(dear, 2000, hours=20)
        ranked = self.env["pdd.deadline"].search(
            [("order_id", "in", [free.id, dear.id])]
        )
        self.assertEqual(ranked.order_id.ids, [dear.id, free.id])
        domain = [("order_id", "=", free.id), ("risk_amount", "=", 0)]
        self.assertEqual(self.env["pdd.deadline"].search_count(domain), 1)

    def test_the_obstacle_is_the_next_thing_to_clear(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        picking.do_unreserve()
        self.assertEqual(self._deadline(order).obstacle, "stock")
        picking.action_assign()
        self.assertEqual(self._deadline(order).obstacle, "carrier")
        self.assertEqual(self._deadline(order).action_open()["res_id"], picking.id)
        picking.carrier_id = self.sf
        self.assertEqual(self._deadline(order).obstacle, "label")
        picking.carrier_tracking_ref = "SF1"
        self.assertEqual(self._deadline(order).obstacle, "validate")
        picking.button_validate()
        self.assertEqual(self._deadline(order).obstacle, "tell")
        self._send_parcels()
        self.assertEqual(self._deadline(order).obstacle, "refused")
        self.assertEqual(self._deadline(order).action_open()["res_model"], "pdd.parcel")
        picking.carrier_tracking_ref = "SF1000000000001"
        self._send_parcels()
        self.assertFalse(self._deadline(order))

    def _ship_first_of(self, count):
        """Ship and tell one piece of an order; return the order and its backorder."""
        order = self._make_orders(items=[{"count": count}])
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, "SF1000000000001")
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self._send_parcels()
        return order, picking.backorder_ids

    def test_the_rest_of_an_order_stays_until_it_is_shipped_and_told(self):
        order, backorder = self._ship_first_of(3)
        self._price(order, 2000, hours=1)
        row = self._deadline(order)
        self.assertRecordValues(
            row,
            [
                {
                    "picking_id": backorder.id,
                    "obstacle": "label",
                    "is_rest": True,
                    "risk_amount": 0,
                    "will_miss": False,
                }
            ],
        )
        self.shop.action_sync_orders()
        self.assertEqual(order.order_status, 2)
        self.env.invalidate_all()
        self.assertEqual(self._deadline(order), row)
        self._prepare_parcel(backorder, "SF1")
        backorder.button_validate()
        self.assertEqual(self._deadline(order).obstacle, "tell")
        self._send_parcels()
        self.assertEqual(self._deadline(order).obstacle, "refused")
        opened = self._deadline(order).action_open()
        self.assertEqual(opened["res_id"], backorder.pdd_parcel_ids.id)
        backorder.carrier_tracking_ref = "SF1000000000002"
        self._send_parcels()
        self.assertFalse(self._deadline(order))

    def test_a_rest_that_is_cancelled_leaves_the_list(self):
        order, backorder = self._ship_first_of(2)
        self.assertTrue(self._deadline(order))
        backorder.action_cancel()
        self.assertFalse(self._deadline(order))

    def test_an_expected_return_is_nothing_to_ship(self):
        order = self._make_orders()
        self._ship(order)
        self._send_parcels()
        self._ask_refund(order)
        self.platform.event(order.order_sn, "return_agree")
        self._read_all()
        self.assertFalse(self._deadline(order))

    def test_a_step_before_the_last_needs_neither_carrier_nor_number(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._make_orders()
        pick = order.sale_order_id.picking_ids
        self.assertEqual(self._deadline(order).obstacle, "pick")
        self.assertEqual(self._deadline(order).action_open()["res_id"], pick.id)
        pick.button_validate()
        self.assertEqual(self._deadline(order).obstacle, "carrier")

    def test_held_orders_are_on_the_list_and_cancelled_ones_are_not(self):
        order = self._make_orders()
        self.platform.event(order.order_sn, "risk_on")
        self.shop.action_sync_orders()
        self.assertEqual(self._deadline(order).obstacle, "hold")
        self.platform.event(order.order_sn, "risk_off")
        self.platform.event(order.order_sn, "refund_request")
        self.platform.event(order.order_sn, "refund_agree")
        self.shop.action_sync_orders()
        self.assertFalse(self._deadline(order))

    def test_what_cannot_make_it_today_is_forecast(self):
        order = self._make_orders()
        self._price(order, 100, hours=-1)
        self.assertFalse(self._deadline(order).will_miss)
        order.sale_order_id.picking_ids.do_unreserve()
        self.assertTrue(self._deadline(order).will_miss)
        self._price(order, 100, hours=49)
        self.assertFalse(self._deadline(order).will_miss)

    def test_an_urging_buyer_is_shown(self):
        order = self._make_orders()
        self.platform.event(order.order_sn, "urge")
        self.shop.action_sync_orders()
        self.assertTrue(self._deadline(order).is_urged)

    def test_each_company_sees_its_own_orders(self):
        order = self._make_orders()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="stock.group_stock_user",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        Deadline = self.env["pdd.deadline"]
        domain = [("order_id", "=", order.id)]
        self.assertEqual(Deadline.with_user(worker).search_count(domain), 1)
        self.assertEqual(Deadline.with_user(stranger).search_count(domain), 0)
