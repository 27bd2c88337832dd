# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bill files as the back office writes them, for tests."""

import io
import zipfile
from decimal import Decimal

import openpyxl

HEADING = "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述"
FLOWS = {
    "0010002": ("交易收入", "交易收入-订单收入"),
    "0010005": ("优惠券结算", "交易收入-优惠券结算"),
    "0020002": ("退款", "交易退款-订单退款"),
    "0020005": ("优惠券结算", "交易退款-优惠券结算"),
    "0030002": ("技术服务费", "技术服务费-基础技术服务费"),
    "0040002": ("其他", "售后费用-售后补偿消费者"),
    "0040004": ("扣款", "售后费用-延迟发货"),
    "0040099": ("其他", "售后费用-小额打款"),
    "0050002": ("其他服务", "服务支出-消费者体验提升计划"),
    "0060001": ("多多进宝", "营销费用-多多进宝"),
    "0070004": ("转账", "转账-广告账户"),
    "0080001": ("提现", "提现-提现申请"),
    "0130001": ("其他", "其他收入-申诉补回"),
    "0150001": ("其他", "店铺保证金"),
    "0990099": ("其他", "其他-未知新业务"),
}


def row(order_sn, amount, code, moment="2026-06-08 10:00:00", remark="-"):
    """Return one line of a bill; amount: yuan as text, below zero for an expense."""
    kind, name = FLOWS[code]
    income = amount if Decimal(amount) > 0 else "0"
    expense = amount if Decimal(amount) < 0 else "0"
    return ",".join((order_sn, moment, income, expense, kind, remark, f"{code}|{name}"))


def amount_of(line):
    """Return the signed amount of a line."""
    cells = line.split(",")
    return Decimal(cells[2]) + Decimal(cells[3])


def totals(lines):
    """Return the tail of a bill with these lines."""
    income = [amount for amount in map(amount_of, lines) if amount > 0]
    expense = [amount for amount in map(amount_of, lines) if amount <= 0]
    return [
        f"#支出合计：{len(expense)}笔{sum(expense, Decimal('0.00'))}元",
        f"#收入合计：{len(income)}笔{sum(income, Decimal('0.00'))}元",
        f"#总计：{len(lines)}笔{sum(map(amount_of, lines), Decimal('0.00'))}元",
        "#导出时间：2026-07-01 09:00:00",
    ]


def text(lines, *, start="2026-06-01", end="2026-06-30", tail=None):
    """Return a bill as text; its period: days, or moments."""
    start = start if " " in start else f"{start} 00:00:00"
    end = end if " " in end else f"{end} 23:59:59"
    return "\r\n".join(
        [
            "拼多多店铺账务明细查询",
            "",
            f"起始时间：{start}  终止时间：{end}",
            "----------交易记录明细列表---------",
            HEADING,
            *lines,
            *(totals(lines) if tail is None else tail),
            "",
        ]
    )


def csv_file(lines, *, encoding="gb18030", **options):
    """Return a bill as a binary file."""
    return io.BytesIO(text(lines, **options).encode(encoding))


def zip_file(*contents, names=None):
    """Return a zip file of these contents."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            name = names[number] if names else f"bill_{number}.csv"
            archive.writestr(name, content)
    packed.seek(0)
    return packed


def xlsx_file(lines, *, change=None, **options):
    """Return a bill saved again by a spreadsheet: amounts become numbers.

    :param change: called with the sheet before it is saved
    """
    book = openpyxl.Workbook()
    sheet = book.active
    for line in text(lines, **options).split("\r\n"):
        sheet.append([_cell(value) for value in line.split(",")])
    if change:
        change(sheet)
    packed = io.BytesIO()
    book.save(packed)
    packed.seek(0)
    return packed


def _cell(value):
    try:
        return float(value)
    except ValueError:
        return value
