# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain

BATCH_SIZE = 500  # withdrawals looked at in one go


class PddShop(models.Model):
    """Withdrawals meet the lines of the company's bank journals.

    By amount and day. Whatever is not clear is left to a person: nothing is matched
    because it is likely.
    """

    _inherit = "pdd.shop"

    def _match_withdrawals(self):
        """Reconcile withdrawals in transit with what the bank has received."""
        for company, shops in self.grouped("company_id").items():
            shops = shops.with_company(company)
            for amounts in shops._get_transit_batches():
                lines = shops._get_withdrawals_in_transit(amounts)
                if lines:
                    items = {line: line._get_transit_item() for line in lines}
                    company._match_withdrawals(items)
                self.env.flush_all()
                self.env.invalidate_all()  # an entry of a day has any number of items
        self._clear_doubts()

    def _clear_doubts(self):
        """Withdrawals that a person has matched are not in doubt any more."""
        domain = Domain("shop_id", "in", self.ids) & Domain("reason", "=", "several")
        doubtful = self.env["pdd.bill.line"].search(domain)
        doubtful.filtered(lambda line: not line.is_in_transit).reason = False

    def _get_transit_domain(self):
        return Domain("shop_id", "in", self.ids) & Domain("is_in_transit", "=", True)

    def _get_transit_batches(self):
        """Return the amounts in transit in batches of withdrawals.

        Those of one amount stay together: they may be each other's doubt.
        """
        batches, size = [[]], 0
        rows = self.env["pdd.bill.line"]._read_group(
            self._get_transit_domain(), ["amount"], ["__count"]
        )
        for amount, count in rows:
            if size and size + count > BATCH_SIZE:
                batches.append([])
                size = 0
            batches[-1].append(amount)
            size += count
        return batches

    def _get_withdrawals_in_transit(self, amounts):
        """Return withdrawals of some amounts (yuan, below zero), the oldest first."""
        domain = self._get_transit_domain() & Domain("amount", "in", amounts)
        lines = self.env["pdd.bill.line"].search(domain, order="occurred_at, id")
        return lines.filtered("is_in_transit")
