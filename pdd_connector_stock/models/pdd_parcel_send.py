# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class PddParcel(models.Model):
    """The parcels' part of the outbox: one parcel of an order at a time."""

    _inherit = "pdd.parcel"

    def _lock_claimable(self):
        """Lock the first parcel of each order, unless another one is under way.

        Which parcel ships the order is only known once its brothers are settled.
        """
        parcels = self.browse()
        for of_order in self.grouped("order_id").values():
            parcels += of_order[0]
        # one worker per order: the lock outlives the look at the brothers
        orders = parcels.order_id.try_lock_for_update(allow_referencing=True)
        # a lock alone leaves whoever waited his old snapshot, in which the brothers are
        # free; after an update he fails to serialize and looks again
        self.env.cr.execute(
            SQL(
                "UPDATE pdd_order SET write_date = write_date WHERE id = ANY(%s)",
                orders.ids,
            )
        )
        parcels = parcels.filtered(lambda parcel: parcel.order_id in orders)
        busy = self.search(
            Domain("order_id", "in", parcels.order_id.ids)
            & Domain("id", "not in", parcels.ids)
            & (Domain("claim_date", "!=", False) | Domain("is_unsure", "=", True))
            & Domain("state", "=", "to_send")
        ).order_id
        free = parcels.filtered(lambda parcel: parcel.order_id not in busy)
        return free.try_lock_for_update()

    def _write_claim(self):
        """Note which number is told, as long as the last one is known to have failed."""
        result = super()._write_claim()
        for parcel in self.filtered(lambda parcel: not parcel.is_unsure):
            parcel.attempt_number = parcel.tracking_number
        return result

    def _write_outcome(self, vals, seen=None):
        """Keep what the order looked like as well.

        :param dict seen: the order's row as the platform sent it
        """
        result = super()._write_outcome(vals, seen)
        if seen:
            Order = self.env["pdd.order"].with_context(pdd_in_full=True)
            Order._intake(self.shop_id, [seen])
        return result
