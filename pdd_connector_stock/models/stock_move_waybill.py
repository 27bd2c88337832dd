# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_cancel(self):
        """Give the numbers of cancelled transfers back."""
        pickings = self.picking_id
        result = super()._action_cancel()
        # the outbox belongs to the connector, whoever cancels
        cancelled = pickings.sudo().filtered(lambda picking: picking.state == "cancel")
        cancelled.pdd_waybill_ids._give_back()
        return result
