# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models

WARNING_DAYS = (30, 14, 7, 3, 1)
WARNING_TYPE = "pdd_connector.mail_activity_authorisation"


class PddShop(models.Model):
    """Warnings about the end of the authorisation, for the shop's responsible."""

    _inherit = "pdd.shop"

    warned_days = fields.Integer(readonly=True, copy=False)
    warned_end_date = fields.Datetime(readonly=True, copy=False)

    def _warn_before_end(self):
        """Create an activity 30, 14, 7, 3 and 1 days before the consent ends."""
        end = self.refresh_token_expiry_date
        if not end:
            return
        left = end - self._get_platform_now()
        due = [days for days in WARNING_DAYS if left <= timedelta(days=days)]
        if self._is_postponed(end) and self.warned_days:
            self._close_warnings()
            self.warned_days = 0
        if not due or 0 < self.warned_days <= min(due):
            return
        self.write({"warned_days": min(due), "warned_end_date": end})
        shop = self._for_reader()
        shop._warn(
            shop.env._(
                "The authorisation of %(shop)s ends on %(date)s: press Authorise "
                "before that day.",
                shop=shop.name,
                date=fields.Date.to_string(end),
            )
        )

    def _is_postponed(self, end):
        """Return whether the end has moved a day or more since the last warning."""
        return bool(
            self.warned_end_date and end - self.warned_end_date >= timedelta(days=1)
        )

    def _warn_refused(self):
        shop = self._for_reader()
        sentence = shop.env._(
            "%s is no longer authorised: orders are not read any more. "
            "Open the shop and press Authorise.",
            shop.name,
        )
        shop.env["pdd.issue"]._report(shop, "authorisation", "", sentence)
        shop._warn(sentence)

    def _warn(self, sentence):
        """Leave one open activity for the responsible; a later one replaces it."""
        self._close_warnings()
        self.activity_schedule(
            WARNING_TYPE,
            summary=self.env._("Pinduoduo authorisation"),
            note=sentence,
            user_id=self.user_id.id or self.env.uid,
        )

    def _close_warnings(self):
        # the connector's own activities, whoever they are assigned to
        self.sudo().activity_unlink([WARNING_TYPE])
