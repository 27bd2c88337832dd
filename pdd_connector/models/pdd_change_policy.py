# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import ormcache

POLICY_KINDS = [
    ("address", "Address"),
    ("memo", "Notes"),
    ("amount", "Amounts"),
    ("goods", "Goods and quantities"),
    ("promise", "Ship-by date"),
]
STAGES = [
    ("confirmed", "Before picking"),
    ("picked", "Picked"),
    ("shipped", "Shipped"),
]


class PddChangePolicy(models.Model):
    """What happens to a sales order when the platform changes its order."""

    _name = "pdd.change.policy"
    _description = "PDD Change Policy"
    _order = "kind, stage"
    _rec_name = "kind"

    kind = fields.Selection(POLICY_KINDS, required=True, readonly=True)
    stage = fields.Selection(STAGES, required=True, readonly=True)
    action = fields.Selection(
        [("apply", "Apply"), ("ask", "Ask a person"), ("ignore", "Ignore")],
        required=True,
        help="An edit made in Odoo is never overwritten: then a person is asked.",
    )

    _kind_stage_uniq = models.Constraint(
        "UNIQUE(kind, stage)", "There is a policy for this kind and stage already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.model
    @ormcache("kind", "stage")
    def _get_action(self, kind, stage):
        """Return apply, ask or ignore."""
        # a policy is no secret; whoever's transaction learns of a change needs it
        policies = self.sudo()
        policy = policies.search([("kind", "=", kind), ("stage", "=", stage)], limit=1)
        return policy.action or "ask"
