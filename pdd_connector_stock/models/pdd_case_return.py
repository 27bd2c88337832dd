# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import PART_BY_PIECES


class PddCase(models.Model):
    """Parcels that come back: the expected receipt, and what was found in it."""

    _inherit = "pdd.case"

    def _review(self):
        """Bring receipt, exchange and intercept in line with the platform."""
        for case in self:
            case = case.with_company(case.company_id)
            case._review_intercept()
            if case.back_state in ("expected", "way") and not case.return_picking_id:
                case._create_receipt()
            case._review_receipt()
            case._review_exchange()

    # --- the expected receipt

    def _create_receipt(self):
        """Create the return transfer for what the buyer sends back.

        Where nothing was delivered from Odoo there is nothing to return; the case stays
        open and a person receives the goods by hand.
        """
        self.ensure_one()
        for picking, quantities in self._get_return_moves().items():
            lines = [
                Command.create(
                    {
                        "product_id": move.product_id.id,
                        "move_id": move.id,
                        "quantity": quantity,
                        "to_refund": self._is_about_money(),
                    }
                )
                for move, quantity in quantities.items()
            ]
            receipt = (
                self.env["stock.return.picking"]
                .create({"picking_id": picking.id, "product_return_moves": lines})
                ._create_return()
            )
            receipt.write({"carrier_id": False, "carrier_tracking_ref": False})
            self.return_picking_id = receipt
            break

    def _get_return_moves(self):
        """Return what can come back: done transfer -> {move: quantity}."""
        self.ensure_one()
        order, refund = self.order_id, self.refund_id
        lines = order.line_ids.filtered(
            lambda line: line.sku_id.sku_id == refund.platform_sku_id
        )
        moves = (lines or order.line_ids).sale_line_id.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_usage == "customer"
        )
        pieces = self._get_return_quantity() if lines else float("inf")
        left, result = {}, {}
        for move in moves.sorted("id"):
            product = move.product_id
            left.setdefault(product, pieces * move._get_quantity_per_sold())
            quantity = min(move._get_returnable_quantity(), left[product])
            if move.product_uom.compare(quantity, 0) > 0:
                result.setdefault(move.picking_id, {})[move] = quantity
                left[product] -= quantity
        return result

    def _get_return_quantity(self):
        """Return how many pieces the after-sale is about."""
        refund = self.refund_id
        return (
            refund.part_after_sales_value
            if refund.part_after_sales_type == PART_BY_PIECES
            else (refund.quantity or 1)
        )

    def _review_receipt(self):
        """Write the buyer's number on the receipt; cancel one that is not due any more."""
        receipt = self.return_picking_id
        if not receipt or receipt.state in ("done", "cancel"):
            return
        number = self._get_expected_number()
        if number and receipt.carrier_tracking_ref != number:
            receipt.carrier_tracking_ref = number
        if not self._expects_goods() or self.is_written_off:
            receipt.action_cancel()
            self.return_picking_id = False

    def _get_expected_number(self):
        """Return the number the goods come back with."""
        if self.intercept_state == "done":
            return self.order_id.parcel_ids[-1:].tracking_number
        return self.refund_id.tracking_number

    def action_create_receipt(self):
        """Create the expected receipt now, for instance after the delivery was booked."""
        self.check_access("read")
        for case in self.sudo():  # see action_write_off
            case = case.with_company(case.company_id)
            if not case.return_picking_id:
                case._create_receipt()
                case._review_receipt()
            if not case.return_picking_id:
                raise UserError(
                    self.env._(
                        "Nothing of the order %s was delivered from Odoo: book the goods "
                        "by an ordinary receipt, then give up the parcel here.",
                        case.order_sn,
                    )
                )

    def action_write_off(self):
        """Stop waiting for goods that will not come."""
        self.check_access("write")
        # the connector keeps cases; who pressed the button stands in the chatter
        for case in self.sudo():
            case.is_written_off = True
            case._review_receipt()

    # --- what was found in the parcel

    def _receive(self, found):
        """Book what came back, and let the platform know.

        :param dict found: product -> (good, damaged) pieces; the rest is missing
        """
        self.ensure_one()
        receipt = self.return_picking_id
        self._check_receivable(receipt)
        good = damaged = missing = loss = 0.0
        for move in receipt.move_ids.filtered(lambda m: m.state != "cancel"):
            expected = move.product_uom_qty
            fine, broken = found.get(move.product_id, (0.0, 0.0))
            gone = expected - fine - broken
            self._book_move(move, fine, broken)
            good, damaged, missing = good + fine, damaged + broken, missing + gone
            lost = gone + (broken if self._is_damage_lost() else 0.0)
            loss += lost * move.product_id.standard_price
        if good or damaged:
            receipt.with_context(
                skip_backorder=True, picking_ids_not_to_backorder=receipt.ids
            ).button_validate()
            self._scrap_damaged(receipt, found)
        else:
            receipt.action_cancel()
            self.is_written_off = True
        self.write(
            {
                "good_quantity": good,
                "damaged_quantity": damaged,
                "missing_quantity": missing,
                "loss_amount": loss,
                "received_date": fields.Datetime.now(),
            }
        )
        self._queue_stored(bool(good or damaged))

    def _note_received(self):
        """Note what was received on the transfer itself, and let the platform know."""
        for case in self.filtered(lambda case: not case.received_date):
            moves = case.return_picking_id.move_ids
            done = moves.filtered(lambda move: move.state == "done")
            case.write(
                {
                    "good_quantity": sum(done.mapped("quantity")),
                    "received_date": fields.Datetime.now(),
                }
            )
            case._queue_stored(True)

    def _check_receivable(self, receipt):
        if receipt.state != "assigned":
            raise UserError(
                self.env._(
                    "The receipt of the after-sale %s is not ready: create it first.",
                    self.refund_id.after_sales_id,
                )
            )
        tracked = receipt.move_ids.product_id.filtered(lambda p: p.tracking != "none")
        if tracked:
            raise UserError(
                self.env._(
                    "%(product)s has lots or serial numbers: receive it on the transfer "
                    "%(transfer)s.",
                    product=tracked[0].display_name,
                    transfer=receipt.name,
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

    def _scrap_damaged(self, receipt, found):
        """Scrap damaged pieces where they are a loss."""
        if not self._is_damage_lost():
            return
        place = self.shop_id.damaged_location_id
        for product, (_good, damaged) in found.items():
            if damaged:
                vals = {
                    "product_id": product.id,
                    "product_uom_id": product.uom_id.id,
                    "scrap_qty": damaged,
                    "location_id": receipt.location_dest_id.id,
                    "company_id": receipt.company_id.id,
                    "origin": receipt.name,
                    "picking_id": receipt.id,
                }
                if place:
                    vals["scrap_location_id"] = place.id
                self.env["stock.scrap"].create(vals).do_scrap()

    def _queue_stored(self, is_stored):
        """Tell the platform that the goods arrived, or that nothing was in the parcel."""
        number = self.refund_id.tracking_number
        if not number or not self.shop_id.reports_returns or not self._is_running():
            return
        self.env["pdd.refund.action"]._queue(
            self.refund_id,
            "stored",
            {"tracking_number": number, "warehouse_status": 1 if is_stored else 2},
            picking_id=self.return_picking_id.id,
        )
