# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models, tools
from odoo.tools import SQL

QUERY = """
    SELECT min(o.id) AS id,
           o.shop_id,
           o.company_id,
           o.currency_id,
           o.open_address_id,
           sale.warehouse_id,
           min(o.receiver_name_mask) AS receiver_name_mask,
           min(o.province) AS province,
           min(o.city) AS city,
           count(*) AS order_count,
           sum(o.receivable_amount) AS amount,
           min(o.last_ship_date) AS last_ship_date
      FROM pdd_order o
      JOIN sale_order sale ON sale.id = o.sale_order_id
     WHERE o.state = 'done'
       AND o.order_status = 1
       AND o.refund_status = 1
       AND o.risk_control_status = 0
       AND o.open_address_id <> ''
       AND COALESCE(o.related_order_sn, '') = ''
       AND COALESCE(o.tags, '') NOT LIKE '%%conso_order%%'
       AND sale.state = 'sale'
       AND NOT EXISTS (
           SELECT FROM pdd_parcel parcel
            WHERE parcel.order_id = o.id AND parcel.state <> 'cancelled'
           )
  GROUP BY o.shop_id, o.company_id, o.currency_id, o.open_address_id, sale.warehouse_id
    HAVING count(*) > 1
"""


class PddParcelGroup(models.Model):
    """Orders that may travel in one parcel: same receiver, same warehouse, nothing open.

    A proposal, computed by the database when it is looked at. The platform lets orders
    of one ``open_address_id`` be shipped together; consolidated ones are left out, since
    about them it has to be asked (orders.md 1.6).
    """

    _name = "pdd.parcel.group"
    _description = "PDD Parcel Group"
    _auto = False
    _order = "last_ship_date, id"
    _rec_name = "receiver_name_mask"
    _depends = {
        "pdd.order": [
            "shop_id",
            "company_id",
            "currency_id",
            "open_address_id",
            "receiver_name_mask",
            "province",
            "city",
            "receivable_amount",
            "last_ship_date",
            "state",
            "order_status",
            "refund_status",
            "risk_control_status",
            "related_order_sn",
            "tags",
            "sale_order_id",
        ],
        "sale.order": ["state", "warehouse_id"],
        "pdd.parcel": ["order_id", "state"],
    }

    shop_id = fields.Many2one("pdd.shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    open_address_id = fields.Char(
        string="Receiver Key", readonly=True, exportable=False
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    receiver_name_mask = fields.Char(string="Receiver", readonly=True, exportable=False)
    province = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    amount = fields.Monetary(readonly=True)
    last_ship_date = fields.Datetime(string="Ship By", readonly=True)

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS (%s)", SQL.identifier(self._table), SQL(QUERY))
        )

    def _get_orders(self):
        """Return the orders of these proposals."""
        self.check_access("read")
        # who may see the proposals need not see the sales orders behind them
        orders = self.env["pdd.order"].sudo().browse()
        for group in self:
            orders += orders.search(
                [
                    ("shop_id", "=", group.shop_id.id),
                    ("open_address_id", "=", group.open_address_id),
                    ("state", "=", "done"),
                    ("order_status", "=", 1),
                    ("refund_status", "=", 1),
                    ("sale_order_id.warehouse_id", "=", group.warehouse_id.id),
                ]
            ).filtered(lambda order: order._is_fulfilable())
        return orders.with_env(self.env)

    def action_view_orders(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_action"
        )
        action["domain"] = [("id", "in", self._get_orders().ids)]
        action["context"] = {}
        return action

    def action_view_transfers(self):
        """Open the transfers to pack together."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        pickings = self._get_orders().sale_order_id.picking_ids
        action["domain"] = [
            ("id", "in", pickings.ids),
            ("state", "not in", ("done", "cancel")),
        ]
        action["context"] = {}
        return action
