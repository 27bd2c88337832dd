# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import NamedTuple

from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class Archived(NamedTuple):
    """Something archived that an order needs: the key of its issue, and the sentence."""

    key: str
    sentence: object
    vals: dict


class PddOrder(models.Model):
    """What a person archived while orders still need it.

    Odoo sells an archived product and ships from an archived warehouse without a word;
    here the order waits until somebody has decided.
    """

    _inherit = "pdd.order"

    def _explain_archived(self, archived):
        """Return the reason to wait for these, nothing where there are none."""
        sentences = [self.env._(needed.sentence) for needed in archived]
        return {"archived": "\n".join(sentences)} if sentences else {}

    def _get_archived(self):
        """Return all that is archived and that this order needs; extended by add-ons."""
        self.ensure_one()
        return self._get_archived_products()

    def _get_archived_now(self):
        """Return the same as it would be, were the order made now."""
        return self._get_archived()

    def _get_archived_products(self):
        """Return the archived products of goods, postage, fees and differences."""
        if self.related_order_sn:
            return self._get_archived_settings(self.shop_id.difference_product_id)
        archived = {
            line.product_id: self._explain_archived_line(line)
            for line in self.line_ids
            if line.product_id and not line.product_id.active
        }
        fees = [product for product, fee in self._get_fees() if fee]
        fees = self.env["product.product"].union(*fees)
        return [*archived.values(), *self._get_archived_settings(fees)]

    @api.model
    def _explain_archived_line(self, line):
        sentence = _lt(
            "The product %(product)s of SKU %(sku)s is archived: unarchive it, or choose "
            "another product for the SKU.",
            product=line.product_id.display_name,
            sku=line.outer_id or line.spec or line.goods_name,
        )
        return Archived(
            f"product,{line.product_id.id}", sentence, {"sku_id": line.sku_id.id}
        )

    @api.model
    def _get_archived_settings(self, products):
        return [
            Archived(
                f"shop,{product.id}",
                _lt(
                    "The product %s that the shop uses for postage, fees or differences "
                    "is archived: unarchive it, or choose another one on the shop.",
                    product.display_name,
                ),
                {},
            )
            for product in products
            if not product.active
        ]
