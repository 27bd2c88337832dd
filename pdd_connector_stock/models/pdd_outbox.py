# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

BATCH_SIZE = 50
LEASE = timedelta(minutes=10)  # a claim older than this belongs to a dead worker
BATCH_SECONDS = 180  # leaves the slowest call ample time within the lease
RETRY_MINUTES = 1
MAX_RETRY_MINUTES = 30
SHOP_RETRY_MINUTES = 10  # the shop as a whole cannot call


class PddOutbox(models.AbstractModel):
    """Rows that the platform must be told, exactly once in effect.

    A row is written in a business transaction and told by a scheduled action after the
    commit. It is claimed in one transaction and told in the next one, so that no row
    is locked while a call runs. A worker that dies leaves its claim behind; whoever
    takes the row over knows that a call may have been made (``is_unsure``) and reads
    the platform first, as after a call without an answer.

    A model that inherits it has ``shop_id`` and a ``state`` with the values *to_send*,
    *sent* and *error*, names its scheduled action in ``_outbox_cron``, and tells one row
    in :meth:`_tell`.
    """

    _name = "pdd.outbox"
    _description = "PDD Outbox"

    _outbox_cron = None
    _outbox_states = ("to_send",)  # those in which something is to be told

    claim_date = fields.Datetime(
        readonly=True, copy=False, help="A worker is telling this since then."
    )
    is_unsure = fields.Boolean(
        string="Outcome Unknown",
        readonly=True,
        copy=False,
        help="A call was made and nobody knows whether it took effect: the platform is "
        "read before anything is told again.",
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, copy=False)
    retry_date = fields.Datetime(string="Not Before", readonly=True, copy=False)
    error_message = fields.Text(string="Message", readonly=True, copy=False)
    sent_date = fields.Datetime(string="Told On", readonly=True, copy=False)

    # --- runner

    @api.model
    def _cron_send(self):
        """Tell the platform all that is due."""
        self._send_due(Domain.TRUE)

    @api.model
    def _send_due(self, domain):
        """Tell the due rows of a domain; any number of workers may run this."""
        domain &= Domain("state", "in", self._outbox_states)
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=self.search_count(domain))
        while time_left:
            claimed = self._claim(domain)
            time_left = commit_progress()
            if not claimed:
                break
            resting_shops = claimed._send()
            domain &= Domain("shop_id", "not in", resting_shops.ids)

    def _trigger_send(self):
        """Wake the scheduled action when some of these rows are due."""
        if self.filtered(lambda row: row.state in self._outbox_states):
            self.env.ref(self._outbox_cron)._trigger()

    # --- claims

    @api.model
    def _claim(self, domain):
        """Claim a batch of rows; empty: nothing is due."""
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
        """Lock these rows and return those that may be told now."""
        return self.try_lock_for_update()

    def _write_claim(self):
        """Note that these rows are being told."""
        now = fields.Datetime.now()
        for row in self:
            row.write(
                {
                    "claim_date": now,
                    "is_unsure": row.is_unsure or bool(row.claim_date),
                    "attempt_count": row.attempt_count + 1,
                }
            )

    # --- one batch

    def _send(self):
        """Tell the claimed rows one by one, each with its own commit.

        :return: the shops whose other rows must wait
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        # each commit empties the cache: rows are read alone, not batch by batch
        claims = {self.browse(row.id): row.claim_date for row in self}
        resting_shops = self.env["pdd.shop"]
        end = time.monotonic() + BATCH_SECONDS
        for row, claim_date in claims.items():
            if row.claim_date != claim_date or row.state not in self._outbox_states:
                continue  # stopped, changed or taken over since it was claimed
            if row.shop_id in resting_shops or time.monotonic() > end:
                row._write_outcome({})
            elif row._send_one():
                resting_shops |= row.shop_id
            commit_progress(1)
        return resting_shops

    def _send_one(self):
        """Tell one row and write the outcome; return whether its shop must rest."""
        seen = None
        try:
            vals, seen = self._tell()
        except pop.PddError as error:
            vals = self._prepare_failure_vals(error)
        except UserError as error:  # the shop must not call
            vals = self._prepare_retry_vals(SHOP_RETRY_MINUTES, error.args[0])
        except Exception as error:  # noqa: BLE001 one row must not stop the others
            vals = self._prepare_unexpected_vals(error)
        try:
            self._write_outcome(vals, seen)
            self.env.cr.flush()
        except OperationalError:
            # changed meanwhile: the claim stays, the next worker reads the platform
            self.env.cr.rollback()
        return bool(vals.get("retry_date"))

    def _tell(self):
        """Tell the platform; no row is locked, nothing is written here.

        :return tuple: values of the outcome, what was read on the way or None
        :raise pop.PddError: nothing is known, or nothing was done
        """
        raise NotImplementedError

    def _write_outcome(self, vals, seen=None):
        """Write what became of a call.

        :param seen: what the platform showed on the way, or None
        """
        self.write({"claim_date": False, **vals})

    # --- outcomes

    @api.model
    def _prepare_sent_vals(self):
        return {
            "state": "sent",
            "is_unsure": False,
            "sent_date": fields.Datetime.now(),
            "error_message": False,
            "retry_date": False,
        }

    def _prepare_failure_vals(self, error):
        """Return what becomes of a row whose telling failed."""
        sentence = self.shop_id._explain(error)
        if error.outcome_unknown:
            minutes = RETRY_MINUTES * 2 ** min(self.attempt_count, 5)
            vals = self._prepare_retry_vals(min(minutes, MAX_RETRY_MINUTES), sentence)
            return {**vals, "is_unsure": True}
        if isinstance(error, pop.PddThrottledError | pop.PddBusyError):
            return self._prepare_retry_vals(error.retry_after / 60, sentence)
        if isinstance(error, pop.PddBusinessError | pop.PddParameterError):
            return self._prepare_error_vals(sentence)
        return self._prepare_retry_vals(SHOP_RETRY_MINUTES, sentence)

    @api.model
    def _prepare_error_vals(self, sentence):
        return {
            "state": "error",
            "error_message": sentence,
            "is_unsure": False,
            "retry_date": False,
        }

    @api.model
    def _prepare_retry_vals(self, minutes, sentence):
        retry_date = fields.Datetime.now() + timedelta(minutes=minutes)
        self.env.ref(self._outbox_cron)._trigger(retry_date)
        return {"retry_date": retry_date, "error_message": sentence}

    def _prepare_unexpected_vals(self, error):
        where = f"telling {self._name} {self.id}"
        message = self.env["pdd.issue"]._report_exception(self.shop_id, where, error)
        # the call may have been made: the platform is read before it is told again
        return {"state": "error", "error_message": message, "is_unsure": True}
