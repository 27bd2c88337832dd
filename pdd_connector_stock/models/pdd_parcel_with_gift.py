# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PddParcel(models.Model):
    """Parcels that carry a gift order beside its main order."""

    _inherit = "pdd.parcel"

    def _prepare_refused_vals(self, error):
        """Name the way out where the platform refuses one number for two orders.

        That it takes the second call is customary, not documented (orders.md 2.9).
        """
        vals = super()._prepare_refused_vals(error)
        main = self.order_id.filtered("gift_main_sn").related_order_id
        if self.tracking_number in main.parcel_ids.mapped("tracking_number"):
            vals["error_message"] = self.env._(
                "Pinduoduo refuses the gift order %(gift)s with the number of its main "
                "order %(main)s: %(words)s. Enter another number on the transfer of the "
                "gift, it is sent again at once. If this happens each time, let gift "
                "orders travel in parcels of their own (shop, tab Shipping).",
                gift=self.order_id.order_sn,
                main=main.order_sn,
                words=error.sub_message or error.message or error,
            )
        return vals
