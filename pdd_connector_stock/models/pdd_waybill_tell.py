# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.models.pdd_outbox import (
    BATCH_SECONDS,
    SHOP_RETRY_MINUTES,
)
from odoo.exceptions import UserError
from odoo.tools import split_every
from psycopg2 import OperationalError

from ..const import (
    WAYBILL_API,
    WAYBILL_BATCH,
    WAYBILL_CANCEL_API,
    WAYBILL_UPDATE_API,
)


class PddWaybill(models.Model):
    """Asking for numbers, up to ten in a call; changing and giving them back."""

    _inherit = "pdd.waybill"

    def _send(self):
        """Ask for new numbers in batches, tell the rest one by one."""
        new = self.filtered(lambda waybill: waybill.state == "to_send")
        resting_shops = super(PddWaybill, self - new)._send()
        end = time.monotonic() + BATCH_SECONDS
        for waybills in new.grouped("account_id").values():
            for ids in split_every(WAYBILL_BATCH, waybills.ids):
                batch = self.browse(ids)
                if batch.shop_id in resting_shops or time.monotonic() > end:
                    batch._write_outcomes({})
                elif batch._draw_all():
                    resting_shops |= batch.shop_id
                self.env["ir.cron"]._commit_progress(len(batch))
        return resting_shops

    def _draw_all(self):
        """Draw the numbers of a batch; return whether its shop must rest."""
        outcomes = self._draw()
        try:
            self._write_outcomes(outcomes)
            self.env.cr.flush()
        except OperationalError:
            # changed meanwhile: the claim stays, it is asked for again by our number
            self.env.cr.rollback()
        return any(vals.get("retry_date") for vals in outcomes.values())

    def _draw(self):
        """Ask for the numbers; when refused, halve down to the one that is the cause.

        :return dict: waybill -> values of its outcome
        """
        try:
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
            }
        return outcomes

    def _write_outcomes(self, outcomes):
        """Write what became of each waybill; a new number goes to its transfer."""
        for waybill in self:
            vals = outcomes.get(waybill, {})
            waybill._write_outcome(vals)
            number, picking = vals.get("tracking_number"), waybill.picking_id
            if not number:
                continue
            if waybill._is_late():
                waybill._give_back()
            elif picking.state != "done" or not picking.carrier_tracking_ref:
                picking.carrier_tracking_ref = number

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
        except pop.PddBusinessError:
            if not self.is_unsure:
                raise
        return {**self._prepare_sent_vals(), "state": "cancelled"}
