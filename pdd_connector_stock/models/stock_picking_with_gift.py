# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .stock_picking_parcel import PARCEL_FIELDS


class StockPicking(models.Model):
    """The transfer of a gift order leaves with the one of its main order.

    Each order keeps its transfer and is told by itself; they share carrier and number.
    """

    _inherit = "stock.picking"

    def write(self, vals):
        if not self or not PARCEL_FIELDS & vals.keys():
            return super().write(vals)
        before = {picking: picking.carrier_tracking_ref for picking in self}
        result = super().write(vals)
        for picking, number in before.items():
            # whoever enters the number need not be allowed to see the shop's orders
            picking.sudo()._share_pdd_number(number)
        return result

    def _get_pdd_gift_pickings(self):
        """Return the transfers of gift orders that go into the parcel of this one."""
        self.ensure_one()
        main = self.sale_id.pdd_order_ids[:1]
        if self.picking_type_code != "outgoing" or not main or self.return_id:
            return self.browse()
        gifts = main._get_gift_orders().filtered(
            lambda gift: gift._is_packed_with(main)
        )
        warehouse = self.picking_type_id.warehouse_id
        return gifts._get_deliveries().filtered(
            lambda picking: picking.picking_type_id.warehouse_id == warehouse
        )

    def _get_pdd_leading_picking(self):
        """Return the transfer of the main order in whose parcel this one goes, or this."""
        self.ensure_one()
        main = self.sale_id.pdd_order_ids[:1].filtered("gift_main_sn").related_order_id
        for picking in main._get_deliveries():
            if picking.state != "done" and self in picking._get_pdd_gift_pickings():
                return picking
        return self

    def _share_pdd_number(self, former):
        """Give the transfers of the gifts this one's carrier and number.

        One with a number of its own keeps it.

        :param former: the tracking reference that this transfer had until now
        """
        numbers = self.env["pdd.parcel"]._split_numbers
        number = next(iter(numbers(self.carrier_tracking_ref)), False)
        for picking in self._get_pdd_gift_pickings():
            own = numbers(picking.carrier_tracking_ref)
            if own and own != numbers(former)[:1]:
                continue
            vals = {"carrier_id": self.carrier_id.id, "carrier_tracking_ref": number}
            changed = {
                name: value
                for name, value in vals.items()
                if picking._fields[name].convert_to_write(picking[name], picking)
                != value
            }
            if changed:
                picking.write(changed)

    def button_validate(self):
        """Validate the gifts that are ready together with their main order."""
        # whoever packs need not be allowed to see which order is a gift of which
        gifts = self.sudo()._get_pdd_ready_gifts().with_env(self.env) - self
        for gift in gifts:
            gift.message_post(
                body=self.env._(
                    "Validated with the main order, in whose parcel it goes."
                )
            )
        return super(StockPicking, self + gifts).button_validate()

    def _get_pdd_ready_gifts(self):
        """Return the transfers of gifts that can leave with these."""
        ready = self.browse()
        for picking in self.filtered("sale_id.pdd_shop_id"):
            if not picking.pdd_stop_reason:
                ready |= picking._get_pdd_gift_pickings().filtered(
                    lambda gift, picking=picking: (
                        gift.state == "assigned"
                        and not gift.pdd_stop_reason
                        and gift._has_pdd_number_of(picking)
                    )
                )
        return ready

    def _has_pdd_number_of(self, picking):
        """Return whether this transfer has no other number than another one."""
        numbers = self.env["pdd.parcel"]._split_numbers
        own = set(numbers(self.carrier_tracking_ref))
        return own <= set(numbers(picking.carrier_tracking_ref))
