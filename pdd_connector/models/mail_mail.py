# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MailMail(models.Model):
    """No mail goes to the buyers of a platform, whichever module writes it.

    Pinduoduo informs its buyers itself, and forbids shops to write to them.
    """

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        for mail in mails.filtered("recipient_ids"):
            buyers = mail.recipient_ids._filter_pdd_buyers()
            if buyers:
                mail._drop_buyers(buyers)
        return mails

    def _drop_buyers(self, buyers):
        """Take these partners off; cancel a mail that has no other recipient."""
        self.ensure_one()
        self.recipient_ids -= buyers
        if not (self.recipient_ids or self.email_to or self.email_cc):
            self.state = "cancel"
