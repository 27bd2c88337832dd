# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import pop
from ..backoff import pause_after, pause_of_api
from ..races import RACES

_logger = logging.getLogger(__name__)

RETRY = timedelta(minutes=1)
MOST_RETRY = timedelta(minutes=5)  # one failing call in so many minutes costs nothing
REPORT_AFTER = 3  # failures in a row that make an issue
ROUND_SECONDS = 50  # a feed is asked again after that, not sooner, while others wait
DONE = object()  # of a pull that has no page left


class FeedBusy(Exception):
    """Another worker writes this feed: leave it to that one."""


class PddFeed(models.Model):
    """Cursor of one kind of facts of one shop.

    The cursor moves in the transaction that writes the rows it covers. A pull is a
    generator: it writes one page and yields; the runner commits after each page and
    lets the shops take turns, so no lock is held while a page is fetched.
    """

    _name = "pdd.feed"
    _description = "PDD Feed"
    _order = "shop_id, kind"
    _rec_name = "kind"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("order", "Orders"),
            ("refund", "After-sales"),
            ("goods", "Goods"),
            ("bill", "Bills"),
        ],
        required=True,
        readonly=True,
    )
    synced_until = fields.Datetime(
        string="Complete Until",
        help="All that happened on the platform before this moment is in Odoo.",
    )
    position = fields.Json(
        readonly=True,
        export_string_translation=False,
        help="Where a reading goes on that was left in the middle.",
    )
    is_cut_short = fields.Boolean(
        string="Catching Up",
        readonly=True,
        help="The time of the scheduled action ended before this feed was done; it "
        "goes on at once.",
    )
    last_run_date = fields.Datetime(string="Last Run", readonly=True)
    next_run_date = fields.Datetime(
        string="Not Before", readonly=True, help="Set after a failure."
    )
    failure_count = fields.Integer(string="Failures in a Row", readonly=True)
    last_error = fields.Char(readonly=True)

    _shop_kind_uniq = models.UniqueIndex(
        "(shop_id, kind)", "A shop has one feed of each kind."
    )

    def action_run(self):
        """Read now, also when the feed waits after a failure."""
        return self.shop_id._sync_by_hand(self.kind)

    # --- runner

    @api.model
    def _cron_pull(self, kind):
        """Read all due feeds of one kind; shops take turns page by page."""
        shops = self.env["pdd.shop"].search([("state", "=", "authorised")])
        shops._get_feeds(kind)._filter_due().sorted("last_run_date")._run_pulls()

    def _filter_due(self):
        """Return the feeds whose turn it is.

        While some wait for the rest of their turn, those that had theirs a moment ago
        are left out: else many shops would never come to the end of a round.
        """
        now = fields.Datetime.now()
        due = self.filtered(
            lambda feed: not feed.next_run_date or feed.next_run_date <= now
        )
        if not any(due.mapped("is_cut_short")):
            return due
        moment_ago = now - timedelta(seconds=ROUND_SECONDS)
        return due.filtered(
            lambda feed: (
                feed.is_cut_short
                or not feed.last_run_date
                or feed.last_run_date < moment_ago
            )
        )

    def _run_pulls(self, *, raise_error=False):
        """Run the pulls of these feeds in turns, committing after each page.

        :param bool raise_error: a person waits: raise the first error as a sentence
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=len(self))
        # one by one: each commit empties the cache, which must not be filled for all
        pulls = {feed: feed._pull() for feed in map(self.browse, self.ids)}
        while pulls and time_left:
            for feed, pull in list(pulls.items()):
                running = feed._run_slice(pull, raise_error=raise_error)
                if not running:
                    del pulls[feed]
                time_left = commit_progress(1, remaining=len(pulls))
                if not time_left:
                    break
        self.browse([feed.id for feed in pulls])._set_cut_short()

    def _run_slice(self, pull, *, raise_error):
        """Advance one pull by a page; return whether there is more to read."""
        try:
            running = next(pull, DONE) is not DONE
            if not running:
                self._set_done()
            self.env.flush_all()  # what another worker has changed is met in here
        except FeedBusy:
            self.env.cr.rollback()  # another worker reads this feed
            return False
        except RACES as error:
            self.env.cr.rollback()  # another worker was faster; nothing is lost
            self._retry_soon(error)
            return False
        except (pop.PddError, UserError) as error:
            self.env.cr.rollback()
            sentence = self._set_failed(error)
            if raise_error:
                self.env["ir.cron"]._commit_progress()
                raise UserError(sentence) from error
            return False
        except Exception as error:  # noqa: BLE001 one shop must not stop the others
            self.env.cr.rollback()
            self._set_failed(error)
            if raise_error:
                raise
            return False
        return running

    def _pull(self):
        """Return the generator of this feed's kind; it yields after each written page."""
        self.ensure_one()
        # what a page brings about happens in the shop's company
        feed = self.with_company(self.company_id)
        return getattr(feed, f"_pull_{self.kind}")()

    def _lock(self):
        """Lock the cursor for the page about to be written.

        :raise FeedBusy: another worker writes this feed
        """
        if not self.try_lock_for_update(allow_referencing=True):
            raise FeedBusy

    def _retry_soon(self, error):
        """Read again in a minute: two workers wrote the same rows at once."""
        _logger.info("PDD feed %s: read again after %s", self.id, type(error).__name__)
        self.env.ref(self._get_cron_xmlid())._trigger(fields.Datetime.now() + RETRY)

    def _get_cron_xmlid(self):
        """Return the scheduled action that reads this kind of feed."""
        return f"pdd_connector.ir_cron_{self.kind}_intake"

    # --- outcome

    def _set_done(self):
        if self.failure_count:
            solution = self.env._("The feed was read again")
            self.env["pdd.issue"]._settle(
                self.shop_id, "connection", [self.kind], solution
            )
        self.write(
            {
                "last_run_date": fields.Datetime.now(),
                "next_run_date": False,
                "failure_count": 0,
                "last_error": False,
                "is_cut_short": False,
            }
        )

    def _set_cut_short(self):
        """Note which feeds the end of the time has interrupted."""
        if self:
            self.try_lock_for_update(allow_referencing=True).is_cut_short = True
            self.env["ir.cron"]._commit_progress(remaining=len(self))

    def _set_failed(self, error):
        """Note why the feed stopped and when to try again; return the sentence."""
        failures = self.failure_count + 1
        delay = pause_after(failures, RETRY, MOST_RETRY)
        if isinstance(error, pop.PddThrottledError):
            failures = self.failure_count
        if pause := pause_of_api(error):
            delay = pause
            cron = self.env.ref(self._get_cron_xmlid())
            cron._trigger(fields.Datetime.now() + delay)
        sentence = self._explain(error)
        if failures >= REPORT_AFTER:
            self.env["pdd.issue"]._report(
                self.shop_id, "connection", self.kind, sentence
            )
        now = fields.Datetime.now()
        self.write(
            {
                "last_run_date": now,
                "next_run_date": now + delay,
                "failure_count": failures,
                "last_error": sentence,
                "is_cut_short": False,
            }
        )
        return sentence

    def _explain(self, error):
        if isinstance(error, pop.PddError):
            return self.shop_id._explain(error)
        if isinstance(error, UserError):
            return error.args[0]
        return self.env["pdd.issue"]._report_exception(
            self.shop_id, f"feed {self.kind}", error
        )
