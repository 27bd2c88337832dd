# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from itertools import pairwise

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .parcel_common import ParcelCase


@tagged("post_install", "-at_install")
class TestRefundStays(ParcelCase):
    """What was refunded and is still here stays here, however the transfer stands."""

    def _order_of(self, count=3, price=5000, **details):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        item = {"sku_id": sku.sku_id, "count": count, "price": price}
        return self._make_orders(items=[item], **details)

    def _refund(self, order, **details):
        self.sim.clock.advance(5)
        self.platform.event(order.order_sn, "refund_request", **details)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()

    def _open_moves(self, order):
        return order.sale_order_id.order_line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )

    def _leaves(self, order):
        """Validate all that can be validated; return how many pieces reach the buyer."""
        for _step in range(4):
            pickings = self._open_moves(order)._filter_to_buyer().picking_id
            if not pickings:
                break
            pickings.action_assign()
            for picking in pickings.filtered(lambda p: p.state == "assigned"):
                picking.button_validate()
        moves = order.sale_order_id.order_line.move_ids
        return sum(
            move.quantity
            for move in moves
            if move.state == "done" and move.location_dest_usage == "customer"
        )

    def _on_offer(self, product):
        stock = self.warehouse.lot_stock_id
        return self.env["stock.quant"]._get_available_quantity(product, stock)

    # --- pieces and money

    def test_a_piece_refunded_before_shipping_stays(self):
        order = self._order_of()
        self._refund(order, amount=5000, pieces=1)
        self.assertEqual(self._leaves(order), 2)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)

    def test_a_piece_refunded_before_the_first_reading_stays(self):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        item = {"sku_id": sku.sku_id, "count": 3, "price": 5000}
        order_sn = self.platform.create_order(items=[item]).order_sn
        self.platform.event(order_sn, "refund_request", amount=5000, pieces=1)
        self.platform.event(order_sn, "refund_agree")
        self._read_all()
        self.env["pdd.order"]._cron_make()
        order = self.env["pdd.order"].search([("order_sn", "=", order_sn)])
        self.assertEqual(order.state, "done")
        self.assertEqual(self._leaves(order), 2)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)

    def test_of_two_goods_the_one_paid_back_stays(self):
        skus = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=2)
        items = [
            {"sku_id": skus[0].sku_id, "count": 2, "price": 5000},
            {"sku_id": skus[1].sku_id, "count": 1, "price": 3000},
        ]
        order = self._make_orders(items=items)
        self._refund(order, amount=10000, line=0)
        self.assertEqual(order.line_ids.mapped("cut_quantity"), [2, 0])
        self.assertAlmostEqual(order.sale_order_id.amount_total, 30.0)
        self.assertEqual(self._leaves(order), 1)

    def test_a_refund_of_goods_and_postage_leaves_the_fees(self):
        order = self._order_of(
            count=1, price=15676, postage=600, service_fees=[("install_fee", 800)]
        )
        self._refund(order, amount=16776)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 3.0)
        self.assertAlmostEqual(order.entitled_amount, 3.0)
        self.assertEqual(self._leaves(order), 0)

    def test_a_refund_that_finds_no_place_holds_the_order(self):
        order = self._order_of(count=2)
        refund = self.env["pdd.refund"].create(
            {
                "shop_id": self.shop.id,
                "currency_id": self.shop.currency_id.id,
                "after_sales_id": "9001",
                "order_sn": order.order_sn,
                "order_id": order.id,
                "after_sales_type": 3,
                "after_sales_status": 10,
                "refund_amount": 90.0,
                "platform_sku_id": order.line_ids.sku_id.sku_id,
                "part_after_sales_type": 1,
                "part_after_sales_value": 2,
                "platform_update_date": order.platform_update_date,
            }
        )
        refund._after_status_change({})
        self.assertEqual(order.state, "held")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        change = order.change_ids.filtered(lambda c: c.kind == "refund")
        self.assertIn("10.00", change.reason)
        with self.assertRaises(UserError):
            change.action_apply()

    def test_a_refund_that_finds_no_place_is_seen_before_the_order_is_made(self):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        item = {"sku_id": sku.sku_id, "count": 2, "price": 5000}
        order_sn = self.platform.create_order(items=[item], risk=True).order_sn
        self.platform.event(order_sn, "refund_request", amount=9000, pieces=2)
        self.platform.event(order_sn, "refund_agree")
        self.platform.event(order_sn, "risk_off")
        self._read_all()
        self.env["pdd.order"]._cron_make()
        order = self.env["pdd.order"].search([("order_sn", "=", order_sn)])
        self.assertEqual(order.hold_reasons.code, "amount")
        self.assertIn("10.00", order.hold_detail)
        self.assertFalse(order.sale_order_id)

    def test_a_refund_is_not_taken_twice(self):
        order = self._order_of()
        self._refund(order, amount=5000, pieces=1)
        for _again in range(2):
            order.refund_ids._after_status_change({})
            order._after_status_change({})
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        self.assertEqual(self._leaves(order), 2)

    # --- however the transfer stands

    def test_of_a_printed_transfer(self):
        order = self._order_of()
        order.sale_order_id.picking_ids.do_print_picking()
        self._refund(order, amount=5000, pieces=1)
        self.assertEqual(len(order.sale_order_id.picking_ids), 1)
        self.assertEqual(self._leaves(order), 2)

    def test_of_a_transfer_whose_warehouse_ships_in_more_steps_now(self):
        order = self._order_of()
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._refund(order, amount=5000, pieces=1)
        self.assertEqual(len(order.sale_order_id.picking_ids), 1)
        self.assertEqual(self._leaves(order), 2)

    def _use_pull_chain(self):
        """Plan all steps at once, as databases of before Odoo 18 do."""
        route = self.warehouse.delivery_route_id
        route.rule_ids.action_archive()
        places = [
            self.warehouse.lot_stock_id,
            self.warehouse.wh_output_stock_loc_id,
            self.env.ref("stock.stock_location_customers"),
        ]
        types = [self.warehouse.pick_type_id, self.warehouse.out_type_id]
        for number, (source, target) in enumerate(pairwise(places)):
            self.env["stock.rule"].create(
                {
                    "name": f"step {number}",
                    "route_id": route.id,
                    "action": "pull",
                    "location_src_id": source.id,
                    "location_dest_id": target.id,
                    "picking_type_id": types[number].id,
                    "procure_method": "make_to_order" if number else "make_to_stock",
                    "warehouse_id": self.warehouse.id,
                    "company_id": self.warehouse.company_id.id,
                }
            )

    def _test_each_step(self, steps):
        product = self.products[:1]
        for done in range(steps):
            with self.subTest(done=done):
                order = self._order_of()
                product = order.line_ids.product_id
                before = self._on_offer(product)
                for _step in range(done):
                    picking = self._open_moves(order).picking_id.filtered(
                        lambda p: p.state == "assigned"
                    )
                    picking.button_validate()
                self._refund(order, amount=5000, pieces=1)
                self.assertEqual(self._leaves(order), 2)
                back = self._open_moves(order).picking_id
                if done:
                    back.button_validate()
                self.assertFalse(self._open_moves(order))
                # the order had reserved or moved three
                self.assertEqual(self._on_offer(product), before + 1)

    def test_at_each_step_of_three(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._test_each_step(3)

    def test_at_each_step_of_two_that_are_planned_at_once(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._use_pull_chain()
        self._test_each_step(2)

    def test_a_full_refund_after_packing_brings_all_back_to_the_shelf(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._order_of()
        product = order.line_ids.product_id
        for _step in range(2):
            self._open_moves(order).picking_id.button_validate()
        self._refund(order)
        back = self._open_moves(order).picking_id
        self.assertEqual(back.location_dest_id, self.warehouse.lot_stock_id)
        back.button_validate()
        self.assertEqual(self._on_offer(product), 1000)

    def test_a_chain_of_pulls_stops_at_its_first_step(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._use_pull_chain()
        order = self._order_of()
        self._ask_refund(order)
        for picking in self._open_moves(order).picking_id:
            self.assertTrue(picking.pdd_stop_reason)
            with self.assertRaises(UserError):
                picking.button_validate()

    def test_pieces_that_were_scanned_are_named_before_they_leave(self):
        order = self._order_of()
        picking = order.sale_order_id.picking_ids
        picking.move_ids.write({"quantity": 3, "picked": True})
        self._refund(order, amount=5000, pieces=1)
        self.assertEqual(picking.move_ids.product_uom_qty, 2)
        with self.assertRaises(UserError) as caught:
            picking.button_validate()
        self.assertIn("take out 1 ×", str(caught.exception))
        self.assertIn("take out 1 ×", picking.pdd_stop_reason)
        picking.move_ids.quantity = 2
        picking.button_validate()
        self.assertEqual(self._leaves(order), 2)

    def test_pieces_that_were_packed_are_named_before_they_leave(self):
        order = self._order_of()
        picking = order.sale_order_id.picking_ids
        picking.action_put_in_pack()
        self._refund(order, amount=5000, pieces=1)
        with self.assertRaises(UserError) as caught:
            picking.button_validate()
        self.assertIn("take out 1 ×", str(caught.exception))

    # --- split orders

    def _ship_one_of_three(self):
        order = self._order_of()
        picking = order.sale_order_id.picking_ids
        self._prepare_parcel(picking, "SF1000000000001")
        picking.move_ids.write({"quantity": 1, "picked": True})
        Form.from_action(self.env, picking.button_validate()).save().process()
        self._send_parcels()
        self._read_all()
        self.assertEqual(order.order_status, 2)
        return order

    def test_a_full_refund_keeps_the_rest_of_a_split_order(self):
        order = self._ship_one_of_three()
        self._refund(order)
        self.assertFalse(self._open_moves(order)._filter_to_buyer())
        self.assertEqual(self._leaves(order), 1)

    def test_a_refunded_piece_of_a_split_order_stays(self):
        order = self._ship_one_of_three()
        self._refund(order, amount=5000, pieces=1, kind=1)
        self.assertEqual(self._leaves(order), 2)

    def test_of_two_lines_of_the_same_goods_one_piece_stays(self):
        order = self._ship_one_of_three()
        self._refund(order, amount=5000, pieces=1, kind=1)
        line = order.line_ids
        twin = line.copy({"order_id": order.id, "sale_line_id": line.sale_line_id.id})
        staying = order._count_staying(order.refund_ids, line + twin)
        self.assertEqual(staying, 1)

    def test_a_returned_piece_of_a_split_order_is_the_one_that_left(self):
        order = self._ship_one_of_three()
        self._refund(order, amount=5000, pieces=1, kind=2)
        self.assertEqual(
            sum(self._open_moves(order)._filter_to_buyer().mapped("product_uom_qty")), 2
        )

    # --- shipped in Odoo, not sent to the platform yet

    def test_a_refund_after_validation_lowers_the_price_and_stops_no_order(self):
        order = self._order_of()
        self._ship(order)
        second = self._order_of()
        self.platform.event(second.order_sn, "refund_request")
        self.platform.event(second.order_sn, "refund_agree")
        self._refund(order, amount=5000, pieces=1)
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 3)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        self.assertTrue(order.refund_ids.case_ids)
        self.assertEqual(second.state, "cancelled")
        self.assertFalse(self.shop.feed_ids.filtered("last_error"))
        self.assertEqual(self._order_of().state, "done", "reading goes on")

    # --- locks and edits

    def test_a_lock_at_confirmation_lets_the_platform_through(self):
        self.env["res.config.settings"].create(
            {"group_auto_done_setting": True}
        ).execute()
        order, other = self._order_of(), self._order_of()
        self.assertTrue(order.sale_order_id.locked)
        self._refund(order, amount=5000, pieces=1)
        self._refund(other)
        self.assertTrue(order.sale_order_id.locked)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        self.assertEqual(self._leaves(order), 2)
        self.assertEqual(other.state, "cancelled")
        self.assertEqual(other.sale_order_id.state, "cancel")

    def test_a_lock_of_a_person_asks_and_stops_the_parcel(self):
        order = self._order_of()
        order.sale_order_id.action_lock()
        self._refund(order, amount=5000, pieces=1)
        change = order.change_ids.filtered(lambda c: c.kind == "refund")
        self.assertEqual(change.state, "asked")
        self.assertEqual(order.state, "held")
        with self.assertRaises(UserError):
            order.sale_order_id.picking_ids.button_validate()
        with self.assertRaises(UserError):
            change.action_apply()
        order.sale_order_id.action_unlock()
        change.action_apply()
        self.assertEqual(order.state, "done")
        self.assertEqual(self._leaves(order), 2)

    def _exchange_by_hand(self, order):
        """A person gives the buyer other goods of the same value."""
        line = order.sale_order_id.order_line
        other = self.products - line.product_id
        line.product_uom_qty = 0
        vals = {"product_id": other[0].id, "product_uom_qty": 3, "price_unit": 50}
        order.sale_order_id.order_line = [Command.create(vals)]
        return order.sale_order_id.order_line - line

    def test_a_refund_that_meets_exchanged_goods_asks_with_the_difference(self):
        order = self._order_of()
        added = self._exchange_by_hand(order)
        self._refund(order, amount=5000, pieces=1)
        change = order.change_ids.filtered(lambda c: c.kind == "refund")
        self.assertIn(added.product_id.display_name, change.reason)
        self.assertIn("0 ", change.reason)
        self.assertEqual(order.line_ids.sale_line_id.product_uom_qty, 0)
        self.assertEqual(order.hold_reasons.code, "decision")
        added.write({"product_uom_qty": 2, "price_unit": 50})
        change.action_ignore()
        self.assertEqual(order.state, "done")
        self.assertAlmostEqual(order.entitled_amount, 100.0)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
        self.assertEqual(order.line_ids.sale_line_id.product_uom_qty, 0)
        self._read_all()
        self.assertEqual(order.state, "done", "it is asked once")

    def test_an_edit_that_was_taken_back_lets_the_refund_through(self):
        order = self._order_of()
        order.sale_order_id.order_line.price_unit = 40
        self._refund(order, amount=5000, pieces=1)
        self.assertEqual(order.state, "held")
        order.sale_order_id.order_line.price_unit = 50
        order.action_retry()
        self.assertEqual(order.state, "done")
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)

    def test_a_quantity_that_a_person_changes_keeps_the_price(self):
        order = self._order_of()
        order.sale_order_id.order_line.product_uom_qty = 2
        self.assertAlmostEqual(order.sale_order_id.order_line.price_unit, 50.0)
        order.sale_order_id.order_line.product_uom_qty = 4
        self.assertAlmostEqual(order.sale_order_id.amount_total, 200.0)

    def test_a_pricelist_with_discounts_changes_no_amount(self):
        self.env["res.config.settings"].create(
            {"group_discount_per_so_line": True, "group_product_pricelist": True}
        ).execute()
        self.shop.pricelist_id = self.env["product.pricelist"].create(
            {
                "name": "Ten percent",
                "currency_id": self.shop.currency_id.id,
                "item_ids": [
                    Command.create({"compute_price": "percentage", "percent_price": 10})
                ],
            }
        )
        order = self._order_of()
        self._refund(order, amount=5000, pieces=1)
        self.assertAlmostEqual(order.sale_order_id.amount_total, 100.0)
