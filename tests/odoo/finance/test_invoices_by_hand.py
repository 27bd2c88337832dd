# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invoices a person has made of the sales orders: they end as the connector's own."""

from odoo.tests import tagged

from .bills import row
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestInvoicesByHand(FinanceCase):
    def _cron(self):
        self.env["pdd.order"]._cron_invoice()

    def _invoice(self, orders, quantity=None):
        """Invoice orders as a person does, all or a part of what is left of them."""
        sale_orders = orders.sale_order_id
        for line in sale_orders.order_line:
            line.qty_delivered = line.product_uom_qty
        sale_orders.partner_shipping_id = sale_orders[0].partner_shipping_id
        invoice = sale_orders._create_invoices()
        if quantity:
            invoice.invoice_line_ids.quantity = quantity
        invoice.action_post()
        return invoice

    def _parts(self, moves):
        """Return the receivables: order, part, account and balance."""
        return sorted(
            (
                item.pdd_order_id.order_sn,
                item.pdd_part,
                item.account_id.with_context(lang="zh_CN").name,
                item.balance,
            )
            for item in moves.line_ids
            if item.account_id.account_type == "asset_receivable"
        )

    def _expected(self, order, buyer, platform):
        return [
            (order.order_sn, "buyer", "应收账款—拼多多（买家）", buyer),
            (order.order_sn, "platform", "应收账款—拼多多（平台优惠）", platform),
        ]

    def _pay(self, order, buyer, platform):
        self._post(
            row(order.order_sn, buyer, "0010002"),
            row(order.order_sn, platform, "0010005"),
        )

    def _assert_settled(self, order):
        items = self.env["account.move.line"].search([("pdd_order_id", "=", order.id)])
        receivables = items.filtered("pdd_part")
        self.assertTrue(receivables)
        self.assertTrue(all(receivables.mapped("reconciled")))
        self.assertEqual(order.settlement_state, "settled", order.settlement_reason)

    def _try_again(self, order):
        self.shop._review_books()
        issue = self.env["pdd.issue"].search(
            [("shop_id", "=", self.shop.id), ("cause", "=", "invoice")]
        )
        self.assertEqual((issue.state, issue.waiting_count), ("open", 1))
        issue.action_retry()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self.assertEqual(issue.state, "solved")

    # --- what is taken over

    def test_it_is_split_and_settled_as_the_connectors_own(self):
        order, own = self._create_order("103.00", "10.00"), self._create_order()
        invoice = self._invoice(order)
        number, date = invoice.name, invoice.date
        self._cron()
        self.assertRecordValues(
            order,
            [
                {
                    "invoice_id": invoice.id,
                    "invoice_state": "done",
                    "settlement_state": "open",
                }
            ],
        )
        self.assertRecordValues(
            invoice,
            [
                {
                    "name": number,
                    "date": date,
                    "state": "posted",
                    "payment_state": "not_paid",
                    "pdd_shop_id": self.shop.id,
                }
            ],
        )
        self.assertEqual(
            self._parts(invoice), self._expected(order, buyer=103.0, platform=10.0)
        )
        self._pay(order, "103.00", "10.00")
        self._assert_settled(order)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(invoice.pdd_settlement_state, "settled")
        self.assertEqual(own.invoice_state, "done")

    def test_the_bill_may_come_before_it_is_taken_over(self):
        order = self._create_order("103.00", "10.00")
        self._invoice(order)
        self._pay(order, "103.00", "10.00")
        self._cron()
        self._assert_settled(order)

    def test_all_of_several_are_taken_over(self):
        row_of_three = self._order_row("103.00", "10.00")
        row_of_three["item_list"][0].update(goods_count=3, goods_price=37.67)
        row_of_three["seller_discount"] = 0.01
        row_of_three["discount_amount"] = 10.01
        row_of_three["goods_amount"] = 113.01
        order = self._create_orders(row_of_three)
        first = self._invoice(order, quantity=1)
        second = self._invoice(order)
        self._cron()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self.assertEqual(order.invoice_id, first)
        sums = {}
        for _sn, part, account, balance in self._parts(first + second):
            key = part, account
            sums[key] = round(sums.get(key, 0.0) + balance, 2)
        self.assertEqual(
            sums,
            {
                ("buyer", "应收账款—拼多多（买家）"): 103.0,
                ("platform", "应收账款—拼多多（平台优惠）"): 10.0,
            },
        )
        self.assertEqual(len(self._parts(second)), 2)
        self._pay(order, "103.00", "10.00")
        self._assert_settled(order)
        self.assertEqual(second.payment_state, "paid")

    def test_one_of_many_orders_is_taken_over_for_each_of_them(self):
        first = self._create_order("103.00", "10.00")
        second = self._create_order("50.00", order_status=2, receive_time="")
        invoice = self._invoice(first + second)
        self.assertEqual(len(invoice), 1)
        self._cron()
        self.assertEqual((first + second).mapped("invoice_id"), invoice)
        self.assertEqual(
            self._parts(invoice),
            [
                *self._expected(first, 103.0, 10.0),
                (second.order_sn, "buyer", "应收账款—拼多多（买家）", 50.0),
            ],
        )
        self._pay(first, "103.00", "10.00")
        self._assert_settled(first)
        self.assertEqual(second.settlement_state, "open")

    def test_the_debtor_is_the_one_of_the_settings(self):
        self.company.pdd_debtor = "platform"
        order = self._create_order()
        invoice = self._invoice(order)
        customer = invoice.partner_id
        self._cron()
        self.assertEqual(invoice.partner_id, customer)
        items = invoice.line_ids.filtered("pdd_part")
        self.assertEqual(items.partner_id, self.shop._get_debtor())

    def test_a_refund_of_it_gets_a_credit_note(self):
        order = self._create_order("103.00", "10.00")
        self._invoice(order)
        self._cron()
        refund = self._refund(order, "103.00")
        self._cron()
        self.assertEqual(refund.credit_note_id.amount_total, 113.0)
        self._assert_settled(order)

    def test_one_with_an_order_that_came_to_nothing_is_taken_over(self):
        order, nothing = self._create_order("103.00", "10.00"), self._create_order()
        self._refund(nothing, "100.00").action_book()
        self.assertEqual(nothing.entitled_amount, 0.0)
        invoice = self._invoice(order + nothing)
        self._cron()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self.assertEqual(self._parts(invoice), self._expected(order, 103.0, 10.0))

    def test_one_that_was_reversed_is_no_invoice(self):
        order = self._create_order("103.00", "10.00")
        invoice = self._invoice(order)
        self._reverse(invoice)
        self._cron()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self.assertNotEqual(order.invoice_id, invoice)
        self.assertFalse(invoice.pdd_shop_id)

    def _reverse(self, invoice):
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        wizard.refund_moves()
        wizard.new_move_ids.filtered(lambda m: m.state == "draft").action_post()

    def test_the_second_of_two_that_is_cancelled_is_noticed(self):
        row_of_two = self._order_row("100.00")
        row_of_two["item_list"][0].update(goods_count=2, goods_price=50.0)
        order = self._create_orders(row_of_two)
        self._invoice(order, quantity=1)
        second = self._invoice(order)
        self._cron()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        second.button_draft()
        second.button_cancel()
        self.assertEqual(order.invoice_state, "error")

    def test_the_connectors_own_that_is_posted_again_is_taken_back(self):
        self.company.pdd_invoice_grouping = "day"
        first, second = self._create_order("103.00", "10.00"), self._create_order()
        self._cron()
        invoice = first.invoice_id
        self.assertTrue(invoice.pdd_is_summary)
        self._pay(first, "103.00", "10.00")
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(second.invoice_state, "error")
        invoice.button_draft()
        invoice.action_post()
        first.action_make_invoice()
        self.assertEqual((first + second).mapped("invoice_id"), invoice)
        self._assert_settled(first)

    # --- what is not

    def test_one_that_is_paid_is_left_with_a_reason(self):
        order = self._create_order("103.00", "10.00")
        invoice = self._invoice(order)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()
        self._cron()
        self.assertEqual(order.invoice_state, "error")
        self.assertIn(f"{invoice.name}, made by hand, is paid", order.invoice_error)
        payment = invoice.matched_payment_ids | invoice.reconciled_payment_ids
        payment.action_draft()
        payment.action_cancel()
        self._try_again(order)
        self.assertEqual(
            self._parts(invoice), self._expected(order, buyer=103.0, platform=10.0)
        )

    def test_one_in_a_locked_period_is_left_with_a_reason(self):
        order = self._create_order("103.00", "10.00")
        invoice = self._invoice(order)
        self.env.flush_all()
        self.company.fiscalyear_lock_date = invoice.date
        self._cron()
        self.assertEqual(order.invoice_state, "error")
        self.assertIn("is in a locked period", order.invoice_error)
        self.assertFalse(invoice.line_ids.filtered("pdd_part"))
        self.company.fiscalyear_lock_date = False
        self._try_again(order)

    def test_one_that_cannot_be_changed_is_left_with_a_reason(self):
        order = self._create_order("103.00", "10.00")
        invoice = self._invoice(order)
        invoice.journal_id.restrict_mode_hash_table = True
        invoice.button_hash()
        self.assertTrue(invoice.inalterable_hash)
        self._cron()
        self.assertIn("cannot be changed any more", order.invoice_error)
        self._reverse(invoice)
        self._try_again(order)
        self.assertNotEqual(order.invoice_id, invoice)

    def test_one_of_another_amount_is_left_with_a_reason(self):
        order = self._create_order("103.00", "10.00")
        invoice = order.sale_order_id._create_invoices()
        invoice.invoice_line_ids.price_unit = 100.0
        invoice.action_post()
        self._cron()
        self.assertEqual(
            order.invoice_error,
            f"The invoices made by hand of {order.order_sn} ({invoice.name}) add up to "
            "100.00, the shop is entitled to 113.00: correct them, or reverse them "
            "with a credit note and the order is invoiced anew. Then press Try Again.",
        )

    def test_one_that_is_also_about_an_invoiced_order_is_left_with_a_reason(self):
        done = self._create_order("50.00")
        self._cron()
        order = self._create_order("103.00", "10.00")
        order.sale_order_id.order_line.qty_delivered = 1
        invoice = order.sale_order_id._create_invoices()
        invoice.invoice_line_ids.copy(
            {
                "move_id": invoice.id,
                "price_unit": 50.0,
                "sale_line_ids": done.sale_order_id.order_line.ids,
            }
        )
        invoice.action_post()
        self._cron()
        self.assertEqual(order.invoice_state, "error")
        self.assertIn(done.order_sn, order.invoice_error)
