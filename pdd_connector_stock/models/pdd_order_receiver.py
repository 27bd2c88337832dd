# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PddOrder(models.Model):
    """A new receiver goes on to the transfers, and to the paper that lies on them."""

    _inherit = "pdd.order"

    def _write_receiver(self, contact):
        """Move what has not left; what left, or comes back, keeps the contact of its day."""
        pickings = self.sale_order_id.picking_ids
        going = pickings._filter_to_receiver()
        kept = {picking: picking.partner_id for picking in pickings - going}
        following = self.with_context(update_delivery_shipping_partner=True)
        result = super(PddOrder, following)._write_receiver(contact)
        for picking, partner in kept.items():
            picking.partner_id = partner
        going.partner_id = contact
        going.move_ids.partner_id = contact
        going._ask_to_print_again(contact)
        return result
