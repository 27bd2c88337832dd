# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL


class PddStockChange(models.Model):
    """Log of what changed on hand: one row per stock move line and warehouse.

    A view over Odoo's own move lines, so it is complete and costs nothing to keep.
    """

    _name = "pdd.stock.change"
    _description = "PDD Stock Change"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reference"

    date = fields.Datetime(readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    location_id = fields.Many2one("stock.location", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    quantity = fields.Float(
        readonly=True, digits="Product Unit", help="Comes in (+) or goes out (−)."
    )
    reason = fields.Selection(
        [
            ("supplier", "Purchase receipt"),
            ("customer", "Delivery or return"),
            ("inventory", "Inventory or scrap"),
            ("production", "Manufacturing"),
            ("transit", "Transfer between warehouses"),
            ("internal", "Internal transfer"),
        ],
        readonly=True,
    )
    reference = fields.Char(string="Document", readonly=True)
    origin = fields.Char(string="Source", readonly=True)
    user_id = fields.Many2one("res.users", string="Operator", readonly=True)
    move_id = fields.Many2one("stock.move", string="Stock Move", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id * 2 + side.number AS id, line.date, line.product_id,
                   place.warehouse_id, place.id AS location_id, line.company_id,
                   side.sign * line.quantity_product_uom AS quantity,
                   CASE WHEN other.usage IN ('supplier', 'customer', 'inventory',
                                             'production', 'transit')
                        THEN other.usage ELSE 'internal' END AS reason,
                   move.reference, move.origin, line.write_uid AS user_id, line.move_id
              FROM stock_move_line AS line
              JOIN stock_move AS move ON move.id = line.move_id
        CROSS JOIN (VALUES (0, -1), (1, 1)) AS side (number, sign)
              JOIN stock_location AS place ON place.id = CASE side.number
                   WHEN 0 THEN line.location_id ELSE line.location_dest_id END
              JOIN stock_location AS other ON other.id = CASE side.number
                   WHEN 0 THEN line.location_dest_id ELSE line.location_id END
             WHERE line.state = 'done'
               AND place.usage = 'internal'
               AND place.warehouse_id IS DISTINCT FROM CASE
                   WHEN other.usage = 'internal' THEN other.warehouse_id END
            """
        )
