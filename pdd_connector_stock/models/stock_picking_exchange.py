# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .stock_picking_parcel import PARCEL_FIELDS


class StockPicking(models.Model):
    """Parcels of exchanges, resends and repairs are told as part of the after-sale."""

    _inherit = "stock.picking"

    def _action_done(self):
        result = super()._action_done()
        # the outbox belongs to the connector; validating needs no right to it
        self.sudo()._queue_exchange_parcels()
        return result

    def write(self, vals):
        result = super().write(vals)
        if self and PARCEL_FIELDS & vals.keys():
            done = self.filtered(lambda picking: picking.state == "done")
            done.sudo()._queue_exchange_parcels()  # as above
        return result

    def _queue_exchange_parcels(self):
        """Queue what has left for after-sales; a number may come later."""
        Action = self.env["pdd.refund.action"]
        for picking in self.filtered("sale_id.pdd_case_id"):
            if picking.location_dest_id.usage != "customer":
                continue
            params = picking._prepare_exchange_params()
            action = Action._queue(
                picking.sale_id.pdd_case_id.refund_id,
                "exchange_ship",
                params,
                picking_id=picking.id,
                state="to_send" if params else "waiting",
            )
            if action.state == "waiting" and params:
                action.write({"params": params, "state": "to_send"})
                action._trigger_send()

    def _prepare_exchange_params(self):
        """Return carrier and number as the platform wants them, {} when incomplete."""
        logistics, numbers = self._get_pdd_numbers()
        if not logistics or not numbers:
            return {}
        return {
            "shipping_id": logistics.logistics_id,
            "shipping_name": logistics.name,
            "tracking_number": numbers[0],
        }
