# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.addons.pdd_connector import pop

INVOICE_API = "pdd.invoice.application.query"
WINDOW = timedelta(days=15)  # longest the platform answers
OVERLAP = timedelta(minutes=30)  # lists may lag behind the clock
PAGE_ROWS = 50


class PddFeed(models.Model):
    """Tax invoices that buyers ask for, by time of change."""

    _inherit = "pdd.feed"

    kind = fields.Selection(
        selection_add=[("invoice", "Invoice Applications")],
        ondelete={"invoice": "cascade"},
    )

    def _pull_invoice(self):
        """Read applications window by window; each is written with the cursor."""
        shop, Application = self.shop_id, self.env["pdd.invoice.application"]
        if not shop.reads_invoice_applications:
            return
        now = shop._measure_clock().replace(microsecond=0)
        start = self.synced_until or shop.import_from_date
        while start < now:
            end = min(start - OVERLAP + WINDOW, now)
            rows = self._fetch_invoice_applications(start - OVERLAP, end)
            self._lock()
            Application._intake(shop, rows)
            self.write({"synced_until": end, "last_run_date": fields.Datetime.now()})
            start = end
            yield
        Application._link_orders(shop)

    def _fetch_invoice_applications(self, start, end):
        """Return the applications that changed in a window (naive UTC)."""
        pages = pop.pages_forward(
            self.shop_id._call,
            INVOICE_API,
            "invoice_application_list",
            page_size=PAGE_ROWS,
            update_start_time=pop.to_timestamp(start) * 1000,
            update_end_time=pop.to_timestamp(end) * 1000,
        )
        return [row for _page, rows in pages for row in rows]
