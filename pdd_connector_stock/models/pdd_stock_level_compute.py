# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import namedtuple

from odoo import api, models
from odoo.tools import SQL
from psycopg2.extras import Json

from ..formula import Offer, answer
from .pdd_stock_news import News
from .pdd_stock_publication import OPEN_STATES, to_json

MARKS = 50_000

FACTS = (
    *("id", "shop_id", "company_id", "product_id", "categ_path", "is_storable"),
    *("is_stopped", "platform_qty", "sold_total"),
    *("base_id", "base_after_qty", "base_unseen_qty", "base_sold_total"),
    *("base_sent_date", "is_complete", "waiting_id", "waiting_qty"),
)
Fact = namedtuple("Fact", FACTS)
Result = namedtuple("Result", "rule state quantity inputs")


class PddStockLevel(models.Model):
    """The computation: from marks to quantities, set by set.

    One transaction, no call: claim marks, read everything the formula needs with a
    number of statements that does not depend on the number of SKUs, write one row per
    SKU and one publication per SKU whose quantity has to change.
    """

    _inherit = "pdd.stock.level"

    @api.model
    def _compute_marked(self):
        """Work out the SKUs that due marks are about.

        :return int: number of marks that were dealt with
        :raise OperationalError: another worker was at the same SKUs; nothing is lost
        """
        self.env["pdd.stock.rule"]._turn_locks()
        self.env.cr.flush()  # what was marked just now belongs to this run
        marks = self.env["pdd.stock.mark"]._claim(MARKS)
        if marks:
            self._compute_skus(marks)
        return len(marks)

    @api.model
    def _compute_skus(self, marks):
        """Work out the SKUs of some marks and write what came of it."""
        facts = self._get_facts(**self._resolve(marks))
        components = self._get_components({fact.product_id for fact in facts})
        news = News(marks, facts, components)
        facts = [fact._replace(sold_total=news.total(fact)) for fact in facts]
        results = self._get_results(facts)
        self._write_levels(facts, results, news)
        self.env["pdd.stock.publication"]._plan(facts, results, news)

    # --- which SKUs

    @api.model
    def _resolve(self, marks):
        """Return what the marks are about: SKU ids, product ids, shop ids.

        What changes for a SKU changes for all SKUs that sell the same product.
        """
        sku_ids = {mark["sku_id"] for mark in marks} - {None}
        shop_ids = {mark["shop_id"] for mark in marks} - {None}
        product_ids = {mark["product_id"] for mark in marks} - {None}
        product_ids |= self._get_product_ids(sku_ids)
        return {
            "sku_ids": sku_ids,
            "shop_ids": shop_ids,
            "product_ids": self._get_sharing(product_ids),
        }

    @api.model
    def _get_product_ids(self, sku_ids):
        rows = self.env.execute_query(
            SQL("SELECT product_id FROM pdd_sku WHERE id = ANY(%s)", list(sku_ids))
        )
        return {product_id for (product_id,) in rows} - {None}

    @api.model
    def _get_sharing(self, product_ids):
        """Return the products whose stock depends on these ones, themselves included.

        Extended by add-ons that sell products as a part of others.

        :param set product_ids: ids of products
        :return set: ids of products
        """
        return set(product_ids)

    @api.model
    def _get_components(self, product_ids):
        """Return what the products consist of: id -> [(component id, pieces)].

        Extended by add-ons that sell products as a part of others.
        """
        return {product_id: [(product_id, 1.0)] for product_id in product_ids}

    @api.model
    def _get_facts(self, *, sku_ids=(), shop_ids=(), product_ids=()):
        """Read what is known about mapped SKUs, in one statement.

        :return list: :class:`Fact`, ordered by shop
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sku.id, sku.shop_id, shop.company_id, sku.product_id,
                       categ.parent_path, template.is_storable IS TRUE,
                       sku.stock_stop IS TRUE OR shop.stock_publish IS NOT TRUE,
                       sku.platform_qty,
                       COALESCE(level.sold_total, 0), base.id, base.after_qty,
                       base.unseen_qty, base.sold_total, base.sent_date,
                       feed.synced_until > base.read_date,
                       waiting.id, waiting.target_qty
                  FROM pdd_sku AS sku
                  JOIN pdd_shop AS shop ON shop.id = sku.shop_id AND shop.active
                  JOIN product_product AS product ON product.id = sku.product_id
                  JOIN product_template AS template
                       ON template.id = product.product_tmpl_id
             LEFT JOIN product_category AS categ ON categ.id = template.categ_id
             LEFT JOIN pdd_feed AS feed ON feed.shop_id = shop.id
                       AND feed.kind = 'order'
             LEFT JOIN pdd_stock_level AS level ON level.sku_id = sku.id
             LEFT JOIN pdd_stock_publication AS base ON base.id = sku.publication_id
             LEFT JOIN LATERAL (
                       SELECT id, target_qty
                         FROM pdd_stock_publication
                        WHERE sku_id = sku.id AND state IN %(states)s
                        ORDER BY id DESC
                        LIMIT 1
                       ) AS waiting ON TRUE
                 WHERE sku.active
                   AND (sku.id = ANY(%(skus)s) OR sku.product_id = ANY(%(products)s)
                        OR sku.shop_id = ANY(%(shops)s))
                 ORDER BY shop.sequence, shop.id, sku.id
                """,
                states=OPEN_STATES,
                skus=list(sku_ids),
                products=list(product_ids),
                shops=list(shop_ids),
            )
        )
        facts = [Fact(*row) for row in rows]
        return [fact._replace(categ_path=_read_path(fact.categ_path)) for fact in facts]

    # --- the quantities

    @api.model
    def _get_results(self, facts, draft=None):
        """Work out the quantities; reads only.

        :param list facts: :class:`Fact`
        :param draft: a rule as it would be, saved or not; it replaces the saved one
        :return dict: SKU id -> :class:`Result`
        """
        rules = self._get_rules(facts, draft)
        index = rules._index()
        chosen = {fact.id: rules._choose(index, fact) for fact in facts}
        ready = [fact for fact in facts if chosen[fact.id] and fact.is_storable]
        ready += self._get_neighbours(ready, chosen, rules)
        pools = rules._get_pools()
        locked = self._get_locked(ready, chosen)
        offers = self._prepare_offers(ready, chosen, pools, locked)
        stock = self._get_stock(offers)
        free = {key: figures["free"] for key, figures in stock.items()}
        answers = answer(offers, free, self._get_sold())
        by_key = {offer.key: offer for offer in offers}
        return {
            fact.id: _prepare_result(
                fact, chosen[fact.id], by_key.get(fact.id), answers, stock, locked
            )
            for fact in facts
        }

    @api.model
    def _get_rules(self, facts, draft):
        Rule = self.env["pdd.stock.rule"]
        companies = [*{fact.company_id for fact in facts}]
        rules = Rule.search([("company_id", "in", companies)])
        return (rules - draft._origin) + draft if draft else rules

    @api.model
    def _get_neighbours(self, facts, chosen, rules):
        """Return further SKUs whose guarantees take from the stock of these ones.

        :param list facts: the SKUs that are worked out
        :param dict chosen: SKU id -> rule, completed here
        """
        if not any(rule.guaranteed_qty or rule.lock_qty for rule in rules):
            return []
        components = self._get_components({fact.product_id for fact in facts})
        used = {product for parts in components.values() for product, _per in parts}
        near = self._get_facts(product_ids=self._get_sharing(used))
        index = rules._index()
        neighbours = []
        for fact in near:
            rule = rules._choose(index, fact)
            if fact.id not in chosen and rule and fact.is_storable:
                chosen[fact.id] = rule
                neighbours.append(fact)
        return neighbours

    @api.model
    def _prepare_offers(self, facts, chosen, pools, locked):
        """Return the offers; SKUs of a running campaign are served first."""
        components = self._get_components({fact.product_id for fact in facts})
        return [
            Offer(
                key=fact.id,
                company=fact.company_id,
                warehouses=pools[chosen[fact.id]][0],
                pool=pools[chosen[fact.id]],
                components=components[fact.product_id],
                terms=chosen[fact.id]._get_terms(locked.get(fact.id, 0)),
            )
            for fact in sorted(facts, key=lambda fact: fact.id not in locked)
        ]

    # --- write

    @api.model
    def _write_levels(self, facts, results, news):
        """Write one row per SKU in one statement; all of them, see the class."""
        rows = [
            {
                "sku_id": fact.id,
                "shop_id": fact.shop_id,
                "company_id": fact.company_id,
                "product_id": fact.product_id,
                "rule_id": results[fact.id].rule.id or None,
                "state": "stopped" if fact.is_stopped else results[fact.id].state,
                "target_qty": results[fact.id].quantity,
                "free_qty": results[fact.id].inputs.get("free", 0),
                "sold_qty": results[fact.id].inputs.get("sold", 0),
                "sold_total": fact.sold_total,
                "change_date": news.get(fact)["change_date"],
            }
            for fact in facts
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO pdd_stock_level AS level (sku_id, shop_id, company_id,
                            product_id, rule_id, state, target_qty, free_qty, sold_qty,
                            sold_total, change_date, compute_date, revision)
                     SELECT row.*, now() AT TIME ZONE 'UTC', 1
                       FROM jsonb_to_recordset(%s) AS row (sku_id int, shop_id int,
                            company_id int, product_id int, rule_id int, state text,
                            target_qty int, free_qty numeric, sold_qty numeric,
                            sold_total int, change_date timestamp)
                      ORDER BY row.sku_id
                ON CONFLICT (sku_id) DO UPDATE
                        SET shop_id = EXCLUDED.shop_id,
                            company_id = EXCLUDED.company_id,
                            product_id = EXCLUDED.product_id,
                            rule_id = EXCLUDED.rule_id,
                            state = EXCLUDED.state,
                            target_qty = EXCLUDED.target_qty,
                            free_qty = EXCLUDED.free_qty,
                            sold_qty = EXCLUDED.sold_qty,
                            sold_total = EXCLUDED.sold_total,
                            change_date = EXCLUDED.change_date,
                            compute_date = EXCLUDED.compute_date,
                            revision = level.revision + 1
                """,
                Json(rows, dumps=to_json),
            )
        )
        self.invalidate_model()


def _read_path(path):
    """Return the ids of a category's path, the top first."""
    return [int(part) for part in (path or "").split("/") if part]


def _prepare_result(fact, rule, offer, answers, stock, locked):
    """Return what came of a SKU, with every input of the formula."""
    if not rule:
        return Result(rule, "no_rule", 0, {})
    if not offer:
        return Result(rule, "untracked", 0, {})
    found = answers[fact.id]
    parts = [{**stock[offer.pool, part["product"]], **part} for part in found.parts]
    scarcest = found.scarcest or {}
    inputs = {
        "basis": rule.basis,
        "days": rule.forecast_days if rule.basis == "forecast" else 0,
        "warehouses": sorted(offer.warehouses),
        "share": rule.share,
        "safety": rule.safety_qty,
        "cap": rule.cap_qty,
        "floor": rule.floor_qty,
        "guaranteed": rule.guaranteed_qty,
        "locked": locked.get(fact.id, 0),
        "parts": parts,
        "free": scarcest.get("free", 0.0),
        "sold": scarcest.get("sold", 0.0),
    }
    return Result(rule, "ready", found.quantity, inputs)
