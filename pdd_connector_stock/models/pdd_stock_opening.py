# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

DATA_KEY = "pdd_connector_stock.openings"
NOTE_QUERY = """
    INSERT INTO pdd_stock_opening (product_id, warehouse_id, source, user_id, date)
         SELECT pair.product_id, place.warehouse_id, 'stock', %(user)s,
                now() AT TIME ZONE 'UTC'
           FROM unnest(%(products)s::int[], %(places)s::int[])
                AS pair (product_id, location_id)
           JOIN stock_location AS place ON place.id = pair.location_id
           JOIN product_product AS product ON product.id = pair.product_id
          WHERE place.warehouse_id IS NOT NULL
            AND place.usage = 'internal'
            AND NOT EXISTS (SELECT FROM pdd_stock_opening AS known
                             WHERE known.product_id = pair.product_id
                               AND known.warehouse_id = place.warehouse_id)
          GROUP BY pair.product_id, place.warehouse_id
          ORDER BY pair.product_id, place.warehouse_id
    ON CONFLICT DO NOTHING
"""
CONFIRM_QUERY = """
    INSERT INTO pdd_stock_opening (product_id, warehouse_id, source, quantity, user_id,
                date)
         SELECT pair.product_id, %(warehouse)s, 'person', pair.quantity, %(user)s,
                now() AT TIME ZONE 'UTC'
           FROM unnest(%(products)s::int[], %(quantities)s::numeric[])
                AS pair (product_id, quantity)
          ORDER BY pair.product_id
    ON CONFLICT (product_id, warehouse_id) DO UPDATE
            SET source = EXCLUDED.source, quantity = EXCLUDED.quantity,
                user_id = EXCLUDED.user_id, date = EXCLUDED.date
"""
# what lies there now, what came in before, and what was counted, also to nothing
HISTORY_QUERY = """
    INSERT INTO pdd_stock_opening (product_id, warehouse_id, source, date)
         SELECT seen.product_id, seen.warehouse_id, 'stock', now() AT TIME ZONE 'UTC'
           FROM (SELECT quant.product_id, place.warehouse_id
                   FROM stock_quant AS quant
                   JOIN stock_location AS place ON place.id = quant.location_id
                  WHERE quant.quantity > 0 AND place.usage = 'internal'
                  UNION
                 SELECT line.product_id, place.warehouse_id
                   FROM stock_move_line AS line
                   JOIN stock_move AS move ON move.id = line.move_id
                   JOIN stock_location AS place ON place.id = line.location_dest_id
                     OR (move.is_inventory AND place.id = line.location_id)
                  WHERE line.state = 'done' AND place.usage = 'internal'
                ) AS seen
           JOIN product_product AS product ON product.id = seen.product_id
           JOIN product_template AS template ON template.id = product.product_tmpl_id
          WHERE seen.warehouse_id IS NOT NULL AND template.is_storable
    ON CONFLICT DO NOTHING
"""


class PddStockOpening(models.Model):
    """Products whose quantity in a warehouse is known: one row per product and warehouse.

    A product that was made a moment ago, or that never lay in a warehouse, has no
    quantity there: Odoo's zero says that nobody has looked. Such a SKU is not published
    until goods have come in, were counted, or a person has confirmed the quantity,
    which may be zero. Rows are added by the transaction that moves or counts the goods
    and never taken away, so nothing reads the history of moves to answer the question.
    """

    _name = "pdd.stock.opening"
    _description = "PDD Opening Quantity"
    _log_access = False
    _rec_name = "product_id"
    _order = "id desc"

    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, ondelete="cascade"
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, index=True, ondelete="cascade"
    )
    source = fields.Selection(
        [("stock", "Goods moved or counted"), ("person", "Confirmed by a person")],
        readonly=True,
    )
    quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="What a person confirmed, in the product's unit.",
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    date = fields.Datetime(readonly=True)

    _product_warehouse_uniq = models.UniqueIndex("(product_id, warehouse_id)")

    # --- note

    @api.model
    def _gather(self, quants):
        """Note, when the transaction is flushed, that these quants are known.

        :param quants: quants that goods came to, or that were counted
        """
        precommit = self.env.cr.precommit
        if DATA_KEY not in precommit.data:
            precommit.data[DATA_KEY] = set()
            precommit.add(self._write_gathered)
        precommit.data[DATA_KEY].update(
            (quant.product_id.id, quant.location_id.id) for quant in quants
        )

    def _write_gathered(self):
        self._note(self.env.cr.precommit.data.pop(DATA_KEY, ()))

    @api.model
    def _note(self, pairs):
        """Add what is not known yet.

        :param pairs: (product id, location id)
        """
        if pairs:
            products, places = zip(*sorted(pairs), strict=True)
            self._execute(NOTE_QUERY, products=[*products], places=[*places])

    @api.model
    def _confirm(self, warehouse, quantities):
        """Keep what a person confirmed.

        :param dict quantities: product -> pieces, in the product's unit
        """
        self._execute(
            CONFIRM_QUERY,
            warehouse=warehouse.id,
            products=[product.id for product in quantities],
            quantities=[*quantities.values()],
        )

    @api.model
    def _learn_present(self, product_ids):
        """Add what lies in a warehouse without having come there by a move of its own.

        So it is when a location gets another warehouse.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT quant.product_id, quant.location_id
                  FROM stock_quant AS quant
                  JOIN stock_location AS place ON place.id = quant.location_id
                 WHERE quant.product_id = ANY(%s) AND quant.quantity > 0
                   AND place.usage = 'internal' AND place.warehouse_id IS NOT NULL
                   AND NOT EXISTS (SELECT FROM pdd_stock_opening AS known
                                    WHERE known.product_id = quant.product_id
                                      AND known.warehouse_id = place.warehouse_id)
                """,
                [*product_ids],
            )
        )
        self._note(rows)

    @api.model
    def _learn_history(self):
        """Add all that was moved or counted before this table was there."""
        self._execute(HISTORY_QUERY)

    @api.model
    def _execute(self, query, **params):
        self.env.cr.execute(SQL(query, user=self.env.uid, **params))
        self.invalidate_model()

    # --- read

    @api.model
    def _get_known(self, product_ids, warehouse_ids):
        """Return which quantities are known: a set of (product id, warehouse id)."""
        rows = self.env.execute_query(
            SQL(
                """SELECT product_id, warehouse_id FROM pdd_stock_opening
                    WHERE product_id = ANY(%s) AND warehouse_id = ANY(%s)""",
                [*product_ids],
                [*warehouse_ids],
            )
        )
        return set(rows)
