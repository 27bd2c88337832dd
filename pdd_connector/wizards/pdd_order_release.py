# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PddOrderRelease(models.TransientModel):
    """Lift the holds of orders that a person may lift, with a reason that is kept."""

    _name = "pdd.order.release"
    _description = "Release Held Orders"

    order_ids = fields.Many2many(
        "pdd.order", string="Orders", default=lambda self: self._default_order_ids()
    )
    hold_reasons = fields.Many2many(
        "pdd.hold.reason", string="Holds to Lift", compute="_compute_hold_reasons"
    )
    blocking_reasons = fields.Many2many(
        "pdd.hold.reason", string="Cannot Be Lifted", compute="_compute_hold_reasons"
    )
    note = fields.Char(string="Reason", required=True)

    @api.model
    def _default_order_ids(self):
        context = self.env.context
        if context.get("active_model") == "pdd.issue":
            issues = self.env["pdd.issue"].browse(context.get("active_ids", []))
            return issues.order_ids.filtered(lambda order: order.state == "held")
        return self.env["pdd.order"].browse(context.get("active_ids", []))

    @api.depends("order_ids")
    def _compute_hold_reasons(self):
        for wizard in self:
            reasons = wizard.order_ids.hold_reasons
            wizard.hold_reasons = reasons.filtered("is_overridable")
            wizard.blocking_reasons = reasons - wizard.hold_reasons

    def action_release(self):
        """Lift the holds; what is known of an order now must not change afterwards."""
        self.ensure_one()
        held = self.order_ids.filtered(lambda order: order.state == "held")
        if not held or not self.hold_reasons:
            raise UserError(
                self.env._("None of these orders is held for a reason you may lift.")
            )
        codes = set(self.hold_reasons.mapped("code"))
        # a manager decides; the connector writes the orders
        orders = held.sudo()
        for order in orders:
            order._lift_holds(codes, self.note)
        close = {"type": "ir.actions.act_window_close"}
        notice = orders._release_by_hand()
        if notice:
            notice["params"]["next"] = close
        return notice or close
