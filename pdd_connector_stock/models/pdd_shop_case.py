# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..const import (
    ADDRESS_API,
    AGREE_API,
    DETAIL_API,
    EXCHANGE_API,
    RETURN_AGREE_API,
    STOP_ANSWER_API,
    STORED_API,
)

CASE_APIS = (
    ADDRESS_API,
    AGREE_API,
    DETAIL_API,
    EXCHANGE_API,
    RETURN_AGREE_API,
    STOP_ANSWER_API,
    STORED_API,
)


class PddShop(models.Model):
    """How the shop handles after-sales."""

    _inherit = "pdd.shop"

    damaged_location_id = fields.Many2one(
        "stock.location",
        string="Damaged Goods",
        check_company=True,
        domain="[('usage', 'in', ('internal', 'inventory'))]",
        help="Where damaged returns go. An inventory loss location, or none: they are "
        "scrapped and count as a loss.",
    )
    reports_returns = fields.Boolean(
        string="Report Returns",
        default=True,
        help="Tell Pinduoduo when returned goods have arrived; it refunds the buyer "
        "then.",
    )
    answers_stops = fields.Boolean(
        string="Answer Stops",
        help="Tell Pinduoduo at once whether an order whose refund is asked for could be "
        "stopped. When it could, Pinduoduo refunds the buyer without asking again.",
    )
    refund_limit_amount = fields.Monetary(
        string="Second Look From",
        default=500,
        help="A refund above this amount needs a second person.",
    )
    refund_limit_day_amount = fields.Monetary(
        string="Refunds per Day",
        default=5000,
        help="Most money that is agreed to from Odoo on one day.",
    )
    refund_limit_day_count = fields.Integer(
        string="Number of Refunds per Day",
        default=20,
        help="Most refunds that are agreed to from Odoo on one day.",
    )

    def _required_apis(self):
        return [*super()._required_apis(), *CASE_APIS]
