# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .. import pop
from ..const import AFTER_SALES_STATUS

REFUND_API = "pdd.refund.list.increment.get"
ALL_TYPES = 1
ALL_STATUSES = "1"
DETAIL_BATCH = 20
# list and detail may disagree for some minutes
PATIENCE = timedelta(minutes=10)


class PddFeed(models.Model):
    """After-sales by time of change, then the details of those that changed."""

    _inherit = "pdd.feed"

    def _pull_refund(self):
        shop = self.shop_id
        try:
            yield from self._pull_windows()
        except pop.PddParameterError:
            if shop.refund_statuses != ALL_STATUSES:
                raise
            # the platform no longer takes 1 for "all": ask for each status
            shop.refund_statuses = ",".join(str(code) for code in AFTER_SALES_STATUS)
            yield
            yield from self._pull_windows()
        yield from self._pull_refund_details()

    def _get_refund_lists(self):
        return [
            {"after_sales_type": ALL_TYPES, "after_sales_status": int(code)}
            for code in self.shop_id.refund_statuses.split(",")
        ]

    def _fetch_refund_pages(self, **params):
        return pop.pages_backward(
            self.shop_id._call, REFUND_API, "refund_list", key="id", **params
        )

    def _fetch_beside(self, rows):
        """Return the orders of refunds that are newer than what we have of them."""
        if self.kind != "refund":
            return super()._fetch_beside(rows)
        return self.env["pdd.refund"]._fetch_orders(self.shop_id, rows)

    def _intake_rows(self, rows, beside):
        result = super()._intake_rows(rows, beside)
        if self.kind == "refund":
            Order = self.env["pdd.order"].with_context(pdd_in_full=True)
            Order._intake(self.shop_id, beside)
        return result

    # --- details

    def _pull_refund_details(self):
        """Ask for the details of after-sales whose list row has changed."""
        patience_date = self.shop_id._get_platform_now() - PATIENCE
        last_id = 0
        while refunds := self._get_detail_due(last_id):
            last_id = refunds[-1].id
            details = {
                refund: refund._fetch_detail(
                    self.shop_id, refund.order_sn, refund.after_sales_id
                )
                for refund in refunds
            }
            self._lock()
            for refund, detail in details.items():
                if detail is not None:
                    refund._intake_detail(detail)
                elif refund._get_update_date() < patience_date:
                    refund._intake_no_detail()
            self.last_run_date = fields.Datetime.now()
            yield

    def _get_detail_due(self, last_id):
        """Return the next after-sales whose detail is missing or older than the row."""
        Refund = self.env["pdd.refund"]
        Refund.flush_model(["shop_id", "digest", "detail_digest"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM pdd_refund
                 WHERE shop_id = %s AND id > %s
                   AND detail_digest IS DISTINCT FROM digest
                 ORDER BY id LIMIT %s
                """,
                self.shop_id.id,
                last_id,
                DETAIL_BATCH,
            )
        )
        return Refund.browse([row[0] for row in rows])
