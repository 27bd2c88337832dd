# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from ..const import BOOK_TROUBLE

_lt = LazyTranslate(__name__)

LATE_HOUR = 18  # Shanghai; yesterday's bill is expected in the forenoon
SHOWN_DAYS = 31  # of those that are missing

BILL_LATE = _lt(
    "Pinduoduo has no bill for some days: it is asked for every hour. Or export these "
    "days in the merchant backend and upload the file."
)


class PddShop(models.Model):
    """The books of a shop are looked over: what needs a person becomes an issue."""

    _inherit = "pdd.shop"

    def _review_books(self):
        """Open an issue for each kind of trouble there is, close those that are over."""
        Issue = self.env["pdd.issue"]
        for shop in self:
            for cause, trouble in BOOK_TROUBLE.items():
                count, _amount = shop._get_book_figures(cause)
                if count:
                    Issue._report(shop, cause, "", trouble.name)
                else:
                    Issue._settle(shop, cause)

    def _get_book_figures(self, cause):
        """Return number and amount (yuan) of what a kind of trouble is about."""
        self.ensure_one()
        trouble = BOOK_TROUBLE[cause]
        domain = Domain("shop_id", "=", self.id) & Domain(trouble.domain)
        aggregates = ["__count", f"{trouble.amount}:sum"]
        [(count, amount)] = self.env[trouble.model]._read_group(domain, [], aggregates)
        return count, amount or 0.0

    def _review_bill_days(self, missing):
        """Open an issue for days whose bill should be there by now.

        :param list missing: days (Shanghai) that were asked for in vain
        """
        Issue = self.env["pdd.issue"]
        now = fields.Datetime.now() + timedelta(seconds=self.clock_skew)
        late = pop.platform_date(now - timedelta(hours=LATE_HOUR)) - timedelta(days=1)
        days = [str(day) for day in missing if day <= late]
        if days:
            detail = ", ".join(days[:SHOWN_DAYS])
            Issue._report(self, "bill_late", "", BILL_LATE, detail=detail)
        else:
            Issue._settle(self, "bill_late")

    def _retry_feeds(self, causes):
        result = super()._retry_feeds(causes)
        if set(causes) & {"connection", "authorisation", "exception"}:
            self.env.ref("pdd_connector_finance.ir_cron_bill_import")._trigger()
        return result
