# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command

STOP_FIELDS = ("order_sn", "order_status", "shop_id", "state")


class StockMove(models.Model):
    """Moves towards a buyer stop while the platform forbids to ship the order."""

    _inherit = "stock.move"

    def _filter_to_buyer(self):
        """Return the moves that lead to a buyer, the steps before the last included."""
        return self.filtered(
            lambda move: (
                move.sale_line_id
                and "customer"
                in (move.location_dest_usage, move.location_final_id.usage)
            )
        )

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
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _put_back(self):
        """Return what was picked for deliveries that will not happen.

        Only goods still between shelf and door: what was shipped comes back as a
        return of the buyer.
        """
        picked = self._filter_to_buyer().filtered(
            lambda move: (
                move.state == "done"
                and move.location_dest_usage == "internal"
                and not move.returned_move_ids
                and all(dest.state == "cancel" for dest in move.move_dest_ids)
            )
        )
        for picking, moves in picked.grouped("picking_id").items():
            lines = [
                Command.create(
                    {
                        "product_id": move.product_id.id,
                        "move_id": move.id,
                        "quantity": move.quantity,
                    }
                )
                for move in moves
            ]
            self.env["stock.return.picking"].create(
                {"picking_id": picking.id, "product_return_moves": lines}
            )._create_return()
