# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

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

    pdd_shared_case_ids = fields.Many2many(
        "pdd.case",
        "pdd_case_shared_picking_rel",
        string="Further Pinduoduo Cases",
        readonly=True,
        copy=False,
        groups="pdd_connector.group_pdd_user,stock.group_stock_user",
    )
    pdd_by_hand = fields.Boolean(
        string="Return Made by Hand",
        readonly=True,
        copy=False,
        help="A person returned goods of a Pinduoduo order; an after-sale's case takes "
        "it over and never cancels it.",
    )

    def _action_done(self):
        """Note returns that are received on the transfer itself."""
        result = super()._action_done()
        # whoever receives goods need not be allowed to see the shop's cases
        self.sudo()._get_pdd_cases()._note_received()
        return result

    def action_cancel(self):
        """Nothing more may be expected by the case, whose other goods are back.

        What a return made by hand does not bring is expected by the case again.
        """
        result = super().action_cancel()
        cancelled = self.sudo()  # as above
        by_hand = cancelled.filtered("pdd_by_hand")
        cases = by_hand._get_pdd_cases()
        by_hand.pdd_case_id = False
        cases._release_returns(by_hand)
        (cases | cancelled.pdd_case_id)._note_received()
        return result

    def _get_pdd_cases(self):
        """Return the after-sales whose goods come back with these receipts."""
        return self.pdd_case_id | self.pdd_shared_case_ids

    def _get_pdd_brought(self):
        """Return what a receipt brings, or has brought: product -> quantity."""
        brought = defaultdict(float)
        for move in self.move_ids._filter_expected():
            brought[move.product_id] += move._get_expected_quantity()
        return brought

    def _create_backorder_picking(self):
        """What did not come yet is expected by the same case."""
        backorder = super()._create_backorder_picking()
        receipt = self.sudo()  # as above
        if receipt.pdd_case_id:
            backorder.sudo().write(  # as above
                {
                    "pdd_case_id": receipt.pdd_case_id.id,
                    "pdd_shared_case_ids": receipt.pdd_shared_case_ids.ids,
                    "pdd_by_hand": receipt.pdd_by_hand,
                }
            )
        return backorder

    def _is_with_buyer(self):
        """Return whether goods of this transfer have left for a buyer."""
        self.ensure_one()
        return self.state == "done" and self.location_dest_id.usage == "customer"
