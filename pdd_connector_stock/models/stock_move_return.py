# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError


class StockMove(models.Model):
    """How much of a delivery may come back, and what people return by hand."""

    _inherit = "stock.move"

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Let the cases of after-sales take over returns that people make."""
        moves = super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )
        if not self.env.context.get("pdd_case_receipt"):
            # whoever makes a return need not be allowed to see the shop's cases
            moves.sudo()._filter_pdd_returns()._hand_over()
        return moves

    def _filter_pdd_returns(self):
        """Return the moves that bring back, by hand, what a buyer was sent."""
        return self.filtered(
            lambda move: (
                move.origin_returned_move_id.location_dest_usage == "customer"
                and move.origin_returned_move_id.sale_line_id.order_id.pdd_shop_id
                and not move.picking_id.pdd_case_id
            )
        )

    def _hand_over(self):
        """Hand returns made by hand over to the cases that wait for these goods.

        :raise UserError: more would come back than was delivered
        """
        if not self:
            return
        delivered = self.origin_returned_move_id
        self.picking_id.pdd_by_hand = True
        orders = delivered.sale_line_id.order_id.pdd_order_ids
        orders._take_case_turns()
        for case in orders.refund_ids.case_ids:
            case.with_company(case.company_id)._adopt_returns()
        delivered._check_pdd_returned()

    def _check_pdd_returned(self):
        """Raise when more of these deliveries comes back than was delivered."""
        for move in self:
            returnable = move._get_returnable_quantity()
            if move.product_uom.compare(returnable, 0) >= 0:
                continue
            returned = move.returned_move_ids._filter_expected().picking_id
            raise UserError(
                self.env._(
                    "%(product)s: of %(transfer)s, %(delivered)s were delivered, and "
                    "%(returned)s would come back with %(receipts)s. Return what is "
                    "left, or cancel a receipt first.",
                    product=move.product_id.display_name,
                    transfer=move.picking_id.name,
                    delivered=move.quantity,
                    returned=move.quantity - returnable,
                    receipts=", ".join(returned.mapped("name")),
                )
            )

    def _filter_expected(self):
        """Return the moves that bring goods, or have brought them: no mere drafts."""
        return self.filtered(
            lambda move: move.state not in ("draft", "cancel") and not move.scrap_id
        )

    def _get_expected_quantity(self):
        """Return what a move brings: what came once it is done."""
        self.ensure_one()
        return self.quantity if self.state == "done" else self.product_uom_qty

    def _get_returnable_quantity(self):
        """Return what was delivered and is neither back nor expected back."""
        self.ensure_one()
        returns = self.returned_move_ids._filter_expected()
        return self.quantity - sum(move._get_expected_quantity() for move in returns)

    def _reduce_expected(self, quantity):
        """Expect so much less of these open moves, the last of them first.

        :param float quantity: nothing is done unless it is above zero; no limit to what may
            come (minus infinity) is among that
        """
        if quantity <= 0:
            return
        for move in self.sorted("id", reverse=True):
            less = min(quantity, move.product_uom_qty)
            if move.state == "cancel" or move.product_uom.compare(less, 0) <= 0:
                continue
            quantity -= less
            rest = move.product_uom_qty - less
            if move.product_uom.is_zero(rest):
                move._action_cancel()
            else:
                move._do_unreserve()
                move.product_uom_qty = rest
                move._action_assign()

    def _get_quantity_per_sold(self):
        """Return how many of its product belong to one sold piece: of kits not one."""
        self.ensure_one()
        line = self.sale_line_id
        if self.product_id == line.product_id or not line.product_uom_qty:
            return 1.0
        alike = line.move_ids.filtered(
            lambda move: (
                move.product_id == self.product_id
                and move.location_dest_usage == "customer"
            )
        )
        return sum(alike.mapped("product_uom_qty")) / line.product_uom_qty
