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
        doubtful.reason = "several"

    def _get_bank_receipts(self, items):
        """Return what the bank received and nobody has explained.

        :param dict items: see :meth:`_match_withdrawals`
        :return dict: yuan -> list of statement lines in the order of their days
        """
        lines = self.env["pdd.bill.line"].concat(*items)
        accounts = self.env["account.move.line"].concat(*items.values()).account_id
        dates = lines.mapped("occurred_date")
        own = self.env["pdd.shop"].search([("journal_id", "!=", False)]).journal_id
        domain = Domain("company_id", "=", self.id)
        domain &= Domain("journal_id", "not in", own.ids)
        domain &= Domain("state", "=", "posted")
        domain &= Domain("amount", "in", [-line.amount for line in lines])
        domain &= Domain("date", ">=", min(dates))
        domain &= Domain("date", "<=", max(dates) + timedelta(self.pdd_bank_days))
        if self.pdd_bank_text:
            domain &= Domain("payment_ref", "ilike", self.pdd_bank_text)
        found = self.env["account.bank.statement.line"].search(domain, order="date, id")
        found = found.filtered(lambda bank: bank._get_pdd_open_item(accounts))
        return {amount: [*some] for amount, some in found.grouped("amount").items()}


def _group(lines, receipts):
    """Return withdrawals of one amount with the lines of the bank they can be.

    Withdrawals that can be the same line are one group: with as many lines of the bank
    as withdrawals each is one, with more or fewer only a person can say which.

    :return list: pairs of lists, each in the order of time
    """
    groups = []
    for line in lines.sorted("occurred_at"):
        banks = [bank for bank in receipts if bank._fits_pdd(line)]
        if groups and set(banks) & set(groups[-1][1]):
            groups[-1][0].append(line)
            groups[-1][1].extend(b for b in banks if b not in groups[-1][1])
        elif banks:
            groups.append(([line], banks))
    return groups
