# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random histories; ``tests/extras/test_kits.py`` draws them with kits."""

from odoo.tests import tagged

from .stock_history import StockMachineCase


@tagged("post_install", "-at_install")
class TestStockMachine(StockMachineCase):
    def test_random_histories_never_sell_what_is_not_there(self):
        self.run_histories(10, 30)
