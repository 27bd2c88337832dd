# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountBankStatementLine(models.Model):
    """Lines of the company's bank that are withdrawals of a shop."""

    _inherit = "account.bank.statement.line"
    _has_pdd_texts = True

    def action_undo_reconciliation(self):
        """Let a movement be what it is when an item it is reconciled with changes.

        Odoo would put it on suspense; only a person may.
        """
        kept = self.browse()
        if self.env.context.get("pdd_item_changes"):
            kept = self.filtered("move_id.pdd_shop_id")
            kept.line_ids.remove_move_reconcile()
        return super(AccountBankStatementLine, self - kept).action_undo_reconciliation()

    def _fits_pdd(self, bill_line):
        """Return whether this can be a withdrawal: its amount, on its day or soon after."""
        self.ensure_one()
        currency = bill_line.currency_id
        is_equal = not currency.compare_amounts(self.amount, -bill_line.amount)
        return is_equal and self._is_near_pdd(bill_line)

    def _is_near_pdd(self, bill_line):
        """Return whether a withdrawal, or a part of it, can have arrived with this."""
        self.ensure_one()
        days = (self.date - bill_line.occurred_date).days
        is_near = 0 <= days <= self.company_id.pdd_bank_days
        return is_near and self.currency_id == bill_line.currency_id

    def _get_pdd_open_item(self, accounts):
        """Return the item nobody has explained: on suspense, or in transit already.

        A line that has a partner is somebody's payment.

        :param accounts: accounts in transit
        """
        self.ensure_one()
        _liquidity, suspense, other = self._seek_for_lines()
        pinduoduo = self.env.ref("pdd_connector_finance.partner_pinduoduo")
        if self.partner_id - pinduoduo - self.company_id.partner_id:
            return suspense.browse()
        if len(suspense) == 1 and not other:
            return suspense
        is_transit = other.account_id in accounts and not suspense and len(other) == 1
        return other if is_transit and not other.reconciled else suspense.browse()
