# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reports of the merchant backend explain what the bill leaves open."""

import base64
import io
from datetime import datetime

import openpyxl
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .bills import row
from .common import FinanceCase

COMPENSATION = "订单号,商品名称,赔付时间,赔付金额(元),承诺发货时间,发货时间,赔付原因"
NINTH = datetime(2026, 6, 9, 10)  # Shanghai
PROMOTION = "日期,商品ID,推广场景,成交花费(元),交易额(元),总花费(元),曝光量"


def csv_report(*lines, encoding="utf-8-sig"):
    return "\r\n".join(lines).encode(encoding)


def xlsx_report(*lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line.split(","))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@tagged("post_install", "-at_install")
class TestReports(FinanceCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, "books", groups="pdd_connector_finance.group_pdd_accountant"
        )

    def _upload(self, report, content, **vals):
        wizard = (
            self.env["pdd.report.upload"]
            .with_user(self.user)
            .create(
                {
                    "report": report,
                    "shop_id": self.shop.id,
                    "file": base64.b64encode(content),
                    **vals,
                }
            )
        )
        action = wizard.action_upload()
        return self.env[action["res_model"]].search(action["domain"])

    def _assert_refused(self, report, content, *parts):
        with self.assertRaises(UserError) as caught:
            self._upload(report, content)
        for part in parts:
            self.assertIn(part, str(caught.exception))

    # --- compensations

    def _row(self, order_sn, amount="3.00", moment="2026-06-09 10:00:00"):
        return f"{order_sn},Cup,{moment},{amount},2026-06-03 10:00:00,,延迟发货"

    def _pay(self, *moments):
        """Post penalties without order number."""
        bill = self._post(*(row("", "-3.00", "0040004", moment) for moment in moments))
        return bill.line_ids.sorted("id")

    def test_a_penalty_without_number_gets_the_order_of_the_report(self):
        order = self._create_order()
        line = self._pay("2026-06-09 10:00:00")
        self.assertEqual(line.reason, "no_order")
        row_of_report = self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order.order_sn))
        )
        self.assertRecordValues(
            line, [{"order_id": order.id, "order_source": "report", "reason": False}]
        )
        self.assertEqual(row_of_report.bill_line_id, line)
        self.assertIn(order, line.move_id.line_ids.pdd_order_id)
        self.assertEqual(order.charge_amount, -3.0)

    def test_the_report_may_come_before_the_bill_and_twice(self):
        order = self._create_order()
        content = csv_report(COMPENSATION, self._row(order.order_sn))
        for _time in range(2):
            self.assertEqual(len(self._upload("compensation", content)), 1)
        line = self._pay("2026-06-09 10:00:00")
        self.shop._cron_post_bills()
        self.assertEqual(line.order_id, order)
        self.assertEqual(self.env["pdd.compensation"].search_count([]), 1)

    def test_a_report_saved_as_spreadsheet_is_read(self):
        order = self._create_order()
        line = self._pay("2026-06-09 10:00:00")
        self._upload(
            "compensation",
            xlsx_report("消费者赔付", COMPENSATION, self._row(order.order_sn)),
        )
        self.assertEqual(line.order_id, order)

    def test_equal_penalties_of_one_second_get_an_order_each(self):
        orders = self._create_orders(self._order_row(), self._order_row())
        lines = self._pay("2026-06-09 10:00:00", "2026-06-09 10:00:00")
        self._upload(
            "compensation",
            csv_report(COMPENSATION, *(self._row(o.order_sn) for o in orders)),
        )
        self.assertEqual(lines.order_id, orders)

    def test_a_row_whose_movement_has_its_number_is_about_no_other(self):
        order = self._create_order()
        bill = self._post(
            row(order.order_sn, "-3.00", "0040004", "2026-06-09 10:00:00"),
            row("", "-3.00", "0040004", "2026-06-09 10:05:00"),
        )
        own, other = bill.line_ids.sorted("occurred_at")
        found = self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order.order_sn))
        )
        self.assertEqual(found.bill_line_id, own)
        self.assertEqual(own.order_source, "file")
        self.assertFalse(other.order_sn)

    def test_a_movement_with_number_is_taken_by_one_row_only(self):
        order = self._create_order()
        bill = self._post(
            row(order.order_sn, "-3.00", "0040004", "2026-06-09 10:05:00"),
            row("", "-3.00", "0040004", "2026-06-09 10:01:00"),
        )
        nameless, own = bill.line_ids.sorted("occurred_at")
        moments = ("2026-06-09 10:01:00", "2026-06-09 10:05:00")
        rows = [self._row(order.order_sn, moment=moment) for moment in moments]
        found = self._upload("compensation", csv_report(COMPENSATION, rows[1]))
        self.assertEqual(found.bill_line_id, own)
        found = self._upload("compensation", csv_report(COMPENSATION, *rows))
        self.assertEqual(found.bill_line_id, own | nameless)
        self.assertEqual(nameless.order_id, order)

    def test_a_report_about_a_locked_day_does_not_stop_the_scheduled_action(self):
        self.company.pdd_posting_mode = "day"
        order = self._create_order()
        bill = self._post(
            row("", "-3.00", "0020002", "2026-06-09 10:00:00"),
            row("", "-4.00", "0020002", "2026-06-09 10:00:00"),
        )
        line = bill.line_ids.filtered(lambda line: line.amount == -3.0)
        vals = self.env["pdd.compensation"]._prepare_vals(
            {"order_sn": order.order_sn, "occurred_at": NINTH, "amount": 3.0}
            | dict.fromkeys(("promised_date", "shipping_date"))
            | dict.fromkeys(("reason", "tracking_number"), "")
        )
        self.env["pdd.compensation"].create(
            {**vals, "shop_id": self.shop.id, "ordinal": 1}
        )
        self.env.flush_all()
        self.company.fiscalyear_lock_date = "2026-06-30"
        self.env["pdd.shop"]._cron_post_bills()
        self.assertEqual(line.order_id, order)
        self.assertEqual(order.refund_bill_amount, -3.0)
        self.assertTrue(line.move_id.pdd_correction_ids)

    def test_a_refund_of_the_same_amount_is_no_compensation(self):
        order = self._create_order()
        bill = self._post(
            row(order.order_sn, "-3.00", "0020002", "2026-06-09 10:00:00"),
            row("", "-3.00", "0040004", "2026-06-09 10:00:00"),
        )
        penalty = bill.line_ids.filtered(lambda line: line.flow_code == "0040004")
        self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order.order_sn))
        )
        self.assertEqual(penalty.order_id, order)

    def test_a_moment_close_by_is_enough_when_only_one_fits(self):
        order = self._create_order()
        near, far = self._pay("2026-06-09 10:04:00", "2026-06-09 15:00:00")
        self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order.order_sn))
        )
        self.assertEqual(near.order_id, order)
        self.assertFalse(far.order_id)

    def test_what_is_not_clear_is_left_to_a_person(self):
        order = self._create_order()
        lines = self._pay("2026-06-09 10:04:00", "2026-06-09 10:05:00")
        found = self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order.order_sn))
        )
        self.assertFalse(lines.order_id)
        self.assertFalse(found.bill_line_id)

    def test_an_order_that_is_not_in_odoo_is_named_and_linked_later(self):
        order_row = self._order_row()
        line = self._pay("2026-06-09 10:00:00")
        self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order_row["order_sn"]))
        )
        self.assertEqual(line.order_sn, order_row["order_sn"])
        order = self._create_orders(order_row)
        self.env["pdd.bill.line"]._link_orders(self.shop)
        self.assertEqual(line.order_id, order)

    def test_posting_anew_keeps_the_order_of_the_report(self):
        order = self._create_order()
        line = self._pay("2026-06-09 10:00:00")
        self._upload(
            "compensation", csv_report(COMPENSATION, self._row(order.order_sn))
        )
        line.bill_id.action_undo()
        line.bill_id.action_post_lines()
        self.assertIn(order, line.move_id.line_ids.pdd_order_id)

    def test_a_wrong_report_names_line_and_column_and_changes_nothing(self):
        good = self._row("260601-000000000000001")
        self._assert_refused(
            "compensation",
            csv_report(COMPENSATION, good, self._row("2.60601E+20")),
            *("Line 3", "订单号", "2.60601E+20", "without opening it"),
        )
        self._assert_refused(
            "compensation",
            csv_report(COMPENSATION, self._row("260601-000000000000001", "three")),
            *("Line 2", "赔付金额(元)", "three"),
        )
        self._assert_refused(
            "compensation",
            csv_report(COMPENSATION, self._row("260601-000000000000001", moment="")),
            *("Line 2", "赔付时间", "empty"),
        )
        self._assert_refused(
            "compensation",
            csv_report(COMPENSATION.replace("赔付时间", "时间"), good),
            *(
                "Line 1",
                "赔付时间",
                "Report Headings",
                "订单号 / 商品名称 / 时间 / 赔付",
            ),
        )
        self._assert_refused(
            "compensation",
            csv_report("report,,", "a,b(元),c", "1,2,3"),
            *("订单号", "Report Headings", "the file has: a / b / c"),
        )
        self._assert_refused("promotion", b"\xd0\xcf\x11\xe0 book", "save it as xlsx")
        self.assertFalse(self.env["pdd.compensation"].search([]))

    def test_a_renamed_column_is_read_once_its_name_is_known(self):
        order = self._create_order()
        content = csv_report(
            COMPENSATION.replace("赔付时间", "时间"), self._row(order.order_sn)
        )
        self.env["pdd.report.heading"].with_user(self.user).create(
            {"report": "compensation", "field": "occurred_at", "name": "时间"}
        )
        self.assertEqual(len(self._upload("compensation", content)), 1)

    # --- promotion

    def _costs(self, *rows, total=None):
        lines = [f"{day},1001,搜索推广,1.00,99.00,{amount},100" for day, amount in rows]
        if total:
            lines.append(f"总计,,,1.00,99.00,{total},100")
        return csv_report(PROMOTION, *lines)

    def _prepaid(self):
        return self.company._get_pdd_flow_account("advertising_account")

    def _spent(self):
        return self._balance(self.company._get_pdd_advertising_account())

    def test_costs_are_booked_per_day_against_what_was_prepaid(self):
        self._post(row("", "-1000.00", "0070004"))
        self.assertEqual(self._balance(self._prepaid()), 1000.0)
        days = self._upload(
            "promotion",
            self._costs(
                ("2026-06-08", "10.00"),
                ("2026-06-08", "5.50"),
                ("2026-06-09", "4.50"),
                total="20.00",
            ),
        )
        self.assertEqual(
            [(str(day.date), day.amount) for day in days],
            [("2026-06-09", 4.5), ("2026-06-08", 15.5)],
        )
        self.assertEqual(self._spent(), 20.0)
        self.assertEqual(self._balance(self._prepaid()), 980.0)
        self.assertEqual(
            self._entry(days[1].move_id),
            [("销售费用—推广费", 15.5, 0.0), ("预付账款—拼多多推广", 0.0, 15.5)],
        )
        self.assertEqual(str(days[1].move_id.date), "2026-06-08")

    def test_a_dash_is_a_day_without_costs(self):
        days = self._upload(
            "promotion",
            self._costs(("2026-06-08", "10.00"), ("2026-06-09", "-"), total="10.00"),
        )
        self.assertEqual(sorted(days.mapped("amount")), [0.0, 10.0])
        self._assert_refused(
            "promotion", self._costs(("2026-06-07", ""), total="0"), "empty"
        )

    def test_the_same_report_again_books_nothing(self):
        content = self._costs(("2026-06-08", "10.00"), total="10.00")
        first = self._upload("promotion", content).move_id
        self.assertEqual(self._upload("promotion", content).move_id, first)
        self.assertEqual(self._spent(), 10.0)

    def test_a_total_above_the_rows_is_a_cost_that_is_not_split(self):
        days = self._upload(
            "promotion",
            self._costs(("2026-06-08", "10.00"), ("2026-06-09", "2.00"), total="15.00"),
        )
        self.assertEqual([day.amount for day in days], [5.0, 10.0])
        self.assertEqual(self._spent(), 15.0)

    def test_a_total_above_rows_of_two_months_is_refused(self):
        self._assert_refused(
            "promotion",
            self._costs(("2026-05-31", "10.00"), ("2026-06-01", "2.00"), total="15.00"),
            *("Line 4", "3.00", "Export each month"),
        )

    def test_a_total_below_the_rows_is_refused(self):
        self._assert_refused(
            "promotion",
            self._costs(("2026-06-08", "10.00"), total="9.00"),
            *("Line 3", "9.00", "10.00"),
        )

    def test_a_day_that_is_not_over_is_refused(self):
        self._assert_refused(
            "promotion", self._costs(("2099-06-08", "10.00")), "Line 2", "not over"
        )

    def test_other_costs_of_a_booked_day_need_a_word_of_the_accountant(self):
        self._upload("promotion", self._costs(("2026-06-08", "10.00")))
        content = self._costs(("2026-06-08", "12.00"))
        self._assert_refused("promotion", content, "2026-06-08", "Replace")
        self.assertEqual(self._spent(), 10.0)
        day = self.env["pdd.promotion.day"].search([("shop_id", "=", self.shop.id)])
        day.move_id.button_draft()  # a person has begun to mend it by hand
        self._upload("promotion", content, replace=True)
        self.assertEqual(self._spent(), 12.0)

    def test_a_locked_day_is_booked_on_the_first_open_day(self):
        self.company.fiscalyear_lock_date = "2026-06-30"
        move = self._upload("promotion", self._costs(("2026-06-08", "1.00"))).move_id
        self.assertEqual(str(move.date), "2026-07-01")
        self.assertEqual(str(move.pdd_shifted_date), "2026-06-08")

    def test_a_top_up_is_no_cost(self):
        self._post(row("", "-1000.00", "0070004"))
        self.assertEqual(self._spent(), 0)
