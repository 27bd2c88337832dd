# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work on a bill takes the memory of a batch, however long the bill is."""

import tracemalloc
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.addons.pdd_connector_finance.models import pdd_bill_undo, pdd_shop_post
from odoo.addons.pdd_connector_finance.wizards import pdd_bill_preview
from odoo.tests import tagged

from .bills import row
from .common import FinanceCase

BATCH_SIZE = 15
START = datetime(2026, 6, 8)


@tagged("post_install", "-at_install")
class TestMemory(FinanceCase):
    def setUp(self):
        super().setUp()
        for module in (pdd_bill_undo, pdd_shop_post, pdd_bill_preview):
            patcher = patch.object(module, "BATCH_SIZE", BATCH_SIZE)
            self.startPatcher(patcher)

    def _import_many(self, batches):
        """Import a bill of so many batches in a shop of its own."""
        self.shop = self._create_shop(f"{batches} batches", str(batches))
        return self._import_lines(
            *(
                row("", "-1.00", "0060001", str(START + timedelta(seconds=number)))
                for number in range(batches * BATCH_SIZE)
            )
        )

    @contextmanager
    def _peak(self, found):
        """Append the most bytes that some work holds at once."""
        self.env.cr.flush()
        self.env.invalidate_all()
        tracemalloc.start()
        try:
            yield
            found.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    def _assert_level(self, found):
        """The first one also fills the caches of the registry."""
        _warm, few, many = found
        self.assertLess(many, 2 * few)

    def test_a_longer_bill_takes_the_same_memory(self):
        preview, post, undo = [], [], []
        for batches in (1, 2, 6):
            bill = self._import_many(batches)
            with self._peak(preview):
                bill.action_preview()
            with self._peak(post):
                bill.action_post_lines()
            self.assertEqual(bill.state, "done")
            with self._peak(undo):
                bill.action_undo()
            self.assertEqual(bill.pending_count, batches * BATCH_SIZE)
        for found in (preview, post, undo):
            self._assert_level(found)
