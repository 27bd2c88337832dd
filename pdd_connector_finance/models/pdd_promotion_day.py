# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..bill_file import BillFileError


class PddPromotionDay(models.Model):
    """What a shop's promotion cost on a day: the expense of what was prepaid.

    A top-up on the bill only moves money; the report of the merchant backend says what
    was spent of it.
    """

    _name = "pdd.promotion.day"
    _description = "PDD Promotion Costs of a Day"
    _order = "date desc, shop_id"
    _rec_name = "date"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    date = fields.Date(required=True, readonly=True, help="Day in Shanghai.")
    amount = fields.Monetary(string="Costs", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    _day_uniq = models.UniqueIndex(
        "(shop_id, date)", "The costs of this day are known already."
    )

    # --- the report

    @api.model
    def _add_up(self, reader):
        """Return what each day cost, in yuan.

        The total at the end counts nothing twice. Where it says more than the rows (the
        hosting of a whole shop is not split by product) the difference is a cost of the
        last day.

        :param reader: a :class:`TableReader`
        :return dict: day -> Decimal
        :raise BillFileError: rows and total contradict each other
        """
        days, last = defaultdict(Decimal), pop.platform_date(fields.Datetime.now())
        for line, row in reader:
            if row["date"] >= last:
                raise BillFileError("unfinished_day", line=line, value=str(row["date"]))
            days[row["date"]] += row["amount"]
        total = reader.total and reader.total["amount"]
        rows = sum(days.values())
        if not days or total is None or total == rows:
            return days
        if total < rows:
            raise BillFileError(
                "report_total",
                line=reader.total_line,
                expected=str(total),
                found=str(rows),
            )
        if len({(day.year, day.month) for day in days}) > 1:
            raise BillFileError(
                "report_months", line=reader.total_line, rest=str(total - rows)
            )
        days[max(days)] += total - rows
        return days

    @api.model
    def _take(self, shop, days, *, replace=False):
        """Book the costs of days; what is booked already stays as it is.

        :param dict days: day -> yuan
        :param bool replace: whether other amounts take the place of the booked ones
        :raise UserError: a day is booked with another amount
        """
        known = self.search(
            Domain("shop_id", "=", shop.id) & Domain("date", "in", list(days))
        )
        changed = known.filtered(
            lambda day: day.currency_id.compare_amounts(
                day.amount, float(days[day.date])
            )
        )
        if changed and not replace:
            raise UserError(
                self.env._(
                    "The report has other costs than those booked for %(days)s. If "
                    "this report is the complete one, tick Replace and upload it "
                    "again.",
                    days=", ".join(str(day.date) for day in changed),
                )
            )
        changed._undo()
        for day in changed:
            day.amount = float(days[day.date])
        missing = sorted(set(days) - set(known.mapped("date")))
        known += self.create(
            [
                {"shop_id": shop.id, "date": day, "amount": float(days[day])}
                for day in missing
            ]
        )
        known.filtered(lambda day: not day.move_id)._book()
        return known

    # --- the books

    def _undo(self):
        """Take back the entries of days whose costs are others.

        :raise UserError: the day is in a locked period
        """
        moves = self.move_id
        moves._check_fiscal_lock_dates()
        self.move_id = False
        moves._delete_pdd_entries()

    def _book(self):
        """Book each day: costs on one side, less prepaid advertising on the other."""
        for shop, days in self.grouped("shop_id").items():
            company = shop.company_id
            days = days.with_company(company).filtered("amount")
            vals_list = [day._prepare_move_vals() for day in days]
            moves = self.env["account.move"].with_company(company).create(vals_list)
            moves._post(soft=False)
            for day, move in zip(days, moves, strict=True):
                day.move_id = move

    def _prepare_move_vals(self):
        self.ensure_one()
        company, shop = self.company_id, self.shop_id
        journal = self._get_journal()
        open_date = company._get_pdd_open_date(self.date, False, journal)
        name = self.env._(
            "Pinduoduo promotion %(shop)s %(date)s", shop=shop.name, date=self.date
        )
        amounts = (
            (company._get_pdd_advertising_account(), self.amount),
            (company._get_pdd_flow_account("advertising_account"), -self.amount),
        )
        currency, own = self.currency_id, company.currency_id
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": company.id,
            "date": open_date,
            "ref": name,
            "pdd_shop_id": shop.id,
            "pdd_shifted_date": open_date != self.date and self.date,
            "line_ids": [
                Command.create(
                    {
                        "name": name,
                        "account_id": account.id,
                        "currency_id": currency.id,
                        "amount_currency": amount,
                        "balance": currency._convert(amount, own, company, self.date),
                    }
                )
                for account, amount in amounts
            ],
        }

    def _get_journal(self):
        Journal = self.env["account.journal"]
        domain = Domain("type", "=", "general")
        domain &= Domain(Journal._check_company_domain(self.company_id))
        return Journal.search(domain, limit=1)

    def action_view_move(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
