# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, models

from ..button_time import get_time_left


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        """Let the connector's actions write in the language of its readers.

        Reasons, changes and errors are stored as sentences, and nobody is logged in.
        """
        cron = self
        if self.model_id.model.startswith("pdd."):
            cron = self.with_context(lang=self._get_pdd_language())
        return super(IrCron, cron)._callback(cron_name, server_action_id)

    @api.model
    def _commit_progress(self, processed=0, *, remaining=None, deactivate=False):
        """Also tell the loops of a button how much time is left."""
        time_left = super()._commit_progress(
            processed, remaining=remaining, deactivate=deactivate
        )
        return min(time_left, get_time_left(self.env))

    def _get_pdd_language(self):
        """Return the language of most of the shops' responsible users."""
        languages = Counter()
        for user, count in self.env["pdd.shop"]._read_group(
            [("user_id", "!=", False)], ["user_id"], ["__count"]
        ):
            languages[user.lang] += count
        return languages.most_common(1)[0][0] if languages else self.env.lang
