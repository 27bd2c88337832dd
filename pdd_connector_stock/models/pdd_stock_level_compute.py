# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import namedtuple

from odoo import api, models
from odoo.tools import SQL
from psycopg2.extras import Json

from ..formula import Offer, answer
from .pdd_stock_level_expiry import get_expiry_date
from .pdd_stock_news import News
from .pdd_stock_publication import to_json

MARKS = 50_000
UPSERT = """
    INSERT INTO pdd_stock_level AS level (sku_id, shop_id, company_id, product_id,
                rule_id, state, target_qty, free_qty, sold_qty, sold_total, change_date,
                expiry_date, compute_date, revision, is_low, low_reason)
         SELECT row.*, now() AT TIME ZONE 'UTC', 1, short.is_short,
                CASE WHEN short.is_short THEN 'short' END
           FROM jsonb_to_recordset(%s) AS row (sku_id int, shop_id int, company_id int,
                product_id int, rule_id int, state text, target_qty int,
                free_qty numeric, sold_qty numeric, sold_total int,
                change_date timestamp, expiry_date timestamp)
     CROSS JOIN LATERAL (
                SELECT row.state IN ('ready', 'uncounted')
                       AND row.free_qty < row.sold_qty AS is_short) AS short
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
                expiry_date = EXCLUDED.expiry_date,
                compute_date = EXCLUDED.compute_date,
                is_low = EXCLUDED.is_low OR (EXCLUDED.state = 'ready' AND level.is_low
                                             AND level.low_reason != 'short'),
                low_reason = CASE
                    WHEN EXCLUDED.is_low THEN EXCLUDED.low_reason
                    WHEN EXCLUDED.state = 'ready' AND level.low_reason != 'short'
                    THEN level.low_reason END,
                cover_days = CASE WHEN EXCLUDED.state = 'ready' THEN level.cover_days END,
                daily_qty = CASE WHEN EXCLUDED.state = 'ready' THEN level.daily_qty END,
                revision = level.revision + 1
"""
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
        self._turn_expired()
        self.env.cr.flush()  # what was marked just now belongs to this run
        marks = self.env["pdd.stock.mark"]._claim(MARKS)
        if marks:
            self._compute_skus(marks)
        return len(marks)

    @api.model
    def _compute_skus(self, marks):
        """Work out the SKUs of some marks and write what came of it."""
        found = self._resolve(marks)
        facts = self._get_facts(**found)
        self._set_unmapped(found["sku_ids"] - {fact.id for fact in facts})
        news = News(marks, facts)
        facts = [fact._replace(sold_total=news.total(fact)) for fact in facts]
        results = self._get_results(facts)
        self._write_levels(facts, results, news)
        self._learn_openings(results)
        self._withdraw_unready(facts, results)
        self._report_uncounted(facts, results)
        self.env["pdd.stock.publication"]._plan(facts, results, news)

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
        counted = self._get_counted(offers, stock)
        free = {key: figures["free"] for key, figures in stock.items()}
        answers = answer(offers, free, self._get_sold())
        by_key = {offer.key: offer for offer in offers}
        return {
            fact.id: _prepare_result(
                fact,
                chosen[fact.id],
                by_key.get(fact.id),
                answers,
                stock,
                locked,
                counted,
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
        used = {product for fact in facts for product, _per in fact.components}
        product_ids = self.env["pdd.sku"]._get_sharing(used)
        near = self._get_facts(product_ids=product_ids)
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
        return [
            Offer(
                key=fact.id,
                company=fact.company_id,
                warehouses=pools[chosen[fact.id]].warehouses,
                pool=pools[chosen[fact.id]],
                components=fact.components,
                terms=chosen[fact.id]._get_terms(locked.get(fact.id, 0)),
            )
            for fact in sorted(facts, key=lambda fact: fact.id not in locked)
        ]

    # --- write

    @api.model
    def _write_levels(self, facts, results, news):
        """Write one row per SKU in one statement; all of them, see the class."""
        rows = [self._prepare_level_row(fact, results[fact.id], news) for fact in facts]
        self.env.cr.execute(SQL(UPSERT, Json(rows, dumps=to_json)))
        self.invalidate_model()

    @api.model
    def _set_unmapped(self, sku_ids):
        """Note SKUs that stand for no product any more; nothing is told about them.

        The rows stay: they know the pieces sold.
        """
        if not sku_ids:
            return
        levels = self.search([("sku_id", "in", [*sku_ids])], order="id")
        uncounted = levels.filtered(lambda level: level.state == "uncounted")
        levels.write(
            {
                "state": "unmapped",
                "target_qty": 0,
                "free_qty": 0,
                "expiry_date": False,
                "is_low": False,
                "low_reason": False,
                "cover_days": False,
                "daily_qty": False,
            }
        )
        self._review_uncounted(uncounted.shop_id)
        self._withdraw(sku_ids)

    @api.model
    def _withdraw_unready(self, facts, results):
        """Withdraw what waits for SKUs of which nothing is published any more."""
        self._withdraw(
            {
                fact.id
                for fact in facts
                if fact.waiting_id and results[fact.id].state != "ready"
            }
        )

    @api.model
    def _withdraw(self, sku_ids):
        """End the publications of SKUs that wait."""
        if not sku_ids:
            return
        states = ("to_send", "held", "unknown")
        waiting = [("sku_id", "in", [*sku_ids]), ("state", "in", states)]
        publications = self.env["pdd.stock.publication"].search(waiting, order="id")
        braked_shops = publications.filtered(lambda row: row.state == "held").shop_id
        publications.write({"state": "superseded", "drift_qty": 0})
        for shop in braked_shops:
            shop._settle_stock_brake()

    @api.model
    def _prepare_level_row(self, fact, result, news):
        return {
            "sku_id": fact.id,
            "shop_id": fact.shop_id,
            "company_id": fact.company_id,
            "product_id": fact.product_id,
            "rule_id": result.rule.id or None,
            "state": "stopped" if fact.is_stopped else result.state,
            "target_qty": result.quantity,
            "free_qty": result.inputs.get("free", 0),
            "sold_qty": result.inputs.get("sold", 0),
            "sold_total": fact.sold_total,
            "change_date": news.get(fact)["change_date"],
            "expiry_date": get_expiry_date(result.inputs.get("parts", ())),
        }


def _prepare_result(fact, rule, offer, answers, stock, locked, counted):
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
    if _is_uncounted(offer, found, counted):
        return Result(rule, "uncounted", 0, inputs)
    return Result(rule, "ready", found.quantity, inputs)


def _is_uncounted(offer, found, counted):
    """Return whether nobody can say how many pieces there are.

    A kit of which one component is known to be missing is known to be sold out.
    """
    known = [part for part in found.parts if (offer.pool, part["product"]) in counted]
    is_sold_out = any(part["offer"] < 1 for part in known)
    return len(known) < len(found.parts) and not is_sold_out
