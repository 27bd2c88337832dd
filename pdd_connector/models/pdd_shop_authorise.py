# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import pop
from ..const import DEFAULT_CONSENT_PAGE, PLATFORM_DOMAINS

CONSENT_MINUTES = 15  # life of one started authorisation
CALLBACK_PATH = "/pdd/authorise"
CREATE_API = "pdd.pop.auth.token.create"
MALL_API = "pdd.mall.info.get"
MAX_ID = 2**31 - 1


class PddShop(models.Model):
    """Consent of the merchant: how a shop gets its tokens.

    The platform's answers are stored in transactions of their own: a token that is
    lost with the transaction of a page can only be replaced by another consent.
    """

    _inherit = "pdd.shop"

    client_id = fields.Char(string="Client ID", copy=False)
    client_secret = fields.Char(
        copy=False, groups="base.group_system", exportable=False
    )
    consent_url = fields.Char(
        string="Consent Page",
        compute="_compute_consent_url",
        store=True,
        readonly=False,
        help="Page on which the merchant agrees; it belongs to the gateway.",
    )
    redirect_uri = fields.Char(
        string="Callback Address",
        compute="_compute_redirect_uri",
        help="Register this address with the application in the open platform console.",
    )
    consent_digest = fields.Char(
        readonly=True, copy=False, groups="base.group_system", exportable=False
    )
    consent_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    consent_expiry_date = fields.Datetime(readonly=True, copy=False)

    @api.depends("gateway_url")
    def _compute_consent_url(self):
        for shop in self:
            shop.consent_url = self._default_consent_url(shop.gateway_url)

    def _compute_redirect_uri(self):
        for shop in self:
            shop.redirect_uri = shop.get_base_url() + CALLBACK_PATH

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
                "redirect_uri": self.redirect_uri,
                "state": self._start_consent(),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"{self.consent_url}?{query}",
            "target": "self",
        }

    def action_check_connection(self):
        """Check the stored (or pasted) token and take the shop into service."""
        self.ensure_one()
        self.check_access("write")
        self._check_secrets()
        with self._user_errors():
            shop = self._connect()
        return shop._notify_connected(moved=shop != self)

    def _check_secrets(self):
        """Raise unless there is something to call with."""
        # whether they are there is told, not what they are
        known = self.sudo()
        if not known.client_id or not known.client_secret:
            raise UserError(
                self.env._("Fill in the client ID and the client secret first.")
            )
        if not known.access_token:
            raise UserError(
                self.env._("There is no token yet: press Authorise, or paste one.")
            )

    def _notify_connected(self, *, moved):
        """Tell that the platform answered, and what the token may not do."""
        message = self.env._("Pinduoduo answers for mall %s.", self.mall_id or "?")
        if self.missing_apis:
            message = self.env._(
                "Pinduoduo answers, but the token lacks permissions: %s",
                self.missing_apis,
            )
        follow_up = {"type": "ir.actions.client", "tag": "soft_reload"}
        if moved:  # the mall is known as another shop, which has got the token
            follow_up = self.get_formview_action()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if self.missing_apis else "success",
                "title": self.name,
                "message": message,
                "next": follow_up,
            },
        }

    # --- consent

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
        shop = self._claim_consent(state)
        if not code:
            raise UserError(
                self.env._(
                    "Pinduoduo sent no consent: let the shop's main account agree, or "
                    "press Authorise again."
                )
            )
        with shop._user_errors():
            client = shop._client_without_token()
            answer = shop._call_client(client, CREATE_API, {"code": code})
            return shop._adopt(answer)

    @api.model
    def _claim_consent(self, state):
        """Use up the one-time state; return its shop."""
        number, _dot, secret = (state or "").partition(".")
        shop = self.browse(
            int(number) if number.isdecimal() and len(number) < 10 else 0
        )
        if not shop.exists() or not shop._do_apart(
            lambda known: known._use_up_state(secret, self.env.uid)
        ):
            raise UserError(
                self.env._(
                    "This authorisation was started by somebody else, too long ago, "
                    "or is finished already: open the shop and press Authorise again."
                )
            )
        self.invalidate_model(["consent_digest"])
        shop.check_access("write")
        return shop

    def _use_up_state(self, secret, user_id):
        """Return whether the state is good, for this once."""
        good = (
            hmac.compare_digest(self.consent_digest or "", _digest(secret))
            and self.consent_user_id.id == user_id
            and self.consent_expiry_date > fields.Datetime.now()
        )
        if good:
            self.consent_digest = False
        return good

    # --- tokens come in

    def _adopt(self, answer):
        """Store the tokens of a consent and ask the gateway who we are.

        :param dict answer: of the token API
        :return: this shop, or the first one of the same mall
        """
        vals = self._prepare_token_vals(CREATE_API, answer)
        shop = self._move_to_mall(vals.pop("mall_id", ""), vals)
        return shop._connect()

    def _move_to_mall(self, mall_id, vals):
        """Store what was learnt on the shop of this mall; return it.

        When the mall is connected already, its first shop takes over the application
        and the token, and this one, if it never worked, is archived.

        :param str mall_id: as the platform says; empty if it did not
        :raise UserError: the consent came from another mall than this shop's
        """
        first = self._get_first_of_mall(mall_id)
        if not first and mall_id and self.mall_id and mall_id != self.mall_id:
            raise UserError(
                self.env._(
                    "The consent came from the mall %(actual)s, not from %(expected)s: "
                    "authorise with the main account of the right shop.",
                    actual=mall_id,
                    expected=self.mall_id,
                )
            )
        shop = first or self
        vals = {"active": True, **vals}
        if mall_id and not shop.mall_id:
            vals["mall_id"] = mall_id
        if first:
            vals.update(self._prepare_takeover_vals())
        shop._write_apart(vals)
        if first and not self.mall_id:  # it never was a shop of its own
            self._write_apart({"state": "draft", "active": bool(self.order_ids)})
        return shop

    def _get_first_of_mall(self, mall_id):
        """Return the other shop that is connected to this mall, if any."""
        if not mall_id:
            return self.browse()
        # the mall may be connected in a company this user does not see
        everywhere = self.sudo().with_context(active_test=False)
        first = everywhere.search(
            [("mall_id", "=", mall_id), ("id", "!=", self.id)], limit=1
        )
        if first and first.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "This Pinduoduo shop is connected in the company %s already.",
                    first.company_id.name,
                )
            )
        return self.browse(first.ids)

    def _prepare_takeover_vals(self):
        """Return the application of this shop, for the first shop of the same mall."""
        # secrets go from one shop of the company to another, to no user
        known = self.sudo()
        names = ("client_id", "client_secret", "gateway_url", "consent_url")
        return {name: known[name] for name in names}

    def _connect(self):
        """Ask who we are; the shop of that mall is authorised.

        :return: this shop, or the first one of the same mall
        """
        self.ensure_one()
        client, answer = self._client(), {}
        with suppress(pop.PddPermissionError):  # the token may work all the same
            answer = self._call_renewing(client, MALL_API, {})
        mall_id = pop.parse_text(answer.get("mall_id"))
        self._check_mall(mall_id)
        vals = {"state": "authorised", "warned_days": 0}
        vals["token_date"] = self.token_date or fields.Datetime.now()
        if self._get_first_of_mall(mall_id):
            vals = self._get_token_vals() | vals
        shop = self._move_to_mall(mall_id, vals)
        with suppress(pop.PddError):  # worth knowing, not needed
            shop._measure_clock(client)
        shop._close_warnings()
        solution = self.env._("The shop is authorised")
        self.env["pdd.issue"]._settle(shop, "authorisation", None, solution)
        return shop

    def _check_mall(self, mall_id):
        """Take the shop out of service when its token is another mall's."""
        if not mall_id or not self.mall_id or mall_id == self.mall_id:
            return
        self._write_apart({"state": "draft"})
        raise UserError(
            self.env._(
                "The token belongs to the mall %(actual)s, not to %(expected)s: "
                "authorise with the main account of the right shop.",
                actual=mall_id,
                expected=self.mall_id,
            )
        )


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
