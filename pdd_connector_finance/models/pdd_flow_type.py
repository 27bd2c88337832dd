# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..const import BUYER, PARTS, PLATFORM

TREATMENTS = [
    ("income", "Income of an order"),
    ("refund", "Refund of an order"),
    ("charge", "Fee or charge"),
    ("reduction", "Price reduction with tax"),
    ("transfer", "Transfer, no profit or loss"),
]
OF_ORDERS = ("income", "refund")
WITHDRAWAL = "withdrawal"

VITAL_SHARED = {"match", "code", "keyword", "treatment", "part", "valid_from"}
VITAL = {"account_id", "tax_id"}  # of one company


class PddFlowType(models.Model):
    """What a kind of movement on the bill means for the books.

    Codes come and go without notice: they are data, with a first day. Account, tax,
    partner and confirmation are kept per company.
    """

    _name = "pdd.flow.type"
    _description = "PDD Flow Type"
    _order = "sequence, code, valid_from desc, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=50)
    match = fields.Selection(
        [
            ("code", "Code"),
            ("prefix", "Beginning of the code"),
            ("name", "Words of the description"),
        ],
        string="Recognised By",
        required=True,
        default="code",
    )
    code = fields.Char(help="Seven digits before the bar of the business description.")
    keyword = fields.Char(
        string="Words",
        help="Text in the business description, for movements without known code.",
    )
    valid_from = fields.Date(
        help="First day this row is used; an earlier row of the same code stays valid "
        "for the days before."
    )
    treatment = fields.Selection(TREATMENTS, required=True, default="charge")
    part = fields.Selection(
        PARTS, help="Which part of what an order brings: the buyer's or the platform's."
    )
    needs_order = fields.Boolean(
        string="Belongs to an Order",
        help="A movement of this kind without order number is shown to a person.",
    )
    account_role = fields.Char(readonly=True, help="Default account of this movement.")
    account_id = fields.Many2one(
        "account.account",
        company_dependent=True,
        check_company=True,
        help="Counterpart of the movement. Income and refunds of orders use the "
        "receivable accounts of the company.",
    )
    used_account_id = fields.Many2one(
        "account.account",
        string="Account Used",
        compute="_compute_used_account_id",
        help="Made when it is first needed, as long as it is empty.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        company_dependent=True,
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Included in a price reduction. Empty: the taxes of the order, or the "
        "sales tax of the company.",
    )
    partner_id = fields.Many2one("res.partner", company_dependent=True)
    analytic_account_id = fields.Many2one(
        "account.analytic.account", company_dependent=True
    )
    confirmed_date = fields.Datetime(
        string="Confirmed On", company_dependent=True, readonly=True, copy=False
    )
    confirmed_user_id = fields.Many2one(
        "res.users",
        string="Confirmed By",
        company_dependent=True,
        readonly=True,
        copy=False,
    )
    is_confirmed = fields.Boolean(
        compute="_compute_is_confirmed", search="_search_is_confirmed"
    )

    _match_uniq = models.UniqueIndex(
        "(match, (CASE match WHEN 'name' THEN keyword ELSE code END), "
        "COALESCE(valid_from, DATE '1900-01-01')) WHERE active",
        "There is a flow type for this code and first day already.",
    )

    @api.depends("confirmed_date")
    @api.depends_context("company")
    def _compute_is_confirmed(self):
        for flow_type in self:
            flow_type.is_confirmed = bool(flow_type.confirmed_date)

    @api.depends("account_id", "part")
    @api.depends_context("company")
    def _compute_used_account_id(self):
        company = self.env.company
        receivables = {
            BUYER: company.pdd_buyer_account_id,
            PLATFORM: company.pdd_platform_account_id,
        }
        for flow_type in self:
            receivable = receivables.get(flow_type.part)
            flow_type.used_account_id = receivable or flow_type.account_id

    def _search_is_confirmed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("confirmed_date", "!=" if True in value else "=", False)]

    @api.constrains("match", "code", "keyword")
    def _check_match(self):
        for flow_type in self:
            code = flow_type.code or ""
            if flow_type.match == "name":
                is_right = bool((flow_type.keyword or "").strip())
            else:
                digits = 7 if flow_type.match == "code" else len(code)
                is_right = code.isdecimal() and len(code) == digits
            if not is_right:
                raise ValidationError(
                    self.env._(
                        "%s: enter seven digits of a code, the digits it begins with, "
                        "or the words to look for.",
                        flow_type.name,
                    )
                )

    @api.constrains("treatment", "part")
    def _check_part(self):
        for flow_type in self:
            if (flow_type.treatment in OF_ORDERS) != bool(flow_type.part):
                raise ValidationError(
                    self.env._(
                        "%s: income and refunds of orders need a part, the others have "
                        "none.",
                        flow_type.name,
                    )
                )

    @api.constrains("treatment", "account_id")
    def _check_transfer_account(self):
        # a rule of the books, also where the user sees only some companies
        for company in self.env["res.company"].sudo().search(Domain.TRUE):
            for flow_type in self.with_company(company):
                flow_type._check_account(flow_type.account_id)

    def _check_account(self, account):
        """Raise when the account contradicts the treatment.

        :raise ValidationError: a transfer to profit and loss, or something else than
            income and refunds to the receivables of orders, which are proven by order
        """
        is_profit = account.internal_group in ("income", "expense")
        if self.treatment == "transfer" and account and is_profit:
            raise ValidationError(
                self.env._(
                    "%(flow_type)s is a transfer: %(account)s is an account of profit "
                    "and loss. Choose an account of the balance sheet.",
                    flow_type=self.name,
                    account=account.display_name,
                )
            )
        company = self.env.company
        receivables = company.pdd_buyer_account_id + company.pdd_platform_account_id
        if self.treatment not in OF_ORDERS and account & receivables:
            raise ValidationError(
                self.env._(
                    "%(flow_type)s is neither income nor refund of an order: "
                    "%(account)s is what orders owe. Choose another account.",
                    flow_type=self.name,
                    account=account.display_name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """A further row of the code of withdrawals is about withdrawals as well."""
        types = super().create(vals_list)
        all_types = self.with_context(active_test=False)
        known = all_types.search([("account_role", "=", WITHDRAWAL)])
        codes = set(known.mapped("code"))
        new = types.filtered(lambda t: t.code in codes and not t.account_role)
        new.account_role = WITHDRAWAL
        return types

    def write(self, vals):
        """What a person confirmed is no longer confirmed when it changes.

        What companies share is confirmed in each of them.
        """
        result = super().write(vals)
        if VITAL_SHARED & vals.keys():
            # also those that the person who changes it does not work for
            self._unconfirm(self.env["res.company"].sudo().search(Domain.TRUE))
        elif VITAL & vals.keys():
            self._unconfirm(self.env.company)
        return result

    def _unconfirm(self, companies):
        """Let an accountant of each company look at it again."""
        for company in companies:
            flow_types = self.with_company(company).filtered("confirmed_date")
            flow_types.write({"confirmed_date": False, "confirmed_user_id": False})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["pdd.bill.line"].search_count(
            [("flow_type_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._("A flow type that lines use cannot be deleted; archive it.")
            )

    def action_confirm(self):
        """Confirm the treatment for the current company: an accountant has checked it."""
        # the connector makes accounts at first use, also for who may make none
        flow_types = self.sudo()
        flow_types._fill_accounts(flow_types.env.company)
        self.write(
            {"confirmed_date": fields.Datetime.now(), "confirmed_user_id": self.env.uid}
        )

    # --- business methods

    @api.model
    def _fill_accounts(self, company):
        """Give each flow type of the company the account its role stands for."""
        for flow_type in self.with_company(company):
            if flow_type.account_id or flow_type.treatment in OF_ORDERS:
                continue
            if flow_type.account_role:
                flow_type.account_id = company._get_pdd_flow_account(
                    flow_type.account_role
                )

    @api.model
    def _get_finder(self):
        """Return a function (code, name, day) -> flow type, empty where none fits.

        Order: exact code, longest beginning of the code, words of the description;
        among equals the newest that is valid on the day.
        """
        types = self.search(Domain.TRUE).sorted(
            lambda t: t.valid_from or date.min, reverse=True
        )
        by_code = types.filtered(lambda t: t.match == "code").grouped("code")
        prefixes = types.filtered(lambda t: t.match == "prefix")
        prefixes = prefixes.sorted(lambda t: -len(t.code))
        worded = types.filtered(lambda t: (t.keyword or "").strip())
        worded = worded.sorted(lambda t: -len(t.keyword))
        known = {}

        def find_by_words(name):
            found = worded.filtered(lambda t: t.keyword in (name or ""))
            return types.browse().concat(  # words of a code stand for all its rows
                *(by_code[t.code] if t.match == "code" else t for t in found)
            )

        def find(code, name, day):
            key = (code, name, day)
            if key not in known:
                found = (
                    by_code.get(code, types.browse())
                    + prefixes.filtered(lambda t: code and code.startswith(t.code))
                    + find_by_words(name)
                ).filtered(lambda t: not t.valid_from or t.valid_from <= day)
                known[key] = found[:1]
            return known[key]

        return find
