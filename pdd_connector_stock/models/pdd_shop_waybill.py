# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..const import (
    PRINT_API,
    SUBSCRIPTION_API,
    TEMPLATE_API,
    WAYBILL_API,
    WAYBILL_CANCEL_API,
    WAYBILL_UPDATE_API,
)

WAYBILL_APIS = (
    *(SUBSCRIPTION_API, TEMPLATE_API),
    *(WAYBILL_API, WAYBILL_UPDATE_API, WAYBILL_CANCEL_API),
)


class PddShop(models.Model):
    _inherit = "pdd.shop"

    waybill_account_ids = fields.One2many(
        "pdd.waybill.account", "shop_id", string="Waybill Accounts"
    )

    def _required_apis(self):
        """Shops without electronic waybills need no permission for them."""
        apis = super()._required_apis()
        if self.waybill_account_ids:
            apis += WAYBILL_APIS
        if self.waybill_account_ids.filtered("printer_id"):
            apis.append(PRINT_API)
        return apis

    def action_read_waybill_accounts(self):
        """Read the carriers' subscriptions and label templates of the shop.

        They name the carriers by codes, which are read with them.
        """
        self.ensure_one()
        Company = self.env["pdd.logistics.company"]
        Template = self.env["pdd.waybill.template"]
        Account = self.env["pdd.waybill.account"]
        with self._user_errors():
            companies = Company._fetch(self)
            templates, accounts = Template._fetch(self), Account._fetch(self)
        # the platform's own tables: whoever asks, the connector writes them
        Company.sudo()._intake(companies)
        Template.sudo()._intake(templates)  # as above
        Account.sudo()._intake(self, accounts)  # as above
        return {"type": "ir.actions.client", "tag": "soft_reload"}
