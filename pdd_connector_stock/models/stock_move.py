# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import groupby
from odoo.tools.misc import clean_context


class StockMove(models.Model):
    _inherit = "stock.move"
    _has_pdd_texts = True  # the names of goods

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Create the transfers of new orders of shops as a set before core does it.

        A move that is alone with its sales order line in a new transfer has nothing to
        be merged with: the sales order line is among the fields that must be equal.
        """
        fresh = self._filter_first_of_pdd_order()
        if fresh:
            fresh._assign_new_pickings()
            if fresh == self and len(self.sale_line_id) == len(self) and not merge_into:
                merge = False
        return super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )

    def _filter_first_of_pdd_order(self):
        """Return the moves of shops' orders that no transfer can exist for yet."""
        moves = self.filtered(
            lambda move: (
                move._is_of_pdd_order()
                and move.state == "draft"
                and move.reference_ids
                and move._should_be_assigned()
                and move.product_uom.compare(move.product_uom_qty, 0.0) > 0
            )
        )
        if not moves:
            return moves
        known = self.search(
            [
                ("reference_ids", "in", moves.reference_ids.ids),
                ("picking_id", "!=", False),
            ]
        )
        return moves.filtered(lambda move: not move.reference_ids & known.reference_ids)

    def _assign_new_pickings(self):
        """Do as ``_assign_picking`` does when it finds no transfer to join."""
        moves = self.with_env(self.env(context=clean_context(self.env.context)))
        groups = [
            moves.browse().concat(*group)
            for _key, group in groupby(moves, lambda move: move._key_assign_picking())
        ]
        pickings = moves.env["stock.picking"].create(
            [group._get_new_picking_values() for group in groups]
        )
        for group, picking in zip(groups, pickings, strict=True):
            group.write({"picking_id": picking.id})
            group._assign_picking_post_process(new=True)
