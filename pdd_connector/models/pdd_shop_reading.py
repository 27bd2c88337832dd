# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import timedelta
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .. import pop

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOUR_DELAY = timedelta(minutes=10)  # an hour is counted so long after its end
DAY_DELAY = timedelta(hours=2)  # a day in the night after it
REACH = timedelta(days=90)  # the platform shows no older deals
DONE_STATES = ("equal", "given_up", "too_old")


class PddShop(models.Model):
    """What a shop shows about its reading: history, and the proof that all came."""

    _inherit = "pdd.shop"

    refund_statuses = fields.Char(
        string="After-sale Statuses Asked For",
        required=True,
        default="1",
        help="1 asks for all statuses at once. Should Pinduoduo refuse that, the codes "
        "of the statuses separated by commas are asked for one after the other.",
    )
    history_from_date = fields.Datetime(
        string="Import Older Orders From",
        copy=False,
        help="Pinduoduo shows the deals of the last 90 days.",
    )
    is_history_paused = fields.Boolean(
        string="History Paused", readonly=True, copy=False
    )
    count_ids = fields.One2many("pdd.order.count", "shop_id", string="Proofs")
    history_progress = fields.Float(
        string="History", compute="_compute_history", help="Days read, in percent."
    )
    history_waiting_count = fields.Integer(
        string="Days to Read", compute="_compute_history"
    )
    history_order_count = fields.Integer(
        string="Orders of the History", compute="_compute_history"
    )
    proven_date = fields.Datetime(
        string="Proven Until",
        compute="_compute_proof",
        help="End of the last hour or day whose orders and amounts in Odoo equal those "
        "Pinduoduo counts.",
    )
    difference_count = fields.Integer(
        string="Periods That Differ", compute="_compute_proof"
    )

    @api.constrains("refund_statuses")
    def _check_refund_statuses(self):
        for shop in self:
            if not re.fullmatch(
                r"[0-9]{1,4}(,[0-9]{1,4})*", shop.refund_statuses or ""
            ):
                raise ValidationError(
                    self.env._("After-sale statuses are numbers, such as 1 or 2,3,10.")
                )

    def _compute_history(self):
        figures = {}
        for shop, state, days, orders in self.env["pdd.order.count"]._read_group(
            Domain("shop_id", "in", self.ids) & Domain("is_history", "=", True),
            ["shop_id", "state"],
            ["__count", "platform_count:sum"],
        ):
            figures.setdefault(shop.id, {})[state] = (days, orders)
        for shop in self:
            by_state = figures.get(shop.id, {})
            total = sum(days for days, _orders in by_state.values())
            done = sum(by_state.get(state, (0,))[0] for state in DONE_STATES)
            shop.history_waiting_count = total - done
            shop.history_progress = 100 * done / total if total else 0
            shop.history_order_count = sum(
                orders for _days, orders in by_state.values()
            )

    def _compute_proof(self):
        Count = self.env["pdd.order.count"]
        mine = Domain("shop_id", "in", self.ids)
        proven = dict(
            Count._read_group(
                mine & Domain("state", "=", "equal"), ["shop_id"], ["date_to:max"]
            )
        )
        differing = dict(
            Count._read_group(
                mine & Domain("state", "in", ("different", "given_up")),
                ["shop_id"],
                ["__count"],
            )
        )
        for shop in self:
            shop.proven_date = proven.get(shop, False)
            shop.difference_count = differing.get(shop, 0)

    # --- buttons

    def action_view_counts(self):
        return self._open("pdd_connector.pdd_order_count_action")

    def action_import_history(self):
        """Read the older orders from the date on, in the background."""
        for shop in self:
            shop._check_history()
            # the mirror belongs to the connector: users have no write access to it
            shop.sudo()._plan_history()
        return self.action_resume_history()

    def action_pause_history(self):
        self.is_history_paused = True

    def action_resume_history(self):
        self.is_history_paused = False
        self.env.ref("pdd_connector.ir_cron_order_count")._trigger()

    # --- history

    def _check_history(self):
        start = self.history_from_date
        if not start:
            raise UserError(self.env._("Enter the date to import older orders from."))
        if start >= self.import_from_date:
            raise UserError(
                self.env._(
                    "Orders since %s are read already: enter an earlier date.",
                    fields.Datetime.context_timestamp(self, self.import_from_date)
                    .replace(tzinfo=None)
                    .isoformat(" ", "minutes"),
                )
            )
        if start < self._get_platform_now() - REACH + HOUR:
            raise UserError(
                self.env._(
                    "Pinduoduo shows the deals of the last 90 days only: enter a later "
                    "date."
                )
            )

    def _plan_history(self):
        """Plan the days from the chosen date to where the reading has started so far.

        Each is read like a proof: what Odoo has not is written, then both are compared.
        """
        feed = self._get_feeds("order")
        feed.synced_until = feed.synced_until or self.import_from_date
        starts = _split(self.history_from_date, self.import_from_date, DAY)
        ends = [*starts[1:], self.import_from_date]
        self.env["pdd.order.count"].create(
            [
                self._prepare_count("day", start, end, is_history=True)
                for start, end in zip(starts, ends, strict=True)
                if start < end
            ]
        )
        self.import_from_date = self.history_from_date

    # --- proofs

    def _plan_counts(self):
        """Create the rows of the hours and days that have passed and were read."""
        last = {
            (shop, period): date
            for shop, period, date in self.env["pdd.order.count"]._read_group(
                [("shop_id", "in", self.ids)], ["shop_id", "period"], ["date_to:max"]
            )
        }
        vals_list = []
        for shop in self:
            cursor = shop.last_order_date
            if not cursor:
                continue
            now = shop._get_platform_now()
            # hours are for today; older ones are in their day
            day_ago = (now - DAY).replace(minute=0, second=0)
            first = max(last.get((shop, "hour")) or day_ago, day_ago)
            until = min(cursor, now - HOUR_DELAY)
            vals_list += shop._prepare_counts("hour", HOUR, first, until)
            first = last.get((shop, "day")) or shop.import_from_date
            until = min(cursor, now - DAY_DELAY)
            vals_list += shop._prepare_counts("day", DAY, first, until)
            self.env["pdd.order.count"]._recount_days(shop, now)
        self.env["pdd.order.count"].create(vals_list)

    def _prepare_counts(self, period, length, first, until):
        """Prepare the periods that end between two moments."""
        starts = _split(max(first, self.import_from_date), until, length)
        return [
            self._prepare_count(period, start, end) for start, end in pairwise(starts)
        ]

    def _prepare_count(self, period, start, end, **vals):
        return {
            "shop_id": self.id,
            "period": period,
            "date_from": start,
            "date_to": end,
            **vals,
        }

    def _retry_feeds(self, causes):
        """Count again what stayed different."""
        result = super()._retry_feeds(causes)
        if "incomplete" in causes:
            self.count_ids.filtered(lambda count: count.state == "given_up")._reset()
            self.env.ref("pdd_connector.ir_cron_order_count")._trigger()
        return result


def _split(start, end, length):
    """Return ``start`` and the platform's full hours or days before or at ``end``.

    :param datetime start, end: naive UTC
    :param timedelta length: an hour or a day
    :return list: moments; empty unless ``start < end``
    """
    offset = pop.PLATFORM_TZ.utcoffset(None)
    local = start + offset
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [start] if start < end else []
    moment = midnight + ((local - midnight) // length + 1) * length - offset
    while moment <= end:
        moments.append(moment)
        moment += length
    return moments
