# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

# One row per order of which something still has to be shipped or told. The first
# obstacle that applies is the one to clear; "risk" counts what falls due within a day or
# is late already. The platform's deadline is met with the first parcel.
QUERY = """
SELECT o.id,
       o.id AS order_id,
       o.shop_id,
       o.company_id,
       o.currency_id,
       o.sale_order_id,
       main.id AS main_order_id,
       sale.warehouse_id,
       transfer.id AS picking_id,
       o.last_ship_date AS deadline_date,
       EXTRACT(EPOCH FROM o.last_ship_date - today.now) / 3600 AS hours_left,
       COALESCE(o.payload ->> 'urge_shipping_time', '') <> '' AS is_urged,
       o.receivable_amount,
       CASE WHEN stage.is_shipped THEN 0
            ELSE COALESCE(penalty.amount, 0) END AS penalty_amount,
       CASE WHEN o.last_ship_date < today.now + interval '1 day'
                 AND NOT stage.is_shipped
            THEN COALESCE(penalty.amount, 0) ELSE 0 END AS risk_amount,
       stage.is_shipped AS is_rest,
       step.obstacle,
       o.last_ship_date < today.ends AND NOT stage.is_shipped
           AND step.obstacle IN ('hold', 'make', 'stock') AS will_miss
  FROM pdd_order o
  JOIN pdd_shop shop ON shop.id = o.shop_id
  LEFT JOIN sale_order sale ON sale.id = o.sale_order_id
  LEFT JOIN pdd_order main ON main.shop_id = o.shop_id
       AND main.order_sn = o.gift_main_sn
       AND main.open_address_id = o.open_address_id
       AND o.open_address_id <> ''
       AND shop.gift_parcel_policy = 'together'
 CROSS JOIN (
       SELECT now() AT TIME ZONE 'UTC' AS now,
              (date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai')
               + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
               AT TIME ZONE 'UTC' AS ends
       ) today
  LEFT JOIN LATERAL (
       SELECT LEAST(COALESCE(p.fixed_amount, 0)
                    + o.receivable_amount * COALESCE(p.percentage, 0) / 100,
                    NULLIF(p.max_amount, 0)) AS amount
         FROM pdd_penalty p
        WHERE p.min_amount <= o.receivable_amount
          AND (p.company_id = o.company_id OR p.company_id IS NULL)
        ORDER BY p.company_id NULLS LAST, p.min_amount DESC
        LIMIT 1
       ) penalty ON true
  LEFT JOIN LATERAL (
       SELECT picking.id, picking.state, picking.carrier_tracking_ref, type.code,
              carrier.pdd_logistics_id
         FROM stock_picking picking
         LEFT JOIN delivery_carrier carrier ON carrier.id = picking.carrier_id
         JOIN stock_picking_type type ON type.id = picking.picking_type_id
        WHERE picking.sale_id = o.sale_order_id
          AND picking.return_id IS NULL
          AND type.code <> 'incoming'
          AND picking.state NOT IN ('done', 'cancel', 'draft')
        ORDER BY picking.state <> 'assigned', picking.id
        LIMIT 1
       ) transfer ON true
  LEFT JOIN LATERAL (
       SELECT parcel.state
         FROM pdd_parcel parcel
        WHERE parcel.order_id = o.id
          AND parcel.state NOT IN ('cancelled', 'sent')
        ORDER BY parcel.id
        LIMIT 1
       ) parcel ON true
 CROSS JOIN LATERAL (
       SELECT o.order_status <> 1 OR EXISTS (
                  SELECT FROM pdd_parcel
                   WHERE order_id = o.id AND state = 'sent') AS is_shipped
       ) stage
 CROSS JOIN LATERAL (
       SELECT CASE
              WHEN o.state = 'held' OR parcel.state = 'stopped' THEN 'hold'
              WHEN o.sale_order_id IS NULL THEN 'make'
              WHEN parcel.state = 'error' THEN 'refused'
              WHEN parcel.state = 'waiting' THEN 'label'
              WHEN parcel.state IS NOT NULL THEN 'tell'
              WHEN transfer.id IS NULL OR transfer.state <> 'assigned' THEN 'stock'
              WHEN transfer.code <> 'outgoing' THEN 'pick'
              WHEN transfer.pdd_logistics_id IS NULL THEN 'carrier'
              WHEN COALESCE(transfer.carrier_tracking_ref, '') = '' THEN 'label'
              ELSE 'validate' END AS obstacle
       ) step
 WHERE o.id IN (
       SELECT id FROM pdd_order WHERE order_status = 1
        UNION
       SELECT order_id FROM pdd_parcel
        WHERE state IN ('waiting', 'to_send', 'error', 'stopped')
        UNION
       SELECT pdd.id
         FROM stock_picking picking
         JOIN pdd_order pdd ON pdd.sale_order_id = picking.sale_id
        WHERE picking.state IN ('confirmed', 'waiting', 'assigned')
          AND EXISTS (SELECT FROM pdd_parcel WHERE order_id = pdd.id)
       )
   AND o.state <> 'cancelled'
   AND COALESCE(o.related_order_sn, '') = ''
   AND (NOT stage.is_shipped
        OR parcel.state IS NOT NULL
        OR transfer.id IS NOT NULL)
   AND EXISTS (
       SELECT FROM pdd_order_line line
        WHERE line.order_id = o.id
          AND line.quantity > COALESCE(line.cut_quantity, 0)
       )
"""


class PddDeadline(models.Model):
    """Work list: orders to be shipped, by the money that is at risk."""

    _name = "pdd.deadline"
    _description = "PDD Shipping Deadline"
    _auto = False
    _order = "risk_amount desc, deadline_date, id"
    _rec_name = "order_id"
    _depends = {
        "pdd.order": [
            "state",
            "order_status",
            "sale_order_id",
            "last_ship_date",
            "receivable_amount",
            "related_order_sn",
            "gift_main_sn",
            "open_address_id",
            "payload",
        ],
        "pdd.order.line": ["order_id", "quantity", "cut_quantity"],
        "pdd.shop": ["gift_parcel_policy"],
        "pdd.parcel": ["state", "order_id"],
        "pdd.penalty": ["min_amount", "fixed_amount", "percentage", "max_amount"],
        "stock.picking": [
            "state",
            "sale_id",
            "carrier_id",
            "carrier_tracking_ref",
            "return_id",
        ],
        "sale.order": ["warehouse_id"],
        "delivery.carrier": ["pdd_logistics_id"],
    }

    order_id = fields.Many2one("pdd.order", readonly=True)
    shop_id = fields.Many2one("pdd.shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    sale_order_id = fields.Many2one("sale.order", string="Sales Order", readonly=True)
    main_order_id = fields.Many2one(
        "pdd.order",
        string="Packed With",
        readonly=True,
        help="This is a gift order: it goes into the parcel of that order.",
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    picking_id = fields.Many2one("stock.picking", string="Transfer", readonly=True)
    deadline_date = fields.Datetime(string="Ship By", readonly=True)
    hours_left = fields.Float(readonly=True, digits=(16, 1), aggregator="min")
    is_urged = fields.Boolean(
        string="Urged", readonly=True, help="The buyer asks where the parcel stays."
    )
    receivable_amount = fields.Monetary(readonly=True)
    penalty_amount = fields.Monetary(
        string="Penalty", readonly=True, help="What shipping late would cost."
    )
    risk_amount = fields.Monetary(
        string="At Risk",
        readonly=True,
        help="The penalty, where the deadline is within a day or has passed.",
    )
    obstacle = fields.Selection(
        [
            ("hold", "Held"),
            ("make", "No sales order yet"),
            ("stock", "Goods missing"),
            ("pick", "To be picked or packed"),
            ("carrier", "Carrier missing"),
            ("label", "Number missing"),
            ("validate", "Ready to ship"),
            ("refused", "Refused by Pinduoduo"),
            ("tell", "Being told"),
        ],
        readonly=True,
    )
    is_rest = fields.Boolean(
        string="Rest of an Order",
        readonly=True,
        help="The first parcel is told; what is left is owed to the buyer.",
    )
    will_miss = fields.Boolean(
        string="Cannot Make It Today",
        readonly=True,
        help="Due today, and held, not made or without goods as it stands.",
    )

    @property
    def _table_query(self):
        return SQL(QUERY)

    def action_open(self):
        """Open the place where the obstacle is cleared."""
        self.ensure_one()
        may_pack = self.env.user._may_open_pdd("stock.picking")
        record = (may_pack and self.picking_id) or self.order_id
        if self.obstacle in ("hold", "make"):
            record = self.order_id
        elif self.obstacle in ("refused", "tell") or not self.picking_id:
            parcels = self.order_id.parcel_ids
            untold = parcels.filtered(lambda p: p.state not in ("sent", "cancelled"))
            record = (untold[-1:] or parcels)[:1] or self.order_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
