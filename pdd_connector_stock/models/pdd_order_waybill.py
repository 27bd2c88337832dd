# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

RECEIVER_FIELDS = frozenset(
    (
        "open_address_id",
        "receiver_name_mask",
        "receiver_phone_mask",
        "receiver_address_mask",
        "province",
        "city",
        "town",
    )
)


class PddOrder(models.Model):
    _inherit = "pdd.order"

    waybill_ids = fields.Many2many("pdd.waybill", string="Waybills", readonly=True)

    def _after_status_change(self, before):
        """Labels follow a receiver that the buyer has changed."""
        result = super()._after_status_change(before)
        moved = self.filtered(
            lambda order: RECEIVER_FIELDS & (before.get(order.id) or {}).keys()
        )
        moved.waybill_ids._renew_receiver()
        return result

    def _has_label(self):
        return super()._has_label() or any(
            waybill.state == "sent" for waybill in self.waybill_ids
        )
