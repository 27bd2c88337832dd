# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from psycopg2.errors import SerializationFailure

from .. import pop
from ..const import API_CALLS_PER_SECOND, LOGGED_PARAMS

_logger = logging.getLogger(__name__)

TIME_API = "pdd.time.get"
# errors of that one call that say nothing about others
NO_TIME = (pop.PddPermissionError, pop.PddParameterError, pop.PddBusinessError)
PATIENCE = 1.0  # seconds a call waits for its place before it comes back later
LOCK_TIMEOUT = f"{pop.TIMEOUT + 10}s"  # who has the lock may wait for the platform
ATTEMPTS = 3
FARTHEST_CLOCK = timedelta(days=3650)
SKEW_WARNING = 60  # seconds
SKEW_STEP = 2  # seconds; the platform tells its time in whole ones


class PddShop(models.Model):
    """The way from a shop to the gateway: one call, its pace, journal and clock."""

    _inherit = "pdd.shop"

    trace_until = fields.Datetime(
        help="Until then all calls of this shop are kept in the journal, "
        "not only the failures."
    )
    clock_skew = fields.Float(
        string="Clock Difference (seconds)",
        readonly=True,
        copy=False,
        digits=(12, 1),
        help="Platform's clock minus this server's clock.",
    )
    clock_warning = fields.Boolean(compute="_compute_clock_warning")

    def _compute_clock_warning(self):
        for shop in self:
            shop.clock_warning = abs(shop.clock_skew) > SKEW_WARNING

    def action_trace(self):
        """Keep every call for a day, or stop doing so."""
        now = fields.Datetime.now()
        for shop in self:
            tracing = shop.trace_until and shop.trace_until > now
            shop.trace_until = False if tracing else now + timedelta(days=1)

    # --- calls

    def _call(self, api_name, /, **params):
        """Call an API for this shop; the one door to the gateway.

        The call keeps the shop's pace, renews an expired token once, and leaves a
        row in the journal when it fails. Not to be called while rows are locked.
        A pasted token is checked first: nobody knows yet whose it is.

        :param str api_name: e.g. ``pdd.order.information.get``
        :param params: business parameters, named and typed as in the documentation
        :return dict: content of the answer
        :raise UserError: the shop must not call (not authorised, copied database)
        :raise pop.PddError: by cause, see :func:`~.pop.errors`
        """
        self.ensure_one()
        self._check_may_call()
        if not self.token_date and self._connect() != self:
            raise UserError(
                self.env._(
                    "The token of %s belongs to a shop that is connected already: "
                    "archive this one.",
                    self.name,
                )
            )
        return self._call_renewing(self._client(), api_name, params)

    def _call_renewing(self, client, api_name, params):
        """Call; renew a token the platform does not accept, once, and call again."""
        try:
            return self._call_client(client, api_name, params)
        except (pop.PddTokenExpiredError, pop.PddTokenRevokedError) as error:
            client.access_token = self._renew_token(client.access_token, error)
        return self._call_client(client, api_name, params)

    def _check_may_call(self):
        """Raise unless this shop of this database may talk to the platform."""
        self._check_database()
        if self.state != "authorised":
            raise UserError(
                self.env._(
                    "%s is not authorised: open the shop and press Authorise.",
                    self.name,
                )
            )

    def _client(self):
        """Return a client that carries the shop's secrets and the platform's time."""
        self._check_database()
        # the only place where secrets leave the database: readers need no right to them
        secrets = self.sudo()
        skew = secrets.clock_skew
        return pop.PddClient(
            secrets.gateway_url,
            secrets.client_id or "",
            secrets.client_secret or "",
            secrets.access_token or None,
            now=lambda: time.time() + skew,
        )

    def _client_without_token(self):
        """Return a client for the two token APIs, which are called without a token."""
        client = self._client()
        client.access_token = None
        return client

    def _call_client(self, client, api_name, params):
        """Call in the shop's pace, leaving a row in the journal; renew nothing."""
        pauses = self._take_place(api_name)
        started = time.monotonic()
        try:
            answer = self._call_by_clock(client, api_name, params)
        except pop.PddError as error:
            if error.pauses_api:
                self._pause_api(api_name, error)
            self._log_call(api_name, params, started, error)
            raise
        if pauses:
            self.env["pdd.api.budget"]._end_pauses(self._budget_key(), api_name)
        self._log_call(api_name, params, started)
        return answer

    def _pause_api(self, api_name, error):
        """Keep one API of this shop quiet; the error knows for how long afterwards.

        As long as the platform says, else as long as it counts calls, then longer.
        """
        error.retry_after = self.env["pdd.api.budget"]._block(
            self._budget_key(),
            api_name,
            error.retry_after,
            grows=not error.is_pause_sent,
        )

    def _get_pause(self, api_names):
        """Return the seconds until these APIs take calls of this shop; 0: now.

        What a call waits for by itself is no pause.
        """
        budget = self.env["pdd.api.budget"]
        seconds = budget._get_pause(self._budget_key(), api_names)
        return seconds if seconds > PATIENCE else 0.0

    def _call_by_clock(self, client, api_name, params):
        """Call; when the platform refuses our time, learn its time and call again."""
        try:
            return client.call(api_name, **params)
        except pop.PddClockError:
            offset = client.server_time_offset
            if offset is None or abs(offset) < 1:
                raise
            skew = self.clock_skew + offset
            _logger.warning("PDD shop %s: server clock is off by %.0f s", self.id, skew)
            self._write_apart({"clock_skew": skew})
            client.now = lambda: time.time() + skew
            return client.call(api_name, **params)

    def _take_place(self, api_name):
        """Wait for the next free place of this API, at most ``PATIENCE`` seconds.

        :return int: pauses since the API was last answered
        """
        pace = min(
            self.calls_per_second,
            API_CALLS_PER_SECOND.get(api_name, self.calls_per_second),
        )
        taken, seconds, pauses = self.env["pdd.api.budget"]._take_place(
            self._budget_key(), api_name, pace, PATIENCE
        )
        if not taken:
            raise pop.PddThrottledError(
                0, "the shop's own pace", retry_after=seconds, api_name=api_name
            )
        if seconds:
            time.sleep(seconds)
        return pauses

    def _budget_key(self):
        return f"{self.gateway_url} {self.mall_id or self.id}"

    def _measure_clock(self, client=None):
        """Compare the clocks; keep the difference when it moved by 2 seconds or more.

        Where the platform does not tell the time, it is what it was by our clock.

        :param client: to ask with; None for the shop's own, when it may call
        :return datetime: the platform's time now, naive UTC
        """
        try:
            if client:
                answer = self._call_client(client, TIME_API, {})
            else:
                answer = self._call(TIME_API)
        except NO_TIME as error:
            _logger.info("PDD shop %s: no time, %s", self.id, error)
            return self._get_platform_now()
        platform_time = _read_time(answer)
        if platform_time is None:
            return self._get_platform_now()
        skew = (platform_time - _now()).total_seconds()
        if abs(skew - self.clock_skew) >= SKEW_STEP:
            self._write_apart({"clock_skew": skew})
        return platform_time

    def _get_platform_now(self):
        """Return the platform's time, naive UTC, by the difference last measured."""
        now = fields.Datetime.now() + timedelta(seconds=self.clock_skew)
        return now.replace(microsecond=0)

    # --- journal and state, kept whatever becomes of the business transaction

    def _log_call(self, api_name, params, started, error=None):
        traced = self.trace_until and self.trace_until > fields.Datetime.now()
        if not error and not traced:
            return
        vals = {
            "shop_id": self.id,
            "api_name": api_name,
            "params": {k: v for k, v in params.items() if k in LOGGED_PARAMS},
            "duration": int((time.monotonic() - started) * 1000),
            "failed": bool(error),
            "error_code": _error_code(error),
            "message": str(error) if error else False,
            "request_id": getattr(error, "request_id", None),
        }
        with self._apart() as shop:
            if shop:
                shop.env["pdd.api.call"].create(vals)

    def _write_apart(self, vals):
        """Write on the shop in a transaction of its own."""
        self._do_apart(lambda shop: shop.write(vals))
        self._see(vals)

    def _do_apart(self, action):
        """Run an action under the shop's row lock in a transaction of its own.

        It is run again when another worker was faster. A shop that the running
        transaction has created is known to this worker alone, and used as it is.

        :param action: callable that takes the shop
        :return: its result
        """
        for attempt in range(ATTEMPTS):
            try:
                with self._apart(lock=True) as shop:
                    if shop:
                        return action(shop)
                break
            except SerializationFailure:
                if attempt + 1 == ATTEMPTS:
                    raise
        # same action, same reason: facts about the connection, not user input
        return action(self.sudo())

    @contextmanager
    def _apart(self, *, lock=False):
        """Yield this shop in its own transaction, empty when it is not visible there.

        Inside of such a transaction it is the transaction that runs already.

        :param bool lock: wait for the shop's row lock, at most ``LOCK_TIMEOUT``
        """
        if self.env.context.get("pdd_apart"):
            yield self
            return
        with self.env.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout TO %s", [LOCK_TIMEOUT])
            if lock:
                query = "SELECT id FROM pdd_shop WHERE id = %s FOR NO KEY UPDATE"
                cr.execute(query, [self.id])
            # facts about the connection are not the user's input
            shop = self.with_env(self.env(cr=cr)).sudo()
            yield shop.with_context(pdd_apart=True).exists()

    def _see(self, vals):
        """Let the running transaction know what another one has just stored.

        Its own snapshot of the row is older (repeatable read).
        """
        self.invalidate_recordset()
        for name, value in vals.items():
            field = self._fields[name]
            field._update_cache(self, field.convert_to_cache(value, self))


def _error_code(error):
    """Return the platform's codes of an error, e.g. ``50001/45001``."""
    codes = (getattr(error, "code", None), getattr(error, "sub_code", None))
    return "/".join(str(code) for code in codes if code) or False


def _now():
    return datetime.now(UTC).replace(tzinfo=None)


def _read_time(answer):
    """Return the platform's time, naive UTC, or None when it cannot be read, or be."""
    try:
        moment = pop.parse_time(answer.get("time"))
    except ValueError:
        return None
    # a cursor that follows such a clock would never come back
    return moment if pop.is_past(moment, _now() + FARTHEST_CLOCK) else None
