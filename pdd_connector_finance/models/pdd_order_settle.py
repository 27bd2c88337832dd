# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.batches import work_through
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..const import BUYER, PLATFORM, SETTLEMENT_FIXES, TOO_MUCH
from .pdd_flow_type import OF_ORDERS

AGE_BATCH = 1000  # orders marked in one go

SETTLEMENT_STATES = [
    ("not_due", "Not due"),
    ("open", "Not settled"),
    ("partly", "Partly settled"),
    ("settled", "Settled"),
    ("over_settled", "Over-settled"),
    ("refunded_open", "Refunded, open"),
    ("overdue", "Overdue"),
]
SETTLEMENT_REASONS = [
    ("paid_before_invoice", "Paid before the invoice"),
    ("invoice_failed", "Its invoice could not be made"),
    ("document_draft", "Its invoice or a credit note is a draft"),
    ("cancelled_out", "Income and refund cancel out"),
    ("not_paid", "Nothing on the bill yet"),
    ("coupon_missing", "The platform's part is missing"),
    ("short", "Less on the bill than invoiced"),
    ("over", "More on the bill than invoiced"),
    ("parts_differ", "The two parts are mixed up on the bill"),
    ("refund_missing", "The refund is not on the bill yet"),
    ("refund_unknown", "The bill shows a refund no after-sale explains"),
    ("refund_without_income", "A refund, but no income on the bill"),
]


class PddOrder(models.Model):
    """Settlement: what an order should bring, what the bill shows, what is open."""

    _inherit = "pdd.order"

    item_ids = fields.One2many(
        "account.move.line", "pdd_order_id", string="Journal Items", readonly=True
    )
    bill_line_ids = fields.One2many(
        "pdd.bill.line", "order_id", string="Movements", readonly=True
    )
    income_amount = fields.Monetary(
        string="Income on Bill", compute="_compute_settlement", store=True
    )
    refund_bill_amount = fields.Monetary(
        string="Refunds on Bill", compute="_compute_settlement", store=True
    )
    charge_amount = fields.Monetary(
        string="Fees on Bill", compute="_compute_settlement", store=True
    )
    income_date = fields.Date(
        string="First Income", compute="_compute_settlement", store=True, index=True
    )
    open_buyer_amount = fields.Monetary(
        string="Open, Buyer's Part", compute="_compute_settlement", store=True
    )
    open_platform_amount = fields.Monetary(
        string="Open, Platform's Part", compute="_compute_settlement", store=True
    )
    open_amount = fields.Monetary(compute="_compute_settlement", store=True)
    settlement_state = fields.Selection(
        SETTLEMENT_STATES,
        string="Settlement",
        compute="_compute_settlement",
        store=True,
        index=True,
    )
    settlement_reason = fields.Selection(
        SETTLEMENT_REASONS,
        string="Why",
        compute="_compute_settlement",
        store=True,
        index="btree_not_null",
    )
    settlement_due_date = fields.Date(
        string="Settlement Due", compute="_compute_settlement", store=True
    )
    settlement_age = fields.Integer(
        string="Age (days)",
        compute="_compute_settlement_age",
        compute_sudo=True,  # whoever sees the order need not see its invoice
        help="Days since the invoice, while the order is not settled.",
    )
    settlement_fix = fields.Text(
        string="What to Do", compute="_compute_settlement_fix", compute_sudo=True
    )

    @api.depends(
        "state",
        "invoice_state",
        "invoice_id.state",
        "invoice_id.invoice_date",
        "item_ids.amount_residual",
        "item_ids.parent_state",
        "bill_line_ids.state",
        "bill_line_ids.flow_type_id",
        "refund_ids.after_sales_status",
        "refund_ids.effect",
        "refund_ids.refund_amount",
        "refund_ids.platform_amount",
        "refund_ids.credit_note_id.state",
    )
    def _compute_settlement(self):
        today = fields.Date.context_today(self)
        for order in self:
            order._set_bill_figures()
            order._set_open_amounts()
            state, reason = order._find_settlement()
            due_date = order._get_settlement_due_date(state)
            if state in ("open", "partly") and due_date and due_date < today:
                state = "overdue"
            order.settlement_due_date = due_date
            order.settlement_state = state
            order.settlement_reason = reason

    def _set_bill_figures(self):
        """Add up the posted movements of the order by what they mean."""
        sums, dates = defaultdict(float), []
        for line in self.bill_line_ids.filtered(lambda line: line.state == "posted"):
            sums[line.treatment] += line.amount
            if line.treatment == "income":
                dates.append(line.occurred_date)
        self.income_amount = sums["income"]
        self.refund_bill_amount = sums["refund"]
        self.charge_amount = sums["charge"] + sums["reduction"]
        self.income_date = min(dates, default=False)

    def _set_open_amounts(self):
        """Add up what is open of the order's receivables, by part."""
        sums = defaultdict(float)
        for item in self.item_ids:
            if item.pdd_part and item.parent_state == "posted":
                sums[item.pdd_part] += item.amount_residual_currency
        currency = self.currency_id
        self.open_buyer_amount = currency.round(sums[BUYER])
        self.open_platform_amount = currency.round(sums[PLATFORM])
        self.open_amount = currency.round(sums[BUYER] + sums[PLATFORM])

    def _get_settlement_due_date(self, state):
        """Return from when on a person should look at the order.

        Days count from the invoice; without one, or where more came than should have,
        from the last that happened.
        """
        days, invoice = [], self.invoice_id
        if invoice.invoice_date:
            days.append(invoice.invoice_date)
        if state in TOO_MUCH or (state == "open" and not days):
            refunds = self.refund_ids._filter_refunded()
            days += [pop.platform_date(r._get_update_date()) for r in refunds]
            days += self._get_order_rows().mapped("occurred_date")
        if not days:
            return False
        return max(days) + timedelta(days=self.company_id.pdd_due_days)

    # --- rules

    def _find_settlement(self):
        """Return state and reason; both follow from figures that are set before."""
        documents = self.invoice_id + self.refund_ids.credit_note_id
        if "draft" in documents.mapped("state"):
            return "open", "document_draft"
        if self.invoice_id:
            return self._find_invoiced_settlement()
        has_rows = self.income_amount or self.refund_bill_amount
        if not has_rows and not self._get_order_rows():
            return "not_due", False
        if self._is_zero(self.open_amount):
            return "settled", "cancelled_out"
        if not self.income_amount:
            return "open", "refund_without_income"
        if self.state == "cancelled" or self.invoice_state == "nothing":
            return "refunded_open", "refund_missing"
        if self.invoice_state == "error":
            return "not_due", "invoice_failed"
        return "not_due", "paid_before_invoice"

    def _get_order_rows(self):
        """Return the posted movements that are income or refund of the order."""
        return self.bill_line_ids.filtered(
            lambda line: line.treatment in OF_ORDERS and line.state == "posted"
        )

    def _find_invoiced_settlement(self):
        buyer, platform = self.open_buyer_amount, self.open_platform_amount
        if self._is_zero(buyer) and self._is_zero(platform):
            return "settled", False
        refunds = self._compare_refunds()
        if not self._get_order_rows():
            return "open", "not_paid"
        if not self.income_amount:
            return "open", "refund_without_income"
        if refunds > 0 and self.open_amount < 0:
            return "refunded_open", "refund_missing"
        if refunds < 0 and self.open_amount > 0:
            return "open", "refund_unknown"
        if self._is_zero(self.open_amount):
            return "partly", "parts_differ"
        if self._is_zero(buyer) and platform > 0 and self._lacks_platform_income():
            return "partly", "coupon_missing"
        if self.open_amount > 0:
            return "partly", "short"
        return "over_settled", "over"

    def _is_zero(self, amount):
        return self.currency_id.is_zero(amount)

    def _lacks_platform_income(self):
        return not any(
            line.treatment == "income" and line.part == PLATFORM
            for line in self.bill_line_ids
        )

    def _compare_refunds(self):
        """Return what the after-sales gave back beyond what the bill shows (yuan)."""
        done = self.refund_ids._filter_refunded()
        expected = sum(refund.refund_amount + refund.platform_amount for refund in done)
        return self.currency_id.round(expected + self.refund_bill_amount)

    def _compute_settlement_age(self):
        today = fields.Date.context_today(self)
        for order in self:
            start = order.invoice_id.invoice_date or order.income_date
            is_open = order.settlement_state not in (False, "settled", "not_due")
            order.settlement_age = (today - start).days if is_open and start else 0

    @api.depends("settlement_reason")
    @api.depends_context("lang")
    def _compute_settlement_fix(self):
        for order in self:
            order.settlement_fix = order._get_settlement_fix() or False

    def _get_settlement_fix(self):
        """Return the next step for a person."""
        fix = SETTLEMENT_FIXES.get(self.settlement_reason)
        return self.env._(fix) if fix else ""

    @api.model
    def _cron_settlement_age(self):
        """Mark what has become overdue, one transaction per batch.

        What another worker has is settled by him, or marked by the next run.
        """
        domain = Domain("settlement_state", "in", ("open", "partly"))
        domain &= Domain("settlement_due_date", "<", fields.Date.context_today(self))
        work_through(
            self,
            domain,
            AGE_BATCH,
            lambda orders: orders.write({"settlement_state": "overdue"}),
        )
        self.env["pdd.shop"].search(Domain.TRUE)._review_safely()

    # --- reconciling

    def action_settle(self):
        """Reconcile these orders once more, e.g. after entries made by hand."""
        self.env["pdd.bill"].check_access("read")  # for accountants only
        self.check_access("read")
        self.sudo()._reconcile_receivables()  # figures of the mirror follow

    def _reconcile_receivables(self):
        """Reconcile what each order owes with what was paid for it, all in one set."""
        items = self.env["account.move.line"].search(
            [
                ("pdd_order_id", "in", self.ids),
                ("pdd_part", "!=", False),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_id.reconcile", "=", True),
            ]
        )
        by_order = items.grouped(lambda item: (item.pdd_order_id, item.account_id))
        plan = [
            some
            for some in by_order.values()
            if any(item.balance > 0 for item in some)
            and any(item.balance < 0 for item in some)
        ]
        if plan:
            items.with_context(no_exchange_difference=False)._reconcile_plan(plan)

    # --- write-offs

    def _to_books(self, amount):
        """Return an amount of the platform in the currency of the books, by today."""
        company, today = self.company_id, fields.Date.context_today(self)
        return self.currency_id._convert(amount, company.currency_id, company, today)

    def _check_write_off(self, company):
        """Raise unless each order has something open that is within the limit."""
        for order in self:
            amount = abs(order.open_buyer_amount) + abs(order.open_platform_amount)
            if order.currency_id.is_zero(amount):
                raise UserError(
                    self.env._("%s has nothing to write off.", order.order_sn)
                )
            limit, amount = company.pdd_write_off_limit, order._to_books(amount)
            if company.currency_id.compare_amounts(amount, limit) > 0:
                raise UserError(
                    self.env._(
                        "%(order)s has %(amount).2f open, the limit for write-offs is "
                        "%(limit).2f: find the cause, or let the limit be raised in "
                        "the settings.",
                        order=order.order_sn,
                        amount=amount,
                        limit=limit,
                    )
                )

    def action_offset_parts(self):
        """Settle the two parts of an order with each other.

        The bill paid both under one code: what one part has too much is moved to the
        other. No profit or loss, and nothing is left over that was not open before.
        """
        self.env["account.move"].check_access("create")
        orders = self.filtered(lambda order: order.settlement_reason == "parts_differ")
        for company, some in orders.grouped("company_id").items():
            moves = (
                self.env["account.move"]
                .with_company(company)
                .create([order._prepare_offset_vals() for order in some])
            )
            moves._post(soft=False)
            some.sudo()._reconcile_receivables()  # figures of the mirror follow

    def _prepare_offset_vals(self):
        self.ensure_one()
        parts = ((BUYER, self.open_buyer_amount), (PLATFORM, self.open_platform_amount))
        return {
            "move_type": "entry",
            "date": fields.Date.context_today(self),
            "ref": self.order_sn,
            "pdd_shop_id": self.shop_id.id,
            "line_ids": [
                Command.create(
                    {
                        "name": self.env._("Parts of %s offset", self.order_sn),
                        "account_id": self.company_id._get_pdd_receivable(part).id,
                        "partner_id": self.shop_id._get_debtor().id,
                        "currency_id": self.currency_id.id,
                        "amount_currency": -amount,
                        "balance": self._to_books(-amount),
                        "pdd_order_id": self.id,
                        "pdd_part": part,
                    }
                )
                for part, amount in parts
            ],
        }
