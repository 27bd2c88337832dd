# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

MOVES_OPEN = ("waiting", "confirmed", "assigned", "partially_available")
SOLD_QUERY = """
    WITH loose AS (
        SELECT id, shop_id, NULL::int AS sale_order_id
          FROM pdd_order
         WHERE sale_order_id IS NULL
           AND state IN ('pending', 'held', 'error')
           AND COALESCE(related_order_sn, '') = ''
         UNION ALL
        SELECT orders.id, orders.shop_id, sale.id
          FROM pdd_order AS orders
          JOIN sale_order AS sale ON sale.id = orders.sale_order_id
         WHERE orders.order_status = 1
           AND orders.state IN ('done', 'held')
           AND (sale.state != 'sale' OR orders.is_stock_freed)
           AND COALESCE(orders.related_order_sn, '') = ''
    ), asked AS (
        SELECT loose.sale_order_id, shop.company_id, part.product_id,
               SUM((line.quantity - COALESCE(line.cut_quantity, 0)) * part.pieces)
               AS pieces
          FROM loose
          JOIN pdd_order_line AS line ON line.order_id = loose.id
          JOIN pdd_sku AS sku ON sku.id = line.sku_id
          JOIN pdd_shop AS shop ON shop.id = loose.shop_id
    CROSS JOIN LATERAL (
               SELECT sku.product_id, 1 AS pieces WHERE sku.kit_components IS NULL
                UNION ALL
               SELECT key::int, value::float FROM jsonb_each_text(sku.kit_components)
               ) AS part
         WHERE sku.product_id IS NOT NULL
         GROUP BY loose.id, loose.sale_order_id, shop.company_id, part.product_id
    )
    SELECT asked.company_id, asked.product_id,
           SUM(GREATEST(0, asked.pieces - COALESCE(moved.pieces, 0)))
      FROM asked
 LEFT JOIN LATERAL (
           SELECT GREATEST(
                      SUM(move.product_qty) FILTER (WHERE target.usage = 'customer'),
                      SUM(move.product_qty) FILTER (WHERE target.usage != 'customer'
                                                      AND move.state != 'done')
                  ) AS pieces
             FROM sale_order_line AS sale_line
             JOIN stock_move AS move ON move.sale_line_id = sale_line.id
             JOIN stock_location AS source ON source.id = move.location_id
             JOIN stock_location AS target ON target.id = move.location_dest_id
            WHERE sale_line.order_id = asked.sale_order_id
              AND move.product_id = asked.product_id
              AND move.state != 'cancel'
              AND source.usage != 'customer'
           ) AS moved ON asked.sale_order_id IS NOT NULL
     GROUP BY asked.company_id, asked.product_id
"""


class PddStockLevel(models.Model):
    """What the formula reads: Odoo's stock, unmade orders, running campaigns."""

    _inherit = "pdd.stock.level"

    @api.model
    def _get_stock(self, offers):
        """Return Odoo's figures of all components, in the product's unit.

        :param list offers: :class:`~..formula.Offer`
        :return dict: (pool, product id) -> on_hand, expired, reserved, promised,
            incoming, free, and the moment at which the next lot expires
        """
        products_by_pool = defaultdict(set)
        for offer in offers:
            products_by_pool[offer.pool].update(p for p, _per in offer.components)
        stock = {}
        for pool, product_ids in products_by_pool.items():
            stock.update(self._get_pool_stock(pool, product_ids))
        return stock

    @api.model
    def _get_pool_stock(self, pool, product_ids):
        """Return the figures of one pool.

        ``free`` is what nobody was promised: on hand, less what has expired, less what
        is reserved, less what open deliveries ask for and have not reserved. A forecast
        adds the receipts that are planned in time, and then takes off what is bought to
        order as well.
        """
        is_forecast = pool.basis == "forecast"
        quants, moves_in, moves_out = self._get_stock_domains(
            pool.warehouses, product_ids
        )
        if not is_forecast:
            moves_out &= Domain("procure_method", "!=", "make_to_order")
        on_hand = self._sum_quants(quants)
        promised = self._sum_promised(moves_out)
        incoming = self._sum_incoming(moves_in, pool) if is_forecast else {}
        expired, expires = self._get_expiry(quants)
        figures = {}
        for product_id in product_ids:
            quantity, reserved = on_hand.get(product_id, (0.0, 0.0))
            asked, coming = promised.get(product_id, 0.0), incoming.get(product_id, 0.0)
            bad = expired.get(product_id, 0.0)
            figures[pool, product_id] = {
                "on_hand": quantity,
                "expired": bad,
                "expires": expires.get(product_id),
                "reserved": reserved,
                "promised": asked,
                "incoming": coming,
                "free": quantity - bad - reserved - asked + coming,
            }
        return figures

    @api.model
    def _get_stock_domains(self, warehouse_ids, product_ids):
        """Return domains of quants, open receipts and open deliveries of warehouses."""
        if not warehouse_ids:
            return (Domain.FALSE,) * 3
        Product = self.env["product.product"]
        located = Product.with_context(warehouse_id=[*warehouse_ids])
        in_products = Domain("product_id", "in", [*product_ids])
        quants, moves_in, moves_out = located._get_domain_locations()
        in_products_open = in_products & Domain("state", "in", MOVES_OPEN)
        return (
            in_products & quants,
            in_products_open & moves_in,
            in_products_open & moves_out,
        )

    @api.model
    def _sum_quants(self, domain):
        rows = self.env["stock.quant"]._read_group(
            domain, ["product_id"], ["quantity:sum", "reserved_quantity:sum"]
        )
        return {product.id: figures for product, *figures in rows}

    @api.model
    def _sum_incoming(self, domain, pool):
        """Return what will be received in time: product id -> pieces.

        What buyers send back is not planned by the company: whoever agreed to it, it
        counts when it is here, unless the rule says otherwise.
        """
        limit_date = fields.Datetime.now() + timedelta(days=pool.days)
        if not pool.returns:
            domain &= ~self._get_returns_domain()
        rows = self.env["stock.move"]._read_group(
            domain & Domain("date", "<=", limit_date),
            ["product_id"],
            ["product_qty:sum"],
        )
        return {product.id: quantity for product, quantity in rows}

    @api.model
    def _get_returns_domain(self):
        """Return the domain of moves that bring back what buyers got, by any document."""
        from_buyers = Domain("location_id.usage", "=", "customer")
        on_the_way = Domain("location_id.usage", "=", "transit")
        return from_buyers | (
            on_the_way & Domain("origin_returned_move_id", "!=", False)
        )

    @api.model
    def _sum_promised(self, domain):
        """Return what open deliveries still lack: product id -> pieces.

        The reserved quantity of a move is in the move's unit: the ORM cannot sum it.
        """
        Move = self.env["stock.move"]
        query = Move._search(domain)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product_id, SUM(GREATEST(0, product_qty
                       - product_qty * quantity / NULLIF(product_uom_qty, 0)))
                  FROM stock_move
                 WHERE id IN %s
                 GROUP BY product_id
                """,
                query.subselect(),
                to_flush=Move._fields["quantity"],
            )
        )
        return {product_id: float(lacking or 0) for product_id, lacking in rows}

    @api.model
    def _get_sold(self):
        """Return what the platform sold and no stock move of Odoo knows of.

        Orders that are not made yet, whatever their reason, and of the orders to ship
        what no move brings, because somebody cancelled the sales order or a transfer.
        In a delivery of several steps the open step or the last one brings it. Orders
        without anything to ship do not count.

        :return dict: (company id, component id) -> pieces
        """
        components = self.env["pdd.sku"]._fields["kit_components"]
        rows = self.env.execute_query(SQL(SOLD_QUERY, to_flush=components))
        return {(company, product): pieces for company, product, pieces in rows}

    @api.model
    def _get_locked(self, facts, chosen):
        """Return what running campaigns still keep aside: SKU id -> pieces.

        :param dict chosen: SKU id -> rule
        """
        now = fields.Datetime.now()
        running = {
            fact.id: chosen[fact.id]
            for fact in facts
            if chosen[fact.id]._is_lock_running(now)
        }
        if not running:
            return {}
        sold = self._get_sold_since(
            {sku_id: rule.lock_start_date for sku_id, rule in running.items()}
        )
        return {
            sku_id: max(0, rule.lock_qty - sold.get(sku_id, 0))
            for sku_id, rule in running.items()
        }

    @api.model
    def _get_sold_since(self, dates):
        """Return the pieces of deals since a moment, cancelled ones left out.

        :param dict dates: SKU id -> moment, naive UTC
        :return dict: SKU id -> pieces
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.sku_id, SUM(line.quantity)
                  FROM unnest(%s::int[], %s::timestamp[]) AS since (sku_id, moment)
                  JOIN pdd_order_line AS line ON line.sku_id = since.sku_id
                  JOIN pdd_order AS orders ON orders.id = line.order_id
                 WHERE orders.confirm_date >= since.moment
                   AND orders.state != 'cancelled'
                 GROUP BY line.sku_id
                """,
                [*dates],
                [*dates.values()],
            )
        )
        return dict(rows)
