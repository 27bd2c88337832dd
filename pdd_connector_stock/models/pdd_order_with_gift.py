# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PddOrder(models.Model):
    """Gift orders in the parcel of their main order (orders.md 2.9)."""

    _inherit = "pdd.order"

    def _is_packed_with(self, main):
        """Return whether a gift order goes into the parcel of its main order."""
        self.ensure_one()
        key = self.open_address_id
        is_one_receiver = bool(key) and key == main.open_address_id
        return is_one_receiver and self.shop_id.gift_parcel_policy == "together"

    def _get_gift_note(self):
        """Return what the packer has to know about gifts."""
        notes = []
        for gift in self.gift_order_ids:
            if gift.state != "cancelled" and gift._is_packed_with(self):
                names = gift._get_deliveries().mapped("name")
                note = self.env._(
                    "Pack the gift with it: order %(gift)s %(transfer)s",
                    gift=gift.order_sn,
                    transfer=", ".join(names),
                )
                notes.append(note.strip())
        if self.gift_main_sn and self._is_packed_with(self.related_order_id):
            notes.append(
                self.env._("Gift: goes into the parcel of order %s", self.gift_main_sn)
            )
        elif self.gift_main_sn:
            notes.append(self.env._("Gift of order %s", self.gift_main_sn))
        return "\n".join(notes)

    def _get_deliveries(self):
        """Return the transfers that lead to the buyer and are not cancelled."""
        return self.sale_order_id.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing"
                and picking.state != "cancel"
                and not picking.return_id
            )
        )

    def _confirm_sale_orders(self):
        """Let a gift that comes late have the number its main order has already."""
        result = super()._confirm_sale_orders()
        for gift in self.filtered("gift_main_sn"):
            for picking in gift.related_order_id._get_deliveries():
                if picking.state != "done":
                    picking._share_pdd_number(picking.carrier_tracking_ref)
        return result
