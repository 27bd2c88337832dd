# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import hmac
import logging
import secrets
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from odoo import api, fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from .. import pop
from ..const import DEFAULT_CONSENT_PAGE, PLATFORM_DOMAINS

_logger = logging.getLogger(__name__)

CONSENT_MINUTES = 15  # life of one started authorisation
RENEW_BEFORE = timedelta(hours=2)
RENEW_SHARE = 0.2  # of the token's life
WARNING_DAYS = (30, 14, 7, 3, 1)
RENEW_ATTEMPTS = 3
REFRESH_API = "pdd.pop.auth.token.refresh"
CALLBACK_PATH = "/pdd/authorise"


class PddShop(models.Model):
    """Consent of the merchant, tokens and their life."""

    _inherit = "pdd.shop"

    client_id = fields.Char(string="Client ID", copy=False)
    client_secret = fields.Char(
        copy=False, groups="base.group_system", exportable=False
    )
    access_token = fields.Char(copy=False, groups="base.group_system", exportable=False)
    refresh_token = fields.Char(
        copy=False, groups="base.group_system", exportable=False
    )
    token_date = fields.Datetime(readonly=True, copy=False)
    token_expiry_date = fields.Datetime(
        string="Token Valid Until", readonly=True, copy=False
    )
    refresh_token_expiry_date = fields.Datetime(
        string="Authorisation Valid Until",
        readonly=True,
        copy=False,
        help="Afterwards the merchant has to consent again.",
    )
    warned_days = fields.Integer(readonly=True, copy=False)
    granted_apis = fields.Json(
        readonly=True, copy=False, export_string_translation=False
    )
    missing_apis = fields.Char(
        string="Missing Permissions", compute="_compute_missing_apis"
    )
    consent_url = fields.Char(
        string="Consent Page",
        compute="_compute_consent_url",
        store=True,
        readonly=False,
        help="Page on which the merchant agrees; it belongs to the gateway.",
    )
    consent_digest = fields.Char(
        readonly=True, copy=False, groups="base.group_system", exportable=False
    )
    consent_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    consent_expiry_date = fields.Datetime(readonly=True, copy=False)
    database_fingerprint = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        default=lambda self: self._get_database_fingerprint(),
    )
    is_copied_database = fields.Boolean(compute="_compute_is_copied_database")

    @api.depends("granted_apis")
    def _compute_missing_apis(self):
        required = self._required_apis()
        for shop in self:
            granted = shop.granted_apis
            missing = [api for api in required if granted and api not in granted]
            shop.missing_apis = ", ".join(missing) or False

    @api.depends("gateway_url")
    def _compute_consent_url(self):
        for shop in self:
            shop.consent_url = self._default_consent_url(shop.gateway_url)

    @api.depends_context("uid")
    def _compute_is_copied_database(self):
        fingerprint = self._get_database_fingerprint()
        # compared, not shown: a user may know that the database is a copy
        for shop, secret in zip(self, self.sudo(), strict=True):
            shop.is_copied_database = secret.database_fingerprint != fingerprint

    # --- buttons

    def action_authorise(self):
        """Open the platform's consent page; it comes back to the callback address."""
        self.ensure_one()
        self.check_access("write")
        self._check_database()
        if not self.client_id or not self.client_secret:
            raise UserError(
                self.env._("Fill in the client ID and the client secret first.")
            )
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.client_id,
                "redirect_uri": self._get_redirect_uri(),
                "state": self._start_consent(),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"{self.consent_url}?{query}",
            "target": "self",
        }

    def action_check_connection(self):
        """Check a pasted token against the gateway and take the shop into service."""
        for shop in self:
            shop.check_access("write")
            with shop._user_errors():
                shop._connect()
        return True

    def action_confirm_database(self):
        """Let this database call although it is a copy of, or was moved from, another."""
        self.check_access("write")
        # a right-holder confirmed; the field itself is kept from all users
        self.sudo().database_fingerprint = self._get_database_fingerprint()

    # --- consent

    def _get_redirect_uri(self):
        return self.get_base_url() + CALLBACK_PATH

    @api.model
    def _default_consent_url(self, gateway_url):
        """Return the consent page that belongs to a gateway.

        A gateway outside the platform's domains (a simulator) has its own, at the same
        path.
        """
        url = urlsplit(gateway_url or "")
        if not url.hostname or url.hostname.endswith(PLATFORM_DOMAINS):
            return DEFAULT_CONSENT_PAGE
        path = urlsplit(DEFAULT_CONSENT_PAGE).path
        return urlunsplit((url.scheme, url.netloc, path, "", ""))

    def _start_consent(self):
        """Note that this user authorises this shop; return the one-time state."""
        state = secrets.token_urlsafe(32)
        self.write(
            {
                "consent_digest": _digest(state),
                "consent_user_id": self.env.uid,
                "consent_expiry_date": fields.Datetime.now()
                + timedelta(minutes=CONSENT_MINUTES),
            }
        )
        return f"{self.id}.{state}"

    @api.model
    def _finish_consent(self, state, code):
        """Exchange the code that the platform sent back for tokens.

        :param str state: as returned by :meth:`_start_consent`
        :param str code: single use, lives 10 minutes
        :return: the connected shop: the first one, when the mall is known already
        :raise UserError: the state is unknown, used, too old or of another user
        """
        shop_id, _dot, secret = (state or "").partition(".")
        shop = self.browse(int(shop_id) if shop_id.isdecimal() else 0).exists()
        # the state is the proof; it is compared, never shown
        known = shop.sudo()
        if (
            not shop
            or not hmac.compare_digest(known.consent_digest or "", _digest(secret))
            or known.consent_user_id != self.env.user
            or known.consent_expiry_date < fields.Datetime.now()
        ):
            raise UserError(
                self.env._(
                    "This authorisation was started by somebody else, too long ago, "
                    "or is finished already: open the shop and press Authorise again."
                )
            )
        shop.check_access("write")
        known.consent_digest = False
        with shop._user_errors():
            answer = known._client_without_token().call(
                "pdd.pop.auth.token.create", code=code
            )
        return known._adopt(answer)

    def _adopt(self, answer):
        """Store tokens on the shop, or on the first shop of the same mall."""
        mall_id = pop.parse_text(answer.get("owner_id"))
        first = self.with_context(active_test=False).search(
            [("mall_id", "=", mall_id), ("id", "!=", self.id)], limit=1
        )
        if mall_id and first:
            if first.company_id != self.company_id:
                raise UserError(
                    self.env._(
                        "This Pinduoduo shop is connected in the company %s already.",
                        first.company_id.name,
                    )
                )
            first.write({field: self[field] for field in ("client_id", "gateway_url")})
            first.client_secret = self.client_secret
            if self.state == "draft" and not self.order_ids:
                self.active = False
        shop = first if mall_id and first else self
        shop.active = True
        shop.write({"database_fingerprint": self._get_database_fingerprint()})
        shop.write(shop._prepare_token_vals(answer))
        with shop._user_errors():
            shop._connect()
        return shop

    def _prepare_token_vals(self, answer):
        """Map the answer of the token APIs (times: Unix seconds) to field values."""
        vals = {
            "access_token": pop.parse_text(answer.get("access_token")),
            "refresh_token": pop.parse_text(answer.get("refresh_token")),
            "token_date": fields.Datetime.now(),
            "token_expiry_date": pop.parse_time(answer.get("expires_at")),
            "refresh_token_expiry_date": pop.parse_time(
                answer.get("refresh_token_expires_at")
            ),
        }
        if not vals["access_token"]:
            raise UserError(self.env._("Pinduoduo's answer contains no token."))
        if isinstance(answer.get("scope"), list):
            vals["granted_apis"] = [pop.parse_text(name) for name in answer["scope"]]
        mall_id = pop.parse_text(answer.get("owner_id"))
        if mall_id and not self.mall_id:
            vals["mall_id"] = mall_id
        return vals

    def _connect(self):
        """Ask who we are; the shop is authorised when the answer is its own mall."""
        self.ensure_one()
        self._check_database()
        client = self._client()
        try:
            answer = self._call_client(client, "pdd.mall.info.get", {})
        except (pop.PddTokenExpiredError, pop.PddTokenRevokedError) as error:
            client.access_token = self._renew_token(client.access_token, error)
            answer = self._call_client(client, "pdd.mall.info.get", {})
        except pop.PddPermissionError:
            answer = {}  # the token works; the missing permission is named on the form
        mall_id = pop.parse_text(answer.get("mall_id"))
        if mall_id and self.mall_id and mall_id != self.mall_id:
            raise UserError(
                self.env._(
                    "The token belongs to the mall %(actual)s, not to %(expected)s: "
                    "authorise with the main account of the right shop.",
                    actual=mall_id,
                    expected=self.mall_id,
                )
            )
        vals = {"state": "authorised", "warned_days": 0}
        if mall_id and not self.mall_id:
            vals["mall_id"] = mall_id
        self.write(vals)
        self._close_warnings()

    # --- renewal

    @api.model
    def _cron_renew_authorisation(self):
        """Renew tokens before they end and warn before the consent ends."""
        shops = self.search([("state", "=", "authorised")])
        commit_progress = self.env["ir.cron"]._commit_progress
        commit_progress(remaining=len(shops))
        for shop in shops:
            if shop._is_renewal_due():
                try:
                    shop._renew_token(shop.access_token)
                except (pop.PddError, OperationalError) as error:
                    self.env.cr.rollback()
                    _logger.info("PDD shop %s: token not renewed: %s", shop.id, error)
            shop._warn_before_end()
            if not commit_progress(1):
                break

    def _is_renewal_due(self):
        end = self.token_expiry_date
        if not end or not self.refresh_token:
            return False
        life = end - (self.token_date or end)
        return end - fields.Datetime.now() < max(RENEW_BEFORE, life * RENEW_SHARE)

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
        for attempt in range(RENEW_ATTEMPTS):
            try:
                with self._apart(lock=True) as shop:
                    # a shop of the running transaction is known to this worker alone
                    shop = shop or self.sudo()
                    token, refusal = shop._renew_locked(failed_token, cause)
                break
            except SerializationFailure:  # the one who held the lock has renewed it
                if attempt + 1 == RENEW_ATTEMPTS:
                    raise
        self.invalidate_recordset()
        if refusal:
            raise refusal
        return token

    def _renew_locked(self, failed_token, cause):
        """Ask for a new token unless somebody did.

        :return tuple: (token, None) or (None, error)
        """
        token = self.access_token
        if token and token != failed_token:
            return token, None
        if not self.refresh_token:
            refusal = cause or pop.PddTokenExpiredError(
                0, "there is no refresh token", api_name=REFRESH_API
            )
            self._set_unauthorised(refusal)
            return None, refusal
        try:
            answer = self._client_without_token().call(
                REFRESH_API, refresh_token=self.refresh_token
            )
        except (
            pop.PddTransportError,
            pop.PddBusyError,
            pop.PddThrottledError,
        ) as error:
            return None, error  # not a refusal: it is asked again
        except pop.PddApiError as error:
            self._set_unauthorised(error)
            return None, error
        self.write(self._prepare_token_vals(answer))
        return self.access_token, None

    def _client_without_token(self):
        """Return a client for the two token APIs, which are called without a token."""
        client = self._client()
        client.access_token = None
        return client

    def _set_unauthorised(self, error):
        """Take the shop out of service and tell the responsible, once."""
        revoked = isinstance(error, pop.PddTokenRevokedError)
        self.state = "revoked" if revoked else "expired"
        self._warn(
            self.env._(
                "%s is no longer authorised: orders are not read any more. "
                "Open the shop and press Authorise.",
                self.name,
            )
        )

    def _warn_before_end(self):
        """Create an activity 30, 14, 7, 3 and 1 days before the consent ends."""
        end = self.refresh_token_expiry_date
        if not end:
            return
        days = max(0, (end - fields.Datetime.now()).days)
        due = [limit for limit in WARNING_DAYS if days < limit]
        if not due or (self.warned_days and self.warned_days <= min(due)):
            return
        self.warned_days = min(due)
        self._warn(
            self.env._(
                "The authorisation of %(shop)s ends on %(date)s: press Authorise "
                "before that day.",
                shop=self.name,
                date=fields.Date.to_string(end),
            )
        )

    def _warn(self, sentence):
        """Leave one open activity for the responsible; a later one replaces it."""
        self._close_warnings()
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Pinduoduo authorisation"),
            note=sentence,
            user_id=self.user_id.id or self.env.uid,
        )

    def _close_warnings(self):
        self.activity_unlink(["mail.mail_activity_data_warning"])

    # --- which database this is

    @api.model
    def _get_database_fingerprint(self):
        """Return what tells this database from a copy of it."""
        # the database uuid is a system parameter; users cannot read it
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return _digest(f"{uuid}/{self.env.cr.dbname}")

    def _check_database(self):
        """Raise when this database is a copy nobody has confirmed."""
        if self.is_copied_database:
            raise UserError(
                self.env._(
                    "This database is a copy, or was moved: %s does not call Pinduoduo "
                    "until an administrator presses Confirm database on the shop.",
                    self.name,
                )
            )

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


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
