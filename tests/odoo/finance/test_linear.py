# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading, posting and undo look at each row a few times, however many there are.

Counted in rows that the database has read, in one transaction, with statistics from
before: as for the first large file of a shop.
"""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.addons.pdd_connector_finance.models import pdd_bill_undo, pdd_shop_post
from odoo.addons.pdd_connector_finance.models.pdd_bill_read import PddBill
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase

FEW, MANY = 300, 1800
SMALL, LARGE, BATCH_SIZE = 60, 240, 20
TIMES = 2  # what a line of a longer file may take, compared with one of a short
START = datetime(2026, 6, 1)
READ_QUERY = """
    SELECT COALESCE(sum(pg_stat_get_xact_tuples_returned(oid)
               + pg_stat_get_xact_tuples_fetched(oid)), 0)::integer
      FROM pg_class
     WHERE relkind = 'r' AND starts_with(relname, 'pdd_') AND relpersistence = %s
"""


@tagged("post_install", "-at_install")
class TestLinear(FinanceCase):
    def setUp(self):
        super().setUp()
        order = self._create_order()
        self._import_lines(row(order.order_sn, "1.00", "0010002"))
        self.env.flush_all()
        for table in ("pdd_order", "pdd_bill_line", "pdd_shop"):
            self.env.cr.execute(f"ANALYZE {table}")  # they know one shop with one row

    def _create_many(self, count):
        """Return movements of so many orders of a shop of its own."""
        self.shop = self._create_shop(f"{count} orders", str(count))
        numbers = [f"260602-{number:015d}" for number in range(count)]
        self.env["pdd.order"].create(
            [
                {
                    "shop_id": self.shop.id,
                    "currency_id": self.shop.currency_id.id,
                    "order_sn": number,
                    "order_status": 3,
                }
                for number in numbers
            ]
        )
        self.env.flush_all()
        moments = (START + timedelta(minutes=20 * n) for n in range(count))
        return [
            row(order_sn, "1.00", "0010002", str(moment))
            for order_sn, moment in zip(numbers, moments, strict=True)
        ]

    def _count_rows(self, kind="p"):
        """Return how many rows were read so far of permanent or temporary tables."""
        self.env.flush_all()
        self.env.cr.execute(READ_QUERY, [kind])
        return self.env.cr.fetchone()[0]

    # --- reading

    def test_reading_looks_at_each_row_a_few_times(self):
        few, many = (self._read(count) for count in (FEW, MANY))
        self.assertLess(many / MANY, few / FEW * TIMES)

    def test_comparing_with_what_is_known_looks_at_each_row_a_few_times(self):
        few, many = (self._read(count, again=True) for count in (FEW, MANY))
        self.assertLess(many / MANY, few / FEW * TIMES)

    def _read(self, count, again=False):
        """Return how many rows are read when a file of so many lines is.

        :param bool again: a second file shows the same and one line more
        """
        lines = self._create_many(count)
        if again:
            self._import_lines(*lines)
            lines.append(row("", "-1.00", "0060001"))
        at_end, before = [], self._count_rows()
        count_missing = PddBill._count_missing

        def look(bill, *args):  # before the temporary tables are gone
            missing = count_missing(bill, *args)
            at_end.append(self._count_rows("t"))
            return missing

        with patch.object(PddBill, "_count_missing", look):
            bill = self._import_lines(*lines)
        rows = at_end[0] + self._count_rows() - before
        self.assertEqual(bill.state, "open", bill.error_message)
        self.assertEqual(bill.new_count, 1 if again else count)
        self.assertEqual(len(bill.line_ids.order_id), 0 if again else count)
        return rows

    # --- posting

    def test_posting_and_undo_look_at_each_row_a_few_times(self):
        for module in (pdd_bill_undo, pdd_shop_post):
            self.startPatcher(patch.object(module, "BATCH_SIZE", BATCH_SIZE))
        self.env.cr.execute("SET LOCAL enable_seqscan = off")  # as for large tables
        self._work(BATCH_SIZE)  # makes journal and accounts
        small, large = self._work(SMALL), self._work(LARGE)
        for name in small:
            with self.subTest(name):
                self.assertLess(large[name] / LARGE, small[name] / SMALL * TIMES)

    def _work(self, count):
        """Return how many rows posting and undo of so many lines read."""
        bill = self._import_lines(*self._create_many(count))
        start = self._count_rows()
        self.shop._post_bills()
        self.assertEqual(bill.state, "done")
        posted = self._count_rows()
        bill.action_undo()
        self.assertEqual(bill.pending_count, count)
        return {"post": posted - start, "undo": self._count_rows() - posted}
