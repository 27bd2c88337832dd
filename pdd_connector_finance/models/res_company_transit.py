# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain


class ResCompany(models.Model):
    """Which line of the bank a withdrawal is."""

    _inherit = "res.company"

    pdd_bank_days = fields.Integer(
        string="Withdrawals Arrive Within (days)",
        default=5,
        help="A line of the bank with the same amount up to so many days later is the "
        "withdrawal.",
    )
    pdd_bank_text = fields.Char(
        string="Text of Withdrawals at the Bank",
        help="When set, only lines of the bank whose text contains it are taken.",
    )

    _pdd_bank_days = models.Constraint(
        "CHECK(pdd_bank_days >= 0)", "The days cannot be below zero."
    )

    def _match_withdrawals(self, items):
        """Match withdrawals with lines of the bank where there is no doubt.

        :param dict items: withdrawal -> its item on the account in transit
        """
        self.ensure_one()
        receipts = self._get_bank_receipts(items)
        lines = self.env["pdd.bill.line"].concat(*items)
        doubtful = lines.browse()
        for amount, some in lines.grouped("amount").items():
            for withdrawals, banks in _group(some, receipts.get(-amount, [])):
                pairs = [*zip(withdrawals, banks, strict=False)]
                is_clear = len(withdrawals) == len(banks)
                if is_clear and all(bank._fits_pdd(line) for line, bank in pairs):
                    for line, bank in pairs:
                        line._meet_bank_line(bank, items[line])
                else:
                    doubtful = doubtful.concat(*withdrawals)
        self._match_booked(items)
        doubtful.filtered(lambda line: not items[line].reconciled).reason = "several"

    def _match_booked(self, items):
        """Match what a person has booked on the account in transit.

        E.g. a withdrawal that arrived in parts, or several in one amount: those that
        are near each other must come to the same.

        :param dict items: see :meth:`_match_withdrawals`
        """
        items = {line: item for line, item in items.items() if not item.reconciled}
        receipts = self._get_booked_receipts(items) if items else []
        lines = self.env["pdd.bill.line"].concat(*items)
        accounts = self.env["account.move.line"].concat(*items.values()).account_id
        for withdrawals, banks in _group(lines, receipts, "_is_near_pdd"):
            some = self.env["account.move.line"].union(
                *(items[line] for line in withdrawals),
                *(bank._get_pdd_open_item(accounts) for bank in banks),
            )
            if len(some.account_id) == 1 and some.currency_id.is_zero(
                sum(some.mapped("amount_residual_currency"))
            ):
                some.reconcile()
                lines.browse().concat(*withdrawals).reason = False

    def _get_booked_receipts(self, items):
        """Return what a person has booked on the account in transit.

        :param dict items: see :meth:`_match_withdrawals`
        :return list: statement lines in the order of their days
        """
        accounts = self.env["account.move.line"].concat(*items.values()).account_id
        booked = Domain("account_id", "in", accounts.ids)
        booked &= Domain("reconciled", "=", False)
        domain = self._get_receipt_domain(items) & Domain("amount", ">", 0)
        domain &= Domain("move_id.line_ids", "any", booked)
        found = self.env["account.bank.statement.line"].search(domain, order="date, id")
        return [
            bank
            for bank in found
            if bank._get_pdd_open_item(accounts).account_id in accounts
        ]

    def _get_receipt_domain(self, items):
        """Return lines of the company's bank in the days these can arrive."""
        dates = [line.occurred_date for line in items]
        own = self.env["pdd.shop"].search([("journal_id", "!=", False)]).journal_id
        domain = Domain("company_id", "=", self.id)
        domain &= Domain("journal_id", "not in", own.ids)
        domain &= Domain("state", "=", "posted")
        domain &= Domain("date", ">=", min(dates))
        return domain & Domain("date", "<=", max(dates) + timedelta(self.pdd_bank_days))

    def _get_bank_receipts(self, items):
        """Return what the bank received and nobody has explained.

        :param dict items: see :meth:`_match_withdrawals`
        :return dict: yuan -> list of statement lines in the order of their days
        """
        accounts = self.env["account.move.line"].concat(*items.values()).account_id
        domain = self._get_receipt_domain(items)
        domain &= Domain("amount", "in", [-line.amount for line in items])
        if self.pdd_bank_text:
            domain &= Domain("payment_ref", "ilike", self.pdd_bank_text)
        found = self.env["account.bank.statement.line"].search(domain, order="date, id")
        found = found.filtered(lambda bank: bank._get_pdd_open_item(accounts))
        return {amount: [*some] for amount, some in found.grouped("amount").items()}


def _group(lines, receipts, fits="_fits_pdd"):
    """Return withdrawals with the lines of the bank they can be.

    Withdrawals that can be the same line are one group: with as many lines of the bank
    as withdrawals each is one, with more or fewer only a person can say which.

    :return list: pairs of lists, each in the order of time
    """
    groups = []
    for line in lines.sorted("occurred_at"):
        banks = [bank for bank in receipts if getattr(bank, fits)(line)]
        if groups and set(banks) & set(groups[-1][1]):
            groups[-1][0].append(line)
            groups[-1][1].extend(b for b in banks if b not in groups[-1][1])
        elif banks:
            groups.append(([line], banks))
    return groups
