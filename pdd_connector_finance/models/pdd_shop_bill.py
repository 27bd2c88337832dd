# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.pdd_connector import pop

from ..bill_file import DownloadError, download
from .pdd_bill_store import MAX_FILE

BILL_API = "pdd.finance.balance.daily.bill.url.get"


class PddShop(models.Model):
    """How a bill comes from the platform."""

    _inherit = "pdd.shop"

    def _download_bill(self, day, file):
        """Fetch the bill of a day into a file.

        What the platform answers for a day without movements is not documented: neither
        a link nor a file of no bytes says anything.

        :return str: name of the file
        :raise pop.PddBusinessError: there is none yet
        :raise pop.PddError: it could not be had
        """
        answer = self._call(BILL_API, bill_date=day.isoformat())
        link = answer.get("download_url")
        if not link:
            raise pop.PddBusinessError(0, "no download_url", api_name=BILL_API)
        try:
            name = download(link, file, limit=MAX_FILE)
        except DownloadError as error:
            reason = (
                error.reason if error.reason in ("timeout", "http") else "connection"
            )
            raise pop.PddTransportError(
                reason, status=error.status, api_name=BILL_API
            ) from None
        if not file.tell():
            raise pop.PddBusinessError(0, "the file is empty", api_name=BILL_API)
        file.seek(0)
        return name

    def _plan_history(self):
        """Read the bills and invoice applications of older orders as well."""
        result = super()._plan_history()
        for feed in self._get_feeds("bill") + self._get_feeds("invoice"):
            feed._go_back_to(self.import_from_date)
        return result

    def _take_bill(self, day, file, name):
        """Keep and read the bill of a day; return it."""
        bill = self.env["pdd.bill"]._store_file(self, file, name, "api")
        if not bill.bill_date:
            bill.bill_date = day
        if bill.state == "new":
            bill._read()
        return bill
