# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import tempfile
from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain

CRONS = {"bill": "ir_cron_bill_import", "invoice": "ir_cron_invoice_application"}


class PddFeed(models.Model):
    """Bills: one file per day, from the day after it on."""

    _inherit = "pdd.feed"

    def _pull_bill(self):
        """Read the bills of all days up to yesterday that are not read yet.

        A day that is not ready does not keep the later ones waiting; the cursor stands
        at the first day that is missing.
        """
        days = self._get_missing_days()
        for day in days:
            with tempfile.TemporaryFile() as file:
                try:
                    name = self.shop_id._download_bill(day, file)
                except pop.PddBusinessError:
                    continue  # not ready: it is asked for again
                self._lock()
                self.shop_id._take_bill(day, file, name)
            self._move_bill_cursor()
            yield
        self._move_bill_cursor()
        self.shop_id._review_bill_days(self._get_missing_days())

    def _get_missing_days(self):
        """Return the days (Shanghai) up to yesterday whose bill is not in Odoo."""
        now = fields.Datetime.now() + timedelta(seconds=self.shop_id.clock_skew)
        day = self._get_bill_cursor_day()
        yesterday = pop.platform_date(now) - timedelta(days=1)
        read = self._get_read_days(day)
        span = (yesterday - day).days + 1
        every_day = [day + timedelta(days=number) for number in range(max(0, span))]
        return [day for day in every_day if day not in read]

    def _get_bill_cursor_day(self):
        """Return the first day that is not complete."""
        return pop.platform_date(self.synced_until or self.shop_id.import_from_date)

    def _get_read_days(self, start):
        """Return the days from one on whose bill is in Odoo, read or uploaded."""
        taken = Domain("shop_id", "=", self.shop_id.id)
        taken &= Domain("state", "not in", ("new", "refused"))
        Bill = self.env["pdd.bill"]
        read = Bill.search(taken & Domain("bill_date", ">=", start))
        uploaded = Bill.search(
            taken & Domain("source", "=", "upload") & Domain("date_to", ">=", start)
        )
        proven = uploaded.filtered("is_proven")
        return {*read.mapped("bill_date"), *proven._get_whole_days()}

    def _move_bill_cursor(self):
        """Move the cursor to the end of the days that are read without a gap."""
        day = self._get_bill_cursor_day()
        read = self._get_read_days(day)
        while day in read:
            day += timedelta(days=1)
        end = pop.to_utc(datetime.combine(day, time.min))
        if self.synced_until != end:
            self.synced_until = end
        self.last_run_date = fields.Datetime.now()

    def _go_back_to(self, moment):
        """Read once more from a moment (naive UTC) on, what is in Odoo left out."""
        self.ensure_one()
        start = max(moment, self.shop_id.import_from_date)
        if self.synced_until and self.synced_until > start:
            self.synced_until = start

    def _get_cron_xmlid(self):
        if self.kind not in CRONS:
            return super()._get_cron_xmlid()
        return f"pdd_connector_finance.{CRONS[self.kind]}"
