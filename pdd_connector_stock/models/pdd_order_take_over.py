# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.pdd_connector.const import ORDER_TO_SHIP


class PddOrder(models.Model):
    """Transfers of sales orders that were there before go on as they stand."""

    _inherit = "pdd.order"

    def _adopt_sale_order(self, sale_order, pairs):
        """Note what has left already: nothing that Pinduoduo knows is sent again."""
        result = super()._adopt_sale_order(sale_order, pairs)
        if self.order_status == ORDER_TO_SHIP:
            done = sale_order.picking_ids.filtered(lambda p: p.state == "done")
            done._create_pdd_parcels()
        else:
            self._note_seen_parcels()
        if self.reserve_warehouse_id:  # a quotation that was confirmed
            self._reserve_soon(minutes=0)
        return result

    def _note_seen_parcels(self):
        """Write the parcels of orders that Pinduoduo shows as shipped."""
        moves = self.sale_order_id.order_line.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_usage == "customer"
        )
        known = self.parcel_ids.picking_id
        self.env["pdd.parcel"].create(
            [
                picking._prepare_pdd_seen_vals(self)
                for picking in moves.picking_id - known
            ]
        )
