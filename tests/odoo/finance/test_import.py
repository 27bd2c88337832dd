# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bills become lines: once, whatever comes twice, overlaps or comes out of order."""

import io

from odoo.exceptions import UserError
from odoo.tests import tagged

from . import bills
from .bills import row
from .common import FinanceCase

ORDER = "260601-000000000000001"
OTHER = "260601-000000000000002"
DAY = [
    row(ORDER, "84.45", "0010002"),
    row(ORDER, "6.35", "0010005"),
    row(ORDER, "-0.54", "0030002", "2026-06-08 10:00:01"),
    row(OTHER, "-5.00", "0040002"),
    row(OTHER, "-5.00", "0040002"),
]


@tagged("post_install", "-at_install")
class TestImport(FinanceCase):
    def _lines(self):
        return self.env["pdd.bill.line"].search([("shop_id", "=", self.shop.id)])

    def test_a_bill_becomes_lines_with_its_totals(self):
        bill = self._import_lines(*DAY)
        self.assertRecordValues(
            bill,
            [
                {
                    "state": "open",
                    "row_count": 5,
                    "new_count": 5,
                    "income": 90.80,
                    "expense": -10.54,
                    "is_proven": True,
                    "error_message": False,
                }
            ],
        )
        self.assertEqual(str(bill.date_from), "2026-06-01")
        self.assertEqual(str(bill.date_to), "2026-06-30")
        first = bill.line_ids.filtered(lambda line: line.flow_code == "0010002")
        self.assertRecordValues(
            first,
            [
                {
                    "order_sn": ORDER,
                    "amount": 84.45,
                    "kind": "交易收入",
                    "remark": False,
                    "flow_name": "交易收入-订单收入",
                    "state": "pending",
                    "line_number": 6,
                }
            ],
        )
        self.assertEqual(str(first.occurred_at), "2026-06-08 02:00:00")

    def test_equal_movements_of_one_second_are_all_kept(self):
        bill = self._import_lines(*DAY)
        equal = bill.line_ids.filtered(lambda line: line.flow_code == "0040002")
        self.assertEqual(sorted(equal.mapped("ordinal")), [1, 2])

    def test_the_same_file_again_is_the_same_bill(self):
        bill = self._import_lines(*DAY)
        self.assertEqual(self._import_lines(*DAY), bill)
        self.assertEqual(len(self._lines()), 5)

    def test_the_same_lines_in_another_format_change_nothing(self):
        self._import_lines(*DAY)
        content = bills.text(DAY)
        for file in (
            bills.csv_file(DAY, encoding="utf-8-sig"),
            bills.zip_file(content.encode("gb18030")),
            bills.xlsx_file(DAY),
        ):
            bill = self._import(file)
            self.assertEqual(bill.state, "done", bill.error_message)
            self.assertEqual(bill.row_count, 5)
            self.assertEqual(bill.new_count, 0)
        self.assertEqual(len(self._lines()), 5)

    def test_overlapping_files_add_what_is_new_in_any_order(self):
        later = [row(OTHER, "20.00", "0010002", "2026-06-09 08:00:00")]
        files = [DAY[:3], DAY[2:] + later, DAY]
        results = set()
        for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 0, 2)]):
            shop = self._create_shop(f"Shop {number}", f"{number}")
            for index in order:
                self._import(bills.csv_file(files[index]), shop=shop)
            lines = self.env["pdd.bill.line"].search([("shop_id", "=", shop.id)])
            found = sorted((line.digest, line.amount, line.ordinal) for line in lines)
            results.add(tuple(found))
            self.assertEqual(len(lines), 6)
        self.assertEqual(len(results), 1)

    def test_lines_of_other_files_in_the_period_are_counted(self):
        self._import_lines(*DAY)
        bill = self._import_lines(*DAY[:2])
        self.assertEqual(bill.state, "done")
        self.assertEqual(bill.missing_count, 3)

    def test_a_movement_with_another_amount_is_refused_with_its_line(self):
        self._import_lines(*DAY)
        changed = [DAY[0], row(ORDER, "6.34", "0010005"), *DAY[2:]]
        bill = self._import_lines(*changed)
        self.assertEqual(bill.state, "refused")
        self.assertEqual(bill.error_code, "conflict")
        self.assertEqual(bill.error_line, 7)
        self.assertFalse(bill.line_ids)
        self.assertEqual(len(self._lines()), 5)

    def test_a_movement_with_other_words_is_refused_with_its_line(self):
        number = "补偿单 123456789012345678"  # a spreadsheet makes a fraction of it
        lines = [*DAY[:2], row(OTHER, "-5.00", "0040002", remark=number)]
        self._import_lines(*lines)
        for changed in (
            row(OTHER, "-5.00", "0040002", remark="补偿单 1.23457E+17"),
            row(OTHER, "-5.00", "0040002", remark=number).replace("其他", "????"),
        ):
            bill = self._import_lines(*lines[:2], changed)
            self.assertEqual((bill.state, bill.error_code), ("refused", "conflict"))
            self.assertEqual(bill.error_line, 8)
        self.assertEqual(len(self._lines()), 3)

    def test_a_movement_with_and_without_its_code_is_not_taken_twice(self):
        bare = [line.replace("0010002|", "") for line in DAY]
        self.assertNotEqual(bare, DAY)
        for name, known, other in (("coded", DAY, bare), ("bare", bare, DAY)):
            shop = self._create_shop(name, name)
            self._import(bills.csv_file(known), shop=shop)
            bill = self._import(bills.csv_file(other), shop=shop)
            self.assertEqual((bill.state, bill.error_code), ("refused", "conflict"))
            self.assertEqual(bill.error_line, 6)

    def test_a_file_whose_movements_a_later_one_shows_too_is_not_deleted(self):
        first, later = self._import_lines(*DAY[:2]), self._import_lines(*DAY)
        with self.assertRaisesRegex(UserError, "delete that file first"):
            first.unlink()
        later.unlink()
        first.unlink()
        self.assertFalse(self._lines())

    # --- files that broke off

    def _cut(self, *lines, size):
        """Import a bill without totals whose last bytes are lacking."""
        content = bills.text(lines, tail=[]).encode("gb18030")
        return self._import(io.BytesIO(content[:-size]))

    def test_a_file_cut_inside_its_last_cell_gives_way_to_the_whole_one(self):
        cut = self._cut(*DAY, size=6)
        self.assertEqual((cut.state, cut.error_code), ("refused", "cut_off"))
        self.assertEqual(str(cut.date_from), "2026-06-01")
        issue = self.env["pdd.issue"].search([("cause", "=", "bill_refused")])
        self.assertEqual(issue.state, "open")
        whole = self._import_lines(*DAY)
        self.assertEqual((whole.state, whole.new_count), ("open", 5))
        self.assertEqual(cut.replaced_by_id, whole)
        self.assertEqual(issue.state, "solved")

    def test_a_file_that_brings_less_days_replaces_no_cut_one(self):
        cut = self._cut(*DAY, size=6)
        self._import_lines(*DAY, end="2026-06-29")
        self.assertFalse(cut.replaced_by_id)
        last = self._import_lines(start="2026-06-30")
        self.assertEqual(cut.replaced_by_id, last)

    def test_a_file_without_totals_replaces_no_cut_one(self):
        cut = self._cut(*DAY, size=6)
        self.assertEqual(self._import_lines(*DAY, tail=[]).state, "open")
        self.assertFalse(cut.replaced_by_id)

    def test_a_file_cut_between_two_lines_is_completed(self):
        self._post(*DAY[:3], tail=[])
        whole = self._post(*DAY)
        self.assertEqual((whole.state, whole.new_count), ("done", 2))
        self.assertEqual(len(self._lines()), 5)

    def _post_half_a_cell(self, *lines, half):
        """Post what was once taken of a file that broke off inside its last cell."""
        name = lines[-1].rsplit(",", 1)[-1]
        return self._post(
            *lines[:-1], lines[-1].replace(name, half), tail=[], end="2026-06-08"
        )

    def test_half_a_cell_that_is_booked_already_is_completed_by_the_whole_file(self):
        for number, half in enumerate(
            ("0040002|售后费用", "0040002|", "00", "0040002")
        ):
            with self.subTest(half):
                self.shop = self._create_shop(half, f"cut{number}")
                cut = self._post_half_a_cell(*DAY[:4], half=half)
                whole = self._post(*DAY)
                self.assertEqual(whole.state, "done", whole.error_message)
                self.assertEqual((cut.new_count, whole.new_count), (3, 2))
                lines = self._lines()
                self.assertEqual(len(lines), 5)
                self.assertEqual(set(lines.mapped("state")), {"posted"})
                completed = whole.line_ids.filtered(lambda line: line.ordinal == 1)
                self.assertEqual(completed.flow_name, "售后费用-售后补偿消费者")
                account = self.shop.journal_id.default_account_id
                self.assertEqual(self._balance(account), 80.26)
                suspense = self.shop.journal_id.suspense_account_id
                self.assertEqual(self._balance(suspense), 0.0)
                if not number:
                    self.assertEqual(self._import_lines(*DAY).new_count, 2)

    def test_half_a_cell_in_a_locked_month_is_corrected_on_an_open_day(self):
        self.company.pdd_posting_mode = "day"
        cut = self._post_half_a_cell(*DAY[:4], half="00")
        move = cut.line_ids.filtered(lambda line: line.flow_name == "00").move_id
        self.company.fiscalyear_lock_date = "2026-06-30"
        whole = self._post(*DAY)
        self.assertEqual(whole.state, "done", whole.error_message)
        self.assertEqual(move.state, "posted")
        self.assertEqual(str(move.pdd_correction_ids.date), "2026-07-01")
        suspense = self.shop.journal_id.suspense_account_id
        self.assertEqual(self._balance(suspense), 0.0)

    def test_a_whole_file_does_not_change_what_another_with_totals_says(self):
        changed = DAY[3].replace("售后补偿消费者", "售后补偿")
        self._import_lines(*DAY[:3], changed)
        bill = self._import_lines(*DAY)
        self.assertEqual((bill.state, bill.error_code), ("refused", "conflict"))

    def test_two_different_amounts_in_one_second_are_no_contradiction(self):
        double = [row(ORDER, "-1.00", "0020002"), row(ORDER, "-2.00", "0020002")]
        self._import_lines(*double)
        bill = self._import_lines(*double, row(OTHER, "1.00", "0010002"))
        self.assertEqual(bill.state, "open", bill.error_message)
        self.assertEqual(bill.new_count, 1)

    def test_an_order_number_in_the_remark_is_used(self):
        late = row("", "-3.00", "0040004", remark=f"延迟发货（订单{ORDER}）")
        bill = self._import_lines(late)
        self.assertRecordValues(
            bill.line_ids, [{"order_sn": ORDER, "order_source": "remark"}]
        )

    def test_a_period_without_movements_is_a_bill(self):
        bill = self._import_lines()
        self.assertEqual((bill.state, bill.row_count), ("done", 0))

    def test_a_movement_without_amount_has_nothing_to_post(self):
        bill = self._import_lines(row(ORDER, "0.00", "0010002"))
        self.assertEqual(bill.line_ids.state, "zero")
        self.assertEqual(bill.state, "done")

    def test_the_bill_of_another_shop_is_refused(self):
        other = self._create_shop("Other shop", "990009999")
        rows = self._order_row()
        self.env["pdd.order"]._intake(other, [rows])
        bill = self._import_lines(row(rows["order_sn"], "1.00", "0010002"))
        self.assertEqual((bill.state, bill.error_code), ("refused", "other_shop"))
        self.assertIn("Other shop", bill.error_message)

    def test_the_stored_file_is_the_file_that_came(self):
        content = bills.text(DAY).encode("gb18030")
        bill = self._import_lines(*DAY)
        with bill._open_file() as file:
            self.assertEqual(file.read(), content)

    def test_lines_are_linked_to_orders_that_come_later(self):
        bill = self._import_lines(*DAY[:3])
        self.assertFalse(bill.line_ids.order_id)
        order = self._create_order("84.45", "6.35")
        self.assertEqual(order.order_sn, ORDER)
        self.env["pdd.bill.line"]._link_orders(self.shop)
        self.assertEqual(bill.line_ids.order_id, order)

    def test_posted_lines_are_not_deleted(self):
        bill = self._post(*DAY)
        with self.assertRaisesRegex(UserError, "Undo the posting"):
            bill.unlink()
