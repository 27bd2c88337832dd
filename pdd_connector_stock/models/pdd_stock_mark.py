# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models
from odoo.tools import SQL, json_default
from psycopg2.extras import Json

from .pdd_stock_news import rank

DATA_KEY = "pdd_connector_stock.marks"
CAUSES = [
    ("move", "Stock move"),
    ("count", "Inventory or scrap"),
    ("quantity", "Stock level"),
    ("order", "Order of the platform"),
    ("mapping", "Mapping"),
    ("opening", "Opening quantity"),
    ("product", "Product"),
    ("expiry", "Lots expired"),
    ("rule", "Rule"),
    ("switch", "Switch"),
    ("drift", "Difference found"),
    ("request", "Asked for"),
]
INSERT = """
    INSERT INTO pdd_stock_mark (product_id, sku_id, shop_id, cause, origin, user_id,
                change_date, due_date, sold_qty, deal_date, is_check)
         SELECT mark.product_id, mark.sku_id, mark.shop_id, mark.cause, mark.origin,
                %(user)s, clock_timestamp() AT TIME ZONE 'UTC', mark.due_date,
                mark.sold_qty, mark.deal_date, COALESCE(mark.is_check, FALSE)
           FROM jsonb_to_recordset(%(marks)s) AS mark (product_id int, sku_id int,
                shop_id int, cause text, origin text, due_date timestamp, sold_qty int,
                deal_date timestamp, is_check boolean)
          WHERE EXISTS (SELECT FROM pdd_sku WHERE id = mark.sku_id)
             OR EXISTS (SELECT FROM pdd_shop WHERE id = mark.shop_id)
             OR EXISTS (SELECT FROM pdd_sku
                         WHERE product_id = mark.product_id AND active)
             OR EXISTS (SELECT FROM pdd_sku
                         WHERE kit_components ? mark.product_id::text AND active
                           AND kit_components IS NOT NULL)
      RETURNING due_date IS NULL
"""


class PddStockMark(models.Model):
    """Log of changes that may alter what is on offer; the publisher empties it.

    A mark is written in the transaction of the change, so both are seen or neither is.
    Marks are only added, never updated: two transactions that sell the same product
    do not wait for each other. The publisher deletes exactly the rows it has read, in
    the transaction that works out the new quantities, so what was added meanwhile stays.

    During a transaction the marks are gathered in memory; one statement writes them
    when it is flushed.
    """

    _name = "pdd.stock.mark"
    _description = "PDD Stock Mark"
    _log_access = False
    _rec_name = "cause"

    # what is marked: one of the three
    product_id = fields.Many2one("product.product", ondelete="cascade")
    sku_id = fields.Many2one("pdd.sku", string="SKU", ondelete="cascade")
    shop_id = fields.Many2one("pdd.shop", ondelete="cascade", help="All its SKUs.")

    cause = fields.Selection(CAUSES, required=True)
    origin = fields.Char()
    user_id = fields.Many2one("res.users", ondelete="set null")
    change_date = fields.Datetime(required=True)
    due_date = fields.Datetime(help="Not to be looked at before this moment.")
    sold_qty = fields.Integer(help="Pieces of the SKU in orders that are new to Odoo.")
    deal_date = fields.Datetime(help="The oldest deal among these orders.")
    is_check = fields.Boolean(help="Ask the platform, whatever Odoo believes.")

    _due_idx = models.Index("(due_date NULLS FIRST, id)")

    # --- gather

    @api.model
    def _mark(
        self,
        cause,
        *,
        products=None,
        skus=None,
        shops=None,
        move_ids=None,
        origin=None,
        **vals,
    ):
        """Note that what depends on these records has to be worked out anew.

        :param str cause: a value of ``cause``
        :param products: products whose stock changed
        :param skus: SKUs whose mapping, orders or switch changed
        :param shops: shops all of whose SKUs are concerned
        :param dict move_ids: product id -> stock move that tells the document
        :param str origin: name of the document, for people
        :param vals: further fields of the marks
        """
        marks = self._gathered()
        for name, records in (
            ("product_id", products),
            ("sku_id", skus),
            ("shop_id", shops),
        ):
            for record_id in records.ids if records else ():
                mark = {name: record_id, "cause": cause, "origin": origin, **vals}
                if move_ids:
                    mark["move_id"] = move_ids.get(record_id)
                key = (name, record_id, vals.get("due_date"))
                marks[key] = _merge(marks.get(key), mark)

    @api.model
    def _mark_sold(self, sku, quantity, deal_date, origin):
        """Note an order that is new to Odoo: the platform has taken the pieces off.

        :param int quantity: pieces of the SKU
        :param datetime deal_date: moment of the deal, naive UTC
        """
        marks = self._gathered()
        mark = marks.setdefault(
            ("sold", sku.id),
            {"sku_id": sku.id, "cause": "order", "origin": origin, "sold_qty": 0},
        )
        mark["sold_qty"] += quantity
        dates = [date for date in (mark.get("deal_date"), deal_date) if date]
        mark["deal_date"] = min(dates, default=None)

    def _gathered(self):
        """Return the marks of the running transaction: key -> values."""
        precommit = self.env.cr.precommit
        if DATA_KEY not in precommit.data:
            precommit.data[DATA_KEY] = {}
            precommit.add(self._write_gathered)
        return precommit.data[DATA_KEY]

    # --- write

    def _write_gathered(self):
        """Write what was gathered, in one statement, and wake the publisher."""
        marks = [*self.env.cr.precommit.data.pop(DATA_KEY, {}).values()]
        self._name_documents(marks)
        if marks and self._insert(marks):
            # whoever moves goods need not know of the scheduled action
            self.env.ref("pdd_connector_stock.ir_cron_stock_publish").sudo()._trigger()

    def _name_documents(self, marks):
        """Replace the moves in the marks by the names of their documents."""
        ids = {mark["move_id"] for mark in marks if mark.get("move_id")}
        # the document's name is no secret to who may read publications
        moves = self.env["stock.move"].sudo().browse(ids).exists()
        names = {move.id: move.reference or move.origin for move in moves}
        for mark in marks:
            move_id = mark.pop("move_id", None)
            mark["origin"] = names.get(move_id) or mark.get("origin") or None

    def _insert(self, marks):
        """Insert marks; those of products no shop sells, alone or in a kit, are left out.

        So are those of records that were deleted in the same transaction.

        :return: whether one is due now
        """
        rows = self.env.execute_query(
            SQL(INSERT, user=self.env.uid, marks=Json(marks, dumps=_to_json))
        )
        return any(due for (due,) in rows)

    # --- read

    @api.model
    def _claim(self, limit):
        """Take due marks out of the log; they come back if the transaction fails.

        :return list: dicts of their values
        :raise OperationalError: another worker took some of them
        """
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM pdd_stock_mark
                      WHERE id IN (
                            SELECT id FROM pdd_stock_mark
                             WHERE due_date IS NULL
                                OR due_date <= clock_timestamp() AT TIME ZONE 'UTC'
                             ORDER BY due_date NULLS FIRST, id
                             LIMIT %s
                               FOR UPDATE SKIP LOCKED)
                  RETURNING id, product_id, sku_id, shop_id, cause, origin, user_id,
                            change_date, sold_qty, deal_date, is_check
                """,
                limit,
            )
        )
        names = (
            *("id", "product_id", "sku_id", "shop_id", "cause", "origin", "user_id"),
            *("change_date", "sold_qty", "deal_date", "is_check"),
        )
        return [dict(zip(names, row, strict=True)) for row in sorted(rows)]

    @api.model
    def _has_due(self):
        """Return whether a mark waits to be looked at now."""
        rows = self.env.execute_query(
            SQL(
                """SELECT FROM pdd_stock_mark
                    WHERE due_date IS NULL
                       OR due_date <= clock_timestamp() AT TIME ZONE 'UTC'
                    LIMIT 1"""
            )
        )
        return bool(rows)


def _merge(former, mark):
    """Return the mark of the two that says more; to ask the platform is kept.

    A move says more than the write on the quant that came before.
    """
    if not former:
        return mark
    is_check = former.get("is_check") or mark.get("is_check")
    kept = mark if rank(mark["cause"]) > rank(former["cause"]) else former
    return {**kept, "is_check": is_check}


def _to_json(value):
    return json.dumps(value, default=json_default)
