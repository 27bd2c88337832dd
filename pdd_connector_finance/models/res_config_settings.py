# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..bill_file import ORDER_NUMBER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pdd_invoice_trigger = fields.Selection(
        related="company_id.pdd_invoice_trigger", readonly=False, required=True
    )
    pdd_invoice_grouping = fields.Selection(
        related="company_id.pdd_invoice_grouping", readonly=False, required=True
    )
    pdd_posting_mode = fields.Selection(
        related="company_id.pdd_posting_mode", readonly=False, required=True
    )
    pdd_debtor = fields.Selection(
        related="company_id.pdd_debtor", readonly=False, required=True
    )
    pdd_buyer_account_id = fields.Many2one(
        related="company_id.pdd_buyer_account_id", readonly=False
    )
    pdd_platform_account_id = fields.Many2one(
        related="company_id.pdd_platform_account_id", readonly=False
    )
    pdd_write_off_account_id = fields.Many2one(
        related="company_id.pdd_write_off_account_id", readonly=False
    )
    pdd_advertising_account_id = fields.Many2one(
        related="company_id.pdd_advertising_account_id", readonly=False
    )
    pdd_write_off_limit = fields.Monetary(
        related="company_id.pdd_write_off_limit", readonly=False
    )
    pdd_due_days = fields.Integer(related="company_id.pdd_due_days", readonly=False)
    pdd_bank_days = fields.Integer(related="company_id.pdd_bank_days", readonly=False)
    pdd_bank_text = fields.Char(related="company_id.pdd_bank_text", readonly=False)
    pdd_order_number_pattern = fields.Char(
        string="Form of Order Numbers",
        default=ORDER_NUMBER,
        config_parameter="pdd_connector_finance.order_number_pattern",
        help="Regular expression; a bill with other order numbers is refused.",
    )
