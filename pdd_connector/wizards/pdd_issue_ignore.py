# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class PddIssueIgnore(models.TransientModel):
    """Close issues without mending them, with a reason that is kept."""

    _name = "pdd.issue.ignore"
    _description = "Ignore Issues"

    issue_ids = fields.Many2many(
        "pdd.issue", string="Issues", default=lambda self: self._default_issue_ids()
    )
    waiting_count = fields.Integer(
        string="Orders Still Waiting", compute="_compute_waiting_count"
    )
    note = fields.Char(string="Reason", required=True)

    @api.model
    def _default_issue_ids(self):
        return self.env["pdd.issue"].browse(self.env.context.get("active_ids", []))

    @api.depends("issue_ids")
    def _compute_waiting_count(self):
        for wizard in self:
            issues = wizard.issue_ids._origin  # counted by their stored ids
            wizard.waiting_count = sum(issues.mapped("waiting_count"))

    def action_ignore(self):
        """Close the issues; the orders stay as they are."""
        self.ensure_one()
        self.issue_ids.check_access("read")
        # a person decides; issues are the connector's
        issues = self.issue_ids.sudo()
        issues._set_solved(self.env._("Ignored: %s", self.note))
        return {"type": "ir.actions.act_window_close"}
