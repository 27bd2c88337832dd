# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailThread(models.AbstractModel):
    """Messages of any document reach everyone but the buyers of a platform."""

    _inherit = "mail.thread"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        ids = [data["id"] for data in recipients if data["id"]]
        buyers = set(self.env["res.partner"].browse(ids)._filter_pdd_buyers().ids)
        return [data for data in recipients if data["id"] not in buyers]
