# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .. import pop

LIST_API = "pdd.goods.list.get"
DETAIL_BATCH = 20
DETAIL_MAX_AGE = timedelta(hours=24)
WALK_MAX_AGE = timedelta(hours=6)  # an older half walk is not worth going on with


class PddFeed(models.Model):
    """Goods: the platform has no filter by change, so the whole list is walked."""

    _inherit = "pdd.feed"

    def _pull_goods(self):
        """Walk the list, then ask for the details (prices) that are missing or old.

        A walk that was left in the middle goes on with its next page.
        """
        started_date, first_page = self._get_walk()
        if first_page:
            yield from self._walk_goods(started_date, first_page)
        yield from self._pull_goods_details(started_date)
        self._lock()
        self.write({"synced_until": started_date, "position": False})

    def _get_walk(self):
        """Return the start of the walk and its next page, 0 when all pages are read."""
        now = fields.Datetime.now()
        if self.position:
            started_date = pop.parse_time(self.position["started"])
            if now - WALK_MAX_AGE < started_date <= now:
                return started_date, self.position["page"]
        return now, 1

    def _walk_goods(self, started_date, first_page):
        shop, started = self.shop_id, pop.to_timestamp(started_date)
        for page, rows in pop.pages_forward(
            shop._call, LIST_API, "goods_list", key="goods_id", first_page=first_page
        ):
            self._lock()
            self.env["pdd.goods"]._intake(shop, rows, started_date)
            self.write(
                {
                    "position": {"started": started, "page": page + 1},
                    "last_run_date": fields.Datetime.now(),
                }
            )
            yield
        self.position = {"started": started, "page": 0}

    def _pull_goods_details(self, started_date):
        """Read details by batches; goods the walk has missed are asked for as well."""
        domain = Domain("shop_id", "=", self.shop_id.id) & Domain.OR(
            [
                Domain("detail_date", "=", False),
                Domain("detail_date", "<", started_date - DETAIL_MAX_AGE),
                Domain("last_seen_date", "<", started_date)
                & Domain("is_listed", "=", True)
                & Domain("detail_date", "<", started_date),
            ]
        )
        while goods := self.env["pdd.goods"].search(
            domain, order="detail_date NULLS FIRST, id", limit=DETAIL_BATCH
        ):
            details = {record: record._fetch_detail() for record in goods}
            self._lock()
            for record, detail in details.items():
                record._intake_detail(detail, started_date)
            self.last_run_date = fields.Datetime.now()
            yield
