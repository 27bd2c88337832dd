# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SKUs whose products nobody has counted, and single SKUs that fall from much to nothing."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .stock_common import PddStockCase


class OpeningCase(PddStockCase):
    """The SKU shows 461 pieces; its product is not there yet, or was never counted."""

    def setUp(self):
        super().setUp()
        self._on_platform().quantity = 461
        self.sku.platform_qty = 461
        self.env.cr.commit()

    @property
    def state(self):
        return self.sku.stock_level_ids.state

    def _unmap(self, sku=None):
        """Take the product of a SKU away, so that nothing has its code."""
        sku = sku or self.sku
        product = sku.product_id
        product.default_code = f"elsewhere-{product.id}"
        sku.product_id = False
        self._run()
        return product

    def _confirm(self, skus=None, user=None, **vals):
        skus = skus or self.sku
        wizard = self.env["pdd.sku.opening"].with_context(active_ids=skus.ids)
        if user:
            wizard = wizard.with_user(user)
        wizard = wizard.create({"sku_ids": skus.ids, **vals})
        wizard.action_confirm()
        return wizard

    def _assert_left_alone(self, shown=461):
        self._run()
        self._run()
        self.assertEqual(self._shown(), shown)
        self.assertEqual(self.state, "uncounted")

    def _user(self, *groups):
        return new_test_user(
            self.env,
            f"user {groups}",
            groups=",".join(("pdd_connector.group_pdd_user", *groups)),
        )


@tagged("post_install", "-at_install")
class TestUncounted(OpeningCase):
    def _issue(self):
        return self.env["pdd.issue"].search([("cause", "=", "stock_opening")])

    def test_creating_the_product_of_an_unmapped_sku_empties_nothing(self):
        self._unmap()
        self._buy(24)
        self.shop.action_sync_orders()
        order = self.env["pdd.order"].search([], limit=1)
        self.assertEqual(order.state, "held")
        self.env["pdd.sku.create.product"].create(
            {"sku_ids": self.sku.ids}
        ).action_create()
        self.shop.action_sync_orders()
        self.assertEqual(order.state, "done")
        self._assert_left_alone(461 - 24)
        self.assertFalse(self._calls())
        self.assertEqual(self.sku.stock_level_ids.free_qty, -24)

    def test_it_is_said_what_is_to_be_confirmed_until_it_is(self):
        self._assert_left_alone()
        issue = self._issue()
        self.assertEqual(issue.state, "open")
        self.assertEqual(issue.shop_id, self.shop)
        action = issue.action_fix()
        self.assertIn("search_default_uncounted", str(action["context"]))
        with self.assertRaisesRegex(UserError, "Confirm its opening quantity"):
            self.sku.action_why()
        self._confirm(self.skus, basis="zero")
        self.shop.stock_brake = 0
        self._run()
        self.assertEqual(issue.state, "solved")

    def test_a_confirmed_zero_is_published_with_its_cause_and_its_user(self):
        self._assert_left_alone()
        clerk = self._user()
        self._confirm(user=clerk, basis="zero")
        self._run()
        self.assertEqual(self._shown(), 0)
        self.assertRecordValues(
            self._last(), [{"cause": "opening", "user_id": clerk.id, "state": "sent"}]
        )

    def test_a_confirmed_quantity_is_a_count_and_is_published(self):
        self._buy(24)
        self.shop.action_sync_orders()
        wizard = self._confirm(basis="platform")
        self.assertEqual(wizard.warehouse_id, self.warehouse)
        self._run()
        # the list of goods showed 461 before the 24 were sold
        self.assertEqual(self.product.qty_available, 461 + 24)
        self.assertEqual(self._last().cause, "opening")
        move = self.env["stock.move"].search(
            [("product_id", "=", self.product.id), ("is_inventory", "=", True)]
        )
        self.assertEqual(move.product_uom_qty, 485)

    def test_typed_quantities_are_proposed_and_may_be_changed(self):
        wizard = (
            self.env["pdd.sku.opening"]
            .with_context(active_ids=self.skus[:2].ids)
            .create({})
        )
        line = wizard.line_ids.filtered(lambda line: line.product_id == self.product)
        self.assertEqual((line.shown_qty, line.quantity), (461, 461))
        line.quantity = 450
        wizard.action_confirm()
        self._run()
        self.assertEqual(self._shown(), 450)

    def test_the_wizard_that_creates_products_confirms_them(self):
        for basis, shown in (("zero", 0), ("platform", 461), ("later", 461)):
            with self.subTest(basis):
                self._unmap()
                self._on_platform().quantity = self.sku.platform_qty = 461
                self.env["pdd.sku.create.product"].with_context(
                    active_ids=self.sku.ids
                ).create({"opening_basis": basis}).action_create()
                self._run()
                self.assertEqual(self._shown(), shown)
                is_later = basis == "later"
                self.assertEqual(self.state, "uncounted" if is_later else "ready")

    def test_products_of_two_companies_are_created_and_confirmed_at_once(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids += company
        second = self._connect_shop(
            self.sim.shops[1], name="Second", company_id=company.id
        )
        second.action_sync_goods()
        other = self.env["pdd.sku"].search([("shop_id", "=", second.id)], limit=1)
        other.product_id = False
        self._unmap()
        skus = self.sku + other
        self.env["pdd.sku.create.product"].with_context(
            active_ids=skus.ids, allowed_company_ids=[self.env.company.id, company.id]
        ).create({"opening_basis": "zero"}).action_create()
        openings = self.env["pdd.stock.opening"].search(
            [("product_id", "in", skus.product_id.ids)]
        )
        self.assertEqual(
            {row.warehouse_id.company_id for row in openings},
            {self.shop.company_id, company},
        )

    def test_the_wizard_that_creates_products_asks_for_quantities_next(self):
        self._unmap()
        action = (
            self.env["pdd.sku.create.product"]
            .with_context(active_ids=self.sku.ids)
            .create({"opening_basis": "typed"})
            .action_create()
        )
        self.assertEqual(action["res_model"], "pdd.sku.opening")
        self.assertEqual(action["context"], {"active_ids": self.sku.ids})

    def test_who_may_not_count_may_still_confirm_zero(self):
        clerk = self._user()
        with self.assertRaisesRegex(UserError, "Only users of Inventory"):
            self._confirm(user=clerk, basis="platform")
        self._confirm(user=self._user("stock.group_stock_user"), basis="platform")
        self._run()
        self.assertEqual(self._shown(), 461)

    def test_many_zeros_by_an_operator_wait_for_a_manager(self):
        self.shop.stock_brake = 3
        self._confirm(self.skus, user=self._user(), basis="zero")
        self._run()
        self.assertEqual(self._shown(), 461)
        self.assertGreater(self.shop.stock_held_count, 3)

    def test_products_with_lots_are_counted_in_inventory(self):
        self.product.tracking = "lot"
        with self.assertRaisesRegex(UserError, "lots or serial numbers"):
            self._confirm(basis="platform")

    def test_what_is_known_is_not_asked_again(self):
        self._stock(5)
        with self.assertRaisesRegex(UserError, "Nothing to confirm"):
            self._confirm(basis="zero")

    # --- however the SKU gets a product that was never counted

    def test_a_product_that_never_had_stock_empties_no_sku_it_is_mapped_to(self):
        self._unmap()
        self.sku.product_id = self.env["product.product"].create(
            {"name": "Never there", "is_storable": True}
        )
        self._assert_left_alone()
        self._stock(40, self.sku.product_id)
        self._run()
        self.assertEqual(self._shown(), 40)

    def test_a_product_that_is_sold_out_is_published_as_such(self):
        former = self._unmap()
        self._stock(10, former)
        self._stock(0, former)
        self.shop.stock_brake_qty = 0
        self.sku.product_id = former
        self._run()
        self.assertEqual((self._shown(), self.state), (0, "ready"))
        self.assertEqual(self._last().cause, "mapping")

    def test_automatic_matching_by_code_empties_nothing(self):
        self._unmap()
        self.env["product.product"].create(
            {"name": "New", "is_storable": True, "default_code": self.sku.outer_id}
        )
        self.assertTrue(self.sku.product_id)
        self._assert_left_alone()

    def test_matching_during_the_goods_feed_empties_nothing(self):
        self._unmap()
        self.env["product.product"].with_context(pdd_match_later=True).create(
            {"name": "New", "is_storable": True, "default_code": self.sku.outer_id}
        )
        self.env["pdd.goods"].search([]).digest = False
        self.shop.action_sync_goods()
        self.assertTrue(self.sku.product_id)
        self._assert_left_alone()

    def test_a_product_that_is_archived_and_restored_empties_nothing(self):
        product = self.product
        self._unmap()
        product.write({"active": False, "default_code": self.sku.outer_id})
        product.active = True
        self.assertEqual(self.sku.product_id, product)
        self._assert_left_alone()

    def test_an_imported_product_empties_nothing(self):
        self._unmap()
        self.env["product.product"].load(
            ["name", "is_storable", "default_code"],
            [["Imported", "1", self.sku.outer_id]],
        )
        self.assertTrue(self.sku.product_id)
        self._assert_left_alone()

    def test_a_consumable_that_becomes_storable_empties_nothing(self):
        self.product.is_storable = False
        self._run()
        self.assertEqual(self.state, "untracked")
        self.product.is_storable = True
        self._assert_left_alone()

    def test_another_warehouse_in_the_rule_empties_nothing(self):
        self._stock(300)
        self._run()
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        self.rule.warehouse_ids = other
        self._assert_left_alone(300)
        self._confirm(basis="zero", warehouse_id=other.id)
        self._run()
        self.assertEqual((self._shown(), self.state), (0, "ready"))

    def test_a_second_shop_that_maps_the_product_is_not_emptied(self):
        second = self._connect_shop(self.sim.shops[1], name="Second")
        second.action_sync_goods()
        self.env["pdd.stock.rule"].create({"shop_id": second.id})
        sku = self.env["pdd.sku"].search([("shop_id", "=", second.id)], limit=1)
        sku.product_id = self.product
        before = self._shown(sku)
        self.assertTrue(before)
        self._assert_left_alone()
        self.assertEqual(self._shown(sku), before)
        self._stock(7)
        self._run()
        self.assertEqual((self._shown(), self._shown(sku)), (7, 7))

    def test_what_waits_for_the_former_product_is_not_sent(self):
        self._stock(9)
        self.sim.faults.add("http_5xx", api="pdd.goods.skus.get", times=-1)
        self._run()
        self.assertEqual(self._last().state, "to_send")
        self.sim.faults.clear()
        self.sku.product_id = self.env["product.product"].create(
            {"name": "Never there", "is_storable": True}
        )
        self._pass_time(minutes=30)
        self._assert_left_alone()
        self.assertEqual(self._last().state, "superseded")

    # --- what makes a quantity known

    def test_a_count_of_zero_in_inventory_makes_it_known(self):
        self._stock(0)
        self.shop.stock_brake_qty = 0
        self._run()
        self.assertEqual((self._shown(), self.state), (0, "ready"))

    def test_goods_that_come_and_go_between_two_looks_make_it_known(self):
        location = self.warehouse.lot_stock_id
        Quant = self.env["stock.quant"]
        Quant._update_available_quantity(self.product, location, 5)
        Quant._update_available_quantity(self.product, location, -5)
        self.env.cr.commit()
        self.shop.stock_brake_qty = 0
        self._run()
        self.assertEqual((self._shown(), self.state), (0, "ready"))

    def test_a_delivery_without_stock_makes_nothing_known(self):
        order = self._sell(3)
        order.picking_ids.move_ids.write({"quantity": 3, "picked": True})
        order.picking_ids.button_validate()
        self.assertEqual(self.product.qty_available, -3)
        self._assert_left_alone()

    def test_a_location_that_changes_its_warehouse_brings_what_is_known(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": other.lot_stock_id.id}
        )
        self.rule.warehouse_ids = self.warehouse
        Quant = self.env["stock.quant"]
        Quant._update_available_quantity(self.product, shelf, 8)
        self._run()
        self.assertEqual(self.state, "uncounted")
        shelf.location_id = self.warehouse.lot_stock_id
        self._run()
        self.assertEqual(self._shown(), 8)
        Quant._update_available_quantity(self.product, shelf, -8)
        self._run()
        self.assertEqual((self._shown(), self.state), (0, "ready"))

    def test_what_was_in_stock_before_the_add_on_came_is_known(self):
        self._stock(8)
        self._stock(0)
        other = self.skus[1].product_id
        self._stock(0, other)
        never = self.skus[2].product_id
        Opening = self.env["pdd.stock.opening"]
        Opening.search([]).unlink()
        Opening._learn_history()
        Opening._learn_history()
        known = Opening._get_known(
            (self.product + other + never).ids, self.warehouse.ids
        )
        pairs = {(product.id, self.warehouse.id) for product in self.product + other}
        self.assertEqual(known, pairs)

    def test_the_statements_do_not_grow_with_the_skus(self):
        def count(skus):
            self.env["pdd.stock.mark"].search([]).unlink()
            self.env["pdd.stock.mark"]._mark("request", skus=skus)
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["pdd.stock.level"]._compute_marked()
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        count(self.skus)
        self.assertLessEqual(count(self.skus), count(self.skus[:2]) + 1)


@tagged("post_install", "-at_install")
class TestOneSkuBrake(OpeningCase):
    def setUp(self):
        super().setUp()
        self._stock(461)
        self._run()

    def _held(self):
        self.env.invalidate_all()
        return self.env["pdd.stock.publication"].search([("state", "=", "held")])

    def test_a_rule_that_empties_one_sku_of_many_pieces_waits_for_a_person(self):
        self.rule.safety_qty = 1000
        self._run()
        self.assertEqual(self._shown(), 461)
        held = self._held()
        self.assertEqual((held.sku_id, held.cause), (self.sku, "rule"))
        issue = self.env["pdd.issue"].search([("cause", "=", "stock_brake")])
        self.assertEqual(issue.state, "open")
        self.assertIn(self.sku.display_name, issue.name)
        held.action_approve()
        self._run()
        self.assertEqual(self._shown(), 0)
        self.assertEqual(issue.state, "solved")

    def test_a_count_to_nothing_waits_for_a_person(self):
        self._stock(0)
        self._run()
        self.assertEqual(self._shown(), 461)
        self.assertEqual(self._held().cause, "count")

    def test_a_mapping_to_a_product_that_is_sold_out_waits_for_a_person(self):
        other = self.skus[1].product_id
        self._stock(4, other)
        self._stock(0, other)
        self._run()
        self.sku.product_id = other
        self._run()
        self.assertEqual(self._shown(), 461)
        held = self._held().filtered(lambda row: row.sku_id == self.sku)
        self.assertEqual(held.cause, "mapping")

    def test_what_is_sold_elsewhere_to_the_last_piece_goes_out_at_once(self):
        self._sell(461)
        self._run()
        self.assertEqual(self._shown(), 0)
        self.assertFalse(self._held())

    def test_few_pieces_do_not_wait(self):
        self._sell(400)
        self._run()
        self.rule.safety_qty = 1000
        self._run()
        self.assertEqual(self._shown(), 0)

    def test_the_brake_can_be_released(self):
        self.shop.stock_brake_qty = 0
        self.rule.safety_qty = 1000
        self._run()
        self.assertEqual(self._shown(), 0)


@tagged("post_install", "-at_install")
class TestTrueCause(OpeningCase):
    def test_a_mapping_is_the_cause_although_orders_were_waiting_for_it(self):
        product = self._unmap()
        self._stock(50, product)
        self._buy(3)
        self.shop.action_sync_orders()
        self.sku.product_id = product
        self.env["pdd.order"].search([])._release()
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual(self.env["pdd.order"].search([]).state, "done")
        self.assertEqual((self._shown(), self._last().cause), (47, "mapping"))

    def test_a_rule_is_the_cause_although_an_order_came_with_it(self):
        self._stock(50)
        self._run()
        self.rule.safety_qty = 10
        self._buy(3)
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual((self._shown(), self._last().cause), (37, "rule"))

    def test_the_mapping_of_another_sku_is_not_the_cause(self):
        other = self.skus[1]
        self._stock(50)
        self._run()
        other.product_id = self.product
        self._sell(3)
        self._run()
        self.assertEqual(self._last(other).cause, "mapping")
        self.assertEqual(self._last().cause, "move")
