# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .amounts import to_fen


class SaleOrderLine(models.Model):
    """Lines of a platform's order: their amounts are the platform's, whatever changes."""

    _inherit = "sale.order.line"
    _has_pdd_texts = True  # the names of goods

    pdd_made = fields.Json(
        string="As Pinduoduo Says",
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Product, unit, quantity and total that the connector wrote last: what "
        "differs was edited in Odoo.",
    )

    def _compute_price_unit(self):
        """Leave the platform's prices as they are: no quantity or unit changes them."""
        ours = self.filtered("pdd_made")
        return super(SaleOrderLine, self - ours)._compute_price_unit()

    def _compute_discount(self):
        """As for the price: the platform's discounts are in it already."""
        ours = self.filtered("pdd_made")
        return super(SaleOrderLine, self - ours)._compute_discount()

    def _get_pdd_pieces(self):
        """Return the quantity in the product's own unit."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id
        )

    def _prepare_pdd_made(self, product, uom, quantity, total):
        """Return what is kept of a line to know a person's edits of it.

        :param Decimal total: yuan, taxes included
        """
        return {
            "product_id": product.id,
            "uom_id": uom.id,
            "quantity": quantity,
            "total": str(total),
        }

    def _take_as_pdd_made(self):
        """Take these lines as they are for what the platform says: later edits count."""
        for line in self.filtered(lambda line: not line.display_type):
            line.pdd_made = line._prepare_pdd_made(
                line.product_id,
                line.product_uom_id,
                line.product_uom_qty,
                to_fen(line.price_total),
            )

    def _explain_pdd_edit(self):
        """Return what a person changed on this line, as text; empty: nothing."""
        self.ensure_one()
        made = self.pdd_made
        if not made:
            return ""
        total, currency = float(made["total"]), self.currency_id
        if (
            self.product_id.id == made["product_id"]
            and self.product_uom_id.id == made["uom_id"]
            and not self.product_uom_id.compare(self.product_uom_qty, made["quantity"])
            and not currency.compare_amounts(self.price_total, total)
        ):
            return ""
        product = self.env["product.product"].browse(made["product_id"])
        uom = self.env["uom.uom"].browse(made["uom_id"])
        return self.env._(
            "%(now)s instead of %(made)s",
            now=self._describe_pdd(
                self.product_id,
                self.product_uom_id,
                self.product_uom_qty,
                self.price_total,
            ),
            made=self._describe_pdd(product, uom, made["quantity"], total),
        )

    def _describe_pdd(self, product, uom, quantity, total):
        return f"{quantity:g} {uom.name} {product.display_name} {to_fen(total)}"
