# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import tempfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError

from .pdd_feed_invoice import INVOICE_API
from .pdd_shop_bill import BILL_API


class PddShop(models.Model):
    """The books of a shop: its journal is the account at the platform."""

    _inherit = "pdd.shop"

    journal_id = fields.Many2one(
        "account.journal",
        string="Goods Payment Journal",
        check_company=True,
        domain="[('type', '=', 'bank')]",
        help="Bank journal of the shop's account at Pinduoduo; its bill is the "
        "statement. Made at the first bill when empty.",
    )
    reads_invoice_applications = fields.Boolean(
        string="Read Invoice Applications",
        default=True,
        help="List the tax invoices that buyers ask for on Pinduoduo.",
    )
    last_bill_date = fields.Datetime(
        string="Bills Complete Until", compute="_compute_bill_figures"
    )
    bill_open_count = fields.Integer(
        string="Movements to Post", compute="_compute_bill_figures"
    )

    _journal_uniq = models.UniqueIndex(
        "(journal_id) WHERE journal_id IS NOT NULL AND active",
        "This journal is the account of another shop: each shop has its own.",
    )

    @api.depends("feed_ids.synced_until")
    def _compute_bill_figures(self):
        counts = dict(
            self.env["pdd.bill.line"]._read_group(
                [
                    ("shop_id", "in", self.ids),
                    ("state", "in", ("pending", "held", "unknown")),
                ],
                ["shop_id"],
                ["__count"],
            )
        )
        for shop in self:
            feed = shop.feed_ids.filtered(lambda feed: feed.kind == "bill")
            shop.last_bill_date = feed.synced_until
            shop.bill_open_count = counts.get(shop, 0)

    # --- buttons

    def action_import_bill(self, date=None):
        """Read, post and reconcile the bill of a day.

        :param date: date or ISO text, the day in Shanghai; default yesterday
        :raise UserError: there is no bill yet, or it must not be posted
        """
        self.env["pdd.bill"].check_access("read")  # for accountants only
        self.check_access("read")
        day = fields.Date.to_date(date) or self._get_yesterday()
        bills = self.env["pdd.bill"]
        for shop in self:
            # the mirror belongs to the connector, whoever presses the button
            bills += shop.sudo()._import_bill(day)
        bills._check_read()
        self.env["ir.cron"]._commit_progress()
        notice = self._post_by_hand()
        action = self._open_bills(bills)
        if notice:
            notice["params"]["next"] = action
        return notice or action

    def _import_bill(self, day):
        """Fetch and read the bill of a day; return it.

        :raise UserError: it cannot be had, in words for a person
        """
        feed = self._get_feeds("bill")
        with tempfile.TemporaryFile() as file:
            try:
                name = self._download_bill(day, file)
            except pop.PddBusinessError as error:
                raise UserError(
                    self.env._(
                        "Pinduoduo has no bill of %(date)s for %(shop)s yet: it comes "
                        "in the forenoon of the next day and is then read by itself. "
                        "(%(detail)s)",
                        date=day,
                        shop=self.name,
                        detail=str(error),
                    )
                ) from error
            except pop.PddError as error:
                raise UserError(self._explain(error)) from error
            if not feed.try_lock_for_update(allow_referencing=True):
                raise UserError(
                    self.env._("The bills of %s are being read; try again.", self.name)
                )
            bill = self._take_bill(day, file, name)
        feed._move_bill_cursor()
        return bill

    def _open_bills(self, bills):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_finance.pdd_bill_action"
        )
        if len(bills) == 1:
            action.update(views=[(False, "form")], res_id=bills.id)
        else:
            action["domain"] = [("id", "in", bills.ids)]
        return action

    def action_view_bills(self):
        return self._open("pdd_connector_finance.pdd_bill_action")

    def action_view_bill_lines(self):
        return self._open(
            "pdd_connector_finance.pdd_bill_line_action", search_default_open=1
        )

    def action_view_invoice_applications(self):
        return self._open("pdd_connector_finance.pdd_invoice_application_action")

    # --- business methods

    def _required_apis(self):
        return [*super()._required_apis(), BILL_API, INVOICE_API]

    def _get_yesterday(self):
        return pop.platform_date(fields.Datetime.now()) - timedelta(days=1)

    def _get_bill_journal(self):
        """Return the journal of the shop's account, made at first use.

        :raise UserError: the one that was chosen is in another currency
        """
        self.ensure_one()
        if not self.journal_id:
            company = self.company_id
            account = company._make_pdd_account("goods", self.name)
            foreign = self.currency_id - company.currency_id
            account.currency_id = foreign
            self.journal_id = (
                self.env["account.journal"]
                .with_company(company)
                .create(
                    {
                        "name": self.env._("Pinduoduo %s", self.name),
                        "code": self._get_free_journal_code(),
                        "type": "bank",
                        "company_id": company.id,
                        "default_account_id": account.id,
                        "currency_id": foreign.id,
                    }
                )
            )
        journal = self.journal_id
        currency = journal.currency_id or self.company_id.currency_id
        if currency != self.currency_id:
            raise UserError(
                self.env._(
                    "Journal %(journal)s is in %(currency)s, the bill in %(platform)s: "
                    "choose a journal in %(platform)s on the shop, or none and it is "
                    "made. Then press Post Again on its movements.",
                    journal=journal.name,
                    currency=currency.name,
                    platform=self.currency_id.name,
                )
            )
        return journal

    def _get_free_journal_code(self):
        codes = set(
            self.env["account.journal"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
            .mapped("code")
        )
        number = 1
        while f"PDD{number}" in codes:
            number += 1
        return f"PDD{number}"
