# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models


class ProductProduct(models.Model):
    """Products that are kits; bills of materials are there only with Manufacturing."""

    _inherit = "product.product"

    def _get_pdd_kits(self, company, *, storable_only=True):
        """Return which of these products are kits in a company, and what is in them.

        :param bool storable_only: leave out components that no stock is kept of
        :return dict: product -> {component id as text: pieces in one product}
        """
        if "mrp.bom" not in self.env:
            return {}
        bills = self.env["mrp.bom"]._bom_find(
            self, company_id=company.id, bom_type="phantom"
        )
        kits = {
            product: _explode(bill, product, storable_only)
            for product, bill in bills.items()
        }
        return {product: pieces for product, pieces in kits.items() if pieces}


def _explode(bill, product, storable_only):
    """Return what one product takes from the stock.

    :return dict: component id as text -> pieces, in the component's unit
    """
    made = bill.product_uom_id._compute_quantity(
        bill.product_qty, product.uom_id, round=False
    )
    pieces = defaultdict(float)
    _bills, lines = bill.explode(product, 1.0)
    for line, data in lines:
        component = line.product_id
        is_moved = component.is_storable or not storable_only
        if is_moved and component.type == "consu" and data["qty"]:
            quantity = line.product_uom_id._compute_quantity(
                data["qty"], component.uom_id, round=False
            )
            pieces[str(component.id)] += quantity / made
    return dict(pieces)
