# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A month of a shop: the ledger is the platform's balance, what is left was planted."""

from itertools import product

import pytest
from odoo.tests import tagged
from odoo.tools import mute_logger

from .month import MonthCase


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestMonth(MonthCase):
    """5,000 orders, posted and invoiced per shop and day.

    The other three modes take a multiple of the time for so many; they are compared
    with this one on a smaller month below.
    """

    plants_of_a_kind = 4

    @pytest.mark.timeout(1200)
    @mute_logger("odoo.addons.pdd_connector")
    def test_a_month_of_5000_orders_leaves_the_planted_differences(self):
        self.shop.company_id.write(
            {"pdd_posting_mode": "day", "pdd_invoice_grouping": "day"}
        )
        self._load(5000)
        self._keep_books()
        self._assert_books()


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestModes(MonthCase):
    """A smaller month in all modes: two ways to post times two ways to invoice."""

    ORDERS = 120

    @mute_logger("odoo.addons.pdd_connector")
    def test_all_modes_end_with_the_same_books(self):
        self._load(self.ORDERS)
        self.env.cr.commit()
        ends = {}
        for modes in product(("statement", "day"), ("order", "day")):
            with self.subTest(modes=modes):
                ends[modes] = self._keep_books_and_forget(*modes)
        self.assertEqual(len(ends), 4)
        for modes, end in ends.items():
            self.assertEqual(end, ends["statement", "order"], modes)

    def _keep_books_and_forget(self, posting, grouping):
        """Return how the books end in these modes; nothing of it stays."""
        self.cr.execute("SAVEPOINT before_the_books")
        self.shop.company_id.write(
            {"pdd_posting_mode": posting, "pdd_invoice_grouping": grouping}
        )
        self._keep_books()
        self._assert_books()
        end = self._get_end()
        self.env.cr.commit()  # closes what was begun inside
        self.cr.execute("ROLLBACK TO SAVEPOINT before_the_books")
        self.env.invalidate_all()
        return end

    def _get_end(self):
        orders = self.env["pdd.order"].search([])
        proofs = self.env["pdd.proof"].search([])
        return {
            "balances": dict(self._get_balances()),
            "orders": {
                order.order_sn: (
                    *(order.settlement_state, order.settlement_reason),
                    *(order.open_buyer_amount, order.open_platform_amount),
                    *(order.income_amount, order.refund_bill_amount),
                    order.charge_amount,
                )
                for order in orders
            },
            "proofs": {
                proof.date: (proof.opening, proof.closing, proof.ledger, proof.state)
                for proof in proofs
            },
        }
