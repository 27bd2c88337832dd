# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    pdd_logistics_id = fields.Many2one(
        "pdd.logistics.company",
        string="Pinduoduo Carrier",
        index="btree_not_null",
        ondelete="restrict",
        help="The carrier that Pinduoduo is told when a transfer with this delivery "
        "method is validated.",
    )
