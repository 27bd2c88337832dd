# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pdd_case_id = fields.Many2one(
        "pdd.case",
        string="Pinduoduo Case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The after-sale whose goods come back with this receipt.",
    )

    def _action_done(self):
        """Note returns that are received on the transfer itself."""
        result = super()._action_done()
        # whoever receives goods need not be allowed to see the shop's cases
        self.sudo().pdd_case_id._note_received()
        return result

    def action_cancel(self):
        """Nothing more may be expected by the case, whose other goods are back."""
        result = super().action_cancel()
        self.sudo().pdd_case_id._note_received()  # as above
        return result

    def _create_backorder_picking(self):
        """What did not come yet is expected by the same case."""
        backorder = super()._create_backorder_picking()
        case = self.sudo().pdd_case_id  # as above
        if case:
            backorder.sudo().pdd_case_id = case  # as above
        return backorder

    def _is_with_buyer(self):
        """Return whether goods of this transfer have left for a buyer."""
        self.ensure_one()
        return self.state == "done" and self.location_dest_id.usage == "customer"
