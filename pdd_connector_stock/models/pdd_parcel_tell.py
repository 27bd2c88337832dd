# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import NamedTuple

from odoo import api, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.const import (
    ORDER_RECEIVED,
    ORDER_SHIPPED,
    ORDER_TO_SHIP,
    REFUND_NONE,
    REFUND_REFUNDED,
)

from ..const import EXTRA_API, READ_API, SEND_API

FIRST, CHANGE = 1, 2  # redelivery_type
EXTRA = "extra"
EXTRA_LISTS = ("extra_delivery_list", "gift_delivery_list", "resend_delivery_list")


class PlatformOrder(NamedTuple):
    """What the platform shows about the shipping of an order."""

    status: int
    refund_status: int
    is_held: bool
    logistics_id: int
    number: str
    extra_numbers: frozenset

    @property
    def is_shipped(self):
        return self.status in (ORDER_SHIPPED, ORDER_RECEIVED)

    @property
    def is_stopped(self):
        """Return whether the platform does not let the order be shipped now."""
        return self.status == ORDER_TO_SHIP and (
            self.refund_status != REFUND_NONE or self.is_held
        )


class PddParcel(models.Model):
    """Telling one parcel: the calls, and what is learned from reading the order.

    Nothing is written here, no row is locked; methods return the values of the
    outcome and the order's row where it was read.
    """

    _inherit = "pdd.parcel"

    def _tell(self):
        """Tell the platform about this parcel.

        :return tuple: values of the outcome, row of the order or None
        :raise pop.PddError: nothing is known, or nothing was done
        """
        self.ensure_one()
        if self._is_told_by_brother():
            return self._prepare_told_vals(is_main=False), None
        if self.is_unsure:
            return self._tell_after_reading(made=None, error=None)
        if self.order_id._is_stopped():
            reason = self.order_id._get_stop_reason()
            return self._prepare_stopped_vals(reason), None
        call = self._choose_call()
        try:
            return self._make_call(call), None
        except pop.PddBusinessError as error:
            return self._tell_after_reading(made=call, error=error)

    def _tell_after_reading(self, made, error):
        """Find out where the order stands, then do what is left to do.

        The platform publishes no codes for its refusals: the order tells more.

        :param made: the call that was refused, None after one without an answer
        :param error: its refusal, or None
        """
        row, platform = self._read_platform()
        vals = self._recognise(platform)
        if vals:
            return vals, row
        call = self._choose_call(platform)
        if not call:
            return self._prepare_elsewhere_vals(platform), row
        if call != made:
            try:
                return self._make_call(call), row
            except pop.PddBusinessError as later_error:
                error = later_error
        return {**self._prepare_refused_vals(error), **self._count_failure()}, row

    # --- calls

    def _choose_call(self, platform=None):
        """Return the call that fits: FIRST, CHANGE, EXTRA; None: shipped elsewhere.

        :param platform: what the order was just seen to be, None: not read
        """
        if self.is_main:
            return CHANGE
        brothers = self.order_id.parcel_ids - self
        if brothers.filtered("is_main"):
            return EXTRA
        if not platform or not platform.is_shipped:
            return FIRST
        if self._is_ours(platform.number):
            return CHANGE
        if brothers.filtered(lambda parcel: parcel._is_ours(platform.number)):
            return EXTRA
        return None

    def _make_call(self, call):
        """Make a call; return the values of success."""
        if call == EXTRA:
            self._call_extra()
        else:
            self.shop_id._call(
                SEND_API,
                order_sn=self.order_id.order_sn,
                logistics_id=self.logistics_id.logistics_id,
                tracking_number=self.tracking_number,
                redelivery_type=call,
            )
        return self._prepare_told_vals(is_main=call != EXTRA)

    def _call_extra(self):
        self.shop_id._call(
            EXTRA_API,
            order_sn=self.order_id.order_sn,
            extra_track_list=[
                {
                    "shipping_id": self.logistics_id.logistics_id,
                    "tracking_number": self.tracking_number,
                }
            ],
            extra_track_type=int(self.extra_track_type),
        )

    def _is_told_by_brother(self):
        """Return whether another row of the order has told the same parcel."""
        return bool(
            (self.order_id.parcel_ids - self).filtered(
                lambda parcel: (
                    parcel.state == "sent"
                    and parcel.told_number == self.tracking_number
                    and parcel.told_logistics_id == self.logistics_id
                )
            )
        )

    def _is_ours(self, number):
        """Return whether a number is, or was when it was told, this parcel's."""
        known = {self.tracking_number, self.told_number, self.attempt_number}
        return bool(number) and number in known

    def _read_platform(self):
        """Read the order from the platform.

        :return tuple: the row as it came, and what it says about shipping
        """
        answer = self.shop_id._call(READ_API, order_sn=self.order_id.order_sn)
        row = answer.get("order_info")
        if not isinstance(row, dict):
            raise pop.PddUnexpectedAnswer("order_info is missing", api_name=READ_API)
        try:
            return row, self._parse_platform(row)
        except ValueError as error:
            raise pop.PddUnexpectedAnswer(str(error), api_name=READ_API) from None

    @api.model
    def _parse_platform(self, row):
        """Return what a row of an order says about shipping.

        :raise ValueError: a field cannot be read
        """
        tags = {
            tag.get("name")
            for tag in pop.parse_objects(row, "order_tag_list")
            if str(tag.get("value")) == "1"
        }
        extras = [
            pop.parse_text(parcel.get("tracking_number"))
            for name in EXTRA_LISTS
            for parcel in pop.parse_objects(row, name)
        ]
        risk = pop.parse_int32(row.get("risk_control_status"), default=0)
        return PlatformOrder(
            status=pop.parse_int32(row.get("order_status")),
            refund_status=pop.parse_int32(row.get("refund_status")),
            is_held=bool(risk) or "ship_hold" in tags,
            logistics_id=pop.parse_int32(row.get("logistics_id"), default=0),
            number=pop.parse_text(row.get("tracking_number")),
            extra_numbers=frozenset(extras),
        )

    # --- outcomes

    def _prepare_told_vals(self, *, is_main):
        return {
            **self._prepare_sent_vals(),
            **self._no_trouble_vals(),
            "is_main": is_main,
            "told_logistics_id": self.logistics_id.id,
            "told_number": self.tracking_number,
        }

    def _recognise(self, platform):
        """Return the outcome if the platform already shows this parcel as it is."""
        number, carrier = self.tracking_number, self.logistics_id.logistics_id
        if platform.is_shipped and (platform.logistics_id, platform.number) == (
            carrier,
            number,
        ):
            return self._prepare_told_vals(is_main=True)
        if platform.is_shipped and number in platform.extra_numbers:
            return self._prepare_told_vals(is_main=False)
        if platform.is_stopped and not self._is_partly_refunded(platform):
            reason = self._get_platform_stop(platform)
            return {**self._prepare_stopped_vals(reason), "is_unsure": False}
        return None

    def _is_partly_refunded(self, platform):
        """Return whether we know of the refund, and what is left is to be shipped.

        The platform's notes let only orders without refund be shipped: it decides.
        """
        order = self.order_id
        known = platform.refund_status == order.refund_status == REFUND_REFUNDED
        return known and not platform.is_held and not order._is_stopped()

    @api.model
    def _get_platform_stop(self, platform):
        if platform.refund_status != REFUND_NONE:
            return self.env._("the buyer has asked for a refund")
        return self.env._("it is under review or paused")

    def _prepare_refused_vals(self, error):
        words = error.sub_message or error.message or error
        if self.order_id.refund_status == REFUND_REFUNDED:
            return self._prepare_error_vals(
                self.env._(
                    "The order is partly refunded and Pinduoduo refuses its parcel: %s. "
                    "Look at the order in the merchant backend, then tell it again.",
                    words,
                )
            )
        return self._prepare_error_vals(
            self.env._(
                "Pinduoduo refuses carrier and number: %s. Correct them on the "
                "transfer; they are told again at once.",
                words,
            )
        )

    def _prepare_elsewhere_vals(self, platform):
        message = self.env._(
            "On Pinduoduo the order is shipped with the number %(platform)s, here "
            "with %(number)s. Keep the platform's parcel, or replace it by this "
            "one.",
            platform=platform.number,
            number=self.tracking_number,
        )
        return {**self._prepare_error_vals(message), "is_elsewhere": True}

    def _prepare_stopped_vals(self, reason):
        if self.order_id.state == "cancelled":
            return {
                "state": "cancelled",
                "retry_date": False,
                "error_message": self.env._(
                    "The order is refunded: Pinduoduo is not told about this parcel. If "
                    "it has left, get it back; the after-sale's case waits for it."
                ),
            }
        return {
            "state": "stopped",
            "retry_date": False,
            "error_message": self.env._(
                "Pinduoduo does not let the order be shipped now: %s. Get the parcel "
                "back, or settle the after-sale. It is told by itself once the order may "
                "be shipped.",
                reason,
            ),
        }
