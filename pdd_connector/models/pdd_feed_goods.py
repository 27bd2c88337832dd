# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .. import pop

LIST_API = "pdd.goods.list.get"
DETAIL_API = "pdd.goods.detail.get"
DETAIL_BATCH = 20
DETAIL_MAX_AGE = timedelta(hours=24)


class PddFeed(models.Model):
    """Goods: the platform has no filter by change, so the whole list is walked."""

    _inherit = "pdd.feed"

    def _pull_goods(self):
        """Walk the list, then ask for the details (prices) that are missing or old."""
        shop = self.shop_id
        started_date = fields.Datetime.now()
        for _page, rows in pop.pages_forward(shop._call, LIST_API, "goods_list"):
            self._lock()
            self.env["pdd.goods"]._intake(shop, rows, started_date)
            yield
        yield from self._pull_goods_details(started_date)
        self._lock()
        self.synced_until = started_date

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
            yield
