# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts, one of which is a receiver of a shop.

    The receiver's key stays with the contact it belongs to: a contact that people made
    must not be overwritten with masks by the next order. Without a contact of its key, a
    receiver gets a new one with the next order.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        # the connector's own fields: whoever may merge may end a receiver
        receivers = src_partners.sudo().filtered("pdd_shop_id")
        receivers.write({"pdd_shop_id": False, "pdd_address_key": False})
        return super()._update_values(src_partners, dst_partner)
