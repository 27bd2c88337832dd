# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    is_pdd_including = fields.Boolean(
        string="For Pinduoduo Shops",
        readonly=True,
        copy=False,
        help="Maps the company's taxes to copies that are included in the price.",
    )

    def _includes(self, tax):
        """Return whether this position makes a tax one that is included in the price."""
        mapped = self.map_tax(tax)  # an empty position removes all taxes
        return bool(self and mapped) and all(tax.price_include for tax in mapped)
