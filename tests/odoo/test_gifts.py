# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gifts in the parcel of their order, and gifts that are orders of their own."""

from odoo.tests import tagged

from .common import PddCase, upgrade

DETAIL = "pdd.order.information.get"


class GiftCase(PddCase):
    """Two SKUs: what is bought, and what is given."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        skus = self.env["pdd.sku"].search([("product_id", "!=", False)])
        self.bought = skus[0]
        self.given = skus.filtered(lambda s: s.product_id != self.bought.product_id)[0]

    def _main(self, status, **details):
        gifts = [{"sku_id": self.given.sku_id, "count": 2}]
        items = [{"sku_id": self.bought.sku_id, "count": 1, "price": 5000}]
        return self._order(items=items, gift_status=status, gifts=gifts, **details)

    def _gift(self, main):
        return self.env["pdd.order"].search([("gift_main_sn", "=", main.order_sn)])

    def _pieces(self, order):
        """Return what the sales order delivers."""
        return {
            line.product_id: line.product_uom_qty
            for line in order.sale_order_id.order_line
            if line.product_uom_qty
        }


@tagged("post_install", "-at_install")
class TestGifts(GiftCase):
    def test_a_created_gift_order_ships_the_gift_and_its_main_order_does_not(self):
        main = self._main(1)
        gift = self._gift(main)
        self.assertEqual(self._pieces(main), {self.bought.product_id: 1})
        self.assertEqual(self._pieces(gift), {self.given.product_id: 2})
        self.assertEqual((main.state, gift.state), ("done", "done"))
        self.assertEqual(gift.related_order_id, main)
        self.assertEqual(main.gift_order_ids, gift)
        self.assertFalse(gift.related_order_sn)
        self.assertTrue(gift._is_fulfilable())

    def test_a_gift_order_costs_nothing_and_keeps_its_tax(self):
        main = self._main(1)
        sale_order = self._gift(main).sale_order_id
        self.assertEqual(sale_order.amount_total, 0.0)
        self.assertEqual(sale_order.amount_tax, 0.0)
        taxes = sale_order.order_line.tax_ids
        self.assertEqual(taxes, main.sale_order_id.order_line.tax_ids)

    def test_a_priced_gift_order_is_discounted_to_nothing(self):
        self.platform.settings.gift_order_priced = True
        gift = self._gift(self._main(1))
        self.assertEqual(gift.state, "done")
        self.assertEqual(gift.sale_order_id.amount_total, 0.0)
        self.assertTrue(gift.line_ids.price_unit)

    def test_the_price_of_a_gift_order_without_amount_only_informs(self):
        gift = self._gift(self._main(1))
        items = [{**gift.payload["item_list"][0], "goods_price": "9.90"}]
        row = {**gift.payload, "item_list": items, "order_sn": "260601-000000000000091"}
        other = self.env["pdd.order"]._intake(self.shop, [row])
        other._make()
        self.assertEqual(other.state, "done")

    def test_a_gift_waits_for_its_order_to_be_created(self):
        main = self._main(0)
        self.assertEqual(main.hold_reasons.code, "gift")
        self._happen(main, "gift_create")
        self.assertEqual(main.state, "done")
        self.assertEqual(self._pieces(main), {self.bought.product_id: 1})
        self.assertEqual(self._pieces(self._gift(main)), {self.given.product_id: 2})

    def test_a_gift_order_that_failed_puts_the_gift_into_the_main_parcel(self):
        main = self._main(0)
        self._happen(main, "gift_create", failed=True)
        self.assertEqual(
            self._pieces(main), {self.bought.product_id: 1, self.given.product_id: 2}
        )
        self.assertEqual(main.sale_order_id.amount_total, 50.0)
        self.assertFalse(self._gift(main))

    def test_without_a_gift_nothing_waits_for_status_0(self):
        order = self._order(gift_status=0)
        self.assertEqual(order.state, "done")

    def test_a_status_nobody_knows_holds(self):
        main = self._main(1)
        row = {**main.payload, "gift_order_status": 7}
        row["order_sn"] = "260601-000000000000092"
        other = self.env["pdd.order"]._intake(self.shop, [row])
        other._make()
        self.assertEqual(other.hold_reasons.code, "status")
        self.assertIn("7", other.hold_detail)

    def test_a_hold_that_was_lifted_stays_lifted(self):
        main = self._main(0)
        main._lift_holds({"gift"}, "ship it")
        main._release()
        self.env["pdd.order"]._cron_make()
        self.assertEqual(main.state, "done")
        self._happen(main, "memo", text="quick")
        self.assertEqual(main.state, "done")

    def test_a_gift_order_that_is_not_here_is_asked_for_by_its_number(self):
        main = self._main(1)
        gift_sn = main._get_gift_sns()[0]
        row = {**main.payload, "order_sn": "260601-000000000000093"}
        self._gift(main).sale_order_id._action_cancel()
        self.env.cr.execute(
            "UPDATE pdd_order SET order_sn = 'gone' WHERE order_sn = %s", [gift_sn]
        )
        self.env.invalidate_all()
        self.env["pdd.order"]._intake(self.shop, [row])
        lookup = self.env["pdd.order.lookup"].search([])
        self.assertEqual(lookup.order_sn, gift_sn)
        asked = len(self.sim.journal.entries(DETAIL))
        self.shop.action_sync_orders()
        self.assertEqual(len(self.sim.journal.entries(DETAIL)), asked + 1)
        found = self.env["pdd.order"].search([("order_sn", "=", gift_sn)])
        self.assertEqual(found.gift_main_sn, main.order_sn)

    def test_a_gift_order_that_never_comes_is_trouble_until_it_does(self):
        main = self._main(1)
        lookup = self.env["pdd.order.lookup"].create(
            {"shop_id": self.shop.id, "order_sn": "x-1", "main_sn": main.order_sn}
        )
        lookup._give_up()
        issue = self.env["pdd.issue"].search([("cause", "=", "gift")])
        self.assertIn(main.order_sn, issue.name)
        row = {**self._gift(main).payload, "order_sn": "x-1"}
        self.env["pdd.order"]._intake(self.shop, [row])
        self.assertEqual(issue.state, "solved")

    def test_a_refund_of_the_main_order_holds_the_gift(self):
        main = self._main(1)
        gift = self._gift(main)
        self._happen(main, "refund_request")
        self.assertEqual(gift.hold_reasons.code, "gift_main")
        self.assertIn(main.order_sn, gift.hold_detail)
        self._happen(main, "refund_withdraw")
        self.assertEqual((main.state, gift.state), ("done", "done"))
        self._happen(main, "refund_reopen")
        self._happen(main, "refund_agree")
        self.shop.action_sync_refunds()
        self.assertEqual((main.state, gift.state), ("cancelled", "held"))
        gift._lift_holds({"gift_main"}, "the buyer keeps it")
        gift._review_after_sales()
        self.assertEqual(gift.state, "done")

    def test_a_refund_of_the_main_order_before_the_gift_is_made_holds_it(self):
        main = self._main(0)
        self._happen(main, "refund_request")
        self._happen(main, "gift_create")
        gift = self._gift(main)
        self.assertEqual(gift.hold_reasons.code, "gift_main")
        self.assertFalse(gift.sale_order_id)
        self._happen(main, "refund_withdraw")
        self.assertEqual(gift.state, "done")

    def test_a_shop_may_ship_gifts_of_refunded_orders(self):
        self.shop.gift_refund_policy = "ship"
        main = self._main(1)
        self._happen(main, "refund_request")
        self._happen(main, "refund_agree")
        self.shop.action_sync_refunds()
        self.assertEqual((main.state, self._gift(main).state), ("cancelled", "done"))

    def test_a_refund_of_the_gift_order_leaves_the_main_order(self):
        main = self._main(1)
        gift = self._gift(main)
        self._happen(gift, "refund_request")
        self.assertEqual((main.state, gift.state), ("done", "held"))
        self._happen(gift, "refund_agree")
        self.shop.action_sync_refunds()
        self.assertEqual((main.state, gift.state), ("done", "cancelled"))
        self.assertEqual(gift.sale_order_id.state, "cancel")

    def test_only_a_price_difference_has_nothing_to_ship(self):
        main = self._main(1)
        items = [{"sku_id": self.bought.sku_id, "count": 1, "price": 100}]
        difference = self._order(items=items, related=[(3, main.order_sn)])
        surcharge = self._order(items=items, additional_origin=main.order_sn)
        for order in difference + surcharge:
            self.assertEqual(order.related_order_sn, main.order_sn)
            self.assertFalse(order.gift_main_sn)
            self.assertFalse(order._is_fulfilable())


@tagged("post_install", "-at_install")
class TestGiftsOfEarlierVersions(GiftCase):
    """Made with the gift in the main order, and the gift order as a difference."""

    def setUp(self):
        super().setUp()
        self.main = self._main(2)
        gift_sn = self.platform.find_order(self.main.order_sn).gifts[0][0]
        theirs = self.platform.find_order(self.main.order_sn)
        theirs.gift_status = 1
        self.platform.create_gift_orders(theirs, self.platform.clock.now())
        row = self.shop._call(DETAIL, order_sn=gift_sn)["order_info"]
        as_difference = [{"relation_type": 3, "order_sn": self.main.order_sn}]
        self.gift = self.env["pdd.order"]._intake(
            self.shop, [{**row, "related_order_list": as_difference}]
        )
        self.gift._make()
        self.gift.payload = row
        self.main.payload = {**self.main.payload, "gift_order_status": 1}
        self.assertEqual(len(self._pieces(self.main)), 2)
        product = self.shop.difference_product_id
        self.assertEqual(self.gift.sale_order_id.order_line.product_id, product)

    def _upgrade(self):
        upgrade(self.env, "pdd_connector", "post-gift_orders")
        self.env["pdd.order"]._cron_make()
        self.env["pdd.order"]._cron_make()

    def _issues(self):
        return self.env["pdd.issue"].search([("cause", "=", "gift")])

    def test_what_has_not_left_is_put_right(self):
        former = self.gift.sale_order_id
        self._upgrade()
        self.assertEqual(self._pieces(self.main), {self.bought.product_id: 1})
        self.assertEqual(former.state, "cancel")
        self.assertEqual(self._pieces(self.gift), {self.given.product_id: 2})
        self.assertEqual(self.gift.gift_main_sn, self.main.order_sn)
        self.assertFalse(self.main.line_ids.filtered("is_gift"))
        self.assertFalse(self._issues())

    def test_what_has_left_is_shown(self):
        self.main.sale_order_id.order_line.filtered(
            lambda line: line.product_id == self.given.product_id
        ).product_uom_qty = 1
        self._upgrade()
        issue = self._issues()
        self.assertIn(self.main.order_sn, issue.name)
        self.assertIn(self.gift.order_sn, issue.name)
        self.assertEqual(len(self._pieces(self.main)), 2, "it stays what it was")
        self._happen(self.gift, "memo", text="quick")
        self.assertEqual(issue.state, "open")
        self._happen(self.gift, "ship")
        self.assertEqual(issue.state, "solved")

    def test_what_is_not_made_yet_is_made_by_the_new_rule(self):
        self.gift.sale_order_id._action_cancel()
        self.gift.write({"sale_order_id": False, "state": "error"})
        self._upgrade()
        self.assertEqual(self._pieces(self.gift), {self.given.product_id: 2})

    def test_a_price_difference_stays_one(self):
        items = [{"sku_id": self.bought.sku_id, "count": 1, "price": 100}]
        order = self._order(items=items, related=[(3, self.main.order_sn)])
        sale_order = order.sale_order_id
        self._upgrade()
        self.assertEqual(order.sale_order_id, sale_order)
        self.assertEqual(order.related_order_sn, self.main.order_sn)

    def test_a_gift_order_created_after_the_main_order_was_made(self):
        other = self._main(2)
        row = {**other.payload, "gift_order_status": 1}
        row["updated_at"] = row["confirm_time"]
        other.platform_update_date = False
        self.env["pdd.order"]._intake(self.shop, [row])
        self.env["pdd.order"]._cron_make()
        self.assertEqual(self._pieces(other), {self.bought.product_id: 1})
