# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .. import pop
from ..button_time import for_a_moment, hand_over, notify

GC_LIMIT = 10000
HOURS_KEPT = timedelta(days=90)
RECOUNT_AGES = (timedelta(days=7), timedelta(days=30))
RECOUNT_SPAN = timedelta(days=3)  # a server that was off does not miss the day
RETRY_MINUTES = (5, 15, 60, 240)  # after that a person is told


class PddOrderCount(models.Model):
    """Proof of completeness: the deals of an hour or a day, there and here.

    The platform's list by deal time is read independently of the feed, which reads by
    time of change. What the list has and Odoo has not is written by the way; then the
    platform's number and amounts must equal what Odoo holds, to the fen.
    """

    _name = "pdd.order.count"
    _description = "PDD Order Count"
    _order = "date_to desc, period, id"
    _rec_name = "date_from"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    period = fields.Selection(
        [("hour", "Hour"), ("day", "Day")], required=True, readonly=True
    )
    date_from = fields.Datetime(string="Deals From", required=True, readonly=True)
    date_to = fields.Datetime(
        string="Deals Before", required=True, readonly=True, index=True
    )
    is_history = fields.Boolean(
        string="History", readonly=True, help="Part of an import of older orders."
    )
    state = fields.Selection(
        [
            ("waiting", "To count"),
            ("equal", "Equal"),
            ("different", "Different, tried again"),
            ("given_up", "Stays different"),
            ("too_old", "Out of reach"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
        help="Out of reach: the platform shows the deals of the last 90 days only.",
    )
    platform_count = fields.Integer(string="Orders There", readonly=True)
    platform_paid = fields.Monetary(string="Paid There", readonly=True)
    platform_receivable = fields.Monetary(string="Receivable There", readonly=True)
    odoo_count = fields.Integer(string="Orders Here", readonly=True)
    odoo_paid = fields.Monetary(string="Paid Here", readonly=True)
    odoo_receivable = fields.Monetary(string="Receivable Here", readonly=True)
    count_difference = fields.Integer(
        string="Orders Missing", compute="_compute_differences", store=True
    )
    amount_difference = fields.Monetary(
        string="Amount Missing", compute="_compute_differences", store=True
    )
    added_count = fields.Integer(
        string="Added",
        readonly=True,
        help="Orders that came with this reading: the feed had not brought them.",
    )
    detail = fields.Text(readonly=True, help="Orders that differ.")
    check_date = fields.Datetime(string="Counted On", readonly=True)
    next_check_date = fields.Datetime(
        string="Count On", readonly=True, default=fields.Datetime.now
    )
    tries = fields.Integer(readonly=True)

    # --- a reading in the middle
    read_until = fields.Datetime(readonly=True)
    slice_seconds = fields.Integer(readonly=True)

    _period_uniq = models.UniqueIndex("(shop_id, period, date_to)")
    _due_idx = models.Index("(next_check_date) WHERE state IN ('waiting', 'different')")

    @api.depends(
        "platform_count",
        "odoo_count",
        "platform_paid",
        "odoo_paid",
        "platform_receivable",
        "odoo_receivable",
        "state",
    )
    def _compute_differences(self):
        for count in self:
            is_open = count.state == "waiting"
            receivable = count.platform_receivable - count.odoo_receivable
            paid = count.platform_paid - count.odoo_paid
            count.count_difference = (
                0 if is_open else count.platform_count - count.odoo_count
            )
            count.amount_difference = 0 if is_open else receivable or paid

    @api.depends("period", "date_from")
    def _compute_display_name(self):
        for count in self:
            count.display_name = count._get_label()

    def _get_label(self):
        """Return the period in the platform's time, e.g. ``2026-06-01 14:00``."""
        self.ensure_one()
        if not self.date_from:
            return ""
        text = pop.to_platform_text(self.date_from)
        return text[:16] if self.period == "hour" else text[:10]

    # --- buttons

    def action_count_again(self):
        """Read the deals of these periods again, now."""
        self.check_access("read")
        # the mirror belongs to the connector: users have no write access to it
        counts = for_a_moment(self.sudo())
        counts._reset()
        counts._count_all(raise_error=True)
        if hand_over(counts, "pdd_connector.ir_cron_order_count"):
            return notify(self.env, "", is_over=True)
        return None

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_action"
        )
        action["domain"] = list(self._get_order_domain())
        return action

    # --- business methods

    def _get_order_domain(self):
        """Return the domain of Odoo's orders of this period."""
        self.ensure_one()
        return (
            Domain("shop_id", "=", self.shop_id.id)
            & Domain("confirm_date", ">=", self.date_from)
            & Domain("confirm_date", "<", self.date_to)
        )

    def _reset(self):
        """Let these periods be counted anew."""
        self.write(
            {
                "state": "waiting",
                "read_until": False,
                "next_check_date": fields.Datetime.now(),
            }
        )

    @api.model
    def _count_again(self, shop, date_from, date_to):
        """Let the periods that touch a window be counted anew by the scheduled action."""
        self.search(
            Domain("shop_id", "=", shop.id)
            & Domain("date_from", "<=", date_to)
            & Domain("date_to", ">", date_from)
        )._reset()

    @api.model
    def _recount_days(self, shop, now):
        """Let proven days be read again when they are a week and a month old.

        A change of an older order that no list has shown, such as a signature or an
        after-sale, is found then: each reading takes in the orders as they are.
        """
        domain = Domain("shop_id", "=", shop.id)
        domain &= Domain("period", "=", "day") & Domain("state", "=", "equal")
        domain &= Domain("check_date", "<", now - RECOUNT_SPAN)
        domain &= Domain.OR(
            Domain("date_to", "<=", now - age)
            & Domain("date_to", ">", now - age - RECOUNT_SPAN)
            for age in RECOUNT_AGES
        )
        self.search(domain)._reset()

    def _compare(self):
        """Compare what was read with what Odoo holds; decide what comes next."""
        self.ensure_one()
        vals = self._get_odoo_figures()
        vals["check_date"] = fields.Datetime.now()
        self.write(vals)
        if self._is_equal():
            self._set_equal()
        else:
            self._set_different()

    def _get_odoo_figures(self):
        ((count, paid, receivable),) = self.env["pdd.order"]._read_group(
            self._get_order_domain(),
            [],
            ["__count", "pay_amount:sum", "receivable_amount:sum"],
        )
        return {
            "odoo_count": count,
            "odoo_paid": paid,
            "odoo_receivable": receivable,
        }

    def _is_equal(self):
        same = self.currency_id.compare_amounts
        return (
            self.platform_count == self.odoo_count
            and not same(self.platform_paid, self.odoo_paid)
            and not same(self.platform_receivable, self.odoo_receivable)
        )

    def _set_equal(self):
        if self.tries:
            self.env["pdd.issue"]._settle(
                self.shop_id, "incomplete", [self._get_issue_key()]
            )
        self.write(
            {"state": "equal", "tries": 0, "next_check_date": False, "detail": False}
        )
        if self.period == "day":
            # its hours have the same orders, which are complete now
            self.search(
                Domain("shop_id", "=", self.shop_id.id)
                & Domain("period", "=", "hour")
                & Domain("state", "in", ("different", "given_up"))
                & Domain("date_from", ">=", self.date_from)
                & Domain("date_to", "<=", self.date_to)
            )._reset()

    def _set_different(self):
        tries = self.tries + 1
        vals = {"tries": tries, "read_until": False}
        if tries > len(RETRY_MINUTES):
            vals.update(state="given_up", next_check_date=False)
            self._report()
        else:
            wait = timedelta(minutes=RETRY_MINUTES[tries - 1])
            vals.update(state="different", next_check_date=self.check_date + wait)
        self.write(vals)

    def _get_issue_key(self):
        return f"{self.period} {self._get_label()}"

    def _report(self):
        """Open an issue for a period that does not heal."""
        name = self.env._(
            "%(shop)s, deals of %(period)s: orders on Pinduoduo: %(there)s, in Odoo: "
            "%(here)s; amount missing: %(amount).2f. Compare with the merchant backend, "
            "then read this window again.",
            shop=self.shop_id.name,
            period=self._get_label(),
            there=self.platform_count,
            here=self.odoo_count,
            amount=self.amount_difference,
        )
        self.env["pdd.issue"]._report(
            self.shop_id, "incomplete", self._get_issue_key(), name, detail=self.detail
        )

    @api.autovacuum
    def _gc_hours(self):
        """Purge old hours; their days are kept as proof."""
        limit_date = fields.Datetime.now() - HOURS_KEPT
        counts = self.search(
            [("period", "=", "hour"), ("date_to", "<", limit_date)], limit=GC_LIMIT
        )
        counts.unlink()
        return len(counts), len(counts) == GC_LIMIT
