# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import fields, models


class PddCase(models.Model):
    """Returns made by hand, with Odoo's own wizard: the case takes them over.

    What a person did stays; the case's own receipts expect only what is left. So both
    together never expect more than was delivered, in whichever order they are made.
    """

    _inherit = "pdd.case"

    shared_picking_ids = fields.Many2many(
        "stock.picking",
        "pdd_case_shared_picking_rel",
        string="Shared Receipts",
        readonly=True,
        copy=False,
        help="Made by hand for several after-sales of the order at once.",
    )

    def _get_receipts(self):
        """Return all receipts that bring goods of this case, cancelled ones too."""
        return self.return_picking_ids | self.shared_picking_ids

    def _waits_for_goods(self):
        """Return whether goods of this case are to come, by what is known so far."""
        return (
            not self.is_written_off
            and not self.received_date
            and self.back_state in ("expected", "way")
        )

    # --- quantities, all in the unit of the delivered moves

    def _get_delivered_moves(self):
        """Return the moves that brought the buyer goods this case is about."""
        lines = self._get_case_lines() or self.order_id.line_ids
        return lines.sale_line_id.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_usage == "customer"
        ).sorted("id")

    def _get_case_lines(self):
        sku_id = self.refund_id.platform_sku_id
        return self.order_id.line_ids.filtered(
            lambda line: line.sku_id.sku_id == sku_id
        )

    def _get_wanted(self):
        """Return what should come back: product -> quantity."""
        pieces = self._get_return_quantity() if self._get_case_lines() else float("inf")
        wanted = {}
        for move in self._get_delivered_moves():
            factor = move._get_quantity_per_sold()
            wanted.setdefault(move.product_id, pieces * factor)
        return wanted

    def _get_expected(self, receipts=None):
        """Return what receipts bring, or have brought: product -> quantity."""
        receipts = self._get_receipts() if receipts is None else receipts
        expected = defaultdict(float)
        for move in receipts.move_ids._filter_expected():
            expected[move.product_id] += move._get_expected_quantity()
        for picking in receipts & self.shared_picking_ids:
            for product, quantity in self._get_claims(picking).items():
                expected[product] -= quantity
        return expected

    def _get_claims(self, picking):
        """Return what a shared receipt brings for other cases: product -> quantity."""
        claims = defaultdict(float)
        brought = picking._get_pdd_brought()
        others = (picking.pdd_case_id | picking.pdd_shared_case_ids) - self
        # what came back for an after-sale that was dropped may serve another one
        for other in others.filtered(lambda case: case.money_state != "dropped"):
            for product, wanted in other._get_wanted().items():
                claims[product] += min(wanted, brought[product])
        return claims

    # --- taking over

    def _adopt_returns(self):
        """Link the returns that people made, and expect only what is left besides."""
        for case in self.sorted("id"):
            found = case._find_returns()
            if found and case.intercept_state in ("todo", "asked"):
                case.intercept_state = "done"  # it is coming, or here, already
            if case._waits_for_goods():
                for picking in found:
                    case._link_return(picking)
                case._reduce_receipts()

    def _find_returns(self):
        """Return receipts of the case's goods that it does not know yet."""
        returned = self._get_delivered_moves().returned_move_ids._filter_expected()
        pickings = returned.picking_id - self._get_receipts()
        return pickings.filtered(
            lambda picking: (
                not picking.pdd_case_id
                or picking.pdd_by_hand
                or picking.pdd_case_id.balance_state == "kept"
            )
        )

    def _link_return(self, picking):
        """Take one return over, unless nothing of it is left for this case."""
        has, wanted = self._get_expected(self._get_hand_made()), self._get_wanted()
        brought, claims = picking._get_pdd_brought(), self._get_claims(picking)
        fits = any(
            min(quantity - has[product], brought[product] - claims[product]) > 0
            for product, quantity in wanted.items()
        )
        if not fits:
            return
        if picking.pdd_case_id:
            self.shared_picking_ids |= picking
        else:
            picking.write({"pdd_case_id": self.id, "pdd_by_hand": True})
        self.message_post(
            body=self.env._("The return %s is taken over by this case.", picking.name)
        )

    def _get_hand_made(self):
        return self._get_receipts().filtered("pdd_by_hand")

    def _reduce_receipts(self):
        """Take out of the case's own receipts what returns made by hand bring."""
        own = self._get_open_receipts().filtered(lambda r: not r.pdd_by_hand)
        moves = own.move_ids.filtered(lambda move: move.state != "cancel")
        for origin, of_origin in moves.grouped("origin_returned_move_id").items():
            if origin:  # goods shipped outside Odoo have no transfer to compare with
                of_origin._reduce_expected(-origin._get_returnable_quantity())
        wanted, expected = self._get_wanted(), self._get_expected()
        for product, of_product in moves.grouped("product_id").items():
            excess = expected[product] - wanted.get(product, float("inf"))
            of_product._reduce_expected(excess)
        empty = own.filtered(
            lambda receipt: set(receipt.move_ids.mapped("state")) <= {"cancel"}
        )
        empty.pdd_case_id = False

    def _release_returns(self, pickings):
        """Expect again what returns made by hand and cancelled do not bring."""
        for case in self:
            case.shared_picking_ids -= pickings
            if case._waits_for_goods():
                case.with_company(case.company_id)._create_receipts()
