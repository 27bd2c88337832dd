# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import fields, models

from .. import pop
from .pdd_feed import FeedBusy

_logger = logging.getLogger(__name__)

WINDOW_SECONDS = 1800  # longest window the platform answers
MIN_WINDOW_SECONDS = 60
WINDOW_ROWS = 2000  # a more crowded window is halved
PAGE_ROWS = 100
MOVED_TRIES = 3


class PddFeed(models.Model):
    """Reading by time of change, window after window, from the last page to the first.

    Three moments divide the time: before the *settled* one (platform's now - margin
    - overlap) the lists can no longer change, what was read there is read for good;
    up to the *safe* one (now - margin) the cursor may go, but what lies after the
    settled one is read once more later; what is newer is read for the sake of speed
    alone.

    After each page the feed notes where it stands, so a reading that is killed, throttled
    or out of time goes on with the next page: rows only leave a window or move to its
    front, towards pages that are still to be read.
    """

    _inherit = "pdd.feed"

    settled_until = fields.Datetime(
        readonly=True,
        help="What changed before was read when the platform's lists were settled: "
        "the next window need not overlap it.",
    )
    slice_seconds = fields.Integer(
        readonly=True, help="Length of the next window after a crowded one."
    )

    def _pull_windows(self):
        """Read all windows up to now."""
        shop = self.shop_id
        platform_now = shop._measure_clock().replace(microsecond=0)
        safe_date = platform_now - timedelta(seconds=shop.order_margin)
        settled_date = safe_date - timedelta(seconds=shop.order_overlap)
        if not self.synced_until:
            self.synced_until = min(shop.import_from_date, safe_date)
            yield
        yield from self._read_until(settled_date, settled_date)
        if platform_now <= self._get_window_start():
            return  # the cursor was set ahead of the platform's clock
        if not (yield from self._read_newest(safe_date, settled_date, platform_now)):
            yield from self._read_until(safe_date, settled_date)
            yield from self._look_ahead(platform_now)

    # --- windows

    def _get_window_start(self):
        cursor = self.synced_until
        overlapping = cursor - timedelta(seconds=self.shop_id.order_overlap)
        return min(cursor, max(overlapping, self.settled_until or overlapping))

    def _next_window(self, until_date, settled_date):
        """Return the window left half read, the next one, or None at the end.

        :param datetime until_date: how far the cursor may go
        :param datetime settled_date: what is before can no longer change
        :return dict: its bounds and the next page, in plain values (see ``position``)
        """
        left = self.position
        cursor = pop.to_timestamp(self.synced_until)
        if left and left["cursor"] == cursor and left["list"] < len(self._get_lists()):
            return left
        if self.synced_until >= until_date:
            return None
        return self._make_window(until_date, settled_date)

    def _make_window(self, until_date, settled_date):
        cursor, start = self.synced_until, self._get_window_start()
        length = self.slice_seconds or WINDOW_SECONDS
        end = max(
            start + timedelta(seconds=length),
            cursor + timedelta(seconds=MIN_WINDOW_SECONDS),
        )
        return {
            "cursor": pop.to_timestamp(cursor),
            "start": pop.to_timestamp(start),
            "end": pop.to_timestamp(min(end, until_date)),
            "settled": pop.to_timestamp(settled_date),
            "list": 0,
            "page": None,
            "tries": 0,
        }

    # --- reading

    def _read_until(self, until_date, settled_date):
        while window := self._next_window(until_date, settled_date):
            try:
                yield from self._read_window(window)
            except pop.WindowTooLarge:
                self.slice_seconds = (self.slice_seconds or WINDOW_SECONDS) // 2
                yield
            except pop.PagesMoved as error:
                self._read_again(window, error)
                yield

    def _read_window(self, window):
        """Read what is left of a window; the cursor moves with its last page.

        :raise pop.WindowTooLarge, pop.PagesMoved: before the cursor moves
        """
        lists = self._get_lists()
        for number in range(window["list"], len(lists)):
            first_page = window["page"] if number == window["list"] else None
            for page, rows in self._fetch_pages(
                window["start"],
                window["end"],
                lists[number],
                first_page=first_page,
                limit=self._get_limit(window),
                strict=window["tries"] < MOVED_TRIES,
            ):
                self._write_page(rows, window["cursor"])
                if page > 1:
                    self.position = {**window, "list": number, "page": page - 1}
                elif number + 1 < len(lists):
                    self.position = {**window, "list": number + 1, "page": None}
                else:
                    self._finish_window(window)
                yield

    def _get_limit(self, window):
        """Return the most rows of a window, None for one that cannot be shorter."""
        length = window["end"] - max(window["start"], window["cursor"])
        return WINDOW_ROWS if length > MIN_WINDOW_SECONDS else None

    def _read_newest(self, safe_date, settled_date, platform_now):
        """Read the unsettled window and all newer rows at once, if one page holds them.

        One page is one moment of the list, so nothing can move: most feeds end here,
        with one call.

        :return bool: whether they were read
        """
        window = self._make_window(platform_now, settled_date)
        if window["end"] < pop.to_timestamp(platform_now):
            return False
        try:
            rows = []
            for params in self._get_lists():
                for _page, page_rows in self._fetch_pages(
                    window["start"], window["end"], params, limit=PAGE_ROWS
                ):
                    rows = page_rows + rows  # newest first: what was read last
        except (pop.WindowTooLarge, pop.PagesMoved):
            return False
        self._write_page(rows, window["cursor"])
        end = max(pop.to_timestamp(safe_date), window["cursor"])
        self._finish_window({**window, "end": end})
        yield
        return True

    def _look_ahead(self, platform_now):
        """Read what is newer than the cursor; it is read again when the cursor comes."""
        cursor, now = map(pop.to_timestamp, (self.synced_until, platform_now))
        if cursor >= now:
            return
        for params in self._get_lists():
            for _page, rows in self._fetch_pages(cursor, now, params, strict=False):
                self._write_page(rows, cursor)
                yield

    def _read_again(self, window, error):
        """Start a window again whose list has moved under our hands."""
        _logger.warning("PDD feed %s: %s, read again", self.id, error)
        self._lock()
        window = {**window, "list": 0, "page": None, "tries": window["tries"] + 1}
        if window["tries"] == MOVED_TRIES:
            self._doubt_window(window)
        self.position = window

    def _doubt_window(self, window):
        """React to a window whose total never fits its rows; a kind may extend it."""

    # --- writing

    def _write_page(self, rows, cursor):
        """Write a page, if the cursor still stands where this reading has started.

        :param int cursor: Unix seconds
        :raise FeedBusy: another worker has moved it
        """
        beside = self._fetch_beside(rows)
        self._lock()
        if pop.to_timestamp(self.synced_until) != cursor:
            raise FeedBusy
        self._intake_rows(rows, beside)
        self.last_run_date = fields.Datetime.now()

    def _finish_window(self, window):
        end, settled = map(pop.parse_time, (window["end"], window["settled"]))
        longer = self.slice_seconds * 2
        self.write(
            {
                "synced_until": end,
                "settled_until": min(end, settled),
                "position": False,
                "slice_seconds": longer if longer < WINDOW_SECONDS else 0,
            }
        )

    # --- what the kinds say

    def _get_lists(self):
        """Return the parameters of each list that makes up a window of this kind."""
        return getattr(self, f"_get_{self.kind}_lists")()

    def _fetch_pages(self, start, end, params, **options):
        """Return the generator of the pages of one list of a window.

        :param int start, end: Unix seconds
        """
        return getattr(self, f"_fetch_{self.kind}_pages")(
            start_updated_at=start, end_updated_at=end, **params, **options
        )

    def _fetch_beside(self, rows):
        """Return what else must be known when these rows are written; may call."""
        return []

    def _intake_rows(self, rows, beside):
        self.env[f"pdd.{self.kind}"]._intake(self.shop_id, rows)
