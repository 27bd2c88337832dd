# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..const import ACCOUNTS, BUYER, PLATFORM

RECEIVABLES = {BUYER: "pdd_buyer_account_id", PLATFORM: "pdd_platform_account_id"}


class ResCompany(models.Model):
    """How a company books what its Pinduoduo shops sell and receive."""

    _inherit = "res.company"

    pdd_invoice_trigger = fields.Selection(
        [
            ("receipt", "The buyer's confirmed receipt"),
            ("shipment", "The shipment"),
            ("bill", "The income on the bill"),
        ],
        string="Invoice On",
        required=True,
        default="receipt",
    )
    pdd_invoice_grouping = fields.Selection(
        [
            ("order", "One invoice per order"),
            ("day", "One invoice per shop and day"),
        ],
        string="Pinduoduo Invoices",
        required=True,
        default="order",
    )
    pdd_posting_mode = fields.Selection(
        [
            ("statement", "One statement line per movement"),
            ("day", "One entry per shop and day"),
        ],
        string="Post Bills As",
        required=True,
        default="statement",
    )
    pdd_debtor = fields.Selection(
        [("buyers", "The shop's buyers' contact"), ("platform", "Pinduoduo")],
        string="Debtor of Orders",
        required=True,
        default="buyers",
    )
    pdd_buyer_account_id = fields.Many2one(
        "account.account",
        string="Receivable, Buyer's Part",
        domain="[('account_type', '=', 'asset_receivable')]",
    )
    pdd_platform_account_id = fields.Many2one(
        "account.account",
        string="Receivable, Platform's Part",
        domain="[('account_type', '=', 'asset_receivable')]",
    )
    pdd_write_off_account_id = fields.Many2one(
        "account.account", string="Settlement Differences"
    )
    pdd_advertising_account_id = fields.Many2one(
        "account.account", string="Advertising Costs"
    )
    pdd_write_off_limit = fields.Monetary(
        string="Write-off Limit",
        default=1.0,
        help="Largest difference of an order that may be written off.",
    )
    pdd_due_days = fields.Integer(
        string="Overdue After (days)",
        default=15,
        help="Days from the invoice until an order that is not settled is overdue.",
    )

    _pdd_limits = models.Constraint(
        "CHECK(pdd_write_off_limit >= 0 AND pdd_due_days >= 0)",
        "The write-off limit and the days until overdue cannot be below zero.",
    )

    def write(self, vals):
        """Keep the receivables of orders once they are used.

        :raise UserError: what the bill pays later would not meet what is owed
        """
        for part, name in RECEIVABLES.items():
            for company in self.filtered(name) if name in vals else []:
                if company[name].id != vals[name]:
                    company._check_pdd_receivable_unused(part, company[name])
        return super().write(vals)

    def _check_pdd_receivable_unused(self, part, account):
        item = (
            self.env["account.move.line"]
            .sudo()  # whoever changes settings need not see the items
            .search(
                [
                    ("company_id", "=", self.id),
                    ("account_id", "=", account.id),
                    ("pdd_part", "=", part),
                ],
                limit=1,
            )
        )
        if item:
            raise UserError(
                self.env._(
                    "%(account)s holds what orders owe, such as %(order)s: what the "
                    "bill pays or takes back later must meet it on the same account. "
                    "Keep the account; its code and name can be changed in the chart "
                    "of accounts.",
                    account=account.display_name,
                    order=item.pdd_order_id.order_sn or item.move_id.name,
                )
            )

    def _get_pdd_receivable(self, part):
        """Return the receivable account of a part, made at first use."""
        return self._get_pdd_own_account(RECEIVABLES[part], part)

    def _get_pdd_write_off_account(self):
        """Return the account for settlement differences, made at first use."""
        return self._get_pdd_own_account("pdd_write_off_account_id", "write_off")

    def _get_pdd_advertising_account(self):
        """Return the account of advertising costs, made at first use."""
        return self._get_pdd_own_account("pdd_advertising_account_id", "advertising")

    def _get_pdd_own_account(self, field_name, role):
        self.ensure_one()
        if not self[field_name]:
            self[field_name] = self._make_pdd_account(role)
        return self[field_name]

    def _get_pdd_flow_account(self, role):
        """Return the account of a flow type's role, made at first use."""
        self.ensure_one()
        if role == "withdrawal":
            return self.transfer_account_id
        other = (
            self.env["pdd.flow.type"]
            .with_company(self)
            .search([("account_role", "=", role), ("account_id", "!=", False)], limit=1)
        )
        return other.account_id or self._make_pdd_account(role)

    def _make_pdd_account(self, role, label=None):
        """Create the account for a purpose below its place in the chart.

        :param str role: key of :data:`const.ACCOUNTS`
        :param str label: what the name ends with, for an account per shop
        """
        self.ensure_one()
        self._check_pdd_chart()
        default = ACCOUNTS[role]
        names = [default.name, default.name_zh]
        if label:
            names = [name % label for name in names]
        Account = self.env["account.account"].with_company(self)
        code = self._get_pdd_account_code(default)
        account = Account.create(
            {
                "name": names[0],
                "code": Account._search_new_account_code(code),
                "account_type": default.account_type,
                "reconcile": default.reconcile,
                "company_ids": self.ids,
            }
        )
        if self.env["res.lang"]._get_data(code="zh_CN"):
            account.with_context(lang="zh_CN").name = names[1]
        return account

    def _check_pdd_chart(self):
        if not self.root_id.chart_template:
            raise UserError(
                self.env._(
                    "%s has no chart of accounts: choose one in the settings of "
                    "Invoicing first.",
                    self.name,
                )
            )

    def _get_pdd_account_code(self, default):
        """Return the code from which a free one is looked for."""
        Account = self.env["account.account"].with_company(self)
        domain = Account._check_company_domain(self)
        for parent in default.parents:
            if Account.search_count(
                [*domain, ("code", "=like", f"{parent}%")], limit=1
            ):
                return f"{parent}51"
        like = Account.search(
            [*domain, ("account_type", "=", default.account_type)], limit=1
        )
        return like.code or "1000"

    def _get_pdd_open_date(self, day, has_tax, journal):
        """Return the first day from a day on whose period is not locked."""
        self.ensure_one()
        locks = self._get_violated_lock_dates(day, has_tax, journal)
        return locks[-1][0] + timedelta(days=1) if locks else day
