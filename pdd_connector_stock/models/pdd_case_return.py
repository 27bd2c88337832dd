# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..const import PART_BY_PIECES


class PddCase(models.Model):
    """Parcels that come back: one expected receipt for each transfer delivered."""

    _inherit = "pdd.case"

    def _review(self):
        """Bring receipts, exchange and intercept in line with the platform."""
        for case in self:
            case = case.with_company(case.company_id)
            case._review_intercept()
            if case.back_state in ("expected", "way") and not case.return_picking_ids:
                case._create_receipts()
            case._review_receipts()
            case._review_report()
            case._review_exchange()

    # --- the expected receipts

    def _create_receipts(self):
        """Create a return transfer for each transfer that brought the buyer goods.

        Where nothing was delivered from Odoo there is nothing to return; the case stays
        open and a person receives the goods by hand.
        """
        self.ensure_one()
        # Whoever waited here for another worker fails to serialize and is repeated: he
        # sees the receipts of all cases of the order then, and expects nothing twice.
        self.env.cr.execute(
            SQL(
                "UPDATE pdd_order SET write_date = write_date WHERE id = ANY(%s)",
                self.order_id.ids,
            )
        )
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
            receipt.write(
                {
                    "carrier_id": False,
                    "carrier_tracking_ref": False,
                    "pdd_case_id": self.id,
                }
            )

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

    def _get_open_receipts(self):
        """Return the receipts that are still to come."""
        return self.return_picking_ids.filtered(
            lambda receipt: receipt.state not in ("done", "cancel")
        )

    def _has_received(self):
        """Return whether some of the goods are back."""
        return "done" in self.return_picking_ids.mapped("state")

    def _review_receipts(self):
        """Write the buyer's number on the receipts; cancel those not due any more."""
        receipts = self._get_open_receipts()
        for receipt in receipts:
            number = self._get_expected_number(receipt)
            if number and receipt.carrier_tracking_ref != number:
                receipt.carrier_tracking_ref = number
        if not receipts or (self._expects_goods() and not self.is_written_off):
            return
        if not (self.is_written_off and self._has_received()):
            # not missing: with the buyer, and expected anew when he asks again
            receipts.pdd_case_id = False
        receipts.action_cancel()
        self._note_received()

    def _get_expected_number(self, receipt):
        """Return the number the goods of a receipt come back with."""
        if self.intercept_state != "done":
            return self.refund_id.tracking_number
        parcels = self.order_id.parcel_ids
        of_transfer = parcels.filtered(lambda p: p.picking_id == receipt.return_id)
        return (of_transfer or parcels)[-1:].tracking_number

    def action_create_receipt(self):
        """Create the expected receipts now, for instance after the delivery was booked.

        Goods that were given up and come after all are expected again.
        """
        self.check_access("write" if any(self.mapped("is_written_off")) else "read")
        for case in self.sudo():  # see action_write_off
            if not case.received_date:
                case.is_written_off = False
            case = case.with_company(case.company_id)
            case._expect_goods()
            if not case.return_picking_ids:
                raise UserError(
                    self.env._(
                        "Nothing of the order %s was delivered from Odoo: book the goods "
                        "by an ordinary receipt, then give up the parcel here.",
                        case.order_sn,
                    )
                )

    def _expect_goods(self):
        """Create the receipts, unless there are some; cancelled ones do not count."""
        receipts = self.return_picking_ids
        if not self._get_open_receipts() and not self._has_received():
            receipts.pdd_case_id = False
            self._create_receipts()
        self._review_receipts()

    def action_write_off(self):
        """Stop waiting for goods that will not come."""
        self.check_access("write")
        # the connector keeps cases; who pressed the button stands in the chatter
        for case in self.sudo():
            case.is_written_off = True
            case._review_receipts()
