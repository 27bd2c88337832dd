# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain

LIMIT = 500  # withdrawals looked at in one go, the oldest first


class PddShop(models.Model):
    """Withdrawals meet the lines of the company's bank journals.

    By amount and day. Whatever is not clear is left to a person: nothing is matched
    because it is likely.
    """

    _inherit = "pdd.shop"

    def _match_withdrawals(self):
        """Reconcile withdrawals in transit with what the bank has received."""
        for company, shops in self.grouped("company_id").items():
            lines = shops.with_company(company)._get_withdrawals_in_transit()
            if lines:
                items = {line: line._get_transit_item() for line in lines}
                company._match_withdrawals(items)
        self._clear_doubts()

    def _clear_doubts(self):
        """Withdrawals that a person has matched are not in doubt any more."""
        domain = Domain("shop_id", "in", self.ids) & Domain("reason", "=", "several")
        doubtful = self.env["pdd.bill.line"].search(domain)
        doubtful.filtered(lambda line: not line.is_in_transit).reason = False

    def _get_withdrawals_in_transit(self):
        Line = self.env["pdd.bill.line"]
        domain = Domain("shop_id", "in", self.ids)
        domain &= Domain("is_in_transit", "=", True)
        lines = Line.search(domain, order="occurred_at, id", limit=LIMIT)
        return lines.filtered("is_in_transit")
