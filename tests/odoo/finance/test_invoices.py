# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invoices and credit notes: when, of what, dated how, and only once."""

from unittest.mock import patch

from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector_finance.models import pdd_order_invoice
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestInvoices(FinanceCase):
    def _cron(self):
        self.env["pdd.order"]._cron_invoice()

    def _parts(self, move):
        """Return the receivables of a move: order number and part -> balance."""
        return {
            (item.pdd_order_id.order_sn, item.pdd_part): item.balance
            for item in move.line_ids
            if item.pdd_part
        }

    # --- when

    def test_an_order_is_invoiced_when_it_is_received(self):
        shipped = self._create_order(order_status=2, receive_time="")
        received = self._create_order()
        self._cron()
        self.assertFalse(shipped.invoice_id)
        self.assertEqual(str(received.invoice_id.invoice_date), "2026-06-05")
        self.assertEqual(received.invoice_id.state, "posted")

    def test_an_order_is_invoiced_when_it_is_shipped(self):
        self.company.pdd_invoice_trigger = "shipment"
        shipped = self._create_order(order_status=2, receive_time="")
        waiting = self._create_order(order_status=1, shipping_time="", receive_time="")
        self._cron()
        self.assertEqual(str(shipped.invoice_id.invoice_date), "2026-06-02")
        self.assertFalse(waiting.invoice_id)

    def test_an_order_is_invoiced_when_its_income_is_on_the_bill(self):
        self.company.pdd_invoice_trigger = "bill"
        order = self._create_order("100.00")
        self._cron()
        self.assertFalse(order.invoice_id)
        self._post(row(order.order_sn, "100.00", "0010002", "2026-06-20 23:30:00"))
        self.assertEqual(order.settlement_reason, "paid_before_invoice")
        self._cron()
        self.assertEqual(str(order.invoice_id.invoice_date), "2026-06-20")
        self.assertEqual(order.settlement_state, "settled")

    def test_the_day_is_the_day_in_shanghai(self):
        order = self._create_order(receive_time="2026-06-05 00:30:00")
        self.assertEqual(str(order.receive_date), "2026-06-04 16:30:00")
        self._cron()
        self.assertEqual(str(order.invoice_id.invoice_date), "2026-06-05")

    def test_a_locked_day_is_booked_on_the_first_open_day_and_reported(self):
        order = self._create_order("85.00", "10.00")
        self.env.flush_all()  # the transfer was planned before the lock
        self.company.fiscalyear_lock_date = "2026-06-30"
        self._cron()
        invoice = order.invoice_id
        self.assertEqual(str(invoice.date), "2026-07-01")
        self.assertEqual(str(invoice.invoice_date), "2026-06-05")
        self.assertEqual(str(invoice.pdd_shifted_date), "2026-06-05")
        refund = self._refund(order, "85.00")
        self._cron()
        self.assertEqual(str(refund.credit_note_id.date), "2026-07-01")
        self.assertEqual(str(refund.credit_note_id.pdd_shifted_date), "2026-06-12")

    # --- of what

    def test_an_order_of_a_closed_month_is_made_shipped_and_invoiced(self):
        self.product.is_storable = True
        self._create_order()  # while the month is open
        self.env.flush_all()
        self.company.fiscalyear_lock_date = "2026-06-30"
        order, waiting = self._take_in(
            self._order_row(),
            self._order_row(order_status=1, shipping_time="", receive_time=""),
        )
        self._cron()
        self.assertEqual(str(order.invoice_id.date), "2026-07-01")
        if "stock.picking" in self.env:
            picking = waiting.sale_order_id.picking_ids
            picking.move_ids.quantity = 1
            picking.move_ids.picked = True
            picking._action_done()
            self.env.flush_all()
            self.assertEqual(picking.state, "done")
            with self.assertRaisesRegex(ValidationError, "locked fiscal period"):
                picking.date_done = "2026-06-05 12:00:00"

    def _take_in(self, *rows):
        """Let the scheduled action make the orders of a shop that is set up."""
        orders = self.env["pdd.order"]._intake(self.shop, list(rows))
        self.env["pdd.order"]._make_pending([])
        for order in orders:
            self.assertTrue(order.sale_order_id, order.error_message)
        return orders.sorted("order_sn")

    def test_the_invoice_is_the_entitlement_in_two_parts(self):
        order = self._create_order("85.00", "10.00", seller_discount=5.0)
        self._cron()
        self.assertEqual(order.invoice_id.amount_total, 95.0)
        self.assertEqual(
            self._parts(order.invoice_id),
            {(order.order_sn, "buyer"): 85.0, (order.order_sn, "platform"): 10.0},
        )
        self.assertEqual(order.sale_order_id.invoice_status, "invoiced")

    def test_awkward_amounts_are_right_to_the_fen(self):
        amounts = [("0.01", "0"), ("0.05", "0.02"), ("33.33", "3.33"), ("9.99", "0.01")]
        rows = [self._order_row(paid, coupon) for paid, coupon in amounts]
        orders = self._create_orders(*rows)
        self._cron()
        for order in orders:
            self.assertEqual(order.invoice_state, "done", order.invoice_error)
            self.assertAlmostEqual(
                order.invoice_id.amount_total, order.receivable_amount, places=2
            )

    def test_pinduoduo_can_be_the_debtor(self):
        self.company.pdd_debtor = "platform"
        order = self._create_order("85.00", "10.00")
        self._cron()
        partner = self.env.ref("pdd_connector_finance.partner_pinduoduo")
        self.assertEqual(order.invoice_id.partner_id, partner)
        self._post(
            row(order.order_sn, "85.00", "0010002"),
            row(order.order_sn, "10.00", "0010005"),
        )
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(order.item_ids.filtered("pdd_part").partner_id, partner)

    def test_one_invoice_per_shop_and_day_has_a_receivable_per_order(self):
        self.company.pdd_invoice_grouping = "day"
        orders = self._create_orders(
            self._order_row("85.00", "10.00"),
            self._order_row("33.33"),
            self._order_row("20.00", receive_time="2026-06-06 08:00:00"),
        )
        self._cron()
        first, second, third = orders
        self.assertEqual(first.invoice_id, second.invoice_id)
        self.assertNotEqual(first.invoice_id, third.invoice_id)
        self.assertEqual(
            self._parts(first.invoice_id),
            {
                (first.order_sn, "buyer"): 85.0,
                (first.order_sn, "platform"): 10.0,
                (second.order_sn, "buyer"): 33.33,
            },
        )
        self.assertEqual(first.invoice_id.amount_total, 128.33)
        self.assertEqual(len(first.invoice_id.invoice_line_ids), 1)
        self.assertEqual(first.invoice_id.invoice_line_ids.quantity, 2)
        sale_orders = orders.sale_order_id
        self.assertEqual(set(sale_orders.mapped("invoice_status")), {"invoiced"})
        self.assertEqual(sum(sale_orders.mapped("amount_to_invoice")), 0)
        self.assertEqual(first.sale_order_id.amount_invoiced, 95.0)
        self._post(row(second.order_sn, "33.33", "0010002"))
        self.assertEqual(
            orders.mapped("settlement_state"), ["overdue", "settled", "overdue"]
        )

    def test_an_invoice_that_was_taken_away_is_made_anew_when_wanted(self):
        order = self._create_order("85.00", "10.00")
        self._cron()
        first = order.invoice_id
        first.button_draft()
        first.button_cancel()
        self.assertRecordValues(
            order, [{"invoice_id": False, "invoice_state": "error"}]
        )
        order.action_make_invoice()
        second = order.invoice_id
        self.assertEqual((second.state, second.amount_total), ("posted", 95.0))
        second.button_draft()
        second.with_context(force_delete=True).unlink()
        self.assertTrue(order.invoice_error)
        order.action_make_invoice()
        self.assertEqual((order.invoice_state, order.open_amount), ("done", 95.0))

    def test_a_receivable_is_named_by_its_order(self):
        for grouping in ("order", "day"):
            self.company.pdd_invoice_grouping = grouping
            orders = self._create_orders(
                self._order_row("85.00", "10.00"), self._order_row("33.33")
            )
            self._cron()
            for item in orders.item_ids.filtered("pdd_part"):
                self.assertEqual(item.name, item.pdd_order_id.order_sn)

    def test_orders_of_a_day_invoiced_by_hand_are_no_larger_invoice(self):
        self.company.pdd_invoice_grouping = "day"
        orders = self._create_orders(*(self._order_row() for _number in range(5)))
        with patch.object(pdd_order_invoice, "DAY_LIMIT", 2):
            orders.action_make_invoice()
        self.assertEqual(set(orders.mapped("invoice_state")), {"done"})
        sizes = [len(invoice.pdd_order_ids) for invoice in orders.invoice_id]
        self.assertEqual(sorted(sizes), [1, 2, 2])

    def test_more_orders_of_a_day_take_no_more_statements(self):
        self.company.pdd_invoice_grouping = "day"
        counts = []
        for day, number in enumerate((1, 2, 20), start=5):
            received = f"2026-06-{day:02d} 08:00:00"
            row = {"receive_time": received}
            orders = self._create_orders(
                *[self._order_row("85.00", "10.00", **row) for _ in range(number)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._invoice()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(orders.invoice_id), 1)
        self.assertLessEqual(counts[2], counts[1])  # the first one filled the caches

    def test_a_day_that_is_not_over_waits(self):
        self.company.pdd_invoice_grouping = "day"
        now = self.env["pdd.order"]._fields["receive_date"].now()
        text = pop.to_platform_text(now)
        order = self._create_order(receive_time=text, updated_at=text)
        self._cron()
        self.assertFalse(order.invoice_id)

    def test_a_second_run_makes_nothing_new(self):
        order = self._create_order()
        refund = self._refund(order, "20.00")
        self._cron()
        count = self.env["account.move"].search_count([])
        refund._intake(
            self.shop, [dict(refund.payload, updated_time="2026-06-13 09:00:00")]
        )
        self._cron()
        order.action_make_invoice()
        self.assertEqual(self.env["account.move"].search_count([]), count)

    def test_an_order_that_differs_from_its_sales_order_is_not_posted(self):
        order, right = self._create_orders(self._order_row("50.00"), self._order_row())
        order.sale_order_id.order_line.price_unit = 40.0
        self._cron()
        self.assertEqual(order.invoice_state, "error")
        self.assertIn("entitled to 50.00", order.invoice_error)
        self.assertFalse(order.invoice_id)
        self.assertEqual(right.invoice_state, "done")
        order.sale_order_id.order_line.price_unit = 50.0
        order.action_make_invoice()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)

    def test_an_invoice_made_by_hand_is_taken_over(self):
        order = self._create_order("113.00")
        order.sale_order_id.order_line.qty_delivered = 1
        invoice = order.sale_order_id._create_invoices()
        invoice.action_post()
        self._cron()
        self.assertEqual(order.invoice_id, invoice)
        self.assertEqual(self.env["account.move"].search_count([]), 1)

    # --- refunds

    def test_a_refund_before_the_invoice_changes_the_order(self):
        order = self._create_order("85.00", "10.00", order_status=2, receive_time="")
        refund = self._refund(order, "34.00")
        self._cron()
        self.assertEqual(refund.effect, "reduced")
        self.assertEqual(order.entitled_amount, 57.0)
        self.assertEqual(order.sale_order_id.amount_total, 57.0)
        order._write_row({"order_status": 3, "receive_date": "2026-06-20 04:00:00"})
        self._cron()
        self.assertEqual(
            self._parts(order.invoice_id),
            {(order.order_sn, "buyer"): 51.0, (order.order_sn, "platform"): 6.0},
        )
        self.assertFalse(refund.credit_note_id)
        self._post(
            row(order.order_sn, "85.00", "0010002"),
            row(order.order_sn, "10.00", "0010005"),
            row(order.order_sn, "-34.00", "0020002"),
            row(order.order_sn, "-4.00", "0020005"),
        )
        self.assertEqual(order.settlement_state, "settled", order.settlement_reason)

    def test_a_full_refund_before_the_invoice_takes_the_postage_too(self):
        order = self._create_order(
            "90.00", postage=10.0, order_status=2, receive_time=""
        )
        self._refund(order, "90.00")
        self._cron()
        self.assertEqual(order.entitled_amount, 0.0)
        self.assertEqual(order.sale_order_id.amount_total, 0.0)
        order._write_row({"order_status": 3, "receive_date": "2026-06-20 04:00:00"})
        self._cron()
        self.assertEqual(order.invoice_state, "nothing")

    def test_several_refunds_of_an_order_give_back_all_of_it(self):
        order = self._create_order("33.33", "3.33", postage=1.0)
        self._cron()
        for number, amount in enumerate(["11.11", "11.11", "11.11"]):
            self._refund(order, amount, updated_time=f"2026-06-1{number} 10:00:00")
        self._cron()
        notes = order.refund_ids.credit_note_id
        self.assertEqual(len(notes), 3)
        self.assertAlmostEqual(sum(notes.mapped("amount_total")), 36.66, places=2)
        self.assertEqual((order.open_buyer_amount, order.open_platform_amount), (0, 0))
        self.assertEqual(order.settlement_state, "settled")
        self.assertEqual(order.sale_order_id.invoice_status, "invoiced")
        self.assertEqual(order.sale_order_id.invoice_ids, notes + order.invoice_id)

    def test_the_platform_s_parts_of_several_refunds_are_rounded_together(self):
        order = self._create_order("10.00", "1.00")
        self._cron()
        later, earlier = (
            self._refund(order, "3.35", updated_time=f"2026-06-1{day} 10:00:00")
            for day in (2, 1)
        )
        self.assertEqual((earlier.platform_amount, later.platform_amount), (0.34, 0.33))
        self._cron()
        last = self._refund(order, "3.30", updated_time="2026-06-10 10:00:00")
        self._cron()
        self.assertEqual((earlier.platform_amount, later.platform_amount), (0.34, 0.33))
        self.assertEqual(last.platform_amount, 0.33)
        self.assertEqual(order.open_platform_amount, 0.0)

    def test_a_refund_is_split_by_the_stored_shares_of_the_lines(self):
        items = [
            {"goods_id": "1", "sku_id": "11", "goods_price": 60.0},
            {"goods_id": "2", "sku_id": "22", "goods_price": 40.0},
        ]
        items = [{**item, "goods_name": "x", "goods_count": 1} for item in items]
        order = self._create_order("90.00", seller_discount=10.0, item_list=items)
        self._cron()
        self.product.list_price = 999
        refund = self._refund(order, "30.00", sku_id="")
        self._cron()
        note = refund.credit_note_id
        self.assertEqual(
            sorted(note.invoice_line_ids.mapped("price_total")), [12.0, 18.0]
        )

    def test_a_refund_that_names_its_goods_is_booked_on_them(self):
        items = [
            {"goods_id": "1", "sku_id": "11", "goods_price": 60.0},
            {"goods_id": "2", "sku_id": "22", "goods_price": 40.0},
        ]
        items = [{**item, "goods_name": "x", "goods_count": 1} for item in items]
        order = self._create_order("100.00", item_list=items)
        self._cron()
        refund = self._refund(order, "30.00", sku_id="22")
        self._cron()
        self.assertEqual(
            refund.credit_note_id.invoice_line_ids.mapped("price_total"), [30.0]
        )

    def test_a_refund_after_the_settlement_is_open_until_the_bill_shows_it(self):
        order = self._create_order("50.00")
        self._cron()
        self._post(row(order.order_sn, "50.00", "0010002"))
        self.assertEqual(order.settlement_state, "settled")
        self._refund(order, "20.00")
        self._cron()
        self.assertEqual(order.settlement_state, "refunded_open")
        self.assertEqual(order.open_amount, -20.0)
        self._post(row(order.order_sn, "-20.00", "0020002", "2026-06-15 10:00:00"))
        self.assertEqual(order.settlement_state, "settled")

    def test_more_than_the_order_is_not_given_back(self):
        order = self._create_order("50.00")
        self._cron()
        refund = self._refund(order, "60.00")
        self._cron()
        self.assertFalse(refund.credit_note_id)
        self.assertIn("less left to give back", refund.book_error)

    def test_a_refund_of_an_order_in_the_invoice_of_a_day(self):
        self.company.pdd_invoice_grouping = "day"
        first, second = self._create_orders(
            self._order_row("85.00", "10.00"), self._order_row("33.33")
        )
        self._cron()
        refund = self._refund(second, "11.11")
        self._cron()
        self.assertEqual(refund.credit_note_id.amount_total, 11.11)
        self.assertEqual(second.open_amount, 22.22)
        self.assertEqual(first.open_amount, 95.0)
        self.assertEqual(refund.credit_note_id.reversed_entry_id, second.invoice_id)

    def test_invoices_of_both_groupings_have_the_same_totals(self):
        sums = []
        for grouping in ("order", "day"):
            self.company.pdd_invoice_grouping = grouping
            shop = self._create_shop(grouping, grouping)
            rows = [
                self._order_row(f"{number * 7.77:.2f}", f"{number % 3:.2f}")
                for number in range(1, 8)
            ]
            orders = self._create_orders(*rows, shop=shop)
            self._cron()
            self.assertEqual(set(orders.mapped("invoice_state")), {"done"})
            totals = {}
            for item in orders.invoice_id.line_ids:
                name = item.account_id.display_name
                totals[name] = round(totals.get(name, 0) + item.balance, 2)
            sums.append(totals)
        self.assertEqual(*sums)
