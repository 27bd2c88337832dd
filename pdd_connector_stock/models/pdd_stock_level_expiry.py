# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class PddStockLevel(models.Model):
    """Lots that may no longer be sold, where Odoo's module product_expiry is installed.

    They count as Odoo's own reservation counts them: by the removal date of the lot, of
    products that use expiration dates. They expire without any move of goods, so each
    SKU keeps the moment at which its next lot does.
    """

    _inherit = "pdd.stock.level"

    expiry_date = fields.Datetime(
        string="Next Lot Expires On",
        readonly=True,
        help="Then the quantity falls without any move of goods.",
    )

    _expiry_idx = models.Index("(expiry_date) WHERE expiry_date IS NOT NULL")

    @api.model
    def _get_expiry(self, quants):
        """Return what has expired and what will.

        :param quants: domain of the quants on hand
        :return tuple: product id -> expired pieces that nobody reserved; product id ->
            moment at which the next lot expires
        """
        Quant = self.env["stock.quant"]
        if "removal_date" not in Quant._fields:
            return {}, {}
        now = fields.Datetime.now()
        quants &= Domain("product_id.use_expiration_date", "=", True)
        expired = Quant._read_group(
            quants & Domain("removal_date", "<=", now),
            ["product_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        coming = Quant._read_group(
            quants & Domain("removal_date", ">", now) & Domain("quantity", ">", 0),
            ["product_id"],
            ["removal_date:min"],
        )
        return (
            {product.id: max(0.0, there - taken) for product, there, taken in expired},
            {product.id: moment for product, moment in coming},
        )

    @api.model
    def _turn_expired(self):
        """Mark the SKUs of which a lot has expired since they were computed."""
        now = fields.Datetime.now()
        levels = self.search([("expiry_date", "<=", now)], order="id")
        self.env["pdd.stock.mark"]._mark("expiry", skus=levels.sku_id)


def get_expiry_date(parts):
    """Return when the next lot of some components expires, or None.

    :param parts: figures of components
    """
    return min((part["expires"] for part in parts if part["expires"]), default=None)
