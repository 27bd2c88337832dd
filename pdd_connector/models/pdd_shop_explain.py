# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from .. import pop

_lt = LazyTranslate(__name__)

# What a refusal means and what to do next, where its code says so ...
CODE_EXPLANATIONS = {
    10016: _lt(
        "Pinduoduo does not know the client ID of %(shop)s: compare it with the "
        "application in the open platform console. (%(detail)s)"
    ),
    20004: _lt(
        "Pinduoduo refuses the signature of %(shop)s: the client secret is wrong, "
        "enter it again. (%(detail)s)"
    ),
    20005: _lt(
        "The address of this server is not on the application's list of allowed IP "
        "addresses: add it in the open platform console. (%(detail)s)"
    ),
    20035: _lt(
        "The gateway address of %(shop)s is not the one for this call: check it on "
        "the shop. (%(detail)s)"
    ),
    70036: _lt(
        "The application of %(shop)s is in test state and has used up its calls of "
        "today: apply for going live, or wait until tomorrow. (%(detail)s)"
    ),
}
# ... and where only its class does; the first class that fits.
EXPLANATIONS = (
    (
        pop.PddThrottledError,
        _lt("Pinduoduo limits the pace of %(shop)s; reading goes on by itself."),
    ),
    (
        (pop.PddTokenExpiredError, pop.PddTokenRevokedError),
        _lt(
            "%(shop)s is no longer authorised: open the shop and press Authorise. "
            "(%(detail)s)"
        ),
    ),
    (
        pop.PddPermissionError,
        _lt(
            "The application of %(shop)s lacks a permission: add the package in the "
            "open platform console and authorise again. (%(detail)s)"
        ),
    ),
    (
        pop.PddClockError,
        _lt(
            "Pinduoduo refuses this server's time: set the server's clock (NTP) and "
            "try again. (%(detail)s)"
        ),
    ),
    (
        pop.PddConfigError,
        _lt(
            "Pinduoduo does not accept the application of %(shop)s: check client ID, "
            "client secret, gateway address and the list of allowed IP addresses. "
            "(%(detail)s)"
        ),
    ),
    (
        pop.PddStoppedError,
        _lt(
            "Pinduoduo has stopped the calls of %(shop)s: ask Pinduoduo's support why. "
            "(%(detail)s)"
        ),
    ),
    (
        pop.PddParameterError,
        _lt(
            "Pinduoduo does not understand a call of %(shop)s: tell the administrator. "
            "(%(detail)s)"
        ),
    ),
    (
        pop.PddBusyError,
        _lt(
            "Pinduoduo is busy; %(shop)s is tried again in a few minutes. (%(detail)s)"
        ),
    ),
    (
        pop.PddTransportError,
        _lt(
            "Pinduoduo gave no usable answer for %(shop)s: check the gateway address "
            "and the network; it is tried again by itself. (%(detail)s)"
        ),
    ),
    (pop.PddError, _lt("Pinduoduo refused a call of %(shop)s: %(detail)s")),
)


class PddShop(models.Model):
    """What a refused call means, in words for people."""

    _inherit = "pdd.shop"

    def _explain(self, error):
        """Return what a failed call means for a shop operator, and the next step."""
        shop = self._for_reader()
        sentence = CODE_EXPLANATIONS.get(getattr(error, "code", None)) or next(
            text for cause, text in EXPLANATIONS if isinstance(error, cause)
        )
        text = shop.env._(sentence)
        return text % {"shop": shop.name, "detail": str(error)}

    def _for_reader(self):
        """Return the shop in the language of who will read what is written about it.

        A scheduled action has no reader of its own: it is the responsible.
        """
        if self.env.uid != SUPERUSER_ID or not self.user_id:
            return self
        # his language is no secret
        return self.with_context(lang=self.sudo().user_id.lang)

    @contextmanager
    def _user_errors(self):
        """Turn refused calls into sentences; for what a person's button calls."""
        try:
            yield
        except pop.PddError as error:
            raise UserError(self._explain(error)) from error
