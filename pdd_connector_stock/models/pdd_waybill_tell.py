# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.models.pdd_outbox import (
    BATCH_SECONDS,
    SHOP_RETRY_MINUTES,
)
from odoo.addons.pdd_connector.races import RACES
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import split_every

from ..const import (
    WAYBILL_API,
    WAYBILL_BATCH,
    WAYBILL_CANCEL_API,
    WAYBILL_UPDATE_API,
)
from .pdd_waybill import REQUEST_DAYS

KEEP_TRIES = 5
OLD_REQUESTS = 100  # ended in one run
# sub codes of a refused cancel (logistics.md 5)
CANCELLED = "isv.waybill-already-cancelled"
CANCEL_FAILED = "isv.waybill-cancel-fail"  # picked up: the parcel travels


class PddWaybill(models.Model):
    """Asking for numbers, up to ten in a call; changing and giving them back."""

    _inherit = "pdd.waybill"

    @api.model
    def _cron_send(self):
        """Ask, change and give back; requests that nobody answers end some day."""
        self._end_old_requests()
        return super()._cron_send()

    def _write_claim(self):
        """Keep what is about to be asked: an answer may get lost.

        What may have been asked already stays as it was.
        """
        result = super()._write_claim()
        now = fields.Datetime.now()
        for waybill in self.filtered(lambda w: w.state == "to_send"):
            if not (waybill.is_unsure and waybill.asked_date):
                waybill.request = waybill._prepare_request()
                waybill.asked_date = waybill.asked_date or now
        return result

    def _send(self):
        """Ask for new numbers in batches, tell the rest one by one."""
        asked = self.filtered(lambda waybill: waybill.state == "to_send")
        resting_shops = super(PddWaybill, self - asked)._send()
        end = time.monotonic() + BATCH_SECONDS
        for batch in asked._split_calls():
            if batch.shop_id in resting_shops or time.monotonic() > end:
                batch._keep_numbers({})
            elif batch._draw_all():
                resting_shops |= batch.shop_id
            self.env["ir.cron"]._commit_progress(len(batch))
        return resting_shops

    def _split_calls(self):
        """Return these waybills call by call; what is asked again is asked alone."""
        again = self.filtered("is_unsure")
        calls = [
            self.browse(ids)
            for waybills in (self - again).grouped("account_id").values()
            for ids in split_every(WAYBILL_BATCH, waybills.ids)
        ]
        return [*again, *calls]

    def _draw_all(self):
        """Draw the numbers of a batch; return whether its shop must rest."""
        outcomes = self._draw()
        resting = [vals for vals in outcomes.values() if self._must_rest(vals)]
        self._keep_numbers(outcomes)
        return bool(resting)

    def _keep_numbers(self, outcomes):
        """Write what came, whatever others write meanwhile: a number costs money."""
        for _attempt in range(KEEP_TRIES):
            try:
                self._write_outcomes(outcomes)
                self.env.cr.flush()
                return
            except RACES:
                self.env.cr.rollback()
        # the claims stay: asked for again by our number

    def _draw(self):
        """Ask for the numbers; when refused, halve down to the one that is the cause.

        :return dict: waybill -> values of its outcome
        """
        try:
            if len(self) == 1 and self.is_unsure:
                return self._find_number()
            return self._call_draw()
        except (pop.PddBusinessError, pop.PddParameterError) as error:
            if len(self) > 1:
                middle = len(self) // 2
                return {**self[:middle]._draw(), **self[middle:]._draw()}
            return {self: self._prepare_failure_vals(error)}
        except pop.PddError as error:
            return {waybill: waybill._prepare_failure_vals(error) for waybill in self}
        except UserError as error:
            vals = self._prepare_retry_vals(SHOP_RETRY_MINUTES, error.args[0])
            return dict.fromkeys(self, vals)
        except Exception as error:  # noqa: BLE001 one batch must not stop the others
            vals = self[:1]._prepare_unexpected_vals(error)
            return dict.fromkeys(self, vals)

    def _find_number(self):
        """Ask for a number that may have been given out, unless it cannot be found.

        :return dict: this waybill -> values of its outcome
        """
        if not self.request:
            words = self.env._("no answer within 10 days")
            return {self: self._prepare_unsettled_vals(words)}
        try:
            return self._ask_again()
        except pop.PddBusinessError as error:
            words = error.sub_message or error.message
            vals = self._prepare_unsettled_vals(words)
            return {self: {**vals, **self._count_failure()}}

    def _prepare_unsettled_vals(self, words):
        """Return what becomes of a number of which nobody knows whether it exists."""
        return {
            **self._prepare_error_vals(
                self.env._(
                    "Whether Pinduoduo gave out a number for %(transfer)s is not known "
                    "(%(words)s). Look for the order %(orders)s among the electronic "
                    "waybills in the merchant backend: cancel a number there, or enter "
                    "it on the transfer.",
                    transfer=self.picking_id.name,
                    words=words,
                    orders=", ".join(self.order_ids.mapped("order_sn")),
                )
            ),
            "is_unsure": True,
        }

    def _call_draw(self):
        answer = self.account_id.shop_id._call(
            WAYBILL_API,
            param_waybill_cloud_print_apply_new_request=self._prepare_draw(),
        )
        modules = {
            pop.parse_text(module.get("object_id")): module
            for module in pop.parse_objects(answer, "modules")
        }
        outcomes = {}
        for waybill in self:
            module = modules.get(waybill.object_id) or {}
            number = pop.parse_text(module.get("waybill_code"))
            if not number:
                raise pop.PddUnexpectedAnswer(
                    "a parcel without number", api_name=WAYBILL_API
                )
            outcomes[waybill] = {
                **self._prepare_sent_vals(),
                "tracking_number": number,
                "print_data": pop.parse_text(module.get("print_data")),
                "request": False,
            }
        return outcomes

    def _write_outcomes(self, outcomes):
        """Write what became of each waybill; a new number goes to its transfer."""
        for waybill in self:
            vals = outcomes.get(waybill, {})
            if vals.get("tracking_number"):
                waybill._take_number(vals)
            else:
                waybill._write_outcome(vals)
                if vals.get("state") == "error":
                    waybill._end_refused()

    def _take_number(self, vals):
        """Write a number that came; a second one for the same parcel is given back."""
        if self.tracking_number and self.tracking_number != vals["tracking_number"]:
            self._give_back_second(vals["tracking_number"])
            return
        if self.tracking_number and self.state != "to_send":
            return  # known already, by another worker
        self._write_outcome(vals)
        self._settle_unsettled()
        picking = self.picking_id
        if self._is_late():
            self._give_back()
        elif picking.state != "done" or not picking.carrier_tracking_ref:
            picking.carrier_tracking_ref = self.tracking_number

    def _give_back_second(self, number):
        """Give back a number that came beside the one that is in use."""
        second = self.create(
            {
                "account_id": self.account_id.id,
                "picking_id": self.picking_id.id,
                "order_ids": [Command.set(self.order_ids.ids)],
                "object_id": f"{self.object_id}-{number}",
                "tracking_number": number,
                "state": "to_cancel",
                "is_given_up": True,
            }
        )
        second._trigger_send()

    # --- what cannot be settled

    def _end_refused(self):
        """Forget the request that was refused; report one of which nobody knows."""
        if self.is_unsure:
            self._report_unsettled()
        else:
            self.request = False

    def _report_unsettled(self):
        """Have a person look whether a number was given out."""
        self.env["pdd.issue"]._report(
            self.shop_id, "waybill", self, self.error_message or ""
        )

    def _settle_unsettled(self):
        for shop, waybills in self.grouped("shop_id").items():
            self.env["pdd.issue"]._settle(shop, "waybill", waybills.ids)

    @api.model
    def _end_old_requests(self):
        """Drop requests, with their ciphertext, that nobody has answered for long."""
        old = self.search(
            [
                ("request", "!=", False),
                ("asked_date", "<", fields.Datetime.now() - REQUEST_DAYS),
            ],
            limit=OLD_REQUESTS,
        ).try_lock_for_update()
        old.request = False
        for waybill in old.filtered(lambda w: w.is_unsure and w.state == "to_send"):
            words = self.env._("no answer within 10 days")
            waybill._write_outcome(waybill._prepare_unsettled_vals(words))
            waybill._report_unsettled()
        self.env["ir.cron"]._commit_progress()

    # --- one by one

    def _tell(self):
        if self.state == "to_cancel":
            return self._tell_cancel(), None
        answer = self.shop_id._call(
            WAYBILL_UPDATE_API,
            param_waybill_cloud_print_update_request=self._prepare_update(),
        )
        print_data = pop.parse_text(answer.get("print_data"))
        return {**self._prepare_sent_vals(), "print_data": print_data}, None

    def _tell_cancel(self):
        """Give the number back; after an unknown outcome a refusal means it is done."""
        try:
            self.shop_id._call(
                WAYBILL_CANCEL_API,
                waybill_code=self.tracking_number,
                wp_code=self.logistics_id.code,
            )
        except pop.PddBusinessError as error:
            is_done = self.is_unsure and error.sub_code != CANCEL_FAILED
            if not is_done and error.sub_code != CANCELLED:
                raise
        return {**self._prepare_sent_vals(), "state": "cancelled"}
