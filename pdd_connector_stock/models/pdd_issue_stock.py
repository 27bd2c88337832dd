# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

URGENT = ("stock_refused", "stock_brake", "stock_stuck")


class PddIssue(models.Model):
    """Trouble with the stock on offer."""

    _inherit = "pdd.issue"

    cause = fields.Selection(
        selection_add=[
            ("stock_refused", "Stock reduction refused"),
            ("stock_brake", "Stock would fall to zero"),
            ("stock_stuck", "Stock not told"),
            ("stock_error", "Stock not accepted"),
            ("stock_opening", "Opening quantity to confirm"),
        ],
        ondelete={
            "stock_refused": "cascade",
            "stock_brake": "cascade",
            "stock_stuck": "cascade",
            "stock_error": "cascade",
            "stock_opening": "cascade",
        },
    )

    @api.model
    def _get_sequence(self, cause):
        return 10 if cause in URGENT else super()._get_sequence(cause)

    def action_retry(self):
        """Also try the stock again that waits for a refused or failed publication."""
        about_stock = self.filtered(lambda issue: issue.cause.startswith("stock_"))
        self.env["pdd.stock.mark"]._mark(
            "request", skus=about_stock.sku_id, is_check=True
        )
        return super().action_retry()

    def _fix_stock_refused(self):
        return self.sku_id.action_why()

    _fix_stock_error = _fix_stock_refused

    def _fix_stock_brake(self):
        return self.shop_id.action_view_stock_held()

    def _fix_stock_opening(self):
        return self.shop_id.action_view_stock_uncounted()

    def _fix_stock_stuck(self):
        return self._open_shop()
