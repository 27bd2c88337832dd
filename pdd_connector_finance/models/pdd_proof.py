# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


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
        string="Bill There", readonly=True, help="A bill covers this day."
    )
    has_totals = fields.Boolean(
        string="Totals Agree", readonly=True, help="Totals of a file prove the day."
    )
    platform_balance = fields.Monetary(
        string="Balance at Pinduoduo",
        help="As the merchant backend shows it at the day's end; enter it to compare.",
    )
    has_platform_balance = fields.Boolean(string="Compare Balance")
    state = fields.Selection(
        [("proven", "Proven"), ("open", "Not posted"), ("different", "Different")],
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
                proof.state = "proven"

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
        """Prove the days from the first chosen one on anew."""
        self.env["pdd.bill"].check_access("read")  # for accountants only
        for shop, proofs in self.grouped("shop_id").items():
            # the connector writes the proofs, whoever presses the button
            self.sudo()._prove(shop, min(proofs.mapped("date")))

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
        """Prove all shops that have a journal, from their first open day on."""
        commit_progress = self.env["ir.cron"]._commit_progress
        for shop in self.env["pdd.shop"].search([("journal_id", "!=", False)]):
            self._prove(shop)
            if not commit_progress(1):
                break

    @api.model
    def _prove(self, shop, start=None):
        """Write the proofs of a shop's days, as one run from a day on.

        :param start: first day; default the first that is not proven
        """
        start = start or self._get_first_open_day(shop)
        if not start:
            return
        figures = self._get_line_figures(shop, start)
        end = max([*figures, start])
        covered = self._get_covered_days(shop, start, end)
        end = max([end, *covered])
        ledger = self._get_ledger(shop, start)
        opening = self._get_opening(shop, start, ledger)
        known = {
            proof.date: proof
            for proof in self.search([("shop_id", "=", shop.id), ("date", ">=", start)])
        }
        day, balance, to_create = start, ledger.pop(None), []
        while day <= end:
            balance += ledger.get(day, 0.0)
            vals = self._prepare_vals(figures.get(day), opening, balance)
            vals.update(is_covered=day in covered, has_totals=covered.get(day, False))
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
    def _get_first_open_day(self, shop):
        """Return the first day to prove: one that is open, or the day after the last."""
        domain = Domain("shop_id", "=", shop.id)
        first = self.search(
            domain & Domain("state", "!=", "proven"), order="date", limit=1
        )
        if first:
            return first.date
        last = self.search(domain, order="date desc", limit=1)
        if last:
            return last.date
        line = self.env["pdd.bill.line"].search(domain, order="occurred_date", limit=1)
        return line.occurred_date

    @api.model
    def _get_line_figures(self, shop, start):
        """Return what the movements of each day add up to: day -> figures."""
        Line = self.env["pdd.bill.line"]
        domain = Domain("shop_id", "=", shop.id) & Domain("occurred_date", ">=", start)
        figures = {}
        for name, more in (
            ("income", Domain("amount", ">", 0)),
            ("expense", Domain("amount", "<=", 0)),
            ("pending_count", Domain("state", "in", ("pending", "held"))),
            ("unknown_count", Domain("state", "=", "unknown")),
            ("reason_count", Domain("reason", "!=", False)),
        ):
            rows = Line._read_group(
                domain & more, ["occurred_date:day"], ["amount:sum", "__count"]
            )
            for day, amount, count in rows:
                day = fields.Date.to_date(day)
                row = figures.setdefault(day, {"line_count": 0})
                row[name] = count if name.endswith("_count") else amount
                if name in ("income", "expense"):
                    row["line_count"] += count
        return figures

    @api.model
    def _get_covered_days(self, shop, start, end):
        """Return the days a bill covers: day -> whether its totals prove them."""
        bills = self.env["pdd.bill"].search(
            [
                ("shop_id", "=", shop.id),
                ("state", "in", ("open", "done")),
                ("date_to", ">=", start),
            ]
        )
        covered = {}
        for bill in bills:
            day = max(bill.date_from, start)
            while day <= min(bill.date_to, max(end, bill.bill_date or end)):
                covered[day] = covered.get(day, False) or bill.is_proven
                day += timedelta(days=1)
        return covered

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
    def _get_opening(self, shop, start, ledger):
        """Return the opening: the closing of the day before, at first the ledger's."""
        before = self.search(
            [("shop_id", "=", shop.id), ("date", "=", start - timedelta(days=1))]
        )
        return before.closing if before else ledger[None]

    @api.model
    def _prepare_vals(self, figures, opening, ledger):
        """Return the figures of a day."""
        figures = figures or {}
        income, expense = figures.get("income", 0.0), figures.get("expense", 0.0)
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
