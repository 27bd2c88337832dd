# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kits: SKUs whose product has a bill of materials of the type kit."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import RecordCapturer, tagged

from tests.odoo.parcel_common import ParcelCase
from tests.odoo.stock_common import PddStockCase
from tests.odoo.stock_history import StockMachineCase
from tests.odoo.test_kit import KitCase


def make_kit(env, pieces, **vals):
    """Create a kit.

    :param dict pieces: product -> pieces
    :return: its bill of materials
    """
    kit = env["product.product"].create({"name": "Set", "type": "consu"})
    return env["mrp.bom"].create(
        {
            "product_tmpl_id": kit.product_tmpl_id.id,
            "type": "phantom",
            "bom_line_ids": [
                Command.create({"product_id": product.id, "product_qty": quantity})
                for product, quantity in pieces.items()
            ],
            **vals,
        }
    )


@tagged("post_install", "-at_install")
class TestKitWizard(KitCase):
    def test_the_button_is_there(self):
        self.assertTrue(self.sku.can_be_kit)

    def test_a_kit_is_a_product_with_a_bill_of_materials(self):
        self._wizard(1, 2).action_create()
        product = self.sku.product_id
        self.assertEqual(product.default_code, self.sku.outer_id)
        self.assertEqual(self.sku.mapping_method, "kit")
        bom = self.env["mrp.bom"]._bom_find(product)[product]
        self.assertEqual(bom.type, "phantom")
        self.assertRecordValues(
            bom.bom_line_ids,
            [
                {"product_id": self.parts[0].id, "product_qty": 1},
                {"product_id": self.parts[1].id, "product_qty": 2},
            ],
        )

    def test_other_skus_of_the_same_code_get_the_kit(self):
        twin = self.sku.search([("id", "!=", self.sku.id)], limit=1)
        twin.outer_id = self.sku.outer_id
        self._wizard(1).action_create()
        self.assertEqual(twin.product_id, self.sku.product_id)

    def test_a_kit_needs_components(self):
        with self.assertRaisesRegex(UserError, "Add the products"):
            self._wizard().action_create()

    def test_a_mapped_sku_does_not_become_a_kit(self):
        self.sku.product_id = self.parts[0]
        with self.assertRaisesRegex(UserError, "is mapped to Cup"):
            self._wizard(1).action_create()
        self.assertEqual(self.sku.product_id, self.parts[0])


@tagged("post_install", "-at_install")
class TestKitOnOffer(PddStockCase):
    """A set of one cup and two lids; cups are sold alone as well."""

    def setUp(self):
        super().setUp()
        self.cup_sku = self.skus[1]
        self.cup = self.cup_sku.product_id
        self.lid = self.env["product.product"].create(
            {"name": "Lid", "is_storable": True}
        )
        self.bill = make_kit(self.env, {self.cup: 1, self.lid: 2})
        self.product = self.sku.product_id = (
            self.bill.product_tmpl_id.product_variant_id
        )
        self._stock(10, self.cup)
        self._stock(7, self.lid)
        self._run()

    def _marks_of(self, action):
        with RecordCapturer(self.env["pdd.stock.mark"]) as capturer:
            action()
            self.env.cr.flush()
        return capturer.records

    def test_a_kit_whose_components_never_had_stock_is_not_emptied(self):
        new = self.env["product.product"].create(
            [{"name": name, "is_storable": True} for name in ("Pot", "Tray")]
        )
        bill = make_kit(self.env, dict.fromkeys(new, 1))
        self._on_platform().quantity = 461
        self.sku.product_id = bill.product_tmpl_id.product_variant_id
        self._run()
        self.assertEqual(self._shown(), 461)
        self.assertEqual(self.sku.stock_level_ids.state, "uncounted")
        self._stock(30, new[0])
        self._run()
        self.assertEqual(self._shown(), 461)
        wizard = self.env["pdd.sku.opening"].with_context(active_ids=self.sku.ids)
        wizard = wizard.create({})
        self.assertEqual(wizard.line_ids.product_id, new[1])
        wizard.line_ids.quantity = 20
        wizard.action_confirm()
        self._run()
        self.assertEqual(self._shown(), 20)

    def test_a_kit_of_which_one_component_is_sold_out_is_sold_out(self):
        new = self.env["product.product"].create({"name": "Pot", "is_storable": True})
        bill = make_kit(self.env, {self.cup: 1, new: 1})
        self.sku.product_id = bill.product_tmpl_id.product_variant_id
        self._run()
        self.assertEqual(
            (self._shown(), self.sku.stock_level_ids.state), (3, "uncounted")
        )
        self._sell(10, self.cup)
        self._run()
        self.assertEqual((self._shown(), self.sku.stock_level_ids.state), (0, "ready"))

    def test_the_scarcest_component_decides_as_in_odoo(self):
        self.assertEqual((self._shown(), self._shown(self.cup_sku)), (3, 10))
        self.assertEqual(self.product.free_qty, 3)
        self.assertIn("Lid, 2 per SKU", self._last().explanation)
        self.assertIn("scarcest component", self._last().explanation)

    def test_a_move_of_a_component_is_published(self):
        self._sell(4, self.lid)
        self._run()
        self.assertEqual(self._shown(), 1)
        self.assertEqual(self._last().cause, "move")
        self._stock(20, self.lid)
        self._run()
        self.assertEqual(self._shown(), 8)

    def test_a_sale_of_the_kit_takes_its_components(self):
        self._sell(2, self.product)
        self._run()
        self.assertEqual((self._shown(), self._shown(self.cup_sku)), (1, 8))

    def test_every_change_of_the_bill_leaves_a_mark_and_is_published(self):
        line = self.bill.bom_line_ids[1]
        for name, action, shown in (
            ("pieces", lambda: line.write({"product_qty": 1}), 7),
            ("output", lambda: self.bill.write({"product_qty": 2}), 14),
            ("component", lambda: line.write({"product_id": self.cup.id}), 10),
            ("line", line.unlink, 20),
        ):
            with self.subTest(name):
                marks = self._marks_of(action)
                self.assertEqual((marks.sku_id, marks.cause), (self.sku, "product"))
                self._run()
                self.assertEqual(self._shown(), shown)

    def test_without_its_bill_a_kit_is_no_longer_offered_by_its_components(self):
        self.assertTrue(self._marks_of(lambda: self.bill.write({"active": False})))
        self._run()
        self.assertEqual(self.sku.stock_level_ids.state, "untracked")
        self.assertFalse(self.sku.kit_components)

    def test_a_kit_in_a_kit_is_taken_apart(self):
        inner = self.bill.product_tmpl_id.product_variant_id
        outer = make_kit(self.env, {inner: 2, self.cup: 1})
        self.sku.product_id = outer.product_tmpl_id.product_variant_id
        self._run()
        self.assertEqual(self._shown(), 1)  # three cups, four lids
        self.assertTrue(self._marks_of(self.bill.bom_line_ids[1].unlink))
        self._run()
        self.assertEqual(self._shown(), 3)

    def test_the_bill_of_another_company_does_not_count(self):
        self.bill.company_id = self.env["res.company"].create({"name": "Other"})
        self._run()
        self.assertEqual(self.sku.stock_level_ids.state, "untracked")

    def test_an_order_that_is_not_made_yet_lowers_what_shares_its_components(self):
        self._buy(2, risk=True)
        self.shop.action_sync_orders()
        self._run()
        self.assertEqual((self._shown(), self._shown(self.cup_sku)), (1, 8))
        level = self.cup_sku.stock_level_ids
        self.assertEqual((level.free_qty, level.sold_qty), (10, 2))

    def test_stock_of_a_component_that_no_shop_sells_alone_is_looked_at(self):
        product = self.env["product.product"].create({"name": "A", "is_storable": True})
        location = self.warehouse.lot_stock_id
        Quant = self.env["stock.quant"]
        self.assertFalse(
            self._marks_of(
                lambda: Quant._update_available_quantity(product, location, 1)
            )
        )
        self.assertTrue(
            self._marks_of(
                lambda: Quant._update_available_quantity(self.lid, location, 1)
            )
        )

    def test_what_is_in_a_low_kit_is_bought_not_the_kit(self):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.lid.seller_ids = [Command.create({"partner_id": vendor.id, "delay": 8})]
        self._buy(1)
        self.shop.action_sync_orders()
        self._run()
        self.rule.write({"warn_days": 90, "make_orderpoint": True})
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_cover")
        cron.method_direct_trigger()
        self.env.invalidate_all()
        level = self.sku.stock_level_ids
        self.assertRecordValues(level, [{"is_low": True, "lead_days": 8}])
        rules = self.env["stock.warehouse.orderpoint"].search(
            level.action_view_replenishment()["domain"]
        )
        self.assertEqual(rules.product_id, self.cup + self.lid)
        self.assertFalse(self.product.orderpoint_ids)

    def test_the_nightly_look_heals_what_was_missed(self):
        self.env.cr.execute(
            """UPDATE pdd_sku SET kit_components = '{"1": 9}' WHERE id = %s""",
            [self.sku.id],
        )
        self.sku.invalidate_recordset()
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_compare")
        cron.method_direct_trigger()
        self.assertEqual(
            self.sku.kit_components, {str(self.cup.id): 1, str(self.lid.id): 2}
        )


@tagged("post_install", "-at_install")
class TestKitShipped(ParcelCase):
    def test_the_components_leave_and_the_order_is_told(self):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        first, second = self.products[:2]
        bill = make_kit(self.env, {first: 1, second: 2})
        sku.product_id = bill.product_tmpl_id.product_variant_id
        order = self._make_orders(items=[{"sku_id": sku.sku_id, "count": 3}])
        picking = order.sale_order_id.picking_ids
        self.assertEqual(
            {move.product_id: move.quantity for move in picking.move_ids},
            {first: 3, second: 6},
        )
        parcel = self._ship(order)
        self._send_parcels()
        self.assertEqual((parcel.order_id, parcel.state), (order, "sent"))
        self.assertEqual(self._on_platform(order).order_status, 2)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 3)

    def test_the_components_of_returned_kits_come_back(self):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        first, second = self.products[:2]
        bill = make_kit(self.env, {first: 1, second: 2})
        sku.product_id = bill.product_tmpl_id.product_variant_id
        order = self._make_orders(items=[{"sku_id": sku.sku_id, "count": 3}])
        self._ship(order)
        self._send_parcels()
        self._ask_refund(order, pieces=2, amount=100)
        self.platform.event(order.order_sn, "return_agree")
        self._read_all()
        moves = order.refund_ids.case_ids.return_picking_ids.move_ids
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves},
            {first: 2, second: 4},
        )

    def test_the_components_of_a_refunded_kit_stay(self):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        first, second = self.products[:2]
        glue = self.env["product.product"].create({"name": "Glue", "type": "consu"})
        bill = make_kit(self.env, {first: 1, second: 2, glue: 1})
        sku.product_id = bill.product_tmpl_id.product_variant_id
        item = {"sku_id": sku.sku_id, "count": 3, "price": 5000}
        order = self._make_orders(items=[item])
        picking = order.sale_order_id.picking_ids
        picking.do_print_picking()
        self.sim.clock.advance(5)
        self._ask_refund(order, pieces=1, amount=5000)
        self.platform.event(order.order_sn, "refund_agree")
        self._read_all()
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in picking.move_ids},
            {first: 2, second: 4, glue: 2},
        )
        self._ship(order)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)


@tagged("post_install", "-at_install")
class TestKitMachine(StockMachineCase):
    """A kit that shares its pieces with another SKU, and one of two products."""

    needs = ({0: 1}, {0: 2}, {1: 2, 2: 1})

    def make_products(self):
        shelf = self.make_shelf(3)
        kits = [
            make_kit(self.env, {shelf[number]: needs[number] for number in needs})
            for needs in self.needs[1:]
        ]
        return shelf, [
            shelf[0],
            *(kit.product_tmpl_id.product_variant_id for kit in kits),
        ]

    def test_random_histories_never_sell_kits_that_are_not_there(self):
        self.run_histories(6, 30)
