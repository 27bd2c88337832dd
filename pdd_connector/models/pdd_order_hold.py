# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Command

from ..const import (
    CONFIRM_CANCELLED,
    GIFT_TO_CREATE,
    ORDER_STATUS,
    ORDER_TO_SHIP,
    REFUND_NONE,
    REFUND_REFUNDED,
    REFUND_STATUS,
    STEP_BOTH_PAID,
    TRADE_DEPOSIT,
)


class PddOrder(models.Model):
    """Why an order must not be made yet, or not at all."""

    _inherit = "pdd.order"

    def _hold(self):
        """Hold what must not be made, cancel what is refunded; return the rest."""
        ready, cancelled = self.browse(), self.browse()
        for order in self:
            if order._is_cancelled():
                cancelled += order
                continue
            reasons = order._get_hold_reasons()
            if reasons:
                order._set_held(reasons)
            else:
                ready += order
        cancelled.write({"state": "cancelled", **self._no_hold_vals()})
        return ready

    def _is_cancelled(self):
        """Return whether the order ended before it was shipped.

        The platform has no such status: a refunded order stays "to ship".
        """
        if self.confirm_status == CONFIRM_CANCELLED:
            return True
        return (
            self.order_status == ORDER_TO_SHIP and self.refund_status == REFUND_REFUNDED
        )

    def _get_hold_reasons(self):
        """Return why the order must wait: reason code -> detail.

        Extended by other modules; no side effect.
        """
        payload = self.payload or {}
        reasons = {}
        if self.order_status not in ORDER_STATUS:
            reasons["status"] = self.env._("Order status %s", self.order_status)
        if self.refund_status not in REFUND_STATUS:
            reasons["status"] = self.env._("After-sale status %s", self.refund_status)
        elif self.refund_status not in (REFUND_NONE, REFUND_REFUNDED):
            reasons["refund"] = ""
        if self.risk_control_status:
            reasons["risk"] = ""
        if self.trade_type == TRADE_DEPOSIT and not self._is_deposit_paid(payload):
            reasons["deposit"] = ""
        if "ship_hold" in (self.tags or "").split():
            reasons["ship_hold"] = ""
        if payload.get("gift_order_status") == GIFT_TO_CREATE and payload.get(
            "gift_list"
        ):
            reasons["gift"] = ""
        unmapped = self.line_ids.filtered(lambda line: not line.product_id)
        if unmapped:
            names = [
                f"{line.outer_id or ''} {line.spec or ''}".strip() for line in unmapped
            ]
            reasons["sku"] = ", ".join(names)
        problems = self._get_amount_problems()
        if problems:
            reasons["amount"] = "\n".join(problems)
        return reasons

    @api.model
    def _is_deposit_paid(self, payload):
        step = payload.get("step_order_info")
        status = step.get("step_trade_status") if isinstance(step, dict) else None
        return str(status) == str(STEP_BOTH_PAID)

    def _get_amount_problems(self):
        """Check the platform's identities to the fen; return the broken ones as text."""
        goods = sum(
            line.price_unit * line.quantity
            for line in self.line_ids
            if not line.is_gift
        )
        discounts = (
            self.platform_discount + self.seller_discount + self.capital_free_discount
        )
        fees = self.postage + self.service_fee
        problems = []
        for name, actual, expected in (
            ("goods_amount", self.goods_amount, goods - self.order_change_amount),
            ("discount_amount", self.discount_amount, discounts),
            (
                "pay_amount",
                self.pay_amount,
                self.goods_amount - self.discount_amount + fees,
            ),
        ):
            if self.currency_id.compare_amounts(actual, expected):
                problems.append(
                    self.env._(
                        "%(field)s is %(actual).2f, expected %(expected).2f",
                        field=name,
                        actual=actual,
                        expected=expected,
                    )
                )
        for name in ("pay_amount", "receivable_amount", "postage", "platform_discount"):
            if self.currency_id.compare_amounts(self[name], 0) < 0:
                problems.append(self.env._("%s is negative", name))
        return problems

    def _set_held(self, reasons):
        """Hold the order; it is checked again when the platform or the mapping moves."""
        detail = "\n".join(text for text in reasons.values() if text)
        self.write(
            {
                "state": "held",
                "hold_reasons": [Command.set(self._get_reason_ids(reasons))],
                "hold_detail": detail or False,
                "held_date": self.held_date or fields.Datetime.now(),
            }
        )

    @api.model
    def _get_reason_ids(self, codes):
        return [self.env.ref(f"pdd_connector.hold_reason_{code}").id for code in codes]

    @api.model
    def _no_hold_vals(self):
        return {
            "hold_reasons": [Command.clear()],
            "hold_detail": False,
            "held_date": False,
        }
