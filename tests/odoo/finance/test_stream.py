# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bill is read as a stream: its length costs time, not memory."""

import tracemalloc
from datetime import datetime, timedelta

from odoo.addons.pdd_connector_finance.bill_file import BillParser, open_rows
from odoo.tests import BaseCase, tagged

from . import bills
from .bills import row

START = datetime(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestStream(BaseCase):
    def test_ten_times_the_lines_take_the_same_memory(self):
        small, large = self._measure(2_000), self._measure(20_000)
        self.assertLess(large, small + 500_000)

    def _measure(self, count):
        """Return the most bytes that reading so many lines holds at once."""
        lines = [
            row(
                f"260601-{number:015d}",
                f"{number % 997}.50",
                "0010002",
                f"{START + timedelta(seconds=number):%Y-%m-%d %H:%M:%S}",
            )
            for number in range(1, count + 1)
        ]
        file = bills.csv_file(lines)
        tracemalloc.start()
        try:
            with open_rows(file) as rows:
                parser = BillParser(rows)
                self.assertEqual(sum(1 for _row in parser), count)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
