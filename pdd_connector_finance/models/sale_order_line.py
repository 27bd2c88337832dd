# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class SaleOrderLine(models.Model):
    """What is invoiced of a line, also where one invoice line stands for many orders."""

    _inherit = "sale.order.line"

    def _get_invoice_lines(self):
        """Leave out lines whose quantity and amount say nothing about this one.

        Credit notes of after-sales give money back and do not make the goods to be
        invoiced once more; the lines of an invoice of many orders are those of all.
        """
        return (
            super()
            ._get_invoice_lines()
            .filtered(
                lambda item: (
                    not item.move_id.pdd_refund_id and not item.move_id.pdd_is_summary
                )
            )
        )

    def _get_pdd_cost(self):
        """Return what the goods of this line cost: by their moves where there are any.

        Works with and without *Inventory*.
        """
        self.ensure_one()
        moves = self["move_ids"] if "move_ids" in self._fields else []
        done = [m for m in moves if m.state == "done" and "value" in m._fields]
        if done:
            return sum(
                move.value if move.location_dest_usage == "customer" else -move.value
                for move in done
            )
        product = self.product_id.with_company(self.company_id)
        return product.standard_price * self.product_uom_qty

    def _count_summaries(self, states=("draft", "posted")):
        """Return how many invoices of many orders this line is part of.

        One that was reversed counts nothing.
        """
        return sum(
            -1 if move.move_type == "out_refund" else 1
            for move in self.invoice_lines.move_id
            if move.pdd_is_summary and move.state in states
        )

    def _prepare_qty_invoiced(self):
        quantities = super()._prepare_qty_invoiced()
        for line in self:
            quantities[line] += line.product_uom_qty * line._count_summaries()
        return quantities

    def _compute_qty_invoiced_posted(self):
        result = super()._compute_qty_invoiced_posted()
        for line in self:
            count = line._count_summaries(("posted",))
            line.qty_invoiced_posted += line.product_uom_qty * count
        return result

    def _compute_untaxed_amount_invoiced(self):
        result = super()._compute_untaxed_amount_invoiced()
        for line in self:
            count = line._count_summaries(("posted",))
            line.untaxed_amount_invoiced += line.price_subtotal * count
        return result

    def _compute_amount_invoiced(self):
        result = super()._compute_amount_invoiced()
        for line in self:
            line.amount_invoiced += line.price_total * line._count_summaries(
                ("posted",)
            )
        return result

    def _compute_untaxed_amount_to_invoice(self):
        done = self.filtered(lambda line: line._count_summaries(("posted",)) > 0)
        done.untaxed_amount_to_invoice = 0.0
        return super(SaleOrderLine, self - done)._compute_untaxed_amount_to_invoice()
