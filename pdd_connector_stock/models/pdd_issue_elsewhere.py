# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class PddIssue(models.Model):
    """Deliveries that are open though their orders were shipped outside Odoo."""

    _inherit = "pdd.issue"

    cause = fields.Selection(
        selection_add=[("elsewhere", "Shipped outside Odoo")],
        ondelete={"elsewhere": "cascade"},
    )

    @api.depends("order_ids.state")
    def _compute_waiting(self):
        result = super()._compute_waiting()
        mine = self.filtered(lambda issue: issue.cause == "elsewhere")
        counts = {
            shop: (count, amount)
            for shop, count, amount in self.env["pdd.order"]._read_group(
                mine._get_elsewhere_domain(),
                ["shop_id"],
                ["__count", "receivable_amount:sum"],
            )
        }
        for issue in mine:
            is_open = issue.state == "open"
            figures = counts.get(issue.shop_id, (0, 0.0)) if is_open else (0, 0.0)
            issue.waiting_count, issue.waiting_amount = figures
        return result

    def _get_elsewhere_domain(self):
        return Domain("shop_id", "in", self.shop_id.ids) & Domain(
            "elsewhere_state", "!=", False
        )

    def action_view_orders(self):
        action = super().action_view_orders()
        if self.cause == "elsewhere":
            action["domain"] = [*self._get_elsewhere_domain()]
            action["context"] = {}
        return action

    def action_mark_elsewhere(self):
        """Follow the shop's setting for all orders of this issue."""
        self.ensure_one()
        orders = self.env["pdd.order"].search(self._get_elsewhere_domain())
        return orders.action_mark_elsewhere()
