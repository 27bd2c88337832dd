# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .stock_picking_parcel import PARCEL_FIELDS


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pdd_waybill_ids = fields.One2many(
        "pdd.waybill",
        "picking_id",
        string="Pinduoduo Waybills",
        groups="pdd_connector.group_pdd_user,stock.group_stock_user",
    )
    is_pdd = fields.Boolean(string="Of Pinduoduo", compute="_compute_is_pdd")

    def write(self, vals):
        """Give the numbers of a former carrier back."""
        result = super().write(vals)
        if self and PARCEL_FIELDS & vals.keys():
            # the outbox belongs to the connector, whoever changes the carrier
            self.sudo().pdd_waybill_ids._follow_carrier()
        return result

    def _compute_is_pdd(self):
        pdd = self._filter_to_masked()
        for picking in self:
            picking.is_pdd = picking in pdd

    def _get_pdd_waybill_orders(self):
        """Return the platform's orders under whose numbers a waybill is asked for.

        What an after-sale sends again travels under the order it is about.
        """
        sale_order = self.sale_id
        return sale_order.pdd_order_ids or sale_order.pdd_case_id.order_id

    def action_pdd_waybill(self):
        """Ask for the numbers and labels of these transfers."""
        self.move_ids._check_pdd_stops()
        # the outbox belongs to the connector, whoever packs
        self.env["pdd.waybill"].sudo()._ask(self.sudo())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Numbers are asked for; they appear on the transfers in a moment."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_pdd_print(self):
        """Print the labels of these transfers."""
        waybills = self.pdd_waybill_ids._filter_current()
        return waybills.action_print()
