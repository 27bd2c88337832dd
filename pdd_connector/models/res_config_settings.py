# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pdd_api_call_retention_days = fields.Integer(
        string="Keep the Call Journal (days)",
        default=30,
        config_parameter="pdd_connector.api_call_retention_days",
    )
    pdd_lane_count = fields.Integer(
        string="Makers at Once",
        help="Scheduled actions that turn orders into sales orders side by side. Each of "
        "them needs a cron thread of the server, and one thread must be left for reading.",
    )

    @api.model
    def get_values(self):
        lanes = self.env["pdd.order"]._get_lanes()
        return super().get_values() | {"pdd_lane_count": len(lanes) + 1}

    def set_values(self):
        result = super().set_values()
        self.env["pdd.order"]._set_lane_count(max(self.pdd_lane_count, 1))
        return result
