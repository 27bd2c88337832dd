# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.addons.pdd_connector.const import ORDER_RECEIVED, ORDER_TO_SHIP, REFUND_ONLY

from ..const import RECALL


class PddCase(models.Model):
    """Parcels to be stopped on their way: the platform has no call for it, people ask."""

    _inherit = "pdd.case"

    intercept_hours = fields.Float(
        string="Hours Left",
        compute="_compute_intercept_hours",
        help="Until the platform decides by itself.",
    )

    def _compute_intercept_hours(self):
        now = fields.Datetime.now()
        for case in self:
            end = case.expire_date
            case.intercept_hours = end and (end - now).total_seconds() / 3600

    def _review_intercept(self):
        """Ask for an intercept where a refund is wanted for a parcel on its way."""
        refund, order = self.refund_id, self.order_id
        wanted = refund.after_sales_status == RECALL or (
            refund.after_sales_type == REFUND_ONLY
            and order.order_status != ORDER_RECEIVED
            and (order.parcel_ids or order.order_status != ORDER_TO_SHIP)
        )
        if wanted and self._is_running() and not self.intercept_state:
            self.write(
                {"intercept_state": "todo", "intercept_date": fields.Datetime.now()}
            )
        elif not wanted and self.intercept_state in ("todo", "asked"):
            self.intercept_state = False

    def action_intercept_asked(self):
        """Note that the carrier was asked to stop the parcel."""
        self._set_intercept("todo", "asked")

    def action_intercept_done(self):
        """Expect the parcel back."""
        self._set_intercept(("todo", "asked"), "done")
        for case in self.sudo():  # see _set_intercept
            case.with_company(case.company_id)._expect_goods()

    def action_intercept_failed(self):
        """Note that the parcel could not be stopped."""
        self._set_intercept(("todo", "asked"), "failed")

    def _set_intercept(self, before, after):
        self.check_access("write")
        before = (before,) if isinstance(before, str) else before
        # the connector keeps cases; who pressed the button stands in the chatter
        cases = self.sudo().filtered(lambda case: case.intercept_state in before)
        cases.intercept_state = after
