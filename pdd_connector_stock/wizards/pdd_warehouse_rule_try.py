# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.fields import Command

LAST_ORDERS = 500


class PddWarehouseRuleTry(models.TransientModel):
    """What draft rules would have changed for the last orders; nothing is written."""

    _name = "pdd.warehouse.rule.try"
    _description = "Try Warehouse Rules"

    rule_ids = fields.Many2many("pdd.warehouse.rule", string="Rules", readonly=True)
    order_count = fields.Integer(string="Orders Tried", readonly=True)
    changed_count = fields.Integer(string="Would Change", readonly=True)
    line_ids = fields.One2many(
        "pdd.warehouse.rule.try.line", "try_id", string="Changes", readonly=True
    )

    def _try(self):
        """Decide the last orders with and without the rules, by today's stock."""
        self.ensure_one()
        Rule = self.env["pdd.warehouse.rule"]
        company = self.rule_ids.company_id[:1] or self.env.company
        orders = self.env["pdd.order"].search(
            [("company_id", "=", company.id)], limit=LAST_ORDERS
        )
        now = orders._decide_routes(Rule._get_rules(company))
        then = orders._decide_routes(Rule._get_rules(company, self.rule_ids))
        changes = [
            self._prepare_line_vals(order, now[order], then[order])
            for order in orders
            if self._differs(now[order], then[order])
        ]
        self.write(
            {
                "order_count": len(orders),
                "changed_count": len(changes),
                "line_ids": [Command.create(vals) for vals in changes],
            }
        )

    def _differs(self, now, then):
        return (
            now.rule.warehouse_id != then.rule.warehouse_id
            or now.rule.carrier_id != then.rule.carrier_id
            or now.elsewhere != then.elsewhere
        )

    def _prepare_line_vals(self, order, now, then):
        return {
            "order_id": order.id,
            "old_warehouse_id": now.rule.warehouse_id.id,
            "old_carrier_id": now.rule.carrier_id.id,
            "warehouse_id": then.rule.warehouse_id.id,
            "carrier_id": then.rule.carrier_id.id,
            "reason": then.reason,
        }

    def action_go_live(self):
        """Let the rules decide from now on."""
        self.rule_ids.action_go_live()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
