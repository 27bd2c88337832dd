# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError


class SaleOrderLine(models.Model):
    """How much of a line is still to leave, and that no more does."""

    _inherit = "sale.order.line"

    def _lower_pdd_moves(self, kept=None):
        """Lower the open moves of these lines to what is owed, then look once more.

        :param dict kept: line -> pieces of it that stay here though the line has them
        :raise UserError: more would leave than is owed, and it is not in our hands
        """
        kept = kept or {}
        parts = self._get_pdd_parts()
        touched = self.move_ids
        for line in self:
            for product, pieces in parts[line].items():
                surplus = line._get_surplus(product, pieces, kept.get(line, 0.0))
                if product.uom_id.compare(surplus, 0) > 0:
                    line._filter_lowerable(product)._lower_in_turn(surplus)
        for line in self:
            for product, pieces in parts[line].items():
                surplus = line._get_surplus(product, pieces, kept.get(line, 0.0))
                if product.uom_id.compare(surplus, 0) > 0:
                    raise UserError(line._explain_surplus(product, surplus))
        touched._put_back()
        touched.filtered(
            lambda move: (
                move.state in ("confirmed", "waiting", "partially_available")
                and move._should_assign_at_confirm()
            )
        )._action_assign()

    def _filter_lowerable(self, product):
        """Return the moves of a product that leave from a place of ours."""
        leaving = self.move_ids._filter_leaving()
        return leaving.filtered(
            lambda move: (
                move.product_id == product
                and move.location_id.usage in ("internal", "transit")
            )
        )

    def _get_surplus(self, product, pieces, kept):
        """Return how much more of a product will leave than is owed, in its unit.

        :param float pieces: of the product in one unit of the line
        :param float kept: units of the line that stay here
        """
        moves = self.move_ids.filtered(lambda move: move.product_id == product)
        done = moves.filtered(lambda move: move.state == "done")
        out = done.filtered(lambda move: move.location_dest_usage == "customer")
        back = done.filtered(
            lambda move: move.location_id.usage == "customer" and move.to_refund
        )
        owed = (self.product_uom_qty - kept) * pieces
        owed -= out._sum_pieces() - back._sum_pieces()
        return moves._filter_leaving()._sum_pieces() - max(owed, 0.0)

    def _get_pdd_parts(self):
        """Return what one unit of each line takes from the stock.

        :return dict: line -> {product: pieces in the product's unit}
        :raise UserError: a kit has other components than the transfers
        """
        result = {}
        for company, lines in self.grouped("company_id").items():
            kits = lines.product_id._get_pdd_kits(company, storable_only=False)
            for line in lines:
                product, uom = line.product_id, line.product_uom_id
                factor = uom._compute_quantity(1.0, product.uom_id, round=False)
                kit = kits.get(product) or {str(product.id): 1.0}
                parts = {
                    product.browse(int(part)): pieces * factor
                    for part, pieces in kit.items()
                }
                others = line.move_ids._filter_leaving().product_id - product.union(
                    *parts
                )
                if others and line.product_uom_qty:
                    raise UserError(
                        self.env._(
                            "The kit %(kit)s has changed since the order %(order)s was "
                            "confirmed: lower its transfers by hand.",
                            kit=product.display_name,
                            order=line.order_id.name,
                        )
                    )
                result[line] = parts | dict.fromkeys(others, 0.0)
        return result

    def _explain_surplus(self, product, surplus):
        return self.env._(
            "%(surplus)g × %(product)s of the order %(order)s would leave although they "
            "are not owed any more: lower the transfer, purchase or production by hand.",
            surplus=surplus,
            product=product.display_name,
            order=self.order_id.name,
        )
