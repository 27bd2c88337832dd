# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class PddOrder(models.Model):
    """The parcels that left for an order."""

    _inherit = "pdd.order"

    parcel_ids = fields.One2many("pdd.parcel", "order_id", string="Parcels")
    parcel_count = fields.Integer(compute="_compute_parcel_count")

    @api.depends("parcel_ids")
    def _compute_parcel_count(self):
        for order in self:
            order.parcel_count = len(order.parcel_ids)

    def action_view_parcels(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_stock.pdd_parcel_action"
        )
        return {**action, "domain": [("order_id", "in", self.ids)], "context": {}}
