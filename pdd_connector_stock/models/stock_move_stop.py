# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError

STOP_FIELDS = ("order_sn", "order_status", "shop_id", "state")


class StockMove(models.Model):
    """Moves towards a buyer stop while the platform forbids to ship the order."""

    _inherit = "stock.move"

    def _filter_to_buyer(self):
        """Return the moves that lead to a buyer, the steps before the last included.

        The links between moves say where they lead: not every chain knows its end.
        """
        return self.filtered(lambda move: move.sale_line_id and move._leads_to_buyer())

    def _leads_to_buyer(self):
        self.ensure_one()
        if self.location_id.usage == "customer":
            return False  # it comes back
        if "customer" in (self.location_dest_usage, self.location_final_id.usage):
            return True
        later = self.browse(self._rollup_move_dests()) - self
        return any(move.location_dest_usage == "customer" for move in later)

    def _get_pdd_stops(self):
        """Return the moves that must not go on.

        :return dict: move -> {order of the platform: reason}
        """
        # whoever moves goods need not be allowed to see the shop's orders
        moves = self.sudo().filtered("sale_line_id.order_id.pdd_shop_id")
        moves = moves._filter_to_buyer()
        # an order's payload is large: only what decides is read
        moves.sale_line_id.order_id.pdd_order_ids.fetch(STOP_FIELDS)
        stops = {}
        for move in moves:
            orders = move.sale_line_id.order_id.pdd_order_ids
            reasons = {order: order._get_stop_reason() for order in orders}
            reasons = {order: reason for order, reason in reasons.items() if reason}
            if reasons:
                stops[move.with_env(self.env)] = reasons
        return stops

    def _check_pdd_stops(self):
        """Raise when some of these moves must not go on.

        :raise UserError: names the orders and why
        """
        stops = self._get_pdd_stops()
        if stops:
            orders = self.env["pdd.order"]
            orders._raise_stopped(
                {k: v for part in stops.values() for k, v in part.items()}
            )

    def _action_assign(self, force_qty=False):
        """Reserve nothing for stopped orders, whoever asks for it."""
        stopped = self.browse([move.id for move in self._get_pdd_stops()])
        return super(StockMove, self - stopped)._action_assign(force_qty=force_qty)

    def _action_done(self, cancel_backorder=False):
        self._check_pdd_stops()
        self._check_pdd_surplus()
        return super()._action_done(cancel_backorder=cancel_backorder)

    # --- more than is to be shipped

    def _get_pdd_surplus(self):
        """Return moves with more goods than are to be shipped: pieces were refunded.

        :return: moves of platform orders towards a buyer
        """
        # whoever moves goods need not be allowed to see the sales orders
        moves = self.sudo().filtered("sale_line_id.order_id.pdd_shop_id")
        surplus = moves._filter_to_buyer().filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.product_uom.compare(move.quantity, move.product_uom_qty) > 0
            )
        )
        return surplus.with_env(self.env)

    def _explain_pdd_surplus(self):
        """Return what is to be taken out of the box."""
        self.ensure_one()
        return self.env._(
            "take out %(surplus)g × %(product)s: %(ready)g are ready, %(demand)g are to be "
            "shipped",
            surplus=self.quantity - self.product_uom_qty,
            product=self.product_id.display_name,
            ready=self.quantity,
            demand=self.product_uom_qty,
        )

    def _check_pdd_surplus(self):
        """Raise when more would leave than the buyer still gets.

        :raise UserError: names the transfer and the pieces to take out
        """
        surplus = self._get_pdd_surplus()
        if surplus:
            lines = [
                f"{move.picking_id.name}: {move._explain_pdd_surplus()}"
                for move in surplus
            ]
            raise UserError(
                self.env._(
                    "Fewer pieces are to be shipped than are ready:\n%s\nLower the "
                    "quantity on the transfer, then validate it.",
                    "\n".join(lines),
                )
            )
