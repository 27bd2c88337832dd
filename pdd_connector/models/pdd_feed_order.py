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
        """Read the windows between the cursor and the platform's clock.

        Rows come newest first and move to the front while one pages, hence backwards.
        The platform's lists may lag, hence the cursor stays behind its clock by the
        shop's margin, while what is newer is read at once, and once more next time.
        """
        shop = self.shop_id
        platform_now = shop._measure_clock()
        margin_date = platform_now - timedelta(seconds=shop.order_margin)
        if not self.synced_until:
            self.synced_until = min(shop.import_from_date, margin_date)
            yield
        end = None
        while end is None or end < platform_now:
            cursor = self.synced_until
            start, end = self._get_order_window(platform_now)
            if end <= start:
                return  # the platform's clock went back: wait for it
            try:
                for page, rows in self._fetch_order_pages(start, end):
                    self._write_order_page(rows, cursor)
                    if page == 1:
                        self.synced_until = max(cursor, min(end, margin_date))
                        self._lengthen_slice()
                    yield
            except pop.WindowTooLarge:
                end = None
                self._shorten_slice()
                yield

    def _get_order_window(self, platform_now):
        """Return start and end of the next window, naive UTC."""
        length = self.slice_seconds or WINDOW_SECONDS
        start = self.synced_until - timedelta(seconds=self.shop_id.order_overlap)
        length = max(length, self.shop_id.order_overlap + MIN_WINDOW_SECONDS)
        return start, min(start + timedelta(seconds=length), platform_now)

    def _fetch_order_pages(self, start, end):
        length = (end - start).total_seconds()
        smallest = self.shop_id.order_overlap + MIN_WINDOW_SECONDS
        return pop.pages_backward(
            self.shop_id._call,
            ORDER_API,
            "order_sn_list",
            limit=WINDOW_ROWS if length > smallest else None,
            start_updated_at=pop.to_timestamp(start),
            end_updated_at=pop.to_timestamp(end),
            is_lucky_flag=0,
            order_status=5,
            refund_status=5,
        )

    def _write_order_page(self, rows, cursor):
        self._lock()
        if self.synced_until != cursor:
            raise FeedBusy
        self.env["pdd.order"]._intake(self.shop_id, rows)
        self.last_run_date = fields.Datetime.now()

    def _shorten_slice(self):
        self.slice_seconds = (self.slice_seconds or WINDOW_SECONDS) // 2

    def _lengthen_slice(self):
        if self.slice_seconds:
            longer = self.slice_seconds * 2
            self.slice_seconds = longer if longer < WINDOW_SECONDS else 0
