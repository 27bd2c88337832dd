# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import namedtuple

from odoo import api, models
from odoo.tools import SQL

from .pdd_sku_components import read_components
from .pdd_stock_publication import OPEN_STATES

FACTS = (
    *("id", "shop_id", "company_id", "product_id", "components", "categ_path"),
    *("is_storable", "is_stopped", "platform_qty", "sold_total", "level_state"),
    *("base_id", "base_after_qty", "base_unseen_qty", "base_sold_total"),
    *("base_sent_date", "base_unseen_parts", "orders_date"),
    *("waiting_id", "waiting_qty", "waiting_sold_total"),
)
Fact = namedtuple("Fact", FACTS)
QUERY = """
    SELECT sku.id, sku.shop_id, shop.company_id, sku.product_id, sku.kit_components,
           categ.parent_path,
           template.is_storable IS TRUE OR sku.kit_components IS NOT NULL,
           sku.stock_stop IS TRUE OR shop.stock_publish IS NOT TRUE,
           sku.platform_qty, COALESCE(level.sold_total, 0), level.state,
           base.id, base.after_qty, base.unseen_qty, base.sold_total, base.sent_date,
           base.unseen_parts, feed.synced_until,
           waiting.id, waiting.target_qty, waiting.sold_total
      FROM pdd_sku AS sku
      JOIN pdd_shop AS shop ON shop.id = sku.shop_id AND shop.active
      JOIN product_product AS product ON product.id = sku.product_id
      JOIN product_template AS template ON template.id = product.product_tmpl_id
 LEFT JOIN product_category AS categ ON categ.id = template.categ_id
 LEFT JOIN pdd_feed AS feed ON feed.shop_id = shop.id AND feed.kind = 'order'
 LEFT JOIN pdd_stock_level AS level ON level.sku_id = sku.id
 LEFT JOIN pdd_stock_publication AS base ON base.id = sku.publication_id
 LEFT JOIN LATERAL (
           SELECT id, target_qty, sold_total
             FROM pdd_stock_publication
            WHERE sku_id = sku.id AND state IN %(states)s
            ORDER BY id DESC
            LIMIT 1
           ) AS waiting ON TRUE
     WHERE sku.active
       AND (sku.id = ANY(%(skus)s) OR sku.product_id = ANY(%(products)s)
            OR sku.shop_id = ANY(%(shops)s))
     ORDER BY shop.sequence, shop.id, sku.id
"""


class PddStockLevel(models.Model):
    """Which SKUs are worked out, and what is known about them."""

    _inherit = "pdd.stock.level"

    @api.model
    def _resolve(self, marks):
        """Return what the marks are about: SKU ids, product ids, shop ids.

        What changes for a SKU changes for all SKUs that sell the same product, alone or
        in a kit.
        """
        sku_ids = {mark["sku_id"] for mark in marks} - {None}
        shop_ids = {mark["shop_id"] for mark in marks} - {None}
        product_ids = {mark["product_id"] for mark in marks} - {None}
        product_ids |= self._get_product_ids(sku_ids)
        return {
            "sku_ids": sku_ids,
            "shop_ids": shop_ids,
            "product_ids": self.env["pdd.sku"]._get_sharing(product_ids),
        }

    @api.model
    def _get_product_ids(self, sku_ids):
        rows = self.env.execute_query(
            SQL("SELECT product_id FROM pdd_sku WHERE id = ANY(%s)", list(sku_ids))
        )
        return {product_id for (product_id,) in rows} - {None}

    @api.model
    def _get_facts(self, *, sku_ids=(), shop_ids=(), product_ids=()):
        """Read what is known about mapped SKUs, in one statement.

        :return list: :class:`Fact`, ordered by shop
        """
        rows = self.env.execute_query(
            SQL(
                QUERY,
                states=OPEN_STATES,
                skus=list(sku_ids),
                products=list(product_ids),
                shops=list(shop_ids),
                to_flush=self.env["pdd.sku"]._fields["kit_components"],
            )
        )
        return [_read(Fact(*row)) for row in rows]


def _read(fact):
    """Return a fact with its components, and the ids of its category, the top first."""
    path = (fact.categ_path or "").split("/")
    return fact._replace(
        components=read_components(fact.product_id, fact.components),
        categ_path=[int(part) for part in path if part],
    )
