# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .. import pop

ORDER_API = "pdd.order.number.list.increment.get"


class PddFeed(models.Model):
    """Orders by time of change, and those asked for by their number."""

    _inherit = "pdd.feed"

    def _pull_order(self):
        yield from self._pull_lookups()
        yield from self._pull_windows()
        yield from self._pull_lookups()  # rows that were not complete

    def _get_order_lists(self):
        return [{"is_lucky_flag": 0, "order_status": 5, "refund_status": 5}]

    def _fetch_order_pages(self, **params):
        return pop.pages_backward(
            self.shop_id._call, ORDER_API, "order_sn_list", key="order_sn", **params
        )

    def _fetch_beside(self, rows):
        """Return the after-sales of made orders that turn out to be refunded."""
        if self.kind != "order":
            return super()._fetch_beside(rows)
        return self.env["pdd.refund"]._fetch_granted(self.shop_id, rows)

    def _intake_rows(self, rows, beside):
        if self.kind == "order":
            self.env["pdd.refund"]._intake_granted(self.shop_id, *beside)
        return super()._intake_rows(rows, beside)

    def _doubt_window(self, window):
        """Let the deals of the same hours be counted once more."""
        result = super()._doubt_window(window)
        if self.kind == "order":
            start, end = map(pop.parse_time, (window["start"], window["end"]))
            self.env["pdd.order.count"]._count_again(self.shop_id, start, end)
        return result

    def _pull_lookups(self):
        """Ask for the due orders by their number, batch by batch."""
        Lookup = self.env["pdd.order.lookup"]
        while lookups := Lookup._get_due(self.shop_id):
            answers = lookups._fetch()
            lookups._take_in(answers)
            yield
