# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The entries an accountant expects, line by line, on the Chinese chart."""

import re

from odoo.tests import tagged

from .bills import row
from .common import FinanceCase

BUYER, PLATFORM = "应收账款—拼多多（买家）", "应收账款—拼多多（平台优惠）"
REVENUE, TAX = "主营业务收入", "应交税费"
GOODS_PAYMENT = "其他货币资金—拼多多货款（Test shop）"


@tagged("post_install", "-at_install")
class TestEntries(FinanceCase):
    def setUp(self):
        super().setUp()
        # list 100, shop discount 5, platform discount 10: the buyer pays 85
        self.order = self._create_order("85.00", "10.00", seller_discount=5.0)

    def _invoice(self):
        self.env["pdd.order"]._invoice_due()
        self.assertEqual(self.order.invoice_state, "done", self.order.invoice_error)
        return self.order.invoice_id

    def test_sale_with_platform_discount(self):
        invoice = self._invoice()
        self.assertEqual(
            self._entry(invoice),
            sorted(
                [
                    (BUYER, 85.0, 0.0),
                    (PLATFORM, 10.0, 0.0),
                    (REVENUE, 0.0, 84.07),
                    (TAX, 0.0, 10.93),
                ]
            ),
        )
        self.assertEqual(str(invoice.invoice_date), "2026-06-05")

    def test_settlement_of_the_sale(self):
        self._invoice()
        number = self.order.order_sn
        bill = self._post(
            row(number, "85.00", "0010002"),
            row(number, "10.00", "0010005"),
            row(number, "-0.57", "0030002"),
        )
        self.assertEqual(
            self._entries_by_code(bill),
            {
                "0010002": [(GOODS_PAYMENT, 85.0, 0.0), (BUYER, 0.0, 85.0)],
                "0010005": [(GOODS_PAYMENT, 10.0, 0.0), (PLATFORM, 0.0, 10.0)],
                "0030002": [
                    ("销售费用—技术服务费", 0.57, 0.0),
                    (GOODS_PAYMENT, 0.0, 0.57),
                ],
            },
        )
        self._assert_settled()
        self.assertEqual(self.order.invoice_id.payment_state, "paid")

    def test_refund_before_shipment_leaves_no_invoice(self):
        order = self._create_order(
            "50.00",
            "5.00",
            order_status=1,
            receive_time="",
            updated_at="2026-06-13 10:00:00",
        )
        self._refund(order, "50.00")
        self.assertEqual(order.state, "cancelled", order.hold_detail)
        self.env["pdd.order"]._cron_invoice()
        self.assertFalse(order.invoice_id)
        self.assertEqual(order.settlement_state, "not_due")
        number = order.order_sn
        self._post(
            row(number, "50.00", "0010002"),
            row(number, "5.00", "0010005"),
            row(number, "-50.00", "0020002", "2026-06-09 10:00:00"),
            row(number, "-5.00", "0020005", "2026-06-09 10:00:00"),
        )
        self._assert_settled(order, reason="cancelled_out")

    def test_full_refund_after_the_invoice(self):
        invoice = self._invoice()
        number = self.order.order_sn
        self._post(row(number, "85.00", "0010002"), row(number, "10.00", "0010005"))
        refund = self._refund(self.order, "85.00")
        self.env["pdd.order"]._cron_invoice()
        note = refund.credit_note_id
        self.assertEqual(
            self._entry(note),
            sorted(
                [
                    (REVENUE, 84.07, 0.0),
                    (TAX, 10.93, 0.0),
                    (BUYER, 0.0, 85.0),
                    (PLATFORM, 0.0, 10.0),
                ]
            ),
        )
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(str(note.invoice_date), "2026-06-12")
        self.assertEqual(self.order.settlement_state, "refunded_open")
        self.assertEqual(self.order.settlement_reason, "refund_missing")
        bill = self._post(
            row(number, "-85.00", "0020002", "2026-06-12 10:00:00"),
            row(number, "-10.00", "0020005", "2026-06-12 10:00:00"),
            row(number, "0.57", "0030002", "2026-06-12 10:00:01"),
        )
        self.assertEqual(
            self._entries_by_code(bill),
            {
                "0020002": [(BUYER, 85.0, 0.0), (GOODS_PAYMENT, 0.0, 85.0)],
                "0020005": [(PLATFORM, 10.0, 0.0), (GOODS_PAYMENT, 0.0, 10.0)],
                "0030002": [
                    (GOODS_PAYMENT, 0.57, 0.0),
                    ("销售费用—技术服务费", 0.0, 0.57),
                ],
            },
        )
        self._assert_settled()

    def test_partial_refund_is_the_same_in_proportion(self):
        self._invoice()
        number = self.order.order_sn
        refund = self._refund(self.order, "34.00")
        self.env["pdd.order"]._cron_invoice()
        self.assertEqual(refund.platform_amount, 4.0)
        self.assertEqual(
            self._entry(refund.credit_note_id),
            sorted(
                [
                    (REVENUE, 33.63, 0.0),
                    (TAX, 4.37, 0.0),
                    (BUYER, 0.0, 34.0),
                    (PLATFORM, 0.0, 4.0),
                ]
            ),
        )
        self._post(
            row(number, "85.00", "0010002"),
            row(number, "10.00", "0010005"),
            row(number, "-34.00", "0020002", "2026-06-12 10:00:00"),
            row(number, "-4.00", "0020005", "2026-06-12 10:00:00"),
        )
        self._assert_settled()

    def test_fees_commissions_penalties_and_appeals(self):
        number = self.order.order_sn
        bill = self._post(
            row(number, "-2.00", "0060001"),
            row(number, "-0.86", "0050002"),
            row("", "-3.00", "0040004", remark=f"延迟发货（订单{number}）"),
            row("", "3.00", "0130001"),
        )
        self.assertEqual(
            self._entries_by_code(bill),
            {
                "0060001": [
                    ("销售费用—多多进宝佣金", 2.0, 0.0),
                    (GOODS_PAYMENT, 0.0, 2.0),
                ],
                "0050002": [
                    ("销售费用—运费险及体验提升计划", 0.86, 0.0),
                    (GOODS_PAYMENT, 0.0, 0.86),
                ],
                "0040004": [
                    ("营业外支出—平台赔付", 3.0, 0.0),
                    (GOODS_PAYMENT, 0.0, 3.0),
                ],
                "0130001": [
                    (GOODS_PAYMENT, 3.0, 0.0),
                    ("营业外支出—平台赔付", 0.0, 3.0),
                ],
            },
        )
        late = bill.line_ids.filtered(lambda line: line.flow_code == "0040004")
        self.assertEqual(late.order_id, self.order)

    def test_refund_on_the_road_books_nothing(self):
        order = self._create_order("50.00", "5.00", order_status=2, receive_time="")
        self._refund(order, "50.00")
        order._write_row({"order_status": 3, "receive_date": "2026-06-20 04:00:00"})
        self.env["pdd.order"]._cron_invoice()
        self.assertFalse(order.invoice_id or order.refund_ids.credit_note_id)
        self.assertFalse(order.item_ids)

    def test_each_code_of_the_dictionary_has_its_account(self):
        number = self.order.order_sn
        accounts = {
            "0030001": "销售费用—技术服务费",
            "0030002": "销售费用—技术服务费",
            "0030003": "销售费用—百亿补贴服务费",
            "0040002": "销售费用—售后补偿",
            "0040004": "营业外支出—平台赔付",
            "0040005": "营业外支出—平台赔付",
            "0050002": "销售费用—运费险及体验提升计划",
            "0060001": "销售费用—多多进宝佣金",
            "0060002": "主营业务收入—售后让利",
            "0070004": "预付账款—拼多多推广",
            "0080001": "流动性转账",
            "0139999": "营业外支出—平台赔付",
            "0140028": "销售费用—平台其他费用",
        }
        bill = self._post(
            *[
                ",".join((number, "2026-06-08 10:00:00", "0", "-1.00", "x", "-", text))
                for text in (f"{code}|x" for code in accounts)
            ]
        )
        found = {
            code: (entry[0][0], GOODS_PAYMENT in [name for name, *_ in entry])
            for code, entry in self._entries_by_code(bill).items()
        }
        self.assertEqual(found, {code: (name, True) for code, name in accounts.items()})

    def test_words_stand_in_for_codes_that_no_source_names(self):
        accounts = {
            "售后费用-小额打款": "主营业务收入—售后让利",
            "售后费用-运费补偿": "销售费用—售后补偿",
            "售后费用-缺货": "营业外支出—平台赔付",
            "售后费用-欺诈发货": "营业外支出—平台赔付",
            "其他收入-申诉补回": "营业外支出—平台赔付",
            "店铺保证金": "其他应收款—平台保证金",
            "活动保证金": "其他应收款—平台保证金",
        }
        number = self.order.order_sn
        bill = self._post(
            *[
                ",".join((number, "2026-06-08 10:00:00", "0", "-1.00", "x", "-", name))
                for name in accounts
            ]
        )
        found = {
            line.flow_name: {name for name, *_ in self._entry(line.move_id)}
            for line in bill.line_ids
        }
        for name, account in accounts.items():
            self.assertIn(account, found[name], name)

    def test_an_export_without_codes_is_booked_by_its_words(self):
        lines = [
            row(self.order.order_sn, "85.00", "0010002"),
            row(self.order.order_sn, "10.00", "0010005"),
            row(self.order.order_sn, "-0.57", "0030002"),
            row("", "-2.00", "0060001"),
            row("", "-5000.00", "0080001"),
        ]
        self._invoice()
        bill = self._post(*(re.sub(r"\d{7}\|", "", line) for line in lines))
        self.assertEqual(set(bill.line_ids.mapped("flow_code")), {False})
        self.assertEqual(
            {line.amount: line.flow_type_id.code for line in bill.line_ids},
            {
                85.0: "0010002",
                10.0: "0010005",
                -0.57: "0030002",
                -2.0: "0060001",
                -5000.0: "0080001",
            },
        )
        self._assert_settled()

    # --- cost of goods, where the company values its stock perpetually

    def _value_perpetually(self):
        """Let the cup cost 40.00, booked when it is invoiced.

        Odoo 19 knows no account for goods on their way: what the specification books
        from 发出商品 comes from the stock itself, with the same invoice.
        """
        if "property_valuation" not in self.env["product.category"]._fields:
            self.skipTest("Inventory is not installed")
        category = self.env["product.category"].create(
            {"name": "Perpetual", "property_valuation": "real_time"}
        )
        self.product.write(
            {"is_storable": True, "standard_price": 40.0, "categ_id": category.id}
        )
        accounts = self.product.product_tmpl_id.get_product_accounts()
        self.stock = accounts["stock_valuation"]
        self.cost = accounts["expense"]
        self.assertTrue(self.stock and self.cost)

    def _costs(self, move):
        """Return what an invoice books on cost and stock."""
        items = move.line_ids.filtered(lambda item: item.display_type == "cogs")
        return {item.account_id: item.balance for item in items}

    def test_the_cost_is_booked_with_the_revenue(self):
        self._value_perpetually()
        costs = {self.cost: 40.0, self.stock: -40.0}
        self.assertEqual(self._costs(self._invoice()), costs)
        self.assertEqual(len(self._entry(self.order.invoice_id)), 6)

    def _create_gift(self, **vals):
        """Return a gift order: nothing is paid for it, the bill has no row of it."""
        row = self._order_row("0.00", **vals)
        row["related_order_list"] = [
            {"relation_type": 4, "order_sn": self.order.order_sn}
        ]
        gift = self._create_orders(row)
        self.assertEqual((gift.state, gift.sale_order_id.amount_total), ("done", 0.0))
        return gift

    def test_a_gift_without_perpetual_cost_needs_no_invoice(self):
        for trigger in ("receipt", "bill"):
            self.company.pdd_invoice_trigger = trigger
            gift = self._create_gift()
            self.env["pdd.order"]._cron_invoice()
            self.assertEqual(gift.invoice_state, "nothing", gift.invoice_error)
            self.assertFalse(gift.invoice_id)
            self.assertEqual(gift.settlement_state, "not_due")

    def test_the_cost_of_a_gift_is_booked_without_revenue(self):
        self._value_perpetually()
        for trigger in ("receipt", "bill"):
            self.company.pdd_invoice_trigger = trigger
            gift = self._create_gift()
            self.env["pdd.order"]._cron_invoice()
            self.assertEqual(gift.invoice_state, "done", gift.invoice_error)
            invoice = gift.invoice_id
            self.assertEqual((invoice.state, invoice.amount_total), ("posted", 0.0))
            costs = {self.cost: 40.0, self.stock: -40.0}
            self.assertEqual(self._costs(invoice), costs)
            self.assertEqual(gift.settlement_state, "settled")

    def test_the_cost_of_a_gift_comes_back_with_it(self):
        self._value_perpetually()
        gift = self._create_gift()
        self.env["pdd.order"]._cron_invoice()
        kept = self._refund(gift, "0.00")
        back = self._refund(gift, "0.00", after_sales_type=3, goods_number="1")
        self.env["pdd.order"]._cron_invoice()
        self.assertFalse(kept.credit_note_id or kept.book_error)
        costs = {self.cost: -40.0, self.stock: 40.0}
        self.assertEqual(self._costs(back.credit_note_id), costs)
        self.assertEqual(back.credit_note_id.amount_total, 0.0)

    def test_a_refund_of_a_gift_without_cost_is_no_trouble(self):
        gift = self._create_gift()
        self.env["pdd.order"]._cron_invoice()
        refunds = self._refund(gift, "0.00", after_sales_type=3)
        self.env["pdd.order"]._cron_invoice()
        self.assertFalse(refunds.credit_note_id or refunds.book_error)
        self.assertFalse(self.env["pdd.issue"].search([("cause", "=", "credit")]))

    def test_the_cost_of_a_gift_is_in_the_invoice_of_its_day(self):
        self._value_perpetually()
        self.company.pdd_invoice_grouping = "day"
        gift = self._create_gift()
        costs = {self.cost: 80.0, self.stock: -80.0}
        self.assertEqual(self._costs(self._invoice()), costs)
        self.assertEqual(gift.invoice_id, self.order.invoice_id)

    def test_the_cost_of_a_day_is_that_of_its_orders(self):
        self._value_perpetually()
        self.company.pdd_invoice_grouping = "day"
        self._create_order("20.00")
        costs = {self.cost: 80.0, self.stock: -80.0}
        self.assertEqual(self._costs(self._invoice()), costs)

    def test_the_cost_stays_when_the_buyer_keeps_the_goods(self):
        self._value_perpetually()
        self._invoice()
        for amount in ("34.00", "51.00"):
            refund = self._refund(self.order, amount)
            self.env["pdd.order"]._cron_invoice()
            self.assertEqual(refund.credit_note_id.state, "posted")
            self.assertFalse(self._costs(refund.credit_note_id))

    def test_the_cost_comes_back_with_the_goods(self):
        self._value_perpetually()
        self._invoice()
        refund = self._refund(self.order, "85.00", after_sales_type=3)
        self.env["pdd.order"]._cron_invoice()
        costs = {self.cost: -40.0, self.stock: 40.0}
        self.assertEqual(self._costs(refund.credit_note_id), costs)

    def test_the_cost_of_the_pieces_that_come_back_comes_back(self):
        self._value_perpetually()
        item = {
            **{"goods_id": "1", "sku_id": "11", "goods_name": "Cup"},
            **{"goods_price": 33.33, "goods_count": 3, "outer_id": "CUP"},
        }
        order = self._create_order("99.99", item_list=[item])
        self._invoice()
        refund = self._refund(order, "66.66", after_sales_type=3, goods_number=2)
        self.env["pdd.order"]._cron_invoice()
        costs = {self.cost: -80.0, self.stock: 80.0}
        self.assertEqual(self._costs(refund.credit_note_id), costs)
        self.assertEqual(refund.credit_note_id.amount_total, 66.66)

    def _value_at(self, cost, method):
        """Let the cup be valued by a method, at a cost that moves later."""
        self._value_perpetually()
        self.product.categ_id.property_cost_method = method
        self.product.standard_price = cost

    def _assert_cost_back(self, order, amount, cost, **vals):
        """Refund an order; this much of its cost comes back."""
        refund = self._refund(
            order, amount, **{"after_sales_type": 3, "goods_number": 1, **vals}
        )
        self.env["pdd.order"]._cron_invoice()
        self.assertFalse(refund.book_error)
        costs = {self.cost: -cost, self.stock: cost} if cost else {}
        self.assertEqual(self._costs(refund.credit_note_id), costs)
        return refund.credit_note_id

    def _create_cups(self, count, paid):
        """Return an order of so many cups."""
        item = {
            **{"goods_id": "1", "sku_id": "11", "goods_name": "Cup"},
            **{"goods_price": float(paid) / count, "goods_count": count},
            "outer_id": "CUP",
        }
        return self._create_order(paid, item_list=[item])

    def test_the_cost_that_was_booked_comes_back_though_it_moved(self):
        for method in ("standard", "average", "fifo"):
            for grouping in ("order", "day"):
                with self.subTest(method, grouping=grouping):
                    self.company.pdd_invoice_grouping = grouping
                    self._value_at(10.0, method)
                    order, other = self._create_cups(2, "50.00"), self._create_order()
                    self.env["pdd.order"]._cron_invoice()
                    self.assertEqual(order.invoice_state, "done", order.invoice_error)
                    self.product.standard_price = 30.0
                    self._assert_cost_back(order, "25.00", 10.0)
                    self._assert_cost_back(order, "20.00", 10.0)
                    self._assert_cost_back(order, "5.00", 0.0)
                    self._assert_cost_back(other, "100.00", 10.0)

    def test_no_more_pieces_come_back_than_were_sold(self):
        self._value_at(10.0, "average")
        order = self._create_cups(2, "50.00")
        self.env["pdd.order"]._cron_invoice()
        self._assert_cost_back(order, "25.00", 20.0, goods_number=2)
        self._assert_cost_back(order, "25.00", 0.0, goods_number=2)

    def test_what_cost_nothing_when_it_was_sold_brings_no_cost_back(self):
        self._value_at(0.0, "average")
        self._invoice()
        self.product.standard_price = 30.0
        self._assert_cost_back(self.order, "85.00", 0.0)

    def test_cost_that_does_not_divide_comes_back_to_the_fen(self):
        self._value_at(3.33, "average")
        order = self._create_cups(3, "99.99")
        self.env["pdd.order"]._cron_invoice()
        self.product.standard_price = 30.0
        for _number in range(3):
            self._assert_cost_back(order, "33.33", 3.33)

    def test_the_cost_of_other_goods_stays_when_money_of_theirs_goes_back(self):
        self._value_at(10.0, "average")
        order = self._create_order_of_two_rates("200.00", "0")
        rice = order.sale_order_id.order_line.product_id - self.product
        rice.write({"is_storable": True, "categ_id": self.product.categ_id.id})
        rice.standard_price = 7.0
        self.env["pdd.order"]._cron_invoice()
        self._assert_cost_back(order, "150.00", 10.0)

    def test_a_credit_note_that_is_posted_again_brings_the_same_cost(self):
        self._value_at(10.0, "average")
        self._invoice()
        self.product.standard_price = 30.0
        note = self._assert_cost_back(self.order, "85.00", 10.0)
        note.button_draft()
        self.assertFalse(self._costs(note))
        note.action_post()
        self.assertEqual(self._costs(note), {self.cost: -10.0, self.stock: 10.0})

    def test_an_invoice_made_again_after_a_reversal_has_the_cost_that_comes_back(self):
        self._value_at(10.0, "average")
        invoice = self._invoice()
        invoice._reverse_moves([{"invoice_date": "2026-06-10"}], cancel=True)
        self.order.action_make_invoice()
        self.assertNotEqual(self.order.invoice_id, invoice)
        self.product.standard_price = 30.0
        self._assert_cost_back(self.order, "85.00", 10.0)

    def test_small_transfer_reduces_revenue_and_output_tax(self):
        bill = self._post(row(self.order.order_sn, "-10.00", "0040099"))
        self.assertEqual(
            self._entries_by_code(bill)["0040099"],
            [
                ("主营业务收入—售后让利", 8.85, 0.0),
                (TAX, 1.15, 0.0),
                (GOODS_PAYMENT, 0.0, 10.0),
            ],
        )
        items = bill.line_ids.move_id.line_ids
        tax = self.order.sale_order_id.order_line.tax_ids
        self.assertEqual(items.tax_ids, tax)
        self.assertEqual(items.tax_line_id, tax)

    def test_small_transfer_is_taxed_as_the_goods_are(self):
        order = self._create_order_of_two_rates("190.00", "10.00")
        self.product.taxes_id = False
        exempt = self._create_order("100.00")
        bill = self._post(
            row(order.order_sn, "-10.00", "0040099"),
            row(exempt.order_sn, "-10.00", "0040099", "2026-06-08 10:00:01"),
        )
        by_order = bill.line_ids.grouped("order_id")
        self.assertEqual(
            self._entry(by_order[order].move_id),
            sorted(
                [
                    ("主营业务收入—售后让利", 9.01, 0.0),  # 5.00 of 13 %, 5.00 of 9 %
                    (TAX, 0.99, 0.0),
                    (GOODS_PAYMENT, 0.0, 10.0),
                ]
            ),
        )
        self.assertEqual(
            self._entry(by_order[exempt].move_id),
            sorted(
                [
                    ("主营业务收入—售后让利", 10.0, 0.0),
                    (GOODS_PAYMENT, 0.0, 10.0),
                ]
            ),
        )

    def test_small_transfer_as_an_expense(self):
        flow_type = self.env.ref("pdd_connector_finance.flow_type_small_transfer")
        account = self.company._make_pdd_account("compensation")
        flow_type.write({"treatment": "charge", "account_id": account.id})
        bill = self._post(row(self.order.order_sn, "-10.00", "0040099"))
        self.assertEqual(
            self._entries_by_code(bill)["0040099"],
            [("销售费用—售后补偿", 10.0, 0.0), (GOODS_PAYMENT, 0.0, 10.0)],
        )

    def test_transfers_do_not_touch_profit(self):
        bill = self._post(
            row("", "-1000.00", "0070004"),
            row("", "-500.00", "0150001"),
            row("", "-5000.00", "0080001"),
        )
        self.assertEqual(
            self._entries_by_code(bill),
            {
                "0070004": [
                    ("预付账款—拼多多推广", 1000.0, 0.0),
                    (GOODS_PAYMENT, 0.0, 1000.0),
                ],
                "0150001": [
                    ("其他应收款—平台保证金", 500.0, 0.0),
                    (GOODS_PAYMENT, 0.0, 500.0),
                ],
                "0080001": [("流动性转账", 5000.0, 0.0), (GOODS_PAYMENT, 0.0, 5000.0)],
            },
        )

    def _entries_by_code(self, bill):
        """Return the entry of each line, debits first, by code."""
        return {
            line.flow_code: sorted(
                self._entry(line.move_id), key=lambda item: (not item[1], item[0])
            )
            for line in bill.line_ids
        }

    def _assert_settled(self, order=None, reason=False):
        order = order or self.order
        self.assertEqual(
            (order.settlement_state, order.settlement_reason), ("settled", reason)
        )
        items = order.item_ids.filtered("pdd_part")
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertAlmostEqual(sum(items.mapped("balance")), 0.0)
