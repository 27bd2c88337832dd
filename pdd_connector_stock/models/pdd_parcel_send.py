# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

BATCH_SIZE = 50
LEASE = timedelta(minutes=10)  # a claim older than this belongs to a dead worker
BATCH_SECONDS = 180  # leaves the slowest call ample time within the lease
RETRY_MINUTES = 1
MAX_RETRY_MINUTES = 30
SHOP_RETRY_MINUTES = 10  # the shop as a whole cannot call


class PddParcel(models.Model):
    """The worker that tells the platform, exactly once in effect.

    A parcel is claimed in one transaction and told in the next one, so that no row is
    locked while a call runs. A worker that dies leaves its claim behind; whoever takes
    the parcel over reads the order first (pdd_parcel_tell.py), as after a call
    without an answer.
    """

    _inherit = "pdd.parcel"

    @api.model
    def _cron_send(self):
        """Tell the platform about all parcels that are due."""
        self._send_due(Domain.TRUE)

    @api.model
    def _send_due(self, domain):
        """Tell the due parcels of a domain; any number of workers may run this."""
        domain &= Domain("state", "=", "to_send")
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=self.search_count(domain))
        while time_left:
            claimed = self._claim(domain)
            time_left = commit_progress()
            if not claimed:
                break
            resting_shops = claimed._send()
            domain &= Domain("shop_id", "not in", resting_shops.ids)

    # --- claims

    @api.model
    def _claim(self, domain):
        """Claim a batch of parcels, one of each order; empty: nothing is due."""
        due = domain & self._domain_due()
        last_id = 0
        while candidates := self.search(
            due & Domain("id", ">", last_id), order="id", limit=BATCH_SIZE
        ):
            last_id = candidates[-1].id
            try:
                claimed = candidates._lock_claimable().filtered_domain(due)
                claimed._write_claim()
                claimed.flush_recordset()
            except OperationalError:
                self.env.cr.rollback()  # another worker was faster
                continue
            if claimed:
                return claimed
        return self.browse()

    @api.model
    def _domain_due(self):
        now = fields.Datetime.now()
        unclaimed = Domain("claim_date", "=", False)
        unclaimed |= Domain("claim_date", "<=", now - LEASE)
        timely = Domain("retry_date", "=", False) | Domain("retry_date", "<=", now)
        return unclaimed & timely

    def _lock_claimable(self):
        """Lock the first parcel of each order, unless another one is under way.

        Which parcel ships the order is only known once its brothers are settled.
        """
        parcels = self.browse()
        for of_order in self.grouped("order_id").values():
            parcels += of_order[0]
        # one worker per order: the lock outlives the look at the brothers
        orders = parcels.order_id.try_lock_for_update(allow_referencing=True)
        parcels = parcels.filtered(lambda parcel: parcel.order_id in orders)
        busy = self.search(
            Domain("order_id", "in", parcels.order_id.ids)
            & Domain("id", "not in", parcels.ids)
            & (Domain("claim_date", "!=", False) | Domain("is_unsure", "=", True))
            & Domain("state", "=", "to_send")
        ).order_id
        return parcels.filtered(
            lambda parcel: parcel.order_id not in busy
        ).try_lock_for_update()

    def _write_claim(self):
        """Note that these parcels are being told, and what."""
        now = fields.Datetime.now()
        for parcel in self:
            is_unsure = parcel.is_unsure or bool(parcel.claim_date)
            attempt = parcel.attempt_number if is_unsure else parcel.tracking_number
            parcel.write(
                {
                    "claim_date": now,
                    "is_unsure": is_unsure,
                    "attempt_number": attempt,
                    "attempt_count": parcel.attempt_count + 1,
                }
            )

    # --- one batch

    def _send(self):
        """Tell the claimed parcels one by one, each with its own commit.

        :return: the shops whose other parcels must wait
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        claims = {parcel: parcel.claim_date for parcel in self}
        resting_shops = self.env["pdd.shop"]
        end = time.monotonic() + BATCH_SECONDS
        for parcel, claim_date in claims.items():
            if parcel.claim_date != claim_date or parcel.state != "to_send":
                continue  # stopped, changed or taken over since it was claimed
            if parcel.shop_id in resting_shops or time.monotonic() > end:
                parcel._write_outcome({"claim_date": False})
            elif parcel._send_one():
                resting_shops |= parcel.shop_id
            commit_progress(1)
        return resting_shops

    def _send_one(self):
        """Tell one parcel and write the outcome; return whether its shop must rest."""
        row = None
        try:
            vals, row = self._tell()
        except pop.PddError as error:
            vals = self._prepare_failure_vals(error)
        except UserError as error:  # the shop must not call
            vals = self._prepare_retry_vals(SHOP_RETRY_MINUTES, error.args[0])
        except Exception as error:  # noqa: BLE001 one parcel must not stop the others
            vals = self._prepare_unexpected_vals(error)
        try:
            self._write_outcome(vals, row)
            self.env.cr.flush()
        except OperationalError:
            # changed meanwhile: the claim stays, the next worker reads the order
            self.env.cr.rollback()
        return bool(vals.get("retry_date"))

    def _write_outcome(self, vals, row=None):
        """Write what became of a call, and what the platform said about the order.

        :param dict row: the order as it was read on the way, or None
        """
        self.write({"claim_date": False, **vals})
        if row:
            self.env["pdd.order"]._intake(self.shop_id, [row])

    # --- failures

    def _prepare_failure_vals(self, error):
        """Return what becomes of a parcel whose telling failed.

        Refusals by the platform's business rules are settled in pdd_parcel_tell.py.
        """
        sentence = self.shop_id._explain(error)
        if error.outcome_unknown:
            minutes = RETRY_MINUTES * 2 ** min(self.attempt_count, 5)
            vals = self._prepare_retry_vals(min(minutes, MAX_RETRY_MINUTES), sentence)
            return {**vals, "is_unsure": True}
        if isinstance(error, pop.PddThrottledError | pop.PddBusyError):
            return self._prepare_retry_vals(error.retry_after / 60, sentence)
        if isinstance(error, pop.PddBusinessError | pop.PddParameterError):
            return {"state": "error", "error_message": sentence, "retry_date": False}
        return self._prepare_retry_vals(SHOP_RETRY_MINUTES, sentence)

    @api.model
    def _prepare_retry_vals(self, minutes, sentence):
        retry_date = fields.Datetime.now() + timedelta(minutes=minutes)
        self.env.ref("pdd_connector_stock.ir_cron_parcel_send")._trigger(retry_date)
        return {"retry_date": retry_date, "error_message": sentence}

    def _prepare_unexpected_vals(self, error):
        reference = uuid.uuid4().hex[:8]
        _logger.error(
            "PDD parcel %s not told (reference %s)", self.id, reference, exc_info=error
        )
        message = self.env._(
            "Unexpected error: give the administrator the reference %s, "
            "it stands in the server log.",
            reference,
        )
        # the call may have been made: the order is read before it is told again
        return {"state": "error", "error_message": message, "is_unsure": True}
