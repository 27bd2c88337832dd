# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class PddOrder(models.Model):
    """Hints for the warehouse: from tags, from the routing rule, from consolidation."""

    _inherit = "pdd.order"

    handling_hints = fields.Text(compute="_compute_handling_hints")

    @api.depends("tags", "warehouse_rule_id.hint", "payload", "gift_main_sn")
    @api.depends_context("lang")
    def _compute_handling_hints(self):
        names = {
            hint.tag: hint.name for hint in self.env["pdd.handling.hint"].search([])
        }
        for order in self:
            tags = (order.tags or "").split()
            hints = [name for tag, name in names.items() if tag in tags]
            hints += [order.warehouse_rule_id.hint, order._get_consolidation_note()]
            hints.append(order._get_gift_note())
            order.handling_hints = "\n".join(filter(None, hints)) or False

    def _get_consolidation_note(self):
        kind = self._get_consolidation(self.payload or {})
        if kind is None:
            return ""
        rule = self.env["pdd.consolidation.rule"]._find(self.shop_id, kind)
        return self.env._("Consolidated parcel: %s", rule.note or rule.name or kind)
