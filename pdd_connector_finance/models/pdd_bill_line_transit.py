# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .pdd_flow_type import WITHDRAWAL


class PddBillLine(models.Model):
    """Withdrawals: in transit until the bank's own line shows them."""

    _inherit = "pdd.bill.line"

    is_withdrawal = fields.Boolean(
        compute="_compute_transit", search="_search_is_withdrawal"
    )
    is_in_transit = fields.Boolean(
        string="In Transit",
        compute="_compute_transit",
        search="_search_is_in_transit",
        help="Left the account at Pinduoduo and is not reconciled with a line of the "
        "bank.",
    )
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Line of the Bank",
        compute="_compute_transit",
    )
    reason = fields.Selection(
        selection_add=[("several", "Not clear which line of the bank it is")]
    )

    @api.depends(
        "flow_type_id",
        "move_id.line_ids.reconciled",
        "move_id.pdd_correction_ids.line_ids.reconciled",
    )
    def _compute_transit(self):
        for line in self:
            line.is_withdrawal = line.flow_type_id.account_role == WITHDRAWAL
            item = line._get_transit_item()
            line.is_in_transit = bool(item) and not item.reconciled
            line.bank_line_id = item._get_pdd_bank_lines()[:1]

    def _search_is_withdrawal(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("flow_type_id.account_role", "=", WITHDRAWAL)
        return domain if True in value else ~domain

    def _search_is_in_transit(self, operator, value):
        """Search by entry: an entry of a day is in transit until all of it is found."""
        if operator != "in":
            return NotImplemented
        all_types = self.env["pdd.flow.type"].with_context(active_test=False)
        types = all_types.search([("account_role", "=", WITHDRAWAL)])
        accounts = [  # of each company the person looks at
            account_id
            for company in self.env.companies
            for account_id in types.with_company(company).account_id.ids
        ]
        open_items = Domain("account_id", "in", accounts)
        open_items &= Domain("reconciled", "=", False)
        open_items &= Domain("account_id.reconcile", "=", True)
        domain = Domain("flow_type_id", "in", types.ids)
        domain &= Domain("move_id.line_ids", "any", open_items) | Domain(
            "move_id.pdd_correction_ids.line_ids", "any", open_items
        )
        return domain if True in value else ~domain

    def action_match_bank(self):
        """Look for the lines of the bank these withdrawals are."""
        self.check_access("read")  # for accountants only
        self.shop_id.sudo()._match_withdrawals()  # the connector's own book-keeping

    def _get_transit_item(self):
        """Return the journal item of this withdrawal on the account in transit."""
        self.ensure_one()
        account = self.flow_type_id.with_company(self.company_id).account_id
        if self.flow_type_id.account_role != WITHDRAWAL or not account.reconcile:
            return self.env["account.move.line"]
        items = self._get_entries().line_ids
        items = items.filtered(lambda item: item.account_id == account)
        if not self.move_id.statement_line_ids:
            label = self._get_day_label()
            items = items.filtered(lambda item: item.name == label)
        return items[:1]

    def _meet_bank_line(self, bank_line, item):
        """Reconcile a withdrawal with the bank's line.

        :param item: its item on the account in transit
        """
        self.ensure_one()
        open_item = bank_line._get_pdd_open_item(item.account_id)
        if open_item.account_id != item.account_id:
            open_item.account_id = item.account_id
        (item + open_item).reconcile()
        self.reason = False
