# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..const import AWAITED, DETAIL_API


class PddRefundAgree(models.TransientModel):
    """Agree to a refund: the right, the limits, and a look at what it is now."""

    _name = "pdd.refund.agree"
    _description = "Agree to a Refund"

    refund_id = fields.Many2one("pdd.refund", required=True, readonly=True)
    shop_id = fields.Many2one(related="refund_id.shop_id")
    currency_id = fields.Many2one(related="refund_id.currency_id")
    order_id = fields.Many2one(related="refund_id.order_id")
    goods_name = fields.Char(related="refund_id.goods_name")
    reason = fields.Char(related="refund_id.reason")
    refund_amount = fields.Monetary(related="refund_id.refund_amount")
    order_amount = fields.Monetary(related="refund_id.order_amount")
    status_label = fields.Char(related="refund_id.status_label")
    kind = fields.Selection(
        [("agree", "Pay the money back"), ("return_agree", "Let the goods come back")],
        required=True,
        readonly=True,
    )
    back_state = fields.Selection(related="case_id.back_state")
    case_id = fields.Many2one("pdd.case", compute="_compute_case_id")
    return_address_id = fields.Many2one(
        "pdd.return.address",
        domain="[('shop_id', '=', shop_id)]",
        help="Where the buyer sends the goods.",
    )
    note = fields.Char(help="Shown to the buyer.")
    needs_second_look = fields.Boolean(compute="_compute_needs_second_look")

    @api.depends("refund_id")
    def _compute_case_id(self):
        for wizard in self:
            wizard.case_id = wizard.refund_id.case_ids[:1]

    @api.depends("refund_id")
    def _compute_needs_second_look(self):
        for wizard in self:
            limit = wizard.shop_id.refund_limit_amount
            wizard.needs_second_look = (
                wizard.kind == "agree" and wizard.refund_amount > limit
            )

    def action_agree(self):
        """Queue the agreement; it is told after the commit and never repeated blindly."""
        self.ensure_one()
        Action = self.env["pdd.refund.action"]
        Action._check_may_agree()
        self._check_not_told()
        self._look_again()
        if self.kind == "agree":  # last: what it locks does not wait for the platform
            Action._check_limits(self.shop_id, self.refund_amount)
        Action._queue(
            self.refund_id,
            self.kind,
            self._prepare_params(),
            amount=self.refund_amount if self.kind == "agree" else 0.0,
            state="to_approve" if self.needs_second_look else "to_send",
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_not_told(self):
        """Raise when this was told before: the buyer has asked for it once more.

        :raise UserError: a second word under the same number is left to a person
        """
        told = self.refund_id.action_ids.filtered(
            lambda action: action.kind == self.kind and action.state == "sent"
        )
        if told:
            raise UserError(
                self.env._(
                    "Pinduoduo was told so already (%s). Where the buyer has asked once "
                    "more, agree in the merchant backend.",
                    format_datetime(self.env, told[0].sent_date),
                )
            )

    def _prepare_params(self):
        params = {"note": self.note or self.env._("Agreed")}
        if self.kind == "return_agree":
            if not self.return_address_id:
                raise UserError(self.env._("Choose where the goods shall be sent."))
            params["return_address_id"] = self.return_address_id.platform_id
        return params

    def _look_again(self):
        """Ask the platform what the after-sale is now; nothing is locked yet.

        :raise UserError: it has changed since it was shown
        """
        refund = self.refund_id
        with self.shop_id._user_errors():
            detail = self.shop_id._call(
                DETAIL_API,
                order_sn=refund.order_sn,
                after_sales_id=int(refund.after_sales_id),
            )
        status = pop.parse_int32(detail.get("after_sales_status"), default=0)
        amount = pop.parse_fen(detail.get("refund_amount"), default=0)
        is_same = not self.currency_id.compare_amounts(
            float(amount), refund.refund_amount
        )
        if status not in AWAITED[self.kind] or not is_same:
            raise UserError(
                self.env._(
                    "The after-sale %s has changed on Pinduoduo: read the after-sales "
                    "again, then decide.",
                    refund.after_sales_id,
                )
            )
