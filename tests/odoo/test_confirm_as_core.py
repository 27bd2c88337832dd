# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the maker saves changes nothing: the same orders, confirmed by plain Odoo."""

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from tests.simulator import Settings

from .common import PddCase

DOCUMENTS = ("sale.order", "sale.order.line", "stock.picking", "stock.move")
DOCUMENTS += ("stock.move.line", "stock.reference")
# what tells one making from the other: numbers, moments, and the mark of the shop
DIFFERENT = {
    *("id", "name", "reference", "display_name", "parent_path"),
    *("create_date", "write_date", "access_token", "pdd_shop_id"),
}
DIFFERENT_OF_MODEL = {
    "stock.move.line": {"date"},
    # replenished once for all orders, it carries the references of all of them
    "stock.reference": {"move_ids"},
}


def _differences(ours, core):
    """Return what differs between two descriptions: name -> (ours, core)."""
    if not isinstance(core, dict):
        return {} if ours == core else {"": (ours, core)}
    return {
        name: (ours[name], value) for name, value in core.items() if ours[name] != value
    }


class Undo(Exception):
    """Ends a making of which only the outcome is wanted."""


@tagged("post_install", "-at_install")
class TestConfirmAsCore(PddCase):
    simulator_options = {
        **{"seed": 7, "shops": 1, "orders": 16, "days": 0.1},
        "settings": Settings(untidy_codes=False),
    }

    def setUp(self):
        super().setUp()
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env.company.account_price_include = "tax_included"
        self.products = self._create_products()
        self.products.is_storable = True
        self.shop.action_sync_goods()
        self.shop._sync("order")
        self.orders = self.env["pdd.order"].search([("state", "=", "pending")])

    # --- both ways

    def assert_same_as_core(self):
        ours = self._made_by(self._make_as_we_do)
        core = self._made_by(self._make_as_core)
        self.assertTrue(ours["stock.picking"])
        for name, rows in core.items():
            for our_row, core_row in zip(ours[name], rows, strict=True):
                self.assertEqual(_differences(our_row, core_row), {}, name)
        return ours

    def _make_as_we_do(self):
        self.orders._make()
        waiting = self.orders.filtered("reserve_warehouse_id")
        self.assertTrue(waiting)
        waiting._reserve()

    def _make_as_core(self):
        def confirm_one_by_one(orders):
            orders.sale_order_id.pdd_shop_id = False  # plain orders
            for sale_order in orders.sale_order_id:
                date = sale_order.date_order
                sale_order.action_confirm()
                sale_order.date_order = date

        with patch.object(
            self.env.registry["pdd.order"], "_confirm_sale_orders", confirm_one_by_one
        ):
            self.orders._make()

    def _made_by(self, make):
        """Return what comes of a making, which is undone."""
        try:
            with self.env.cr.savepoint():
                make()
                self.env.flush_all()
                self.env.invalidate_all()
                outcome = self._describe()
                raise Undo
        except Undo:
            self.env.invalidate_all()
            return outcome

    # --- description of all that was made, the same for the same documents

    def _describe(self):
        documents = self._find_documents()
        names = {
            record: f"{model} {index}"
            for model, records in documents.items()
            for index, record in enumerate(records)
        }
        outcome = {
            model: [self._describe_record(record, names) for record in records]
            for model, records in documents.items()
        }
        outcome["reserved"] = [
            (q.product_id.id, q.location_id.id, q.quantity, q.reserved_quantity)
            for q in self.env["stock.quant"].search([], order="product_id, id")
        ]
        outcome["replenished"] = self.env["stock.move"]._read_group(
            [("sale_line_id", "=", False), ("product_id", "in", self.products.ids)],
            ["product_id", "location_id", "location_dest_id", "state"],
            ["product_uom_qty:sum"],
            order="product_id, location_id, location_dest_id",
        )
        return outcome

    def _find_documents(self):
        orders = self.orders.sale_order_id.sorted("client_order_ref")
        moves = orders.order_line.move_ids.sorted(
            lambda move: (move.sale_line_id.order_id.client_order_ref, move.id)
        )
        return {
            "sale.order": orders,
            "sale.order.line": orders.order_line,
            "stock.move": moves,
            "stock.picking": moves.picking_id,
            "stock.move.line": moves.move_line_ids,
            "stock.reference": moves.reference_ids,
        }

    def _describe_record(self, record, names):
        left_out = DIFFERENT | DIFFERENT_OF_MODEL.get(record._name, set())
        return {
            name: self._describe_value(record, name, names)
            for name, field in sorted(record._fields.items())
            if field.store and name not in left_out and field.type != "one2many"
        }

    def _describe_value(self, record, name, names):
        value = record[name]
        if name == "procurement_values":
            made = ("reference_ids", "sale_line_id", "partner_id")
            return {k: v for k, v in (value or {}).items() if k not in made}
        if record._fields[name].relational:
            if value._name == "res.partner":
                return value.mapped("pdd_address_key")
            if value._name in DOCUMENTS:  # numbered by the order they stand in
                return [names.get(target, "another") for target in value]
            return value.ids
        return value

    # --- stock

    def _stock(self, products, quantity, location=None, **vals):
        location = location or self.warehouse.lot_stock_id
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, location, quantity, **vals
            )

    def _wanted(self):
        """Return the product that most of the orders want."""
        lines = self.orders.line_ids
        by_product = lines.grouped("product_id")
        return max(by_product, key=lambda product: len(by_product[product]))

    # --- tests

    def test_with_plenty_of_stock(self):
        self._stock(self.products, 1000)
        ours = self.assert_same_as_core()
        states = {row["state"] for row in ours["stock.picking"]}
        self.assertEqual(states, {"assigned"})

    def test_with_too_little_stock(self):
        self._stock(self.products - self._wanted(), 2)
        self._stock(self._wanted(), 1.5)
        ours = self.assert_same_as_core()
        states = {row["state"] for row in ours["stock.move"]}
        self.assertEqual(states, {"confirmed", "partially_available", "assigned"})

    def test_with_stock_on_several_shelves(self):
        shelves = self.env["stock.location"].create(
            [
                {"name": f"Shelf {n}", "location_id": self.warehouse.lot_stock_id.id}
                for n in range(3)
            ]
        )
        for shelf in shelves:
            self._stock(self.products, 3, shelf)
        self.assert_same_as_core()

    def test_with_lots(self):
        self.products.tracking = "lot"
        for product in self.products:
            lots = self.env["stock.lot"].create(
                [{"name": f"L{n}", "product_id": product.id} for n in range(2)]
            )
            for lot in lots:
                self._stock(product, 2, lot_id=lot)
        self.assert_same_as_core()

    def test_with_delivery_in_two_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._stock(self.products, 1000)
        self.assert_same_as_core()

    def test_with_goods_that_are_not_stocked(self):
        self.products.is_storable = False
        self.assert_same_as_core()

    def test_with_reservation_by_hand(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        self._stock(self.products, 1000)
        ours = self.assert_same_as_core()
        self.assertEqual({row["state"] for row in ours["stock.move"]}, {"confirmed"})

    def test_with_reordering_rules(self):
        supplier = self._create_supplying_warehouse()
        self.env["stock.warehouse.orderpoint"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "route_id": self.warehouse.resupply_route_ids.id,
                    "product_min_qty": 0,
                    "product_max_qty": 0,
                }
                for product in self.products
            ]
        )
        self._stock(self.products, 1)
        self._stock(self.products, 100, supplier.lot_stock_id)
        ours = self.assert_same_as_core()
        self.assertTrue(ours["replenished"])

    def test_with_goods_made_to_order(self):
        supplier = self._create_supplying_warehouse()
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        self.products.route_ids = [
            Command.link(mto.id),
            Command.link(self.warehouse.resupply_route_ids.id),
        ]
        self._stock(self.products, 100, supplier.lot_stock_id)
        ours = self.assert_same_as_core()
        self.assertIn("waiting", {row["state"] for row in ours["stock.move"]})

    def _create_supplying_warehouse(self):
        supplier = self.env["stock.warehouse"].create(
            {"name": "Supplier", "code": "SUP"}
        )
        self.warehouse.resupply_wh_ids = [Command.link(supplier.id)]
        return supplier
