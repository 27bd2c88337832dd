# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockPicking(models.Model):
    """Transfers whose receiver changes after their paper was printed."""

    _inherit = "stock.picking"

    def _filter_to_receiver(self):
        """Return the transfers, of any step, whose goods have yet to reach the buyer."""
        return self.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.picking_type_code != "incoming"
                and not picking.return_id
            )
        )

    def _ask_to_print_again(self, contact):
        """Ask the packer to replace slips and labels that name the old receiver."""
        for picking in self.filtered(lambda picking: picking._is_paper_printed()):
            picking.printed = False
            picking.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Receiver changed"),
                note=self.env._(
                    "The buyer changed the receiver to %s after slip or label were "
                    "printed: take the old ones off the parcel and print them again.",
                    contact.name,
                ),
                user_id=picking.user_id.id or picking.sale_id.pdd_shop_id.user_id.id,
            )

    def _is_paper_printed(self):
        return self.printed or any(self.pdd_waybill_ids.mapped("print_count"))
