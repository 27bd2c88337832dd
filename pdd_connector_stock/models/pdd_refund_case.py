# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.addons.pdd_connector.const import ORDER_TO_SHIP, REFUND_ONLY
from odoo.tools import SQL
from psycopg2 import OperationalError


class PddRefund(models.Model):
    """The case of an after-sale, and what the shop did in it."""

    _inherit = "pdd.refund"

    case_ids = fields.One2many("pdd.case", "refund_id", string="Cases")
    action_ids = fields.One2many("pdd.refund.action", "refund_id", string="Actions")

    def _after_status_change(self, before):
        result = super()._after_status_change(before)
        self._review_cases()
        return result

    def _review_cases(self):
        """Open cases and expected receipts; trouble with them must not lose the fact."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._open_cases()._review()
                self._queue_stop_answers()
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 the mirror must not lose the fact
            if len(self) > 1:
                for refund in self:
                    refund._review_cases()
                return
            self.env["pdd.issue"]._report_exception(
                self.shop_id, "after-sale case", error, self.order_id
            )

    def _open_cases(self):
        """Open a case for each after-sale that concerns goods which left the house.

        :return: the cases of these after-sales, old and new
        """
        concerned = self.filtered(lambda refund: refund._concerns_goods())
        new = concerned.filtered(lambda refund: not refund.case_ids)
        if new:
            new._take_turns()
            self.env["pdd.case"].create([{"refund_id": refund.id} for refund in new])
        return concerned.case_ids

    def _take_turns(self):
        """Let whoever works on the same after-sales at once be repeated after us.

        A mere lock would leave him his old snapshot; after an update he fails to
        serialize, and sees what we have done when he starts again.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE pdd_refund SET write_date = write_date WHERE id = ANY(%s)",
                self.ids,
            )
        )

    def _concerns_goods(self):
        """Return whether parcels or stock have to follow this after-sale."""
        order = self.order_id
        if not order.sale_order_id or self.case_ids:
            return bool(self.case_ids)
        if self.after_sales_type != REFUND_ONLY:
            return True
        return bool(order.parcel_ids) or order.order_status != ORDER_TO_SHIP

    # --- the platform's question whether an unshipped order can still be stopped

    def _queue_stop_answers(self):
        """Answer for refunds asked before shipping, where the shop wants it."""
        for refund in self.filtered(
            lambda refund: (
                refund.shop_id.answers_stops
                and refund.state == "open"
                and refund.after_sales_type == REFUND_ONLY
                and not refund.is_shipped
            )
        ):
            refund._hold_unmade()
            self.env["pdd.refund.action"]._queue(
                refund, "stop_answer", refund._prepare_stop_answer()
            )

    def _hold_unmade(self):
        """Hold an order that waits to be made, before the platform is told it is stopped.

        A maker that is about to make it meets this change of its row: one of the two
        starts again and sees what the other did.
        """
        order = self.order_id
        order.filtered(lambda o: o.state == "pending" and not o.sale_order_id)._hold()

    def _prepare_stop_answer(self):
        """Return whether the order could be stopped, as the platform wants it."""
        order = self.order_id
        if not order or order.state == "pending":
            return {"status": "FAIL", "fail_reason_code": 1001}  # not known here
        if order.parcel_ids or order.order_status != ORDER_TO_SHIP:
            return {"status": "FAIL", "fail_reason_code": 1002}  # shipped
        if order._has_label():
            return {"status": "FAIL", "fail_reason_code": 1003}  # label printed
        return {"status": "SUCCESS"}

    # --- buttons

    def action_agree(self):
        """Ask for the confirmation that the money is paid back."""
        return self._open_agree("agree")

    def action_agree_return(self):
        """Ask where the buyer shall send the goods."""
        self.ensure_one()
        with self.shop_id._user_errors():
            self.env["pdd.return.address"]._refresh(self.shop_id)
        return self._open_agree("return_agree")

    def _open_agree(self, kind):
        self.ensure_one()
        self.env["pdd.refund.action"]._check_may_agree()
        address = self.env["pdd.return.address"].search(
            [("shop_id", "=", self.shop_id.id)], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Agree"),
            "res_model": "pdd.refund.agree",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_refund_id": self.id,
                "default_kind": kind,
                "default_return_address_id": address.id,
            },
        }

    def action_view_case(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "pdd.case",
            "res_id": self.case_ids.id,
            "view_mode": "form",
        }
