# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import PART_BY_PIECES


class PddCase(models.Model):
    """Parcels that come back: one expected receipt for each transfer delivered."""

    _inherit = "pdd.case"

    def _review(self):
        """Bring receipts, exchange and intercept in line with the platform."""
        for case in self:
            case = case.with_company(case.company_id)
            case._review_intercept()
            case._follow_returns()
            case._review_receipts()
            case._note_received()
            case._review_report()
            case._review_exchange()
            case._review_balance()

    def _follow_returns(self):
        """Take over what people returned, and expect the rest; once for a case."""
        own = self.return_picking_ids.filtered(lambda receipt: not receipt.pdd_by_hand)
        has_own = bool(own)
        if not self._waits_for_goods() and not self.intercept_state:
            return
        self.order_id._take_case_turns()
        waits = self._waits_for_goods()
        self._adopt_returns()
        if (waits or self._waits_for_goods()) and not has_own:
            self._create_receipts()

    # --- the expected receipts

    def _create_receipts(self):
        """Create a return transfer for each transfer that brought the buyer goods.

        Where nothing was delivered from Odoo there is nothing to return; the case stays
        open and a person receives the goods by hand.
        """
        self.ensure_one()
        self.order_id._take_case_turns()
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
                .with_context(pdd_case_receipt=True)
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
        wanted, expected = self._get_wanted(), self._get_expected()
        left = {
            product: quantity - expected[product]
            for product, quantity in wanted.items()
        }
        result = {}
        for move in self._get_delivered_moves():
            product = move.product_id
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
        return self._get_receipts().filtered(
            lambda receipt: receipt.state not in ("done", "cancel")
        )

    def _has_received(self):
        """Return whether some of the goods are back."""
        return "done" in self._get_receipts().mapped("state")

    def _review_receipts(self):
        """Write the buyer's number on the receipts; cancel those not due any more."""
        receipts = self._get_open_receipts()
        for receipt in receipts:
            number = self._get_expected_number(receipt)
            is_typed = receipt.pdd_by_hand and receipt.carrier_tracking_ref
            if number and not is_typed and receipt.carrier_tracking_ref != number:
                receipt.carrier_tracking_ref = number
        if not receipts or (self._expects_goods() and not self.is_written_off):
            return
        by_hand = receipts.filtered("pdd_by_hand")
        self.shared_picking_ids -= by_hand
        (by_hand & self.return_picking_ids).pdd_case_id = False  # a person's to end
        receipts -= by_hand
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
            if not case._get_receipts():
                raise UserError(case._explain_no_receipt())

    def _explain_no_receipt(self):
        """Return why nothing can be expected."""
        receipts = self._get_delivered_moves().returned_move_ids._filter_expected()
        if receipts:
            return self.env._(
                "All that was delivered of these goods of the order %(order)s is back, or "
                "expected, with %(receipts)s: receive these, or give up the parcel here.",
                order=self.order_sn,
                receipts=", ".join(receipts.picking_id.mapped("name")),
            )
        return self.env._(
            "Nothing of the order %s was delivered from Odoo: book the goods "
            "by an ordinary receipt, then give up the parcel here.",
            self.order_sn,
        )

    def _expect_goods(self):
        """Create the receipts, unless there are some; cancelled ones do not count."""
        receipts = self.return_picking_ids
        if not self._get_open_receipts() and not self._has_received():
            receipts.pdd_case_id = False
            self.order_id._take_case_turns()
            self._adopt_returns()
            self._create_receipts()
        self._review_receipts()
        self._note_received()

    def action_write_off(self):
        """Stop waiting for goods that will not come."""
        self.check_access("write")
        # the connector keeps cases; who pressed the button stands in the chatter
        for case in self.sudo():
            case.is_written_off = True
            case._review_receipts()
