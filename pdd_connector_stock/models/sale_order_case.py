# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    pdd_case_id = fields.Many2one(
        "pdd.case",
        string="Pinduoduo Case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The exchange, resend or repair that this order serves.",
    )

    def _get_pdd_orders_shipped(self):
        """Return the platform's orders whose parcels the transfers of these orders are.

        What came back and is sent again, since nothing was refunded, is a parcel of the
        order it came from.
        """
        again = self.pdd_case_id.filtered("is_sent_again")
        return self.pdd_order_ids or again.order_id
