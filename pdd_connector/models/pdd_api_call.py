# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models

GC_LIMIT = 10000


class PddApiCall(models.Model):
    """Journal of calls: failures always, all calls while a shop is traced.

    Neither secrets nor buyers' data are kept: parameters pass an allow list
    (:data:`const.LOGGED_PARAMS`), answers are not stored.
    """

    _name = "pdd.api.call"
    _description = "PDD API Call"
    _order = "id desc"
    _rec_name = "api_name"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    api_name = fields.Char(string="API", readonly=True)
    params = fields.Json(readonly=True, export_string_translation=False)
    params_text = fields.Char(string="Parameters", compute="_compute_params_text")
    duration = fields.Integer(string="Duration (ms)", readonly=True)
    failed = fields.Boolean(readonly=True)
    error_code = fields.Char(readonly=True)
    message = fields.Char(readonly=True)
    request_id = fields.Char(
        string="Request ID", readonly=True, help="Quote it in a ticket to Pinduoduo."
    )

    @api.depends("params")
    def _compute_params_text(self):
        for call in self:
            call.params_text = ", ".join(
                f"{name}={value}" for name, value in sorted((call.params or {}).items())
            )

    @api.autovacuum
    def _gc_calls(self):
        """Purge calls older than the retention of the settings."""
        get_param = self.env["ir.config_parameter"].get_param
        days = int(get_param("pdd_connector.api_call_retention_days", 30))
        limit_date = fields.Datetime.now() - timedelta(days=days)
        calls = self.search([("create_date", "<", limit_date)], limit=GC_LIMIT)
        calls.unlink()
        return len(calls), len(calls) == GC_LIMIT
