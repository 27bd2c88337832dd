# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from itertools import zip_longest

from odoo import fields, models
from odoo.tools import SQL

PART, SENT_AGAIN = "1", "2"  # extra_track_type
PARCEL_FIELDS = frozenset(("carrier_id", "carrier_tracking_ref"))


class StockPicking(models.Model):
    """Validated deliveries of Pinduoduo orders become parcels to be told."""

    _inherit = "stock.picking"

    pdd_parcel_ids = fields.One2many(
        "pdd.parcel",
        "picking_id",
        string="Pinduoduo Parcels",
        groups="pdd_connector.group_pdd_user,stock.group_stock_user",
    )

    def _action_done(self):
        result = super()._action_done()
        # the outbox belongs to the connector; validating needs no right to it
        self.sudo()._create_pdd_parcels()
        return result

    def write(self, vals):
        result = super().write(vals)
        if self and PARCEL_FIELDS & vals.keys():
            # a number or carrier that is entered late reaches the outbox as well
            self.sudo()._update_pdd_parcels()
        return result

    def _create_pdd_parcels(self):
        """Write the parcels of what has left for the buyers; safe to repeat."""
        orders_by_picking = self._get_pdd_shipped_orders()
        if not orders_by_picking:
            return
        self._take_pdd_turns()
        told = {(p.picking_id, p.order_id) for p in self.pdd_parcel_ids}
        parcels = self.env["pdd.parcel"].create(
            [
                vals
                for picking, orders in orders_by_picking.items()
                for order in orders
                if (picking, order) not in told
                for vals in picking._prepare_pdd_parcels(order)
            ]
        )
        parcels._trigger_send()

    def _take_pdd_turns(self):
        """Let whoever writes parcels or numbers of these transfers at once be repeated.

        Rows are inserted before what was written on the transfers: the second one would
        meet a key that exists already, and a person would read of it. After this update
        it fails to serialize, and finds what was made when Odoo repeats the request.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE stock_picking SET write_date = write_date WHERE id = ANY(%s)",
                self.ids,
            )
        )

    def _get_pdd_shipped_orders(self):
        """Return the platform's orders that left with each transfer.

        A transfer may carry several orders; only the last step of a delivery in
        several steps leads to the buyer. What an after-sale sends instead is told with
        the after-sale, see stock_picking_exchange.py.

        :return dict: transfer -> pdd.order
        """
        moves = self.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.sale_line_id
                and move.location_dest_id.usage == "customer"
                and not move.picking_id.pdd_exchange_case_id
            )
        )
        orders = {
            picking: picking_moves.sale_line_id.order_id._get_pdd_orders_shipped()
            for picking, picking_moves in moves.grouped("picking_id").items()
        }
        return {picking: found for picking, found in orders.items() if found}

    def _is_sent_again(self):
        """Return whether these goods are no part of what the buyer ordered."""
        return self._is_pdd_exchange() or bool(self.sale_id.pdd_case_id)

    def _get_pdd_numbers(self):
        """Return carrier and tracking numbers as the platform wants them."""
        self.ensure_one()
        numbers = self.env["pdd.parcel"]._split_numbers(self.carrier_tracking_ref)
        return self.carrier_id.pdd_logistics_id, numbers

    def _prepare_pdd_parcels(self, order):
        """Return the values of this transfer's parcels for one order."""
        logistics, numbers = self._get_pdd_numbers()
        return [
            self._prepare_pdd_parcel_vals(order, logistics, number, sequence)
            for sequence, number in enumerate(numbers or [False], start=1)
        ]

    def _prepare_pdd_parcel_vals(self, order, logistics, number, sequence):
        self.ensure_one()
        is_seen = order.tracking_number and not order.parcel_ids
        if not number and is_seen and not self._is_sent_again():
            return self._prepare_pdd_seen_vals(order)
        state = self.env["pdd.parcel"]._get_open_state(logistics, number)
        return {
            "order_id": order.id,
            "picking_id": self.id,
            "sequence": sequence,
            "logistics_id": logistics.id,
            "tracking_number": number,
            "extra_track_type": SENT_AGAIN if self._is_sent_again() else PART,
            "state": state,
        }

    def _prepare_pdd_seen_vals(self, order):
        """Return the parcel of an order that was shipped in the merchant backend."""
        logistics = self.env["pdd.logistics.company"].search(
            [("logistics_id", "=", order.logistics_id)]
        )
        return {
            "order_id": order.id,
            "picking_id": self.id,
            "logistics_id": logistics.id,
            "tracking_number": order.tracking_number,
            "state": "sent",
            "is_main": True,
            "sent_date": order.shipping_date,
            "told_logistics_id": logistics.id,
            "told_number": order.tracking_number,
        }

    def _update_pdd_parcels(self):
        """Hand a later or corrected carrier and number on to the parcels."""
        parcels = self.pdd_parcel_ids.sorted("sequence")
        for picking, of_picking in parcels.grouped("picking_id").items():
            logistics, numbers = picking._get_pdd_numbers()
            for order, of_order in of_picking.grouped("order_id").items():
                picking._renumber_pdd_parcels(order, of_order, logistics, numbers)

    def _renumber_pdd_parcels(self, order, parcels, logistics, numbers):
        """Match the numbers of a transfer to its parcels, one by one.

        A parcel whose number was removed keeps it when the platform knows it.
        """
        if len(numbers) > len(parcels):
            self._take_pdd_turns()
        to_create = []
        pairs = zip_longest(parcels, numbers)
        for sequence, (parcel, number) in enumerate(pairs, start=1):
            if not parcel:
                to_create.append(
                    self._prepare_pdd_parcel_vals(order, logistics, number, sequence)
                )
            elif number or not parcel.told_number:
                parcel._renumber(logistics, number or False)
        self.env["pdd.parcel"].create(to_create)._trigger_send()
