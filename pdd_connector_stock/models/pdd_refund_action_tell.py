# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.addons.pdd_connector import pop

from ..const import (
    AGREE_API,
    AGREED,
    AWAITED,
    DETAIL_API,
    EXCHANGE_API,
    RETURN_AGREE_API,
    STOP_ANSWER_API,
    STORED_API,
)


class PddRefundAction(models.Model):
    """Telling one action, kind by kind; nothing is written and no row is locked here."""

    _inherit = "pdd.refund.action"

    def _tell(self):
        """Tell the platform; after a call without answer, look first what it did.

        :return tuple: values of the outcome, None
        """
        self.ensure_one()
        if self.is_unsure and self.kind in AWAITED:
            vals = self._find_out()
            if vals:
                return vals, None
        vals = self._find_other_amount() if self.kind == "agree" else None
        if vals:
            return vals, None
        getattr(self, f"_tell_{self.kind}")()
        return self._prepare_sent_vals(), None

    def _find_out(self):
        """Return the outcome of an earlier call, None when it had no effect.

        Money is never sent twice on a guess: while the platform still waits for the
        word, a person must press the button again.
        """
        status = self._read_status()
        if status in AWAITED[self.kind]:
            if self.kind != "agree":
                return None
            return self._prepare_error_vals(
                self.env._(
                    "Pinduoduo gave no answer and still waits for the shop's word: press "
                    "Tell Again if the refund shall be paid."
                )
            )
        if self.kind == "agree" and status not in AGREED:
            return self._prepare_error_vals(
                self.env._(
                    "The after-sale has gone another way meanwhile: look at it in the "
                    "merchant backend."
                )
            )
        return self._prepare_sent_vals()

    def _find_other_amount(self):
        """Return the outcome if the buyer asks for another amount by now, else None.

        The call names no amount: it would pay whatever is asked for when it arrives.
        """
        amount = float(self._read_detail("refund_amount", pop.parse_fen))
        if not self.currency_id.compare_amounts(amount, self.amount):
            return None
        return self._prepare_error_vals(
            self.env._(
                "The buyer now asks for %(now)s, agreed was %(agreed)s: nothing was paid. "
                "Look at the after-sale and agree to it again.",
                now=self.currency_id.format(amount),
                agreed=self.currency_id.format(self.amount),
            )
        )

    def _read_status(self):
        """Return the after-sale's status as the platform shows it now."""
        return self._read_detail("after_sales_status", pop.parse_int32)

    def _read_detail(self, name, parse):
        """Return a field of the after-sale as the platform shows it now."""
        detail = self.shop_id._call(
            DETAIL_API,
            order_sn=self.order_sn,
            after_sales_id=int(self.refund_id.after_sales_id),
        )
        try:
            return pop.parse_field(detail, name, parse)
        except ValueError as error:
            raise pop.PddUnexpectedAnswer(str(error), api_name=DETAIL_API) from None

    def _call_request(self, api_name, **request):
        """Call an API that takes one object named request."""
        self.shop_id._call(
            api_name,
            request={
                "order_sn": self.order_sn,
                "after_sales_id": int(self.refund_id.after_sales_id),
                **request,
            },
        )

    # --- kinds

    def _tell_agree(self):
        self._call_request(AGREE_API, operate_desc=self.params.get("note") or None)

    def _tell_return_agree(self):
        self._call_request(
            RETURN_AGREE_API,
            return_address_id=self.params["return_address_id"],
            operate_desc=self.params["note"],
        )

    def _tell_stored(self):
        self._call_request(
            STORED_API,
            reverse_tracking_number=self.params["tracking_number"],
            warehouse_status=self.params["warehouse_status"],
            operate_time=pop.to_platform_text(self.create_date),
        )

    def _tell_exchange_ship(self):
        self._call_request(
            EXCHANGE_API,
            shipping_id=self.params["shipping_id"],
            shipping_name=self.params["shipping_name"],
            tracking_number=self.params["tracking_number"],
        )

    def _tell_stop_answer(self):
        moment = fields.Datetime.now()
        self.shop_id._call(
            STOP_ANSWER_API,
            param={
                "tid": self.order_sn,
                "refund_id": int(self.refund_id.after_sales_id),
                "refund_fee": pop.to_fen(self.refund_id.refund_amount),
                "operate_time": pop.to_timestamp(moment) * 1000,
                **self.params,
            },
        )
