# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pdd_api_call_retention_days = fields.Integer(
        string="Keep the Call Journal (days)",
        default=30,
        config_parameter="pdd_connector.api_call_retention_days",
    )
