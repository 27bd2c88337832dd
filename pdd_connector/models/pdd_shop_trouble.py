# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools.translate import LazyTranslate
from psycopg2.errors import UniqueViolation

_lt = LazyTranslate(__name__)

ACTIVITY = "pdd_connector.mail_activity_trouble"


class PddShop(models.Model):
    """Trouble of a shop: its issues, and one activity for its responsible."""

    _inherit = "pdd.shop"

    issue_ids = fields.One2many("pdd.issue", "shop_id", string="Trouble")
    issue_count = fields.Integer(string="Open Issues", compute="_compute_issue_count")

    def _compute_issue_count(self):
        counts = dict(
            self.env["pdd.issue"]._read_group(
                [("shop_id", "in", self.ids), ("state", "=", "open")],
                ["shop_id"],
                ["__count"],
            )
        )
        for shop in self:
            shop.issue_count = counts.get(shop, 0)

    def action_view_issues(self):
        return self._open("pdd_connector.pdd_issue_action", search_default_open=1)

    def _plan_trouble_activity(self):
        """Leave one open activity for the responsible, however many issues there are."""
        self.ensure_one()
        # the reader of the activity need not be who has met the trouble
        shop = self.sudo()
        if shop.activity_search([ACTIVITY]):
            return
        try:
            with self.env.cr.savepoint():
                shop.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY,
                    note=self.env._(
                        "Open the list of issues: each names its cause and the fix."
                    ),
                    user_id=shop.user_id.id or self.env.uid,
                )
        except UniqueViolation:
            # another worker has just planned it, and made the responsible a follower
            return

    def _close_trouble_activity(self):
        """End the activity of shops without open issues."""
        for shop in self.sudo():  # as above
            if not shop.issue_count:
                shop.activity_unlink([ACTIVITY])

    def _report_unreadable(self, kind, number, error, orders=None):
        """Open an issue for rows the platform sent that cannot be read.

        :param str kind: what the row is about, e.g. ``order``
        :param number: its number on the platform
        :param error: what is wrong with it
        """
        name = _lt(
            "The platform sent data that cannot be read (%(kind)s %(number)s): check it "
            "in the merchant backend; it is read again when it changes there.",
            kind=kind,
            number=number,
        )
        self.env["pdd.issue"]._report(
            self, "unreadable", kind, name, orders, detail=str(error)
        )

    def _retry_feeds(self, causes):
        """Read the feeds again that waited for one of these causes to end."""
        if not set(causes) & {"connection", "authorisation", "exception", "incomplete"}:
            return
        self.feed_ids.next_run_date = False
        for kind in set(self.feed_ids.mapped("kind")):
            cron = self.env.ref(
                f"pdd_connector.ir_cron_{kind}_intake", raise_if_not_found=False
            )
            if cron:
                cron._trigger()
