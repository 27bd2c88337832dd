# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import groupby


class StockMove(models.Model):
    """Reservation of the orders of shops: later than their confirmation, as a set."""

    _inherit = "stock.move"

    def _should_assign_at_confirm(self):
        """Leave stock to the lane of the warehouse while the maker confirms."""
        if self.env.context.get("pdd_reserve_later") and self._is_of_pdd_order():
            return self._should_bypass_reservation()
        return super()._should_assign_at_confirm()

    def _trigger_scheduler(self):
        """Look for reordering rules of all products at once.

        Core searches per move, also for products without any rule. While the maker
        confirms, this waits for the reservation, as it would follow it in core.
        """
        ours = self.filtered(lambda move: move._is_of_pdd_order())
        moves = self - ours
        if not self.env.context.get("pdd_reserve_later"):
            # who confirms orders need not be able to read the rules, core asks no more
            rules = self.env["stock.warehouse.orderpoint"].search(
                [("product_id", "in", ours.product_id.ids), ("trigger", "=", "auto")]
            )
            moves += ours.filtered(lambda move: move.product_id in rules.product_id)
        return super(StockMove, moves)._trigger_scheduler()

    def _is_of_pdd_order(self):
        return bool(self.sale_line_id.order_id.pdd_shop_id)

    def _reserve_as_set(self):
        """Reserve as ``_action_assign`` does, creating the detailed operations at once.

        Only where that comes to the same: untracked products of which there is enough
        for all moves. Core does the rest.
        """
        plain = self.filtered(lambda move: move._is_plainly_reservable())
        vals_list = []
        for (product, location), moves in groupby(
            plain, lambda move: (move.product_id, move.location_id)
        ):
            vals_list += self.browse().concat(*moves)._share_stock(product, location)
        Quant = self.env["stock.quant"]
        quants = Quant._get_quants_by_products_locations(
            plain.product_id, plain.location_id
        )
        lines = (
            self.env["stock.move.line"]
            .with_context(quants_cache=quants)
            .create(vals_list)
        )
        lines.with_context(quants_cache=None)._apply_putaway_strategy()
        self._action_assign()

    def _is_plainly_reservable(self):
        """Return whether a share of the stock is all that the move needs."""
        product = self.product_id
        return (
            not self._should_bypass_reservation()
            and self.procure_method == "make_to_stock"
            and not (self.move_orig_ids or self.move_line_ids or self.picked)
            and product.tracking == "none"
            and self.product_uom == product.uom_id
            and product.categ_id.packaging_reserve_method != "full"
            and self.env["stock.quant"]._get_removal_strategy(product, self.location_id)
            != "least_packages"
        )

    def _share_stock(self, product, location):
        """Return the values of move lines that reserve one product for these moves.

        The moves are served in their order from the quants in the order of the removal
        strategy, none of them when there is not enough for all.
        """
        total = sum(self.mapped("product_qty"))
        shares = self.env["stock.quant"]._get_reserve_quantity(product, location, total)
        if product.uom_id.compare(sum(taken for _q, taken in shares), total):
            return []
        vals_list, shares = [], [list(share) for share in shares]
        for move in self:
            missing = move.product_qty
            while product.uom_id.compare(missing, 0) > 0:
                quant, left = shares[0]
                taken = min(missing, left)
                vals_list.append(move._prepare_move_line_vals(taken, quant))
                missing -= taken
                shares[0][1] -= taken
                if product.uom_id.compare(shares[0][1], 0) <= 0:
                    shares.pop(0)
        return vals_list
