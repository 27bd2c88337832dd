# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Why a file cannot be taken: a code, a place, and the facts of a sentence."""


class BillFileError(Exception):
    """The file must not be posted.

    :ivar str code: what is wrong, see :data:`CODES`
    :ivar line: line (CSV) or row (spreadsheet) in the file, from 1; None: the file
    :ivar column: heading of the column; None: the line or the file
    :ivar dict facts: values for the sentence; never a text written by a buyer
    :ivar period: start and end the file names (naive, the platform's clock), or None
    """

    period = None

    def __init__(self, code, *, line=None, column=None, **facts):
        if code not in CODES:
            raise ValueError(code)
        super().__init__(code)
        self.code = code
        self.line = line
        self.column = column
        self.facts = facts


CODES = frozenset(
    {
        # the file
        *("empty", "too_large", "too_many_rows", "old_spreadsheet", "not_a_table"),
        *("spreadsheet_broken", "spreadsheet_unsafe"),
        *("zip_broken", "zip_encrypted", "zip_bomb", "zip_content", "zip_nested"),
        *("encoding", "cell_too_large", "quotes", "cut_off"),
        # its head
        *("no_heading", "other_bill", "column_missing", "column_twice", "period"),
        *("marketing_bill", "report_heading", "report_column"),
        # its rows
        *("cells", "order_damaged", "order_unknown_form", "time", "seconds_lost"),
        *("outside_period", "amount", "amount_fraction", "two_amounts", "sign"),
        *("description", "report_empty", "unfinished_day"),
        # its tail
        *("footer_unreadable", "footer_count", "footer_amount", "after_footer"),
        *("report_total", "report_months"),
        # beside what is known already
        *("conflict", "other_shop"),
    }
)
