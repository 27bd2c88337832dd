# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What must not be posted: damaged, cut, merged, strange and hostile files."""

import io
import zipfile
from unittest.mock import patch

from odoo.addons.pdd_connector_finance.bill_file import source
from odoo.tests import tagged

from . import bills
from .bills import HEADING, row
from .common import FinanceCase

A, B = "260601-000000000000001", "260601-000000000000002"
GOOD = [row(A, "84.45", "0010002"), row(B, "-5.00", "0040002")]
TAIL = bills.totals(GOOD)
FIRST = 6  # line of the first movement
HUGE = "长" * 40_000  # characters


def _text(*changes, lines=GOOD, **options):
    """Return a good bill with texts replaced."""
    content = bills.text(lines, **options)
    for old, new in changes:
        assert old in content, old
        content = content.replace(old, new, 1)
    return io.BytesIO(content.encode("gb18030"))


def _line(line):
    """Return a bill whose first movement is this line, without totals."""
    return bills.csv_file([line, GOOD[1]], tail=[])


def _cut(line, end):
    """Return a good bill that breaks off in a line, before a text of it."""
    content = bills.text(GOOD)
    start = content.index(line)
    assert end in line, end
    return io.BytesIO(content[: content.index(end, start)].encode("gb18030"))


def _cells(**changes):
    """Return a movement with some cells changed."""
    names = ["order", "time", "income", "expense", "kind", "remark", "description"]
    cells = dict(zip(names, GOOD[0].split(","), strict=True))
    return ",".join({**cells, **changes}.values())


def _sheet(change):
    return bills.xlsx_file(GOOD, change=change)


def _zip_of_zeros():
    """Return a zip file that would fill the memory."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bill.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(40):
            member.write(b"0" * 1024 * 1024)
    packed.seek(0)
    return packed


def _cut_zip():
    whole = bills.zip_file(bills.text(GOOD * 200).encode("gb18030")).read()
    return io.BytesIO(whole[: len(whole) // 2])


def _damaged_zip(count):
    """Return a zip file whose content is not what its checksum says."""
    lines = [row(A, f"{number}.00", "0010002") for number in range(1, count)]
    data = bytearray(bills.zip_file(bills.text(lines).encode("gb18030")).read())
    data[data.index(b"PK\x01\x02") + 16] ^= 0xFF
    return io.BytesIO(bytes(data))


def _small_on_paper_zip():
    """Return a zip file that declares a hundredth of what is in it."""
    data = bytearray(_zip_of_zeros().read())
    start = data.index(b"PK\x01\x02") + 24  # the unpacked size
    data[start : start + 4] = (400_000).to_bytes(4, "little")
    return io.BytesIO(bytes(data))


def _encrypted_zip():
    """Return a zip file that says that its content is encrypted."""
    data = bytearray(bills.zip_file(b"secret").read())
    for start in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[start] |= 1
    return io.BytesIO(bytes(data))


def _changed_xlsx(part, change):
    """Return a spreadsheet with one of its parts changed.

    :param change: takes and returns the bytes of the part
    """
    book = zipfile.ZipFile(bills.xlsx_file(GOOD))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for info in book.infolist():
            data = book.read(info)
            archive.writestr(info, change(data) if part in info.filename else data)
    packed.seek(0)
    return packed


def _xlsx_with_entities():
    return _changed_xlsx(
        "sheet1", lambda data: b'<!DOCTYPE a [<!ENTITY b "b">]>' + data
    )


def _xlsx_with_huge_cell():
    return _changed_xlsx(
        "sheet1", lambda data: data.replace(b"0010002", b"9" * 40_000, 1)
    )


def _broken_xlsx():
    return _changed_xlsx("sheet1", lambda data: data[:40])


def _xlsx_with_a_far_row():
    return _changed_xlsx(
        "sheet1", lambda data: data.replace(b'<row r="7"', b'<row r="999999999999"')
    )


# name: (file, code, line, column)
FILES = {
    "empty": (io.BytesIO(b""), "empty", 0, ""),
    "only a title": (
        io.BytesIO("拼多多店铺账务明细查询".encode()),
        "cut_off",
        1,
        "",
    ),
    "cut in the headings": (
        io.BytesIO(bills.text([]).split(",收入")[0].encode("gb18030")),
        "cut_off",
        5,
        "",
    ),
    "without its headings": (_text((HEADING + "\r\n", "")), "no_heading", 0, ""),
    "a web page": (io.BytesIO(b"<html>please log in</html>"), "no_heading", 0, ""),
    "a picture": (io.BytesIO(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "not_a_table", 0, ""),
    "old spreadsheet": (io.BytesIO(b"\xd0\xcf\x11\xe0 book"), "old_spreadsheet", 0, ""),
    "Alipay's bill": (_text(("商户订单号", "账务流水号")), "other_bill", 5, ""),
    "marketing account": (_text(("发生时间", "入账时间")), "marketing_bill", 5, ""),
    "no income column": (_text(("收入金额（+元）", "金额")), "column_missing", 5, ""),
    "no expense column": (_text(("支出金额（-元）", "")), "column_missing", 5, ""),
    "no type column": (_text(("账务类型", "类型")), "column_missing", 5, ""),
    "no remark column": (_text(("备注", "说明")), "column_missing", 5, ""),
    "no description": (_text(("业务描述", "说明")), "column_missing", 5, ""),
    "column twice": (_text(("账务类型", "发生时间")), "column_twice", 5, ""),
    "wrong period": (
        _text(("终止时间：2026-06-30", "终止时间：2026-05-30")),
        "period",
        3,
        "",
    ),
    "no such day": (
        _text(("终止时间：2026-06-30", "终止时间：2026-06-31")),
        "period",
        3,
        "",
    ),
    "period of the year one": (
        _text(("起始时间：2026", "起始时间：0001")),
        "period",
        3,
        "",
    ),
    "encoding cut": (
        io.BytesIO(bills.text(GOOD, tail=[]).encode("gb18030") + b"\x81"),
        "cut_off",
        8,
        "",
    ),
    "half a line": (_line(GOOD[0][:40]), "cells", FIRST, ""),
    "cut after a cell": (_cut(GOOD[1], ",-,"), "cut_off", 7, ""),
    "cut in the last cell": (_cut(GOOD[1], "补偿消费者"), "cut_off", 7, ""),
    "cut before the last cell": (_cut(GOOD[1], "0040002|"), "cut_off", 7, ""),
    "cut in a character": (
        io.BytesIO(bills.text(GOOD, tail=[]).encode("gb18030")[:-3]),
        "cut_off",
        7,
        "",
    ),
    "cut in a quoted cell": (
        io.BytesIO(bills.text([GOOD[0], '"2606'], tail=[])[:-2].encode("gb18030")),
        "cut_off",
        7,
        "",
    ),
    "cut in the totals": (_cut(TAIL[1], "45元"), "cut_off", 9, ""),
    "cut before the second total": (
        io.BytesIO(bills.text(GOOD, tail=TAIL[:1]).strip().encode("gb18030")),
        "cut_off",
        8,
        "",
    ),
    "cut at the end of UTF-16": (
        io.BytesIO(bills.text(GOOD, tail=[]).strip().encode("utf-16")[:-1]),
        "cut_off",
        7,
        "",
    ),
    "a cell too many": (_line(GOOD[0] + ",more"), "cells", FIRST, ""),
    "a comma in an amount": (_line(_cells(income="1,084.45")), "cells", FIRST, ""),
    "number as float": (
        _line(_cells(order="2.606E+20")),
        "order_damaged",
        FIRST,
        "商户订单号",
    ),
    "number without dash": (
        _line(_cells(order="260601000000000000000")),
        "order_damaged",
        FIRST,
        "商户订单号",
    ),
    "number hidden": (
        _line(_cells(order="########")),
        "order_damaged",
        FIRST,
        "商户订单号",
    ),
    "number too short": (
        _line(_cells(order="260601-00000000001")),
        "order_unknown_form",
        FIRST,
        "商户订单号",
    ),
    "number in full width": (
        _line(_cells(order="２６０６０１-000000000000001")),
        "order_unknown_form",
        FIRST,
        "商户订单号",
    ),
    "year one": (_line(_cells(time="0001-01-01 00:00:00")), "time", FIRST, "发生时间"),
    "date as number": (_line(_cells(time="46181.434")), "time", FIRST, "发生时间"),
    "date without time": (
        _line(_cells(time="2026-06-08")),
        "seconds_lost",
        FIRST,
        "发生时间",
    ),
    "seconds lost": (
        _line(_cells(time="2026/6/8 10:24")),
        "seconds_lost",
        FIRST,
        "发生时间",
    ),
    "no time": (_line(_cells(time="")), "time", FIRST, "发生时间"),
    "no such time": (
        _line(_cells(time="2026-06-31 10:00:00")),
        "time",
        FIRST,
        "发生时间",
    ),
    "outside the period": (
        _line(_cells(time="2026-07-01 00:00:00")),
        "outside_period",
        FIRST,
        "发生时间",
    ),
    "amount in words": (
        _line(_cells(income="八十四")),
        "amount",
        FIRST,
        "收入金额（+元）",
    ),
    "amount as formula": (
        _line(_cells(income="=1+1")),
        "amount",
        FIRST,
        "收入金额（+元）",
    ),
    "amount in brackets": (
        _line(_cells(income="0", expense="(5.00)")),
        "amount",
        FIRST,
        "支出金额（-元）",
    ),
    "amount in science": (
        _line(_cells(income="8.4E+1")),
        "amount",
        FIRST,
        "收入金额（+元）",
    ),
    "amount too large": (
        _line(_cells(income="9" * 12)),
        "amount",
        FIRST,
        "收入金额（+元）",
    ),
    "part of a fen": (
        _line(_cells(income="84.455")),
        "amount_fraction",
        FIRST,
        "收入金额（+元）",
    ),
    "two amounts": (
        _line(_cells(expense="-1.00")),
        "two_amounts",
        FIRST,
        "支出金额（-元）",
    ),
    "negative income": (
        _line(_cells(income="-84.45")),
        "sign",
        FIRST,
        "收入金额（+元）",
    ),
    "positive expense": (
        _line(_cells(income="0", expense="84.45")),
        "sign",
        FIRST,
        "支出金额（-元）",
    ),
    "no description text": (
        _line(_cells(description="")),
        "description",
        FIRST,
        "业务描述",
    ),
    "a line lost": (_text((GOOD[1] + "\r\n", "")), "footer_count", 8, ""),
    "a line twice": (
        _text((GOOD[1], GOOD[1] + "\r\n" + GOOD[1])),
        "footer_count",
        10,
        "",
    ),
    "an amount changed": (_text(("84.45", "84.46")), "footer_amount", 9, ""),
    "an expense changed": (_text(("-5.00", "-5.01")), "footer_amount", 8, ""),
    "totals in words": (
        _text(("#收入合计：1笔84.45元", "#收入合计：很多")),
        "footer_unreadable",
        9,
        "",
    ),
    "totals of very many": (
        _text(("#收入合计：1笔", f"#收入合计：{'9' * 5000}笔")),
        "footer_unreadable",
        9,
        "",
    ),
    "net total changed": (
        _text(("#总计：2笔79.45", "#总计：2笔79.44")),
        "footer_amount",
        10,
        "",
    ),
    "two files in one": (
        _text((TAIL[3], f"{TAIL[3]}\r\n{HEADING}\r\n{GOOD[0]}")),
        "after_footer",
        12,
        "",
    ),
    "a huge cell": (_line(_cells(remark=HUGE)), "cell_too_large", FIRST, ""),
    "quotes not closed": (
        _line(_cells(remark='"' + "x" * 200_000)),
        "cell_too_large",
        FIRST,
        "",
    ),
    "zip of two bills": (
        bills.zip_file(bills.text(GOOD).encode(), bills.text(GOOD).encode()),
        "zip_content",
        0,
        "",
    ),
    "zip of nothing": (bills.zip_file(), "zip_content", 0, ""),
    "zip in a zip": (bills.zip_file(bills.zip_file(b"x").read()), "zip_nested", 0, ""),
    "zip bomb": (_zip_of_zeros(), "zip_bomb", 0, ""),
    "zip cut off": (_cut_zip(), "zip_broken", 0, ""),
    "zip damaged inside": (_damaged_zip(50), "zip_broken", 0, ""),
    "zip damaged far inside": (_damaged_zip(9000), "zip_broken", 0, ""),
    "zip larger than it says": (_small_on_paper_zip(), "cell_too_large", 1, ""),
    "xlsx with a huge cell": (_xlsx_with_huge_cell(), "cell_too_large", FIRST, ""),
    "xlsx with a far row": (
        _xlsx_with_a_far_row(),
        "spreadsheet_broken",
        1_048_577,
        "",
    ),
    "zip with password": (_encrypted_zip(), "zip_encrypted", 0, ""),
    "xlsx with entities": (_xlsx_with_entities(), "spreadsheet_unsafe", 0, ""),
    "xlsx broken": (_broken_xlsx(), "spreadsheet_broken", 0, ""),
    "xlsx with a number damaged": (
        _sheet(lambda sheet: sheet.cell(FIRST, 1, 2.606e20)),
        "order_damaged",
        FIRST,
        "商户订单号",
    ),
    "xlsx with a formula": (
        _sheet(lambda sheet: sheet.cell(FIRST, 3, "=84+0.45")),
        "footer_amount",
        9,
        "",
    ),
}


@tagged("post_install", "-at_install")
class TestBadFiles(FinanceCase):
    def test_bad_files_are_refused_with_place_and_next_step(self):
        self.assertGreaterEqual(len(FILES), 40)
        for name, (file, code, line, column) in FILES.items():
            with self.subTest(name):
                file.seek(0)
                bill = self._import(file, name)
                self.assertRecordValues(
                    bill,
                    [
                        {
                            "state": "refused",
                            "error_code": code,
                            "error_line": line,
                            "error_column": column or False,
                        }
                    ],
                )
                self.assertGreater(len(bill.error_message), 30)
                if line:
                    self.assertIn(str(line), bill.error_message)
                if column:
                    self.assertIn(column, bill.error_message)
                self.assertFalse(bill.line_ids)
        self.assertFalse(self.env["pdd.bill.line"].search([]))

    def test_a_spreadsheet_of_texts_alone_does_not_fill_the_memory(self):
        with patch.object(source, "MAX_TEXTS", 9000):
            bill = self._import(bills.xlsx_file(GOOD))
        self.assertEqual((bill.state, bill.error_code), ("refused", "too_large"))

    def test_nothing_of_a_bad_file_is_posted(self):
        file = FILES["an amount changed"][0]
        file.seek(0)
        self._import(file)
        self.shop._post_bills()
        self.assertFalse(self.env["account.bank.statement.line"].search([]))

    def test_odd_but_right_files_are_taken(self):
        files = {
            "no totals": bills.csv_file(GOOD, tail=[]),
            "Alipay's way to write totals": bills.csv_file(
                GOOD, tail=["#收入合计：1笔，共84.45元", "#支出合计：1笔，共5.00元"]
            ),
            "no sign": _text(("#收入", "收入"), ("#支出", "支出")),
            "narrow brackets": _text(("（+元）", "(+元)"), ("（-元）", "(-元)")),
            "old headings": _text(
                ("商户订单号", "商品订单号"), ("收入金额（+元）", "收入（+元）")
            ),
            "tabs after numbers": _text((f"{A},", f"{A}\t,")),
            "sheet with more rows than it says": _changed_xlsx(
                "sheet1", lambda data: data.replace(b":G12", b":G6")
            ),
            "sheet that says it has one cell": _changed_xlsx(
                "sheet1", lambda data: data.replace(b'ref="A1:G12"', b'ref="A1"')
            ),
            "sheet that does not say its size": _changed_xlsx(
                "sheet1", lambda data: data.replace(b'<dimension ref="A1:G12"/>', b"")
            ),
            "numbers protected": _text((f"{A},", f'"=""{A}""",')),
            "thousands": bills.csv_file(
                [_cells(income='"84.45 元"'), GOOD[1]], tail=[]
            ),
            "no preamble": io.BytesIO(
                "\n".join([HEADING, *GOOD, ""]).encode("utf-8-sig")
            ),
            "slashes in dates": bills.csv_file(
                [_cells(time="2026/6/8 10:00:00"), GOOD[1]], tail=[]
            ),
            "totals without a line end": io.BytesIO(
                "\n".join([HEADING, *GOOD, *TAIL]).encode("utf-8-sig")
            ),
            "dashes before the totals": bills.csv_file(GOOD, tail=["-" * 34, *TAIL]),
        }
        for number, (name, file) in enumerate(files.items()):
            with self.subTest(name):
                shop = self._create_shop(name, f"odd{number}")
                bill = self._import(file, name, shop=shop)
                self.assertEqual(bill.state, "open", bill.error_message)
                amounts = sorted(bill.line_ids.mapped("amount"))
                self.assertEqual(amounts, [-5.0, 84.45])
