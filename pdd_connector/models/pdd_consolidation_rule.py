# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ..const import CONSOLIDATION
from .labels import label_of


class PddConsolidationRule(models.Model):
    """How a type of consolidated parcel (集运) is handled; without a rule it waits.

    The platform names the transit warehouse as receiver, so the parcel is shipped like any
    other once somebody has decided that the shop takes part.
    """

    _name = "pdd.consolidation.rule"
    _description = "PDD Consolidation Rule"
    _order = "consolidate_type, id"

    consolidate_type = fields.Integer(required=True, help="The platform's code.")
    name = fields.Char(compute="_compute_name")
    shop_id = fields.Many2one(
        "pdd.shop", ondelete="cascade", index=True, help="Empty: all shops."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    note = fields.Char(
        string="Handling", help="Shown to the warehouse, for example on the slip."
    )

    _type_uniq = models.UniqueIndex(
        "(company_id, shop_id, consolidate_type) NULLS NOT DISTINCT",
        "There is a rule for this type already.",
    )

    @api.depends("consolidate_type")
    @api.depends_context("lang")
    def _compute_name(self):
        for rule in self:
            rule.name = label_of(self.env, CONSOLIDATION, rule.consolidate_type)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._release_waiting()
        return rules

    @api.model
    def _find(self, shop, consolidate_type):
        """Return the rule of a type that holds for a shop, its own first."""
        rules = self.search(
            Domain("consolidate_type", "=", consolidate_type)
            & Domain("company_id", "=", shop.company_id.id)
            & Domain("shop_id", "in", (shop.id, False)),
            order="shop_id",
        )
        return rules[:1]

    def _release_waiting(self):
        """Let the orders be made that waited for a rule."""
        # whoever may write rules need not be allowed to write the connector's orders
        issues = self.env["pdd.issue"].sudo()
        for rule in self:
            domain = Domain("cause", "=", "consolidation") & Domain(
                "state", "=", "open"
            )
            domain &= Domain("company_id", "=", rule.company_id.id)
            label = label_of(self.env, CONSOLIDATION, rule.consolidate_type)
            issues.search(domain & Domain("key", "=", label)).order_ids._release()
        # what a maker holds just now is not seen from here: it looks again itself
        self.env.ref("pdd_connector.ir_cron_order_make")._trigger()
