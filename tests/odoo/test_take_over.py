# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sales orders that were there before: typed, imported, or of an earlier connector."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import PddCase
from .parcel_common import ParcelMixin

INDEXES = ("sale_order_pdd_name_idx", "sale_order_pdd_ref_idx")


class TakeOverCase(ParcelMixin, PddCase):
    def _place(self, count=2, price=5000, **details):
        """A buyer orders; the platform's order is not read yet."""
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        self.product = sku.product_id
        items = [{"sku_id": sku.sku_id, "count": count, "price": price}]
        return self.platform.create_order(items=items, **details)

    def _type(self, placed, quantity=2, price=50.0, *, confirm=True, **vals):
        """Somebody types the sales order of a platform's order."""
        taxes = self.shop.fiscal_position_id.map_tax(self.product.taxes_id)
        partner = self.env["res.partner"].create({"name": "Buyers"})
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": placed.order_sn,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                ],
                **vals,
            }
        )
        if confirm:
            sale_order.action_confirm()
        return sale_order

    def _read(self, placed):
        self.shop.action_sync_orders()
        order = self.env["pdd.order"].search([("order_sn", "=", placed.order_sn)])
        order.invalidate_recordset()
        return order

    def _sales_of(self, order):
        return self.env["sale.order"].search(
            [("order_line.product_id", "=", self.product.id), ("state", "=", "sale")]
        )

    def _forget(self, orders):
        """Leave what uninstalling leaves: Odoo's documents, without our columns."""
        sale_orders = orders.sale_order_id
        partners = sale_orders.partner_shipping_id + self.shop.partner_id
        self.env.flush_all()
        execute = self.env.cr.execute
        execute(
            SQL(
                "UPDATE sale_order SET pdd_shop_id = NULL WHERE id = ANY(%s)",
                sale_orders.ids,
            )
        )
        execute(
            SQL(
                "UPDATE res_partner SET pdd_shop_id = NULL, pdd_address_key = NULL "
                "WHERE id = ANY(%s)",
                partners.ids,
            )
        )
        execute("UPDATE account_fiscal_position SET is_pdd_including = NULL")
        execute(SQL("DELETE FROM pdd_parcel"))
        execute(SQL("DELETE FROM pdd_case"))
        execute(SQL("DELETE FROM pdd_refund"))
        execute(SQL("DELETE FROM pdd_order"))
        execute(SQL("DELETE FROM pdd_feed"))
        execute(SQL("DELETE FROM pdd_order_count"))
        execute(SQL("UPDATE pdd_shop SET partner_id = NULL, fiscal_position_id = NULL"))
        self.env.invalidate_all()
        return sale_orders


@tagged("post_install", "-at_install")
class TestTakeOver(TakeOverCase):
    def test_sales_order_that_agrees_is_taken_over_and_delivered_once(self):
        placed = self._place()
        sale_order = self._type(placed)
        order = self._read(placed)
        self.assertEqual(order.state, "done", order.hold_detail)
        self.assertEqual(order.sale_order_id, sale_order)
        self.assertEqual(order.line_ids.sale_line_id, sale_order.order_line)
        self.assertEqual(order.line_ids.share_amount, 100.0)
        self.assertEqual(sale_order.pdd_shop_id, self.shop)
        self.assertEqual(self._sales_of(order), sale_order)
        self.assertEqual(len(sale_order.picking_ids), 1)

    def test_number_is_found_in_name_and_inside_a_longer_reference(self):
        first, second = self._place(), self._place()
        named = self._type(first, name=first.order_sn, client_order_ref=False)
        inside = self._type(second, client_order_ref=f" PDD {second.order_sn}, cups")
        self.assertEqual(self._read(first).sale_order_id, named)
        self.assertEqual(self._read(second).sale_order_id, inside)

    def test_refund_of_an_order_taken_over_stops_its_parcel(self):
        placed = self._place()
        sale_order = self._type(placed)
        order = self._read(placed)
        self._ask_refund(order)
        self.assertEqual(order.state, "held")
        self.assertTrue(sale_order.picking_ids.pdd_stop_reason)
        self._happen(order, "refund_grant")
        self._read_all()
        self.assertEqual(sale_order.state, "cancel")
        self.assertEqual(sale_order.picking_ids.state, "cancel")

    def test_refunded_order_that_somebody_typed_is_taken_over_and_cancelled(self):
        placed = self._place()
        sale_order = self._type(placed)
        self.platform.event(placed.order_sn, "refund_request")
        self.platform.event(placed.order_sn, "refund_grant")
        self._read_all()
        self.assertEqual(self._read(placed).state, "cancelled")
        self.assertEqual(sale_order.state, "cancel")

    def test_sales_order_that_differs_holds_the_order_and_shows_both(self):
        placed = self._place()
        sale_order = self._type(placed, quantity=3)
        order = self._read(placed)
        self.assertEqual(order.hold_reasons.code, "double")
        self.assertFalse(order.sale_order_id)
        self.assertEqual(order.match_sale_order_ids, sale_order)
        self.assertIn("total 100.00", order.hold_detail)
        self.assertIn(f"{sale_order.name} (Sales Order): 3 x", order.hold_detail)
        self.assertIn("total 150.00", order.hold_detail)
        self.assertEqual(self._sales_of(order), sale_order)
        issue = order.issue_ids
        self.assertEqual(issue.cause, "double")
        # corrected and tried again
        sale_order.order_line.product_uom_qty = 2
        sale_order.order_line.price_unit = 50
        issue.action_retry()
        self.assertEqual(self._read(placed).sale_order_id, sale_order)

    def test_cancelled_sales_order_is_no_match(self):
        placed = self._place()
        self._type(placed)._action_cancel()
        order = self._read(placed)
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "sale"))

    def test_quotation_holds_until_it_is_confirmed_or_used(self):
        placed = self._place()
        quotation = self._type(placed, confirm=False)
        order = self._read(placed)
        self.assertEqual(order.hold_reasons.code, "double")
        self.assertIn("quotation", order.hold_detail)
        order.action_take_over()
        self.assertEqual((order.state, quotation.state), ("done", "sale"))
        self.assertEqual(order.sale_order_id, quotation)
        reserve = self.env.ref("pdd_connector_stock.ir_cron_order_reserve")
        reserve.method_direct_trigger()
        self.assertEqual(quotation.picking_ids.state, "assigned")

    def test_two_sales_orders_hold_until_one_is_left(self):
        placed = self._place()
        kept, other = self._type(placed), self._type(placed)
        order = self._read(placed)
        self.assertEqual(order.hold_reasons.code, "double")
        error = None
        try:
            order.action_take_over()
        except UserError as raised:
            error = raised
        self.assertIn("Several sales orders", str(error))
        other._action_cancel()
        order.action_retry()
        self.assertEqual(self._read(placed).sale_order_id, kept)

    def test_sales_order_of_another_company_is_no_match(self):
        placed = self._place()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        sale_order = self._type(placed, confirm=False)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET company_id = %s WHERE id = %s",
                company.id,
                sale_order.id,
            )
        )
        self.env.invalidate_all()
        order = self._read(placed)
        self.assertEqual(order.state, "done")
        self.assertNotEqual(order.sale_order_id, sale_order)

    def test_order_of_a_shop_that_was_connected_before_is_held(self):
        order = self._read(self._place())
        self.shop.mall_id = "1"  # the same shop is connected once more
        self.env.flush_all()
        again = self._connect_shop(self.account)
        again.fiscal_position_id = self.shop.fiscal_position_id
        again.action_sync_goods()
        again.action_sync_orders()
        second = again.order_ids
        self.assertEqual(second.order_sn, order.order_sn)
        self.assertEqual(second.hold_reasons.code, "double")
        self.assertIn("belongs to", second.hold_detail)
        self.assertFalse(second.sale_order_id)

    def test_installed_again_nothing_is_doubled(self):
        waiting, shipped, invoiced, reduced = (self._place() for _ in range(4))
        orders = self.env["pdd.order"].concat(
            *(self._read(placed) for placed in (waiting, shipped, invoiced, reduced))
        )
        of = dict(
            zip(("waiting", "shipped", "invoiced", "reduced"), orders, strict=True)
        )
        parcel = self._ship(of["shipped"])
        self._send_parcels()
        self.assertEqual(parcel.state, "sent")
        of["invoiced"].sale_order_id._create_invoices()
        self._ask_refund(of["reduced"], amount=1000)
        self._happen(of["reduced"], "refund_grant")
        self._read_all()
        self.assertEqual(of["reduced"].sale_order_id.amount_total, 90.0)
        totals = orders.sale_order_id.mapped("amount_total")
        partner, position = self.shop.partner_id, self.shop.fiscal_position_id
        numbers = orders.mapped("order_sn")
        contacts = orders.sale_order_id.partner_shipping_id
        taxes = self.env["account.tax"].with_context(active_test=False).search_count([])
        pickings = orders.sale_order_id.picking_ids
        calls = len(self._calls("pdd.logistics.online.send"))

        sale_orders = self._forget(orders)
        self.shop.action_include_taxes()
        self._read_all()
        self.shop.action_sync_orders()
        self._send_parcels()

        again = self.env["pdd.order"].search([("order_sn", "in", numbers)])
        self.assertEqual(
            set(again.mapped("state")), {"done"}, again.mapped("hold_detail")
        )
        self.assertEqual(len(again.sale_order_id), 4)
        self.assertEqual(set(again.sale_order_id), set(sale_orders))
        self.assertEqual(sale_orders.mapped("amount_total"), totals)
        self.assertEqual(set(self._sales_of(again)), set(sale_orders))
        self.assertEqual(sale_orders.picking_ids, pickings)
        self.assertEqual(self.shop.partner_id, partner)
        self.assertEqual(self.shop.fiscal_position_id, position)
        self.assertEqual(
            taxes,
            self.env["account.tax"].with_context(active_test=False).search_count([]),
        )
        self.assertEqual(set(contacts.mapped("pdd_shop_id")), {self.shop})
        self.assertEqual(len(partner.child_ids), len(contacts))
        self.assertEqual(len(self._calls("pdd.logistics.online.send")), calls)

    def test_orders_are_looked_for_in_one_statement_that_uses_our_indexes(self):
        for index in INDEXES:
            declared = self.env["ir.model.constraint"].search([("name", "=", index)])
            self.assertEqual(declared.type, "i", "dropped when uninstalled")
        self._fill_sales_orders(20_000)
        self._place()
        orders = self.env["pdd.order"].search([])
        for _number in range(5):
            orders += self._read(self._place())
        self.env.flush_all()
        with self._counted() as statements:
            orders._find_sale_orders()
        [found] = [text for text in statements if "substring(name" in text]
        self.env.cr.execute(f"EXPLAIN {found}")
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        for index in INDEXES:
            self.assertIn(index, plan)
        self.assertNotIn("Seq Scan", plan)

    def _fill_sales_orders(self, count):
        partner = self.env["res.partner"].create({"name": "Elsewhere"})
        template = self.env["sale.order"].create({"partner_id": partner.id})
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sale_order (name, client_order_ref, company_id, partner_id,
                    partner_invoice_id, partner_shipping_id, date_order, state,
                    picking_policy, warehouse_id)
                SELECT 'S' || n, '250101-' || lpad(n::text, 15, '0'), company_id,
                       partner_id, partner_id, partner_id, date_order, 'sale',
                       picking_policy, warehouse_id
                  FROM sale_order, generate_series(1, %s) n WHERE id = %s
                """,
                count,
                template.id,
            )
        )
        self.env.cr.execute("ANALYZE sale_order")

    def _counted(self):
        statements = []
        execute = type(self.env.cr).execute

        def counted(cr, query, params=None, **options):
            if isinstance(query, SQL):
                text = cr.mogrify(query.code, query.params).decode()
            else:
                text = str(query)
            statements.append(text)
            return execute(cr, query, params, **options)

        class Counter:
            def __enter__(self_):
                self_.patch = patch.object(type(self.env.cr), "execute", counted)
                self_.patch.start()
                return statements

            def __exit__(self_, *_args):
                self_.patch.stop()

        return Counter()
