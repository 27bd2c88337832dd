# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class PddStockLevel(models.Model):
    """SKUs whose products nobody has counted yet: nothing is published of them."""

    _inherit = "pdd.stock.level"

    _uncounted_idx = models.Index("(shop_id) WHERE state = 'uncounted'")

    @api.model
    def _get_counted(self, offers, stock):
        """Return the components whose quantity is known, in one statement.

        :param list offers: :class:`~..formula.Offer`
        :param dict stock: (pool, product id) -> figures
        :return set: (pool, product id)
        """
        known = self.env["pdd.stock.opening"]._get_known(
            {product for _pool, product in stock},
            {warehouse for offer in offers for warehouse in offer.warehouses},
        )
        return {
            (pool, product)
            for (pool, product), figures in stock.items()
            if figures["on_hand"] > 0
            or any((product, warehouse) in known for warehouse in pool.warehouses)
        }

    @api.model
    def _learn_openings(self, results):
        """Note what is on hand, so that it stays known when it is sold out."""
        product_ids = {
            part["product"]
            for result in results.values()
            for part in result.inputs.get("parts", ())
            if part["on_hand"] > 0
        }
        if product_ids:
            self.env["pdd.stock.opening"]._learn_present(product_ids)

    @api.model
    def _report_uncounted(self, facts, results):
        """Open or settle the issue of the shops in which this has changed."""
        shop_ids = {
            fact.shop_id
            for fact in facts
            if "uncounted" in (fact.level_state, results[fact.id].state)
        }
        self._review_uncounted(self.env["pdd.shop"].browse(shop_ids))

    @api.model
    def _review_uncounted(self, shops):
        if not shops:
            return
        counts = dict(
            self._read_group(
                [("shop_id", "in", shops.ids), ("state", "=", "uncounted")],
                ["shop_id"],
                ["__count"],
            )
        )
        for shop in shops:
            if counts.get(shop):
                shop._report_uncounted(counts[shop])
            else:
                self.env["pdd.issue"]._settle(shop, "stock_opening")
