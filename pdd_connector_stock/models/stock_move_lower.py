# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command


class StockMove(models.Model):
    """What is not to be shipped any more stays here, however the transfer stands.

    Odoo lowers a confirmed sales order line by a negative move that it can merge into
    some transfers only: not into printed ones, waves or other routes. So the moves of the
    line are lowered here, from the buyer's door back to the shelf.
    """

    _inherit = "stock.move"

    def _is_open(self):
        return self.state not in ("done", "cancel", "draft")

    def _get_pieces(self):
        """Return how much this move has moved or is to move, in the product's unit."""
        self.ensure_one()
        if self.state != "done":
            return self.product_qty
        return self.product_uom._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )

    def _sum_pieces(self):
        return sum(move._get_pieces() for move in self)

    def _filter_leaving(self):
        """Return the open moves whose goods will leave: the last planned of their chain."""
        open_moves = self._filter_to_buyer().filtered(lambda move: move._is_open())
        return open_moves.filtered(
            lambda move: (
                not move.move_dest_ids._filter_to_buyer().filtered(
                    lambda dest: dest.state != "cancel"
                )
            )
        )

    def _lower_in_turn(self, pieces):
        """Lower the last planned first, and what is already in a box only at the end.

        :param float pieces: how many fewer are to leave, in the product's unit
        """
        for move in self.sorted(lambda move: (move._is_handled(), -move.id)):
            part = min(pieces, move.product_qty)
            if move.product_id.uom_id.compare(part, 0) > 0:
                move._lower_by(part)
                pieces -= part

    def _is_handled(self):
        """Return whether somebody has picked or packed these goods."""
        return any(line.picked or line.result_package_id for line in self.move_line_ids)

    def _lower_by(self, pieces):
        """Let fewer pieces leave; the moves before it follow.

        What was picked or packed stays on the transfer: it says what to take out.
        """
        self.ensure_one()
        before = self.move_orig_ids
        demand = self.product_id.uom_id._compute_quantity(
            max(self.product_qty - pieces, 0.0), self.product_uom, round=False
        )
        is_handled = self._is_handled()
        if self.product_uom.is_zero(demand) and not is_handled:
            self._action_cancel()
        else:
            # reservations and lots that were chosen are kept
            self.with_context(do_not_unreserve=True).product_uom_qty = demand
            if not is_handled and self.product_uom.compare(self.quantity, demand) > 0:
                self.quantity = demand
            self._recompute_state()
        before._lower_to_need()

    def _lower_to_need(self):
        """Lower moves whose goods the following ones need no more."""
        for move in self._filter_to_buyer().filtered(lambda move: move._is_open()):
            alive = move.move_dest_ids.filtered(lambda dest: dest.state != "cancel")
            supply = (alive.move_orig_ids | move).filtered(
                lambda orig: orig.state != "cancel"
            )
            spare = supply._sum_pieces() - alive._sum_pieces()
            if move.product_id.uom_id.compare(spare, 0) > 0:
                move._lower_by(min(spare, move.product_qty))

    # --- goods that were picked already

    def _put_back(self):
        """Bring back to the shelf what was picked and will not be shipped.

        Only goods still between shelf and door: what was shipped comes back as a return
        of the buyer. Safe to repeat.
        """
        picked = self._filter_to_buyer().filtered(
            lambda move: move.state == "done" and move.location_dest_usage != "customer"
        )
        picked = picked.filtered(lambda move: not move.origin_returned_move_id)
        for _place, moves in picked.grouped(
            lambda move: (move.sale_line_id, move.product_id, move.location_dest_id)
        ).items():
            moves._put_back_idle()

    def _put_back_idle(self):
        """Return what of these moves, to one place, nothing takes on from there."""
        place = self.location_dest_id
        onward = self.move_dest_ids | self.returned_move_ids
        onward |= self.sale_line_id.move_ids._filter_to_buyer()
        onward = onward.filtered(
            lambda move: (
                move.state != "cancel"
                and move.location_id == place
                and move.product_id == self.product_id
            )
        )
        idle = self._sum_pieces() - onward._sum_pieces()
        for move in self.sorted("id", reverse=True):
            returned = move.returned_move_ids.filtered(lambda m: m.state != "cancel")
            part = min(idle, move._get_pieces() - returned._sum_pieces())
            if move.product_id.uom_id.compare(part, 0) > 0:
                move._return_to_shelf(part)
                idle -= part

    def _return_to_shelf(self, pieces):
        """Plan the way back of picked pieces, over all steps at once."""
        self.ensure_one()
        quantity = self.product_id.uom_id._compute_quantity(
            pieces, self.product_uom, round=False
        )
        line = {
            "product_id": self.product_id.id,
            "move_id": self.id,
            "quantity": quantity,
        }
        wizard = self.env["stock.return.picking"].create(
            {
                "picking_id": self.picking_id.id,
                "product_return_moves": [Command.create(line)],
            }
        )
        back, shelf = wizard._create_return(), self._get_shelf()
        if back.location_dest_id != shelf:
            back.location_dest_id = shelf
            back.move_ids.location_dest_id = shelf
        back.message_post(
            body=self.env._(
                "Put these goods back: the order %s is not to be shipped with them.",
                self.sale_line_id.order_id.name,
            )
        )

    def _get_shelf(self):
        """Return where the goods of this move were picked."""
        before = self.move_orig_ids.filtered(lambda move: move.state == "done")
        before = before._filter_to_buyer()[:1]
        return before._get_shelf() if before else self.location_id
