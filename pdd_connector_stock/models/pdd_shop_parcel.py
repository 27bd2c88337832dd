# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..const import COMPANIES_API, EXTRA_API, READ_API, SEND_API, STATUS_API, TRACE_API

PARCEL_APIS = (COMPANIES_API, EXTRA_API, READ_API, SEND_API, STATUS_API, TRACE_API)


class PddShop(models.Model):
    _inherit = "pdd.shop"

    def _required_apis(self):
        return [*super()._required_apis(), *PARCEL_APIS]

    def _connect(self):
        """Have the carriers read: traces and waybills name them by the platform's codes."""
        shop = super()._connect()
        self.env.ref("pdd_connector_stock.ir_cron_logistics_refresh")._trigger()
        return shop
