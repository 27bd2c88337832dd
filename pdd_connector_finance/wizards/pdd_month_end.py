# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain


class PddMonthEnd(models.TransientModel):
    """Goods shipped and not signed for at a month's end, with their cost.

    Odoo takes goods out of stock at delivery and books their cost with the invoice or
    at the closing of the stock; this is the amount that belongs on goods shipped
    (发出商品) in between.
    """

    _name = "pdd.month.end"
    _description = "PDD Goods Shipped at Month's End"

    date = fields.Date(
        string="At the End Of",
        required=True,
        default=lambda self: self._default_date(),
        help="Day in Shanghai.",
    )
    shop_ids = fields.Many2many("pdd.shop", string="Shops", help="Empty: all.")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    order_count = fields.Integer(string="Parcels", compute="_compute_figures")
    goods_cost = fields.Monetary(string="Cost of Goods", compute="_compute_figures")
    receivable_amount = fields.Monetary(
        string="Amount of These Orders",
        compute="_compute_figures",
        help="Tax included.",
    )

    @api.model
    def _default_date(self):
        """Return the last day of the month before this one."""
        return pop.platform_date(fields.Datetime.now()).replace(day=1) - timedelta(1)

    @api.depends("date", "shop_ids")
    def _compute_figures(self):
        for wizard in self:
            orders = self.env["pdd.order"].search(wizard._get_domain())
            wizard.order_count = len(orders)
            # cost prices are for who sees the books, whatever other rights they have
            wizard.goods_cost = sum(orders.sudo().mapped("goods_cost"))
            wizard.receivable_amount = sum(orders.mapped("receivable_amount"))

    def _get_domain(self):
        self.ensure_one()
        domain = Domain("company_id", "=", self.env.company.id)
        if self.shop_ids:
            domain &= Domain("shop_id", "in", self.shop_ids.ids)
        return domain & self.env["pdd.order"]._get_shipped_domain(self.date)

    def action_view_orders(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_finance.pdd_order_action_shipped"
        )
        return {**action, "domain": [*self._get_domain()]}
