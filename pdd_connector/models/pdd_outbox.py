# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

from .. import pop
from ..backoff import is_failed_call, pause_after, pause_of_api
from ..batches import by_company
from ..races import RACES

BATCH_SIZE = 50
LEASE = timedelta(minutes=10)  # a claim older than this belongs to a dead worker
MINUTE = timedelta(minutes=1)
BATCH_SECONDS = 180  # leaves the slowest call ample time within the lease
RETRY = timedelta(minutes=2)  # after the first call without an answer
MOST_RETRY = timedelta(minutes=30)
SHOP_RETRY_MINUTES = 10  # the shop as a whole cannot call
# of an outcome, not stored: only one API waits, the shop's other calls go on
GOES_ON = "goes_on"


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
    _outbox_seconds = 0  # for so long successes are told before they are written down

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
    attempt_count = fields.Integer(
        string="Failed Calls",
        readonly=True,
        copy=False,
        help="Calls that failed: the pause before the next one grows with them.",
    )
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
        due = domain & self._domain_due()
        time_left = commit_progress(remaining=self.search_count(due))
        while time_left:
            claimed = self._claim(domain)
            if not claimed:
                # what is left waits for its moment: it wakes the action then
                commit_progress(remaining=0)
                break
            time_left = commit_progress()
            for rows in by_company(claimed):
                resting_shops = rows._send()
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
                }
            )

    # --- one batch

    def _send(self):
        """Tell the claimed rows one by one.

        :return: the shops whose other rows must wait
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        claims = {row.id: row.claim_date for row in self}
        resting_shops = self.env["pdd.shop"]
        end = time.monotonic() + BATCH_SECONDS
        left = self
        while left:
            outcomes = left._tell_some(claims, resting_shops, end)
            for row, (vals, _seen) in outcomes.items():
                if self._must_rest(vals):
                    resting_shops |= row.shop_id
            self._keep(outcomes)
            left = left[len(outcomes) :]
            commit_progress(len(outcomes))
        return resting_shops

    @api.model
    def _must_rest(self, vals):
        """Return whether an outcome keeps the shop's other rows from being sent now.

        Where one API is paused, rows that need it wait for its end without a call.
        """
        goes_on = (vals or {}).pop(GOES_ON, False)
        return bool(vals and vals.get("retry_date") and not goes_on)

    def _tell_some(self, claims, resting_shops, end):
        """Tell the first of these rows, as many as may be written down together.

        Rows are read together: what is told is at most ``_outbox_seconds`` old.

        :param dict claims: id -> date of the claim under which it is told
        :param resting_shops: those that must not be called now
        :param float end: moment after which no call is begun
        :return dict: row -> (values of the outcome, what was seen); no values: not ours
        """
        outcomes = {}
        group_end = time.monotonic() + self._outbox_seconds
        for row in self:
            if row.claim_date != claims[row.id] or row.state not in self._outbox_states:
                # stopped, changed or taken over since it was claimed
                outcomes[row] = (None, None)
            elif row.shop_id in resting_shops or time.monotonic() > end:
                outcomes[row] = ({}, None)
            else:
                vals, _seen = outcomes[row] = row._tell_safely()
                if vals.get("state") != "sent":
                    break  # the next one may depend on what went wrong
            if time.monotonic() >= group_end:
                break
        return outcomes

    def _tell_safely(self):
        """Tell one row; return the values of its outcome and what was seen."""
        try:
            return self._tell()
        except pop.PddError as error:
            return self._prepare_failure_vals(error), None
        except UserError as error:  # the shop must not call
            return self._prepare_retry_vals(SHOP_RETRY_MINUTES, error.args[0]), None
        except Exception as error:  # noqa: BLE001 one row must not stop the others
            return self._prepare_unexpected_vals(error), None

    @api.model
    def _keep(self, outcomes):
        """Write outcomes; a row that was changed meanwhile keeps its claim.

        The next worker reads the platform before it tells such a row again.
        """
        versions = {row: row.write_date for row in outcomes}
        if self._try_to_keep(outcomes):
            return
        for row, outcome in outcomes.items():
            if row.write_date == versions[row] and self._try_to_keep({row: outcome}):
                self.env["ir.cron"]._commit_progress()

    @api.model
    def _try_to_keep(self, outcomes):
        """Write outcomes, all or none; return whether it went."""
        try:
            for row, (vals, seen) in outcomes.items():
                if vals is not None:
                    row._write_outcome(vals, seen)
            self.env.cr.flush()
        except RACES:
            self.env.cr.rollback()
            return False
        return True

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
        if vals.get("retry_date"):
            self.env.ref(self._outbox_cron)._trigger(vals["retry_date"])

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
        counted = self._count_failure() if is_failed_call(error) else {}
        return {**counted, **self._prepare_remedy_vals(error)}

    def _prepare_remedy_vals(self, error):
        """Return when a row is told again after an error, or that a person has to look.

        :param pop.PddError error: the class says what to do
        """
        sentence = self.shop_id._explain(error)
        if error.outcome_unknown:
            pause = pause_after(self.attempt_count + 1, RETRY, MOST_RETRY)
            vals = self._prepare_retry_vals(pause / MINUTE, sentence)
            return {**vals, "is_unsure": True}
        if pause := pause_of_api(error):
            vals = self._prepare_retry_vals(pause / MINUTE, sentence)
            return {**vals, GOES_ON: True}
        if isinstance(error, pop.PddBusyError):
            return self._prepare_retry_vals(error.retry_after / 60, sentence)
        if isinstance(error, pop.PddBusinessError | pop.PddParameterError):
            return self._prepare_error_vals(sentence)
        return self._prepare_retry_vals(SHOP_RETRY_MINUTES, sentence)

    def _count_failure(self):
        """Return the values that count one more call that failed."""
        return {"attempt_count": self.attempt_count + 1}

    @api.model
    def _prepare_fresh_vals(self):
        """Return what is forgotten when something else, or the same again, is told."""
        return {"error_message": False, "retry_date": False, "attempt_count": 0}

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
        return {"retry_date": retry_date, "error_message": sentence}

    def _prepare_unexpected_vals(self, error):
        where = f"telling {self._name} {self.id}"
        message = self.env["pdd.issue"]._report_exception(self.shop_id, where, error)
        # the call may have been made: the platform is read before it is told again
        return {"state": "error", "error_message": message, "is_unsure": True}
