# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from .. import pop

_logger = logging.getLogger(__name__)

RENEW_BEFORE = timedelta(hours=2)
RENEW_SHARE = 0.2  # of the token's life
REFRESH_API = "pdd.pop.auth.token.refresh"
# A renewal that ends so says nothing about the consent: it is asked again.
NO_REFUSAL = (
    pop.PddTransportError,
    pop.PddBusyError,
    pop.PddThrottledError,
    pop.PddConfigError,
    pop.PddClockError,
    pop.PddStoppedError,
)
TOKEN_FIELDS = (
    "access_token",
    "refresh_token",
    "token_date",
    "token_expiry_date",
    "refresh_token_expiry_date",
    "granted_apis",
)
PASTED_FIELDS = {"access_token", "refresh_token"}


class PddShop(models.Model):
    """The shop's tokens: their life, their renewal, what they allow."""

    _inherit = "pdd.shop"

    access_token = fields.Char(copy=False, groups="base.group_system", exportable=False)
    refresh_token = fields.Char(
        copy=False, groups="base.group_system", exportable=False
    )
    token_date = fields.Datetime(
        string="Token Seen On",
        readonly=True,
        copy=False,
        help="When the token came or was first seen to work; empty after one is pasted.",
    )
    token_expiry_date = fields.Datetime(
        string="Token Valid Until", readonly=True, copy=False
    )
    refresh_token_expiry_date = fields.Datetime(
        string="Authorisation Valid Until",
        readonly=True,
        copy=False,
        help="Afterwards the merchant has to consent again.",
    )
    granted_apis = fields.Json(
        readonly=True, copy=False, export_string_translation=False
    )
    missing_apis = fields.Char(
        string="Missing Permissions", compute="_compute_missing_apis"
    )

    @api.depends("granted_apis")
    def _compute_missing_apis(self):
        for shop in self:
            granted = shop.granted_apis
            required = shop._required_apis() if granted else ()
            missing = [name for name in required if name not in granted]
            shop.missing_apis = ", ".join(missing) or False

    def write(self, vals):
        if vals.keys() & PASTED_FIELDS and "token_date" not in vals:
            # nothing that was known of the former token holds for a pasted one
            unknown = [name for name in TOKEN_FIELDS if name not in PASTED_FIELDS]
            vals = {**dict.fromkeys(unknown, False), **vals}
        return super().write(vals)

    # --- tokens

    def _get_token_vals(self):
        # from one shop of the company to another, to no user
        known = self.sudo()
        return {name: known[name] for name in TOKEN_FIELDS}

    @api.model
    def _prepare_token_vals(self, api_name, answer):
        """Map the answer of the token APIs to field values.

        :raise pop.PddUnexpectedAnswer: there is no token in it
        """
        try:
            token = pop.parse_text(answer.get("access_token"))
            vals = {
                "access_token": token,
                "refresh_token": pop.parse_text(answer.get("refresh_token")),
                "mall_id": pop.parse_text(answer.get("owner_id")),
            }
        except ValueError:
            token = ""
        if not token:
            raise pop.PddUnexpectedAnswer("no token in it", api_name=api_name)
        return vals | {
            "token_date": fields.Datetime.now(),
            "token_expiry_date": _read_end(answer, "expires"),
            "refresh_token_expiry_date": _read_end(answer, "refresh_token_expires"),
            "granted_apis": _read_scope(answer.get("scope")),
        }

    # --- renewal

    @api.model
    def _cron_renew_authorisation(self):
        """Renew tokens before they end and warn before the consent ends."""
        shops = self.search([("state", "=", "authorised")])
        shops = shops.filtered(lambda shop: not shop.is_copied_database)
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=len(shops))
        for shop in shops:
            if not time_left:
                break
            shop._renew_before_end()
            commit_progress()  # the renewal was stored apart: go on with what it stored
            shop._warn_before_end()
            time_left = commit_progress(1)

    def _renew_before_end(self):
        """Renew the token when little of its life is left; failures wait for a retry."""
        if not self._is_renewal_due():
            return
        try:
            self._renew_token(self.access_token)
        except (pop.PddError, UserError, OperationalError) as error:
            self.env.cr.rollback()
            _logger.info("PDD shop %s: token not renewed: %s", self.id, error)

    def _is_renewal_due(self):
        end = self.token_expiry_date
        if not end or not self.refresh_token:
            return False
        life = end - (self.token_date or end)
        left = end - self._get_platform_now()
        return left < max(RENEW_BEFORE, life * RENEW_SHARE)

    def _renew_token(self, failed_token, cause=None):
        """Replace a token, once for all workers.

        Runs in its own transaction under the shop's row lock: the platform may void the
        old token at once, so the new one must be stored whatever becomes of the
        caller. Who comes second finds the new token and does not ask again.

        :param str failed_token: the token the caller used
        :param cause: the error that told it is no longer good
        :return str: the token to go on with
        :raise pop.PddError: ``cause``, or the refusal of the renewal
        """
        self.ensure_one()
        vals, refusal = self._do_apart(
            lambda shop: shop._renew_locked(failed_token, cause)
        )
        self._see(vals)
        if refusal:
            raise refusal
        return vals["access_token"]

    def _renew_locked(self, failed_token, cause):
        """Ask for a new token unless somebody did.

        :return tuple: what is stored now: field values; the error, if there is one
        """
        error = None
        if not self.access_token or self.access_token == failed_token:
            error = self._ask_renewal(cause)
        return {"state": self.state, **self._get_token_vals()}, error

    def _ask_renewal(self, cause):
        """Renew the token; return the error when that fails."""
        if not self.refresh_token:
            refusal = cause or pop.PddTokenExpiredError(
                0, "there is no refresh token", api_name=REFRESH_API
            )
            self._set_unauthorised(refusal)
            return refusal
        client = self._client_without_token()
        try:
            answer = self._call_client(
                client, REFRESH_API, {"refresh_token": self.refresh_token}
            )
            vals = self._prepare_token_vals(REFRESH_API, answer)
        except NO_REFUSAL as error:
            return error
        except pop.PddApiError as refusal:
            revoked = isinstance(cause, pop.PddTokenRevokedError)
            self._set_unauthorised(cause if revoked else refusal)
            return refusal
        self._store_renewed(vals)
        return None

    def _store_renewed(self, vals):
        """Keep what the answer of a renewal may leave out."""
        vals.pop("mall_id")
        for name in ("refresh_token", "refresh_token_expiry_date", "granted_apis"):
            vals[name] = vals[name] or self[name]
        self.write(vals)

    def _set_unauthorised(self, error):
        """Take the shop out of service and tell the responsible, once."""
        revoked = isinstance(error, pop.PddTokenRevokedError)
        self.state = "revoked" if revoked else "expired"
        self._warn_refused()


def _read_end(answer, name):
    """Return when a token ends (naive UTC), or False when the answer does not say.

    :param str name: ``expires`` or ``refresh_token_expires``: followed by ``_at`` in
        Unix seconds, by ``_in`` in seconds from now
    """
    try:
        if end := pop.parse_time(answer.get(f"{name}_at")):
            return end
        seconds = pop.parse_int32(answer.get(f"{name}_in"), default=0)
    except ValueError:
        return False
    now = fields.Datetime.now()
    return now + timedelta(seconds=seconds) if seconds > 0 else False


def _read_scope(scope):
    """Return the names of the APIs a token allows; False when the answer is silent."""
    if not isinstance(scope, list):
        return False
    return [name for name in scope if isinstance(name, str)] or False
