# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models

from .. import pop
from .pdd_feed import FeedBusy

ORDER_API = "pdd.order.number.list.increment.get"
WINDOW_SECONDS = 1800  # longest window the platform answers
MIN_WINDOW_SECONDS = 60
WINDOW_ROWS = 2000  # a more crowded window is halved


class PddFeed(models.Model):
    """Orders by time of change, in windows, read from the last page to the first."""

    _inherit = "pdd.feed"

    def _pull_order(self):
        """Read the windows up to the margin, then have a look at what is newer.

        Rows come newest first and move to the front while one pages, hence backwards:
        that misses nothing in a window that ended before the platform's lists could
        still change, hence the margin. What is newer is read at once for the sake of
        speed, and read again when the cursor gets there.
        """
        shop = self.shop_id
        platform_now = shop._measure_clock()
        safe_date = platform_now - timedelta(seconds=shop.order_margin)
        if not self.synced_until:
            self.synced_until = min(shop.import_from_date, safe_date)
            yield
        while self.synced_until < safe_date:
            yield from self._pull_order_window(safe_date)
        cursor = self.synced_until
        if cursor < platform_now:
            for _page, rows in self._fetch_order_pages(cursor, platform_now, None):
                self._write_order_page(rows, cursor)
                yield

    def _pull_order_window(self, safe_date):
        """Read the next window; the cursor moves with its last page, the newest."""
        cursor = self.synced_until
        start, end, limit = self._get_order_window(safe_date)
        try:
            for page, rows in self._fetch_order_pages(start, end, limit):
                self._write_order_page(rows, cursor)
                if page == 1:
                    self.synced_until = end
                    self._lengthen_slice()
                yield
        except pop.WindowTooLarge:
            self._shorten_slice()
            yield

    def _get_order_window(self, safe_date):
        """Return start and end (naive UTC) of the next window, and the most rows."""
        shortest = self.shop_id.order_overlap + MIN_WINDOW_SECONDS
        length = max(self.slice_seconds or WINDOW_SECONDS, shortest)
        start = self.synced_until - timedelta(seconds=self.shop_id.order_overlap)
        end = min(start + timedelta(seconds=length), safe_date)
        return start, end, WINDOW_ROWS if length > shortest else None

    def _fetch_order_pages(self, start, end, limit):
        return pop.pages_backward(
            self.shop_id._call,
            ORDER_API,
            "order_sn_list",
            limit=limit,
            start_updated_at=pop.to_timestamp(start),
            end_updated_at=pop.to_timestamp(end),
            is_lucky_flag=0,
            order_status=5,
            refund_status=5,
        )

    def _write_order_page(self, rows, cursor):
        Refund = self.env["pdd.refund"]
        refunds = Refund._fetch_granted(self.shop_id, rows)
        self._lock()
        if self.synced_until != cursor:
            raise FeedBusy
        Refund._intake(self.shop_id, refunds)
        self.env["pdd.order"]._intake(self.shop_id, rows)
        self.last_run_date = fields.Datetime.now()

    def _shorten_slice(self):
        self.slice_seconds = (self.slice_seconds or WINDOW_SECONDS) // 2

    def _lengthen_slice(self):
        if self.slice_seconds:
            longer = self.slice_seconds * 2
            self.slice_seconds = longer if longer < WINDOW_SECONDS else 0
