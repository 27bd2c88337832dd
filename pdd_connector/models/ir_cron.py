# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import models


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

    def _get_pdd_language(self):
        """Return the language of most of the shops' responsible users."""
        languages = Counter()
        for user, count in self.env["pdd.shop"]._read_group(
            [("user_id", "!=", False)], ["user_id"], ["__count"]
        ):
            languages[user.lang] += count
        return languages.most_common(1)[0][0] if languages else self.env.lang
