# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector.button_time import (
    for_a_moment,
    hand_over,
    notify,
    work_for_a_moment,
)
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .pdd_bill import DAY, SECOND

LATER_MINUTES = 5


class PddProof(models.Model):
    """Proof of one day of a shop's account: opening + movements = closing = ledger.

    The platform's bill shows no balance; who reads one in the merchant backend can
    enter it, and it is compared as well.
    """

    _name = "pdd.proof"
    _description = "PDD Proof"
    _order = "date desc, shop_id"
    _rec_name = "date"
    _log_access = False

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    date = fields.Date(required=True, readonly=True, help="Day in Shanghai.")
    opening = fields.Monetary(readonly=True)
    income = fields.Monetary(readonly=True)
    expense = fields.Monetary(readonly=True)
    closing = fields.Monetary(
        readonly=True, help="Opening and all movements of the day's bills."
    )
    ledger = fields.Monetary(
        readonly=True,
        help="Balance of the shop's account in the ledger at the day's end.",
    )
    difference = fields.Monetary(readonly=True, help="Ledger minus closing.")
    line_count = fields.Integer(string="Movements", readonly=True)
    pending_count = fields.Integer(string="Not Posted", readonly=True)
    unknown_count = fields.Integer(string="Unknown Codes", readonly=True)
    reason_count = fields.Integer(string="To Look At", readonly=True)
    is_covered = fields.Boolean(
        string="Bill There",
        readonly=True,
        help="A bill, or several together, cover this day from beginning to end.",
    )
    gaps = fields.Char(
        string="Not Covered",
        readonly=True,
        help="From when until when no bill shows the day's movements (in Shanghai).",
    )
    total_gaps = fields.Char(
        string="Without Totals",
        readonly=True,
        help="From when until when no file that ends with totals shows the day's "
        "movements (in Shanghai).",
    )
    missing = fields.Char(
        compute="_compute_missing", help="What the day lacks to be proven."
    )
    next_step = fields.Text(compute="_compute_next_step")
    has_totals = fields.Boolean(
        string="Totals Agree",
        readonly=True,
        help="Files whose totals agree cover this day from beginning to end.",
    )
    platform_balance = fields.Monetary(
        string="Balance at Pinduoduo",
        help="As the merchant backend shows it at the day's end; enter it to compare.",
    )
    has_platform_balance = fields.Boolean(string="Compare Balance")
    state = fields.Selection(
        [("proven", "Proven"), ("open", "Not proven yet"), ("different", "Different")],
        compute="_compute_state",
        store=True,
        index=True,
    )

    _day_uniq = models.UniqueIndex(
        "(shop_id, date)", "There is a proof of this day already."
    )

    @api.depends(
        "difference",
        "pending_count",
        "is_covered",
        "has_totals",
        "closing",
        "platform_balance",
        "has_platform_balance",
    )
    def _compute_state(self):
        for proof in self:
            currency = proof.currency_id
            compared = proof.has_platform_balance and currency.compare_amounts(
                proof.platform_balance, proof.closing
            )
            if proof.pending_count or not proof.is_covered:
                proof.state = "open"
            elif compared or not currency.is_zero(proof.difference):
                proof.state = "different"
            else:
                proof.state = "proven" if proof.has_totals else "open"

    @api.depends("gaps", "total_gaps", "pending_count")
    @api.depends_context("lang")
    def _compute_missing(self):
        for proof in self:
            parts = []
            if proof.gaps:
                parts.append(self.env._("no bill: %s", proof.gaps))
            if proof.total_gaps and proof.total_gaps != proof.gaps:
                parts.append(self.env._("no totals in the file: %s", proof.total_gaps))
            if proof.pending_count:
                parts.append(self.env._("not posted: %s", proof.pending_count))
            proof.missing = "; ".join(parts)

    @api.depends("gaps", "total_gaps", "pending_count", "difference", "state")
    @api.depends_context("lang")
    def _compute_next_step(self):
        for proof in self:
            proof.next_step = proof._get_next_step()

    def _get_next_step(self):
        """Return what a person should do about a day that is not proven."""
        if self.gaps:
            return self.env._(
                "No bill shows %(date)s, %(gaps)s: export the whole day in the "
                "merchant backend under Account details and upload the file.",
                date=self.date,
                gaps=self.gaps,
            )
        if self.pending_count:
            return self.env._("Post the movements of this day.")
        if not self.currency_id.is_zero(self.difference):
            return self.env._(
                "On the first day that differs an entry of the account was made, changed "
                "or cancelled by hand: look for it under Journal Items and mend it, or "
                "undo the bill of that day and post it again."
            )
        if self.state == "different":
            return self.env._(
                "Check in the merchant backend that this is the balance at the end of "
                "the day, and that the bills of all days before it are read."
            )
        if self.total_gaps:
            return self.env._(
                "No totals in the file: nothing shows that it is whole for %(date)s, "
                "%(gaps)s. Export the whole day in the merchant backend under Account "
                "details and upload that file, which ends with totals.",
                date=self.date,
                gaps=self.total_gaps,
            )
        return False

    def write(self, vals):
        """A person enters the balance at the platform, nothing else."""
        if not self.env.su and vals.keys() - {
            "platform_balance",
            "has_platform_balance",
        }:
            raise AccessError(
                self.env._("Only the balance at Pinduoduo can be entered here.")
            )
        return super().write(vals)

    # --- buttons

    def action_refresh(self):
        """Prove the days of these shops anew."""
        self.check_access("read")  # for accountants only
        # the connector writes the proofs, whoever presses the button
        shops = for_a_moment(self.shop_id.sudo())
        work_for_a_moment(shops, 1, self.sudo()._prove)  # as above
        if hand_over(shops, "pdd_connector_finance.ir_cron_prove"):
            return notify(self.env, "", is_over=True)
        return None

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_finance.pdd_bill_line_action"
        )
        action["domain"] = [
            ("shop_id", "=", self.shop_id.id),
            ("occurred_date", "=", self.date),
        ]
        return action

    def action_view_items(self):
        """Show the items of the account on this day, whoever has made them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_account_moves_all"
        )
        account = self.shop_id.journal_id.default_account_id
        action["domain"] = [("account_id", "=", account.id), ("date", "=", self.date)]
        action["context"] = {}
        return action

    # --- making

    @api.model
    def _cron_prove(self):
        """Prove all days of the shops that have a journal.

        Proofs are made while nobody posts: a shop that is being posted has its turn a
        little later.
        """
        cron = self.env["ir.cron"]
        time_left = cron._commit_progress()
        for shop in self.env["pdd.shop"].search([("journal_id", "!=", False)]):
            if not time_left:
                break
            if shop.journal_id.try_lock_for_update(allow_referencing=True):
                self._prove(shop)
            else:
                later = fields.Datetime.now() + timedelta(minutes=LATER_MINUTES)
                self.env.ref("pdd_connector_finance.ir_cron_prove")._trigger(later)
            time_left = cron._commit_progress(1)

    @api.model
    def _prove(self, shop):
        """Write the proofs of a shop's days, as one run from the first movement on.

        All of them each time: a bill may come late, an entry may be dated back, and a
        day that was proven is proven no more.
        """
        figures = self._get_line_figures(shop)
        if not figures:
            return
        known = {
            proof.date: proof for proof in self.search([("shop_id", "=", shop.id)])
        }
        start, end = min(figures), max([*figures, *known])
        bills = self._get_bills(shop)
        end = max([end, *filter(None, bills.mapped("bill_date"))])
        spans = bills._get_spans()
        total_spans = bills.filtered("is_proven")._get_spans()
        ledger = self._get_ledger(shop, start)
        opening = balance = ledger.pop(None)
        day, to_create = start, []
        while day <= end:
            balance += ledger.get(day, 0.0)
            vals = self._prepare_vals(figures.get(day), opening, balance)
            gaps = self._find_gaps(spans, day)
            vals.update(is_covered=not gaps, gaps=", ".join(gaps))
            gaps = self._find_gaps(total_spans, day)
            vals.update(has_totals=not gaps, total_gaps=", ".join(gaps))
            if day in known:
                known[day].write(vals)
            else:
                key = {
                    "shop_id": shop.id,
                    "company_id": shop.company_id.id,
                    "date": day,
                }
                to_create.append({**key, **vals})
            opening = vals["closing"]
            day += timedelta(days=1)
        self.create(to_create)

    @api.model
    def _get_line_figures(self, shop):
        """Return what the movements of each day add up to: day -> figures."""
        Line = self.env["pdd.bill.line"]
        Line.flush_model(["shop_id", "occurred_date", "amount", "state", "reason"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT occurred_date,
                       count(*) AS line_count,
                       COALESCE(sum(amount) FILTER (WHERE amount > 0), 0) AS income,
                       COALESCE(sum(amount) FILTER (WHERE amount < 0), 0) AS expense,
                       count(*) FILTER (WHERE state IN ('pending', 'held'))
                           AS pending_count,
                       count(*) FILTER (WHERE state = 'unknown') AS unknown_count,
                       count(*) FILTER (WHERE reason IS NOT NULL) AS reason_count
                  FROM pdd_bill_line
                 WHERE shop_id = %s
              GROUP BY occurred_date
                """,
                shop.id,
            )
        )
        return {row.pop("occurred_date"): row for row in rows}

    @api.model
    def _get_bills(self, shop):
        """Return the bills of a shop whose movements are in Odoo."""
        return self.env["pdd.bill"].search(
            [("shop_id", "=", shop.id), ("state", "not in", ("new", "refused"))]
        )

    @api.model
    def _find_gaps(self, spans, day):
        """Return from when until when nothing shows a day, as texts.

        :param list spans: what bills show, see ``pdd.bill._get_spans``
        """
        missing, end = datetime.combine(day, time.min), datetime.combine(day, time.max)
        gaps = []
        for first, last in [*spans, [end + SECOND, end + DAY]]:
            if missing < first and missing <= end:
                until = min(first - SECOND, end)
                gaps.append(f"{missing:%H:%M:%S}–{until:%H:%M:%S}")
            missing = max(missing, last + SECOND)
        return gaps

    @api.model
    def _get_ledger(self, shop, start):
        """Return the account's movements per day, and under None the balance before.

        What was booked later because its day is locked counts on its own day.
        """
        Item = self.env["account.move.line"]
        account = shop.journal_id.default_account_id
        domain = Domain("account_id", "=", account.id)
        domain &= Domain("parent_state", "=", "posted")
        ledger = {None: 0.0}
        for move, amount in Item._read_group(
            domain & Domain("move_id.pdd_shifted_date", "!=", False),
            ["move_id"],
            ["amount_currency:sum"],
        ):
            day = move.pdd_shifted_date
            day = None if day < start else day
            ledger[day] = ledger.get(day, 0.0) + amount
        for day, amount in Item._read_group(
            domain & Domain("move_id.pdd_shifted_date", "=", False),
            ["date:day"],
            ["amount_currency:sum"],
        ):
            day = fields.Date.to_date(day)
            day = None if day < start else day
            ledger[day] = ledger.get(day, 0.0) + amount
        return ledger

    @api.model
    def _prepare_vals(self, figures, opening, ledger):
        """Return the figures of a day; without movements none are given."""
        figures = figures or {}
        income = float(figures.get("income", 0))
        expense = float(figures.get("expense", 0))
        closing = round(opening + income + expense, 2)
        names = ("line_count", "pending_count", "unknown_count", "reason_count")
        return {
            "opening": opening,
            "income": income,
            "expense": expense,
            "closing": closing,
            "ledger": round(ledger, 2),
            "difference": round(ledger - closing, 2),
            **{name: figures.get(name, 0) for name in names},
        }
