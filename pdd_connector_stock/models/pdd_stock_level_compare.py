# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

from .pdd_stock_publication import OPEN_STATES


class PddStockLevel(models.Model):
    """The nightly comparison: what the platform shows against what it should show."""

    _inherit = "pdd.stock.level"

    @api.model
    def _cron_compare(self):
        """Read the goods of all shops, then look at each SKU that differs.

        The list may be some minutes old: a difference found in it is asked about SKU by
        SKU before it is called a drift and mended.
        """
        shops = self.env["pdd.shop"].search(
            [("state", "=", "authorised"), ("stock_publish", "=", True)]
        )
        shops._get_feeds("goods")._run_pulls()
        self._mark_differences(shops)
        self.env["pdd.sku"]._review_kits()
        # also what no change has told: receipts that come near, quantities in doubt
        self.env["pdd.stock.mark"]._mark("request", shops=shops)
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _mark_differences(self, shops):
        """Have the SKUs checked whose quantity in the goods list is not as expected."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sku.id
                  FROM pdd_stock_level AS level
                  JOIN pdd_sku AS sku ON sku.id = level.sku_id
                  JOIN pdd_stock_publication AS base ON base.id = sku.publication_id
                 WHERE sku.shop_id = ANY(%s)
                   AND level.state = 'ready'
                   AND sku.platform_qty != base.after_qty + base.unseen_qty
                       - GREATEST(level.sold_total - base.sold_total, base.unseen_qty)
                   AND NOT EXISTS (SELECT FROM pdd_stock_publication AS waiting
                                    WHERE waiting.sku_id = sku.id
                                      AND waiting.state IN %s)
                """,
                shops.ids,
                OPEN_STATES,
            )
        )
        skus = self.env["pdd.sku"].browse([sku_id for (sku_id,) in rows])
        self.env["pdd.stock.mark"]._mark("drift", skus=skus, is_check=True)
        return skus
