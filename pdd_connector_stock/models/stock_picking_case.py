# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pdd_case_ids = fields.One2many(
        "pdd.case", "return_picking_id", string="Pinduoduo Cases"
    )

    def _action_done(self):
        """Note returns that are received on the transfer itself."""
        result = super()._action_done()
        # whoever receives goods need not be allowed to see the shop's cases
        self.sudo().pdd_case_ids._note_received()
        return result

    def _is_with_buyer(self):
        """Return whether goods of this transfer have left for a buyer."""
        self.ensure_one()
        return self.state == "done" and self.location_dest_id.usage == "customer"
