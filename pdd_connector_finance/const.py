# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Accounts the add-on offers to a company, and what a file error means. No logic."""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

BUYER, PLATFORM = "buyer", "platform"
PARTS = [(BUYER, "Buyer's part"), (PLATFORM, "Platform's part")]


# settlement states of orders that have more on the bill than they should
TOO_MUCH = ("over_settled", "refunded_open")


class AccountDefault(NamedTuple):
    """An account that is made when the company has none for the purpose."""

    name: str
    name_zh: str
    account_type: str
    parents: tuple
    """Codes of the account above it in the Chinese charts: small business, large."""
    reconcile: bool = False


ACCOUNTS = {
    "goods": AccountDefault(
        "Pinduoduo goods payment (%s)",
        "其他货币资金—拼多多货款（%s）",
        "asset_cash",
        ("1012",),
    ),
    BUYER: AccountDefault(
        "Receivable Pinduoduo (buyers)",
        "应收账款—拼多多（买家）",
        "asset_receivable",
        ("1122",),
        True,
    ),
    PLATFORM: AccountDefault(
        "Receivable Pinduoduo (platform discounts)",
        "应收账款—拼多多（平台优惠）",
        "asset_receivable",
        ("1122",),
        True,
    ),
    "service_fee": AccountDefault(
        "Pinduoduo service fees", "销售费用—技术服务费", "expense", ("5601", "6601")
    ),
    "subsidy_fee": AccountDefault(
        "Pinduoduo subsidy channel fees",
        "销售费用—百亿补贴服务费",
        "expense",
        ("5601", "6601"),
    ),
    "affiliate": AccountDefault(
        "Pinduoduo affiliate commission",
        "销售费用—多多进宝佣金",
        "expense",
        ("5601", "6601"),
    ),
    "experience": AccountDefault(
        "Pinduoduo freight insurance and service programme",
        "销售费用—运费险及体验提升计划",
        "expense",
        ("5601", "6601"),
    ),
    "advertising": AccountDefault(
        "Pinduoduo advertising", "销售费用—推广费", "expense", ("5601", "6601")
    ),
    "compensation": AccountDefault(
        "Pinduoduo compensation to buyers",
        "销售费用—售后补偿",
        "expense",
        ("5601", "6601"),
    ),
    "other_charge": AccountDefault(
        "Other Pinduoduo charges", "销售费用—平台其他费用", "expense", ("5601", "6601")
    ),
    "penalty": AccountDefault(
        "Pinduoduo penalties", "营业外支出—平台赔付", "expense", ("5711", "6711")
    ),
    "write_off": AccountDefault(
        "Pinduoduo settlement differences",
        "营业外支出—拼多多结算差异",
        "expense",
        ("5711", "6711"),
    ),
    "reduction": AccountDefault(
        "Price reductions after sale",
        "主营业务收入—售后让利",
        "income",
        ("5001", "6001"),
    ),
    "advertising_account": AccountDefault(
        "Prepaid Pinduoduo advertising",
        "预付账款—拼多多推广",
        "asset_prepayments",
        ("1123",),
    ),
    "deposit": AccountDefault(
        "Deposits at Pinduoduo", "其他应收款—平台保证金", "asset_current", ("1221",)
    ),
}

# Code of a BillFileError -> what it means and what to do. The place is put before it.
FILE_ERRORS = {
    "empty": _lt("The file is empty: export it again."),
    "too_large": _lt(
        "The file is larger than %(megabytes)s MB: export a shorter period."
    ),
    "too_many_rows": _lt(
        "The file has more than %(most)s lines: export a shorter period."
    ),
    "old_spreadsheet": _lt(
        "This is a spreadsheet of the old kind (xls), which is not read: open it, save "
        "it as xlsx and upload that; or upload the CSV file if Pinduoduo exported one."
    ),
    "not_a_table": _lt(
        "This is not a bill: upload the CSV, zip or xlsx file that the merchant "
        "backend exports under Account details."
    ),
    "spreadsheet_broken": _lt(
        "The spreadsheet cannot be read: upload the file as Pinduoduo exported it."
    ),
    "spreadsheet_unsafe": _lt(
        "The spreadsheet holds a construct no bill has, and was not opened: upload the "
        "file as Pinduoduo exported it."
    ),
    "zip_broken": _lt("The zip file is damaged: download it again."),
    "zip_encrypted": _lt(
        "The zip file has a password: unpack it and upload what is in it."
    ),
    "zip_bomb": _lt(
        "Unpacked, the file would take %(megabytes)s MB; no bill does. It was not "
        "opened: download it again."
    ),
    "zip_content": _lt(
        "The zip file holds %(files)s files: unpack it and upload the bills one by one."
    ),
    "zip_nested": _lt(
        "The zip file holds another packed file: unpack it and upload the bill."
    ),
    "encoding": _lt(
        "Characters from here on cannot be read: upload the file as Pinduoduo exported "
        "it, not saved again by another program."
    ),
    "cell_too_large": _lt(
        "A cell is longer than any of a bill: upload the file as Pinduoduo exported it."
    ),
    "quotes": _lt(
        "A quotation mark of this line is not closed or stands inside a cell: upload "
        "the file as Pinduoduo exported it."
    ),
    "cut_off": _lt(
        "The file breaks off here, so the download was not complete: download or "
        "export it again and upload the whole file."
    ),
    "no_heading": _lt(
        "No line with the heading %(heading)s was found: upload the export of the goods "
        "payment account (Account details)."
    ),
    "other_bill": _lt(
        "The heading %(heading)s belongs to another kind of bill: upload the export of "
        "the goods payment account (Account details)."
    ),
    "marketing_bill": _lt(
        "This is the bill of the marketing account (heading %(heading)s). It is not "
        "read: book it by hand, and upload the export of the goods payment account "
        "(Account details)."
    ),
    "report_heading": _lt(
        "No line with the headings %(heading)s was found (the file has: %(found)s): "
        "export the report again. If Pinduoduo has renamed a column, add its new name "
        "under Books > Report Headings."
    ),
    "report_column": _lt(
        "The column %(heading)s is missing (the file has: %(found)s): export the report "
        "again with all columns. If Pinduoduo has renamed it, add its new name under "
        "Books > Report Headings."
    ),
    "report_empty": _lt("The cell is empty: export the report again."),
    "unfinished_day": _lt(
        "%(value)s is not over yet and its costs still grow: export the report up to "
        "yesterday."
    ),
    "report_total": _lt(
        "The total says %(expected)s, less than the rows (%(found)s): rows were added "
        "or changed; export the report again."
    ),
    "report_months": _lt(
        "The total has %(rest)s more than the rows, and the rows are of several "
        "months: nobody can say to which the difference belongs. Export each month on "
        "its own."
    ),
    "column_missing": _lt(
        "The column %(heading)s is missing: export it again with all columns."
    ),
    "column_twice": _lt(
        "The column %(heading)s is there twice: upload the file as Pinduoduo exported "
        "it."
    ),
    "period": _lt("The period of the file cannot be read: export it again."),
    "cells": _lt(
        "Cells in the line: %(found)s, expected: %(expected)s. The file is cut off or "
        "was changed; export it again."
    ),
    "order_damaged": _lt(
        "The order number %(value)s was damaged by a spreadsheet program: export it "
        "again and upload it without opening it."
    ),
    "order_unknown_form": _lt(
        "%(value)s does not look like an order number: upload the file as Pinduoduo "
        "exported it. If Pinduoduo has changed its numbers, the administrator can "
        "change the pattern in the settings."
    ),
    "time": _lt("The time %(value)s cannot be read: export it again."),
    "seconds_lost": _lt(
        "The time %(value)s has lost its seconds in a spreadsheet program: export it "
        "again and upload it without opening it."
    ),
    "outside_period": _lt(
        "The time %(value)s is outside the period the file names: the file was put "
        "together from several; export it again."
    ),
    "amount": _lt(
        "%(value)s is not an amount: upload the file as Pinduoduo exported it."
    ),
    "amount_fraction": _lt(
        "The amount %(value)s has a part of a fen: upload the file as Pinduoduo "
        "exported it."
    ),
    "two_amounts": _lt(
        "The line has an income and an expense: the file was changed; export it again."
    ),
    "sign": _lt(
        "The amount %(value)s has the wrong sign for its column: the file was changed; "
        "export it again."
    ),
    "description": _lt(
        "The business description is empty: the file was changed; export it again."
    ),
    "footer_unreadable": _lt("The total %(heading)s cannot be read: export it again."),
    "footer_count": _lt(
        "Lines by the totals at the end: %(expected)s, in the file: %(found)s. Lines "
        "were lost or added; export it again."
    ),
    "footer_amount": _lt(
        "The total %(heading)s says %(expected)s, the lines add up to %(found)s: lines "
        "were lost or changed; export it again."
    ),
    "after_footer": _lt(
        "There are lines after the totals: the file was put together from several; "
        "upload each of them as Pinduoduo exported it."
    ),
    # found when the file is compared with what is known
    "conflict": _lt(
        "An earlier file shows this movement with another amount or other words: "
        "compare both files with the merchant backend, delete the wrong bill and "
        "import again."
    ),
    "other_shop": _lt(
        "The order belongs to the shop %(shop)s: upload the file on that shop."
    ),
}

# Why an order is not settled -> what to do.
SETTLEMENT_FIXES = {
    "paid_before_invoice": _lt(
        "Nothing: the invoice comes with its event and is matched then."
    ),
    "invoice_failed": _lt(
        "See why under Orders Not Invoiced, mend it and press Invoice Now."
    ),
    "document_draft": _lt(
        "Post it; or cancel it, and have it made anew with Invoice Now or Book."
    ),
    "cancelled_out": _lt("Nothing."),
    "not_paid": _lt(
        "Wait for the bill; when it is overdue, check that all bills are read."
    ),
    "coupon_missing": _lt(
        "Wait for the bill; when it is overdue, ask Pinduoduo for its part."
    ),
    "short": _lt(
        "Compare the movements with the merchant backend; a small difference can be "
        "written off."
    ),
    "over": _lt(
        "Compare the movements with the merchant backend; a small difference can be "
        "written off."
    ),
    "parts_differ": _lt("Offset the two parts."),
    "refund_missing": _lt(
        "Wait for the bill that shows the refund; when it is overdue, check in the "
        "merchant backend that the buyer has the money, and that all bills are read."
    ),
    "refund_unknown": _lt("Read the after-sales of the shop again."),
    "refund_without_income": _lt("Import the bill of the day the income came."),
}

INVOICE_AGREED = 2
INVOICE_STATUSES = {
    0: _lt("Refused"),
    1: _lt("Asked for"),
    INVOICE_AGREED: _lt("Agreed"),
}
INVOICE_KINDS = {
    0: _lt("Electronic"),
    1: _lt("Paper"),
    2: _lt("Special"),
}

REPORTS = [
    ("compensation", "Consumer compensation"),
    ("promotion", "Promotion costs"),
]
# Report -> (field, kind, whether it must be there); see bill_file.Column.
REPORT_COLUMNS = {
    "compensation": [
        ("order_sn", "order", True),
        ("occurred_at", "moment", True),
        ("amount", "amount", True),
        ("promised_date", "moment", False),
        ("shipping_date", "moment", False),
        ("reason", "text", False),
        ("tracking_number", "text", False),
    ],
    "promotion": [("date", "day", True), ("amount", "amount", True)],
}


class Trouble(NamedTuple):
    """A kind of trouble with the books: what is counted, and how it is tried again."""

    model: str
    domain: list
    amount: str
    """Field whose sum is shown (yuan)."""
    action: str
    """XML id of the window that shows them."""
    retry: str
    """Method of the records that does it once more."""
    name: object


# Cause of an issue -> what it is about.
BOOK_TROUBLE = {
    "bill_refused": Trouble(
        "pdd.bill",
        [("state", "=", "refused"), ("replaced_by_id", "=", False)],
        "income",
        "pdd_bill_action",
        "action_read",
        _lt(
            "A bill was refused and nothing of it is posted: open it for the line and "
            "the reason, export it again and delete the wrong one."
        ),
    ),
    "bill_code": Trouble(
        "pdd.bill.line",
        [("state", "=", "unknown")],
        "amount",
        "pdd_bill_line_action",
        "action_retry",
        _lt(
            "The bill has codes that no flow type knows; their amounts are on the "
            "suspense account. Let your accountant make a flow type for each code, "
            "then press Try Again."
        ),
    ),
    "bill_held": Trouble(
        "pdd.bill.line",
        [("state", "=", "held")],
        "amount",
        "pdd_bill_line_action",
        "action_retry",
        _lt(
            "Movements of the bill could not be posted: each names its reason. Mend "
            "it, then press Try Again."
        ),
    ),
    "invoice": Trouble(
        "pdd.order",
        [("invoice_state", "=", "error")],
        "receivable_amount",
        "pdd_order_action_invoice_error",
        "action_make_invoice",
        _lt(
            "Orders could not be invoiced: each names its reason. Mend it, then press "
            "Try Again."
        ),
    ),
    "credit": Trouble(
        "pdd.refund",
        [("book_error", "!=", False)],
        "refund_amount",
        "pdd_refund_action_book_error",
        "action_book",
        _lt(
            "Refunds could not be booked: each names its reason. Mend it, then press "
            "Try Again."
        ),
    ),
    "settlement": Trouble(
        "pdd.order",
        [
            "|",
            ("settlement_state", "=", "overdue"),
            *("&", ("settlement_state", "in", TOO_MUCH)),
            ("settlement_due_date", "<", "today"),
        ],
        "open_amount",
        "pdd_order_action_settlement",
        "action_settle",
        _lt(
            "Orders are invoiced and not settled in time: each says what is missing "
            "and what to do."
        ),
    ),
}
