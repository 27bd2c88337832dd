# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    def _get_applicable_models(self, vals):
        """Search once for all lines of a batch that are alike.

        The lines of a batch share buyer and company and differ by their product; no model
        changes while orders are made. The memory lives as long as the batch.
        """
        memory = self.env.context.get("pdd_distributions")
        if memory is None:
            return super()._get_applicable_models(vals)
        key = repr(sorted(vals.items()))
        if key not in memory:
            memory[key] = super()._get_applicable_models(vals)
        return memory[key]
