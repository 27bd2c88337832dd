# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PddShop(models.Model):
    """Reports of the merchant backend that explain what the bill leaves open."""

    _inherit = "pdd.shop"

    def _link_compensations(self):
        """Give movements the order numbers the compensation reports name."""
        Compensation = self.env["pdd.compensation"]
        rows = Compensation._read_group(
            [("shop_id", "in", self.ids), ("bill_line_id", "=", False)], ["shop_id"]
        )
        for (shop,) in rows:
            Compensation._link_movements(shop)
