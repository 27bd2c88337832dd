# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import SQL


class PddOrder(models.Model):
    _inherit = "pdd.order"

    def _after_status_change(self, before):
        """Cases that were opened before the order was read, or shipped, follow it."""
        result = super()._after_status_change(before)
        self.refund_ids._review_cases()
        return result

    def _make_sale_orders(self, shop):
        """Open the cases of after-sales that were read before the order was made."""
        result = super()._make_sale_orders(shop)
        self.refund_ids._review_cases()
        return result

    def _release(self):
        """Try again what could not follow the platform: transfers, parcels, cases."""
        result = super()._release()
        made = self.filtered("sale_order_id")
        made._review_deliveries()
        made.refund_ids._review_cases()
        return result

    def _take_case_turns(self):
        """Let whoever makes or adopts receipts of these orders at once be repeated.

        A mere lock would leave the other one its old snapshot: after an update it fails
        to serialize, sees the receipts of all cases when it starts again, and expects
        nothing twice.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE pdd_order SET write_date = write_date WHERE id = ANY(%s)",
                self.ids,
            )
        )

    def _has_label(self):
        """Return whether a transport label may have been printed already."""
        return any(
            picking.carrier_tracking_ref for picking in self._get_open_deliveries()
        )

    def _get_open_deliveries(self):
        return self.sale_order_id.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel") and not picking.return_id
            )
        )
