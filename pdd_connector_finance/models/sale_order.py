# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import split_every

from .pdd_order_settle import SETTLEMENT_STATES

STATUS_BATCH = 200


class SaleOrder(models.Model):
    _inherit = "sale.order"

    pdd_settlement_state = fields.Selection(
        SETTLEMENT_STATES,
        string="Pinduoduo Settlement",
        compute="_compute_pdd_settlement_state",
        search="_search_pdd_settlement_state",
        groups="pdd_connector.group_pdd_user",
    )

    pdd_invoice_trigger = fields.Selection(related="company_id.pdd_invoice_trigger")

    def _compute_pdd_settlement_state(self):
        for sale_order in self:
            sale_order.pdd_settlement_state = sale_order.pdd_order_ids[
                :1
            ].settlement_state

    def _search_pdd_settlement_state(self, operator, value):
        return [("pdd_order_ids.settlement_state", operator, value)]

    def _compute_invoice_status(self):
        """Compute in small sets: Odoo goes through all of a set for each of it, which
        takes minutes for the thousands of orders of a day's invoice."""
        for some in split_every(STATUS_BATCH, self._ids, self.browse):
            super(SaleOrder, some)._compute_invoice_status()
        return None
