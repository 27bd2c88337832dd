# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ..const import BOOK_TROUBLE

CAUSES = [
    ("bill_late", "Bill missing"),
    ("bill_refused", "Bill refused"),
    ("bill_code", "Unknown code on the bill"),
    ("bill_held", "Movement not posted"),
    ("invoice", "Order not invoiced"),
    ("credit", "Refund not booked"),
    ("settlement", "Settlement overdue"),
]


class PddIssue(models.Model):
    """Trouble with the books: one row per shop and cause, counted while one looks.

    What such a row counts are movements, files, orders or refunds, not orders that
    wait to be made; it is settled when nothing is left to count.
    """

    _inherit = "pdd.issue"

    cause = fields.Selection(
        selection_add=CAUSES, ondelete={cause: "cascade" for cause, _label in CAUSES}
    )

    @api.depends("order_ids.state")
    def _compute_waiting(self):
        result = super()._compute_waiting()
        for issue in self.filtered(lambda issue: issue.cause in BOOK_TROUBLE):
            # operators see how much there is, accountants what it is
            figures = issue.shop_id.sudo()._get_book_figures(issue.cause)
            issue.waiting_count, issue.waiting_amount = figures
        return result

    def action_view_orders(self):
        if self.cause in BOOK_TROUBLE:
            return self._open_books()
        return super().action_view_orders()

    def action_retry(self):
        """Also try again what the books could not do."""
        for issue in self.filtered(lambda issue: issue.cause in dict(CAUSES)):
            issue._retry_books()
        return super().action_retry()

    # --- the fix

    def _fix_bill_late(self):
        """Offer to upload the file the merchant backend exports."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_finance.pdd_bill_upload_action"
        )
        return {**action, "context": {"default_shop_id": self.shop_id.id}}

    def _open_books(self):
        """Open what this row counts."""
        self.ensure_one()
        trouble = BOOK_TROUBLE[self.cause]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"pdd_connector_finance.{trouble.action}"
        )
        shop = Domain("shop_id", "=", self.shop_id.id)
        action["domain"] = [*(shop & Domain(trouble.domain))]
        action["context"] = {}
        return action

    _fix_bill_refused = _fix_bill_code = _fix_bill_held = _open_books
    _fix_invoice = _fix_credit = _fix_settlement = _open_books

    def _retry_books(self):
        """Do once more what could not be done."""
        self.ensure_one()
        if self.cause == "bill_late":
            self.env.ref("pdd_connector_finance.ir_cron_bill_import")._trigger()
            return
        trouble = BOOK_TROUBLE[self.cause]
        shop = Domain("shop_id", "=", self.shop_id.id)
        records = self.env[trouble.model].search(shop & Domain(trouble.domain))
        getattr(records, trouble.retry)()
        self.shop_id.sudo()._review_books()  # the connector's own book-keeping
