# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError


class PddCase(models.Model):
    """Parcels that came back: what was found in them."""

    _inherit = "pdd.case"

    def _receive(self, found):
        """Book what came back, and let the platform know.

        :param dict found: move -> (good, damaged) pieces; what the receipts of these
            moves expect besides is missing
        """
        self.ensure_one()
        scanned = self.env["stock.move"].concat(*found).picking_id
        receipts = self._get_open_receipts() & scanned
        self._check_receivable(receipts)
        damaged_by_move = {}
        for move in receipts.move_ids.filtered(lambda move: move.state != "cancel"):
            good, damaged_by_move[move] = found.get(move, (0.0, 0.0))
            self._book_move(move, good, damaged_by_move[move])
        self._note_damaged(damaged_by_move)
        self._validate_receipts(receipts)
        self._scrap_damaged(damaged_by_move)

    def _validate_receipts(self, receipts):
        """Settle receipts as they were counted; nothing more of them is expected."""
        came = receipts.filtered(lambda receipt: any(receipt.move_ids.mapped("picked")))
        (receipts - came).action_cancel()
        if came:
            came.with_context(
                skip_backorder=True, picking_ids_not_to_backorder=came.ids
            ).button_validate()
            self._check_validated(came)
            came.backorder_ids.action_cancel()
        if not self._get_open_receipts() and not self._has_received():
            self.is_written_off = True
            self._note_quantities()
            self._queue_stored(False)

    def _check_validated(self, receipts):
        """Raise when another module asks something before it validates a receipt."""
        waiting = receipts.filtered(lambda receipt: receipt.state != "done")
        if waiting:
            raise UserError(
                self.env._(
                    "%s has a question before it is validated: receive it on the "
                    "transfer.",
                    waiting[0].name,
                )
            )

    def _note_received(self):
        """Sum up once all receipts are settled, and let the platform know.

        The platform pays the buyer then: it is told when nothing more is to come.
        """
        for case in self.filtered(lambda case: not case.received_date):
            if case._has_received() and not case._get_open_receipts():
                case._note_quantities()
                case._queue_stored(True)
                case._review_balance()

    def _note_damaged(self, damaged_by_move):
        """Note damaged pieces; on a transfer they look like all others."""
        self.damaged_quantity += sum(damaged_by_move.values())
        if self._is_damage_lost():
            self.loss_amount += self._get_cost(damaged_by_move)

    def _note_quantities(self):
        """Note what came back and what is missing, of all receipts together."""
        moves = self._get_receipts().move_ids.filtered(lambda m: not m.scrap_id)
        came = self._get_came(moves)
        missing = {
            move: max(
                move.product_uom_qty - move.quantity * (move.state == "done"), 0.0
            )
            for move in moves
            if move.picking_id not in self.shared_picking_ids
        }
        self.write(
            {
                "good_quantity": sum(came.values()) - self.damaged_quantity,
                "missing_quantity": sum(missing.values()),
                "loss_amount": self.loss_amount + self._get_cost(missing),
                "received_date": fields.Datetime.now(),
                "received_amount": self.refund_amount,
            }
        )

    def _get_came(self, moves):
        """Return what came for this case: move -> quantity.

        Of a receipt that serves several cases it is at most what this one waits for.
        """
        wanted, came = self._get_wanted(), {}
        for move in moves.filtered(lambda move: move.state == "done"):
            came[move] = move.quantity
            if move.picking_id.pdd_shared_case_ids:
                left = wanted.get(move.product_id, 0.0)
                came[move] = min(move.quantity, left)
                wanted[move.product_id] = left - came[move]
        return came

    def _get_cost(self, quantities):
        """Return what these pieces cost.

        :param dict quantities: move -> quantity in the move's unit
        """
        return sum(
            move.product_uom._compute_quantity(quantity, move.product_id.uom_id)
            * move.product_id.with_company(self.company_id).standard_price
            for move, quantity in quantities.items()
        )

    def _check_receivable(self, receipts):
        if set(receipts.mapped("state")) != {"assigned"}:
            raise UserError(
                self.env._(
                    "The receipt of the after-sale %s is not ready: create it first.",
                    self.refund_id.after_sales_id,
                )
            )
        tracked = receipts.move_ids.filtered(lambda move: move.has_tracking != "none")
        if tracked:
            raise UserError(
                self.env._(
                    "%(product)s has lots or serial numbers: receive it on the transfer "
                    "%(transfer)s.",
                    product=tracked[0].product_id.display_name,
                    transfer=tracked[0].picking_id.name,
                )
            )

    def _book_move(self, move, good, damaged):
        """Set what is received; damaged pieces go aside where there is a place."""
        place = self.shop_id.damaged_location_id
        if damaged and place and not self._is_damage_lost():
            aside = move.copy(
                {
                    "picking_id": move.picking_id.id,
                    "product_uom_qty": damaged,
                    "location_dest_id": place.id,
                    "origin_returned_move_id": move.origin_returned_move_id.id,
                    "to_refund": move.to_refund,
                }
            )
            move.product_uom_qty -= damaged
            aside._action_confirm(merge=False)
            aside.write({"quantity": damaged, "picked": True})
            damaged = 0.0
        move.write({"quantity": good + damaged, "picked": bool(good + damaged)})

    def _is_damage_lost(self):
        """Return whether damaged pieces are a loss, not put aside."""
        return self.shop_id.damaged_location_id.usage != "internal"

    def _scrap_damaged(self, damaged_by_move):
        """Scrap damaged pieces where they are a loss."""
        if not self._is_damage_lost():
            return
        place = self.shop_id.damaged_location_id
        for move, damaged in damaged_by_move.items():
            if damaged:
                vals = {
                    "product_id": move.product_id.id,
                    "product_uom_id": move.product_uom.id,
                    "scrap_qty": damaged,
                    "location_id": move.location_dest_id.id,
                    "company_id": move.company_id.id,
                    "origin": move.picking_id.name,
                    "picking_id": move.picking_id.id,
                }
                if place:
                    vals["scrap_location_id"] = place.id
                self.env["stock.scrap"].create(vals).do_scrap()

    def _review_report(self):
        """Report goods that were here before the buyer told their number."""
        if self.received_date and "stored" not in self.action_ids.mapped("kind"):
            self._queue_stored(self._has_received())

    def _queue_stored(self, is_stored):
        """Tell the platform that the goods arrived, or that nothing was in the parcel."""
        number = self.refund_id.tracking_number
        if not number or not self.shop_id.reports_returns or not self._is_running():
            return
        self.env["pdd.refund.action"]._queue(
            self.refund_id,
            "stored",
            {"tracking_number": number, "warehouse_status": 1 if is_stored else 2},
            picking_id=self.return_picking_ids[-1:].id,
        )
