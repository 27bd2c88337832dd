# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockMove(models.Model):
    """What Odoo's own exchange sends is no part of the order: it travels alone."""

    _inherit = "stock.move"

    pdd_is_exchange = fields.Boolean(
        string="Pinduoduo Exchange",
        readonly=True,
        export_string_translation=False,
        help="Sent instead of what comes back, besides what the buyer has ordered.",
    )

    def _prepare_merge_moves_distinct_fields(self):
        return [*super()._prepare_merge_moves_distinct_fields(), "pdd_is_exchange"]

    def _key_assign_picking(self):
        return (*super()._key_assign_picking(), self.pdd_is_exchange)

    def _search_picking_for_assignation_domain(self):
        """Join no transfer that carries another kind of goods."""
        domain = super()._search_picking_for_assignation_domain()
        if not self._is_of_pdd_order():
            return domain
        return [*domain, ("move_ids.pdd_is_exchange", "=", self.pdd_is_exchange)]


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        return [*super()._get_custom_move_fields(), "pdd_is_exchange"]
