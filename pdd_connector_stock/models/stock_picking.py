# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def message_post_with_source(self, source_ref, render_values=None, **kwargs):
        """Do not write into each transfer which order of a shop it comes from.

        The transfer shows the order as its source document and as its sales order.
        """
        origin = (render_values or {}).get("origin")
        if (
            isinstance(source_ref, str)
            and source_ref == "mail.message_origin_link"
            and isinstance(origin, models.BaseModel)
            and origin._name == "sale.order"
            and origin.pdd_shop_id
        ):
            return self.env["mail.message"]
        return super().message_post_with_source(
            source_ref, render_values=render_values, **kwargs
        )
