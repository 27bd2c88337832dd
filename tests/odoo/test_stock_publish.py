# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo import fields
from odoo.addons.pdd_connector_stock.models.pdd_stock_publication_send import (
    BATCH,
    CLAIM_QUERY,
)
from odoo.tests import new_test_user, tagged

from .stock_common import PddStockCase

INCREMENTS = "pdd.order.number.list.increment.get"


@tagged("post_install", "-at_install")
class TestStockPublish(PddStockCase):
    def test_products_made_of_skus_are_tracked_and_told(self):
        self.product.default_code = "elsewhere"
        self.sku.product_id = False
        self.env["pdd.sku.create.product"].create(
            {"sku_ids": self.sku.ids}
        ).action_create()
        product = self.sku.product_id
        self.assertTrue(product - self.product)
        self._stock(7, product)
        self._run()
        self.assertEqual(self._shown(), 7)

    def test_a_receipt_raises_and_a_sale_elsewhere_lowers_what_the_shop_offers(self):
        self._stock(40)
        self._run()
        self.assertEqual(self._shown(), 40)
        self.assertEqual(self.sku.published_qty, 40)
        self._sell(3)
        self._run()
        self.assertEqual(self._shown(), 37)
        self.assertRecordValues(self._last(), [{"state": "sent", "quantity": 37}])

    def test_the_platforms_own_sale_needs_no_call(self):
        self._stock(40)
        self._run()
        calls = len(self._calls())
        self._buy(2)
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual(self._shown(), 38)
        self.assertEqual(len(self._calls()), calls)
        level = self.sku.stock_level_ids
        self.assertRecordValues(level, [{"target_qty": 38, "drift_qty": 0}])

    def test_sales_that_the_list_read_last_does_not_show_are_no_drift(self):
        self._stock(40)
        self._run()
        level = self.sku.stock_level_ids
        level.sold_total += 3
        for shown, drift in ((40, 0), (37, 0), (36, -1), (42, 2)):
            self.sku.platform_qty = shown
            level.invalidate_recordset(["drift_qty"])
            self.assertEqual(level.drift_qty, drift, shown)

    def test_the_button_publishes_a_shop_that_has_no_rule_yet(self):
        self.rule.unlink()
        self.shop.stock_brake_qty = 0
        for sku in self.skus - self.sku:
            self._stock(0, sku.product_id)
        self._stock(12)
        self.shop.action_publish_stock()
        self.assertTrue(self.shop.stock_rule_ids)
        self.assertEqual(self._shown(), 12)
        self.assertEqual({self._shown(sku) for sku in self.skus - self.sku}, {0})

    def test_a_sku_that_is_mapped_no_more_is_not_called_published(self):
        self._stock(12)
        self._run()
        level = self.sku.stock_level_ids
        self.sim.faults.add("http_5xx", api="pdd.goods.skus.get", times=-1)
        self._stock(15)
        self._run()
        self.assertEqual(self._last().state, "to_send")
        self.sim.faults.clear()
        product = self.sku.product_id
        self.sku.product_id = False
        self._run()
        self.assertRecordValues(level, [{"state": "unmapped", "target_qty": 0}])
        self.assertEqual(self._last().state, "superseded")
        self.assertEqual(self._shown(), 12)
        self.sku.product_id = product
        self._pass_time(minutes=5)
        self._run()
        self.assertRecordValues(level, [{"state": "ready", "target_qty": 15}])
        self.assertEqual(self._shown(), 15)
        self.sku.active = False
        self._run()
        self.assertEqual(level.state, "unmapped")

    def test_nothing_is_told_without_a_rule(self):
        self.rule.unlink()
        before = self._shown()
        self._stock(12)
        self._run()
        self.assertEqual(self._shown(), before)
        self.assertFalse(self._calls())

    def test_orders_are_read_before_anything_is_worked_out(self):
        self._stock(10)
        self._run()
        self._buy(4)
        self._pass_time(seconds=10)
        self._stock(20)
        self._run()
        self.assertEqual(self.shop.order_count, 1)
        self.assertEqual(self._shown(), 16)

    def test_a_held_order_is_kept_aside_until_it_is_made_and_after(self):
        self._stock(10)
        self._run()
        order = self._buy(3, risk=True)
        self.shop.action_sync_orders()
        self._stock(11)
        self._run()
        pdd_order = self.env["pdd.order"].search([("order_sn", "=", order.order_sn)])
        self.assertEqual(pdd_order.state, "held")
        self.assertEqual(self._shown(), 8)
        self.platform.event(order.order_sn, "risk_off")
        self.shop.action_sync_orders()
        self.assertEqual(pdd_order.state, "done")
        self._run()
        self.assertEqual(self._shown(), 8)

    def test_pieces_of_a_refunded_order_are_offered_again(self):
        self._stock(10)
        self._run()
        order = self._buy(3)
        self.shop.action_sync_orders()
        self.platform.event(order.order_sn, "refund_request")
        self.platform.event(order.order_sn, "refund_agree")
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual(self._shown(), 10)

    def test_an_order_whose_sales_order_is_cancelled_by_hand_stays_kept_aside(self):
        self._stock(10)
        self._run()
        order = self._buy(3)
        self.shop.action_sync_orders()
        pdd_order = self.env["pdd.order"].search([("order_sn", "=", order.order_sn)])
        pdd_order.sale_order_id._action_cancel()
        self._run()
        self.assertEqual(self._shown(), 7)
        pdd_order.sale_order_id.action_draft()
        self._stock(12)
        self._run()
        self.assertEqual(self._shown(), 9)

    def test_an_order_whose_transfer_is_cancelled_by_hand_stays_kept_aside(self):
        self._stock(10)
        self._run()
        order = self._buy(3)
        self.shop.action_sync_orders()
        pdd_order = self.env["pdd.order"].search([("order_sn", "=", order.order_sn)])
        sale_order = pdd_order.sale_order_id
        sale_order.picking_ids.action_cancel()
        self._stock(12)
        self._run()
        self.assertEqual(sale_order.state, "sale")
        self.assertEqual(self._shown(), 9)
        sale_order.order_line._action_launch_stock_rule()
        sale_order.picking_ids.move_ids.filtered(
            lambda move: move.state != "cancel"
        ).product_uom_qty = 1
        self._stock(13)
        self._run()
        self.assertEqual(self._shown(), 10)
        self.platform.event(order.order_sn, "ship")
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual(self._shown(), 12)

    def test_a_delivery_in_two_steps_is_promised_once(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._stock(10)
        self._run()
        self._buy(3)
        self.shop.action_sync_orders()
        sale_order = self.env["pdd.order"].search([], limit=1).sale_order_id
        self._stock(11)
        self._run()
        self.assertEqual(self._shown(), 8)
        pick = sale_order.picking_ids
        self.assertEqual(pick.picking_type_code, "internal")
        pick.button_validate()
        self._run()
        self.assertEqual(self._shown(), 8)
        ship = sale_order.picking_ids - pick
        self.assertEqual(ship.picking_type_code, "outgoing")
        ship.action_cancel()
        self.sku.action_publish_stock()
        self._run()
        self.assertEqual(self._shown(), 8)
        self.assertEqual(self.sku.stock_level_ids.sold_qty, 3)

    def test_a_sale_while_a_capped_quantity_is_told_is_filled_up_again(self):
        self.rule.cap_qty = 10
        self._stock(40)
        self._run()
        self.rule.cap_qty = 12
        real_call = type(self.shop)._call

        def buy_right_after(shop, api_name, /, **params):
            answer = real_call(shop, api_name, **params)
            if self._shown() == 12 and not self.shop.order_count:
                self._buy(2)
                self.shop.action_sync_orders()
                self.env["pdd.stock.level"]._compute_marked()
            return answer

        with patch.object(type(self.shop), "_call", buy_right_after):
            self.env["pdd.stock.publication"]._publish(self.shop)
        self._run()
        self.assertEqual(self._shown(), 12)

    def test_a_promised_piece_that_is_not_reserved_is_not_offered(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        self._stock(10)
        self._sell(4)
        self._run()
        self.assertEqual(self._shown(), 6)
        inputs = self._last().inputs["parts"][0]
        self.assertEqual(inputs["reserved"], 0)
        self.assertEqual(inputs["promised"], 4)

    def test_a_stopped_sku_is_left_alone_until_it_is_resumed(self):
        self._stock(10)
        self._run()
        self.sku.action_toggle_stock_stop()
        self._stock(5)
        self._run()
        self.assertEqual(self._shown(), 10)
        self.assertEqual(self.sku.stock_level_ids.state, "stopped")
        self.sku.action_toggle_stock_stop()
        self._run()
        self.assertEqual(self._shown(), 5)

    def test_a_shop_that_is_resumed_is_asked_what_it_shows(self):
        self._stock(5)
        self._run()
        self.shop.stock_publish = False
        self._run()
        self._on_platform().quantity = 500
        self.shop.stock_publish = True
        self._run()
        self.assertEqual(self._shown(), 5)

    def test_a_sku_that_is_listed_again_is_asked_what_it_shows(self):
        self._stock(5)
        self._run()
        for vals in ({"active": False}, {"product_id": False}):
            with self.subTest(vals):
                former = self.sku.read([*vals], load=False)[0]
                self.sku.write(vals)
                self._run()
                self._on_platform().quantity = 500
                self.sku.write({name: former[name] for name in vals})
                self._run()
                self.assertEqual(self._shown(), 5)

    def test_a_switch_stops_the_whole_shop(self):
        self._stock(10)
        self._run()
        self.shop.stock_publish = False
        self._stock(5)
        self._run()
        self.assertEqual(self._shown(), 10)
        self.shop.stock_publish = True
        self._run()
        self.assertEqual(self._shown(), 5)

    def _empty_much_of_the_shop(self):
        for sku in self.skus:
            self._stock(9, sku.product_id)
        self._run()
        self.shop.stock_brake = 5
        self.rule.safety_qty = 100
        self._run()

    def test_what_would_empty_much_of_the_shop_waits_for_a_person(self):
        self._empty_much_of_the_shop()
        self.assertEqual({self._shown(sku) for sku in self.skus}, {9})
        held = self.env["pdd.stock.publication"].search([("state", "=", "held")])
        self.assertEqual(held.sku_id, self.skus)
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_brake")])
        self.assertEqual(issue.state, "open")
        held.action_approve()
        self._run()
        self.assertEqual({self._shown(sku) for sku in self.skus}, {0})
        self.assertEqual(issue.state, "solved")

    def test_the_brakes_alarm_ends_when_nothing_is_held_any_more(self):
        self._empty_much_of_the_shop()
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_brake")])
        self.assertEqual(issue.state, "open")
        self.rule.safety_qty = 0
        self._run()
        self.assertFalse(self.shop.stock_held_count)
        self.assertEqual(issue.state, "solved")

    def test_the_brakes_alarm_ends_when_what_is_held_has_no_product_any_more(self):
        self._empty_much_of_the_shop()
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_brake")])
        self.skus.product_id = False
        self._run()
        self.assertFalse(self.shop.stock_held_count)
        self.assertEqual(issue.state, "solved")

    def test_what_was_rejected_does_not_go_out_at_night(self):
        self._empty_much_of_the_shop()
        self.env["pdd.stock.publication"].search(
            [("state", "=", "held")]
        ).action_reject()
        self.env["pdd.stock.level"]._cron_compare()
        self._run()
        self.assertEqual({self._shown(sku) for sku in self.skus}, {9})
        held = self.env["pdd.stock.publication"].search([("state", "=", "held")])
        self.assertEqual(held.sku_id, self.skus)

    def test_a_new_shop_whose_goods_are_counted_to_nothing_is_not_emptied_at_once(self):
        self.shop.stock_brake = 5
        for sku in self.skus:
            self._stock(0, sku.product_id)
        shown = {sku: self._shown(sku) for sku in self.skus}
        self.assertGreater(len([sku for sku in shown if shown[sku]]), 5)
        action = self.shop.action_publish_stock()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual({sku: self._shown(sku) for sku in self.skus}, shown)
        self.assertTrue(self.shop.stock_held_count)

    def test_only_a_managers_button_goes_past_the_brake(self):
        self._empty_much_of_the_shop()
        held = self.env["pdd.stock.publication"].search([("state", "=", "held")])
        for group, shown in (("user", 9), ("manager", 0)):
            with self.subTest(group):
                held.filtered(lambda row: row.state == "held").action_reject()
                person = new_test_user(
                    self.env, group, groups=f"pdd_connector.group_pdd_{group}"
                )
                self.skus.with_user(person).action_publish_stock()
                self._run()
                self.assertEqual({self._shown(sku) for sku in self.skus}, {shown})
                held = self.env["pdd.stock.publication"].search(
                    [("state", "=", "held")]
                )

    def test_what_waits_for_a_stopped_sku_makes_no_orders_be_read(self):
        self._stock(9)
        self._run()
        self.env["pdd.stock.publication"].create(
            {"sku_id": self.sku.id, "shop_id": self.shop.id, "state": "to_send"}
        )
        self.sku.stock_stop = True
        self._run()
        self.assertEqual(self._last().state, "to_send")
        self.shop.feed_ids.write({"last_run_date": False, "next_run_date": False})
        before = len(self.sim.journal.entries(INCREMENTS))
        self._run()
        self.assertEqual(len(self.sim.journal.entries(INCREMENTS)), before)
        self.sku.stock_stop = False
        self._run()
        self.assertGreater(len(self.sim.journal.entries(INCREMENTS)), before)

    def test_one_click_answers_why(self):
        self.rule.write({"share": 50, "safety_qty": 4})
        self._stock(80)
        self._sell(2)
        self._run()
        publication = self.env["pdd.stock.publication"].browse(
            self.sku.action_why()["res_id"]
        )
        self.assertEqual(publication.quantity, 37)
        self.assertEqual(publication.rule_id, self.rule)
        self.assertTrue(publication.sent_date >= publication.read_date)
        for text in ("Free: 78", "on hand 80", "reserved 2", "safety quantity 4", "50"):
            self.assertIn(text, publication.explanation)

    def test_the_document_and_the_operator_of_a_change_are_kept(self):
        self._stock(80)
        self._run()
        order = self._sell(2)
        self._run()
        publication = self._last()
        self.assertEqual(publication.cause, "move")
        self.assertEqual(publication.origin, order.picking_ids.name)
        self.assertEqual(publication.user_id, self.env.user)
        order.picking_ids.button_validate()
        self.env.flush_all()  # the log is a view of the database
        changes = self.env["pdd.stock.change"].search(
            [("product_id", "=", self.product.id)]
        )
        self.assertRecordValues(
            changes,
            [
                {"quantity": -2, "reason": "customer"},
                {"quantity": 80, "reason": "inventory"},
            ],
        )
        self.assertEqual(changes[0].reference, order.picking_ids.name)

    def test_only_the_newest_of_several_quantities_is_told(self):
        self._stock(10)
        self.env["pdd.stock.level"]._compute_marked()
        self._stock(11)
        self.env["pdd.stock.level"]._compute_marked()
        self._run()
        self.assertEqual(self._shown(), 11)
        rows = self.env["pdd.stock.publication"].search(
            [("sku_id", "=", self.sku.id)], order="id"
        )
        self.assertEqual(rows.mapped("state"), ["superseded", "sent"])
        self.assertEqual(len(self._calls_of(self.sku)), 1)

    def test_the_sku_closest_to_zero_goes_first(self):
        plenty, few, none = self.skus[:3]
        for sku, quantity in ((plenty, 50), (few, 2), (none, 30)):
            self._stock(quantity, sku.product_id)
        self._run()
        self.sim.journal.clear()
        self._sell(30, none.product_id)
        self._sell(5, plenty.product_id)
        self._sell(1, few.product_id)
        self._run()
        told = [call["params"]["sku_id"] for call in self._calls()]
        self.assertEqual(
            [str(sku_id) for sku_id in told], [none.sku_id, few.sku_id, plenty.sku_id]
        )

    def test_taking_the_first_of_many_does_not_read_the_others(self):
        """All of a shop is told for the first time; no statistics are there yet."""
        self.env.cr.execute(
            """
            WITH sku AS (
                INSERT INTO pdd_sku (shop_id, goods_id, sku_id)
                SELECT shop_id, goods_id, 'many-' || number
                  FROM pdd_sku, generate_series(1, 2000) number WHERE id = %s
             RETURNING id, shop_id)
            INSERT INTO pdd_stock_publication (shop_id, sku_id, state, quantity)
            SELECT shop_id, id, 'to_send', id %% 100 FROM sku
            """,
            [self.sku.id],
        )
        self.env.cr.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {CLAIM_QUERY}",
            {"shop": self.shop.id, "limit": BATCH},
        )
        ((plans,),) = self.env.cr.fetchall()
        self.assertLess(_count_rows(plans[0]["Plan"]), 500)

    def test_each_sku_of_one_product_follows_it(self):
        other = self.skus[1]
        other.product_id = self.product
        self._stock(10)
        self._run()
        self._buy(3)
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual(self._shown(), 7)
        self.assertEqual(self._shown(other), 7)

    def test_a_new_mapping_is_published(self):
        other = self.skus[1]
        self._stock(10, self.product)
        self._stock(0, other.product_id)
        self.shop.stock_brake_qty = 0
        self._run()
        self.assertEqual(self._shown(other), 0)
        other.product_id = self.product
        self._run()
        self.assertEqual(self._shown(other), 10)

    def test_a_forecast_counts_receipts_that_arrive_in_time(self):
        self.rule.write({"basis": "forecast", "forecast_days": 3})
        supplier = self.env.ref("stock.stock_location_suppliers")
        for quantity, days in ((5, 1), (7, 30)):
            move = self.env["stock.move"].create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": quantity,
                    "location_id": supplier.id,
                    "location_dest_id": self.warehouse.lot_stock_id.id,
                    "date": fields.Datetime.add(fields.Datetime.now(), days=days),
                }
            )
            move._action_confirm()
        self._stock(2)
        self._run()
        self.assertEqual(self._shown(), 7)


def _count_rows(node):
    """Return how many rows a node of a plan and those below it have touched."""
    removed = sum(
        count for key, count in node.items() if key.startswith("Rows Removed")
    )
    below = sum(_count_rows(child) for child in node.get("Plans", ()))
    return (node["Actual Rows"] + removed) * node["Actual Loops"] + below
