# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

PARCEL_APIS = (
    "pdd.logistics.companies.get",
    "pdd.logistics.online.send",
    "pdd.order.upload.extra.logistics",
)


class PddShop(models.Model):
    _inherit = "pdd.shop"

    @api.model
    def _required_apis(self):
        return [*super()._required_apis(), *PARCEL_APIS]
