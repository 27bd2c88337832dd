# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, json_default
from psycopg2.extras import Json

from ..unseen import expected_quantity, review, total
from .pdd_stock_mark import CAUSES

OPEN_STATES = ("held", "to_send", "sending", "unknown")
GC_LIMIT = 10000


class PddStockPublication(models.Model):
    """One attempt to tell the platform the quantity of a SKU, and all that led to it.

    Rows are added by the computation and finished by the sender; of several that wait
    for the same SKU the newest one counts, the others are superseded.
    """

    _name = "pdd.stock.publication"
    _description = "PDD Stock Publication"
    _order = "id desc"
    _rec_name = "sku_id"
    _log_access = False

    sku_id = fields.Many2one(
        "pdd.sku", string="SKU", required=True, readonly=True, ondelete="cascade"
    )
    shop_id = fields.Many2one("pdd.shop", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one(related="sku_id.product_id")
    current_sku_ids = fields.One2many(
        "pdd.sku", "publication_id", readonly=True, string="Last One of"
    )
    rule_id = fields.Many2one("pdd.stock.rule", readonly=True, ondelete="set null")

    # --- why
    cause = fields.Selection(CAUSES, readonly=True)
    origin = fields.Char(string="Document", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Changed By",
        readonly=True,
        ondelete="set null",
        help="Who made the change that led to this.",
    )
    inputs = fields.Json(
        readonly=True,
        export_string_translation=False,
        help="Every input of the formula, as it was.",
    )
    explanation = fields.Text(
        string="Why This Quantity", compute="_compute_explanation"
    )

    # --- what
    target_qty = fields.Integer(
        string="Rule Allows", readonly=True, help="The result of the formula."
    )
    quantity = fields.Integer(
        readonly=True,
        help="What the platform was told: what the rule allows, less the pieces sold "
        "there that its order lists do not show yet.",
    )
    expected_qty = fields.Integer(
        string="Expected Before",
        readonly=True,
        help="What the platform should have shown just before.",
    )
    is_expected = fields.Boolean(readonly=True, help="Something was expected at all.")
    read_qty = fields.Integer(
        string="Before", readonly=True, help="What the platform showed just before."
    )
    is_read = fields.Boolean(readonly=True)
    unseen_qty = fields.Integer(
        string="Sold, Not Read",
        readonly=True,
        help="Pieces missing on the platform without an order in its lists yet.",
    )
    unseen_parts = fields.Json(
        readonly=True,
        export_string_translation=False,
        help="When these pieces were found missing: [moment, pieces], oldest first.",
    )
    after_qty = fields.Integer(
        string="After", readonly=True, help="What the platform showed afterwards."
    )
    maybe_qty = fields.Integer(
        readonly=True, help="Told by an attempt before, without an answer."
    )
    is_maybe = fields.Boolean(readonly=True)
    is_raise = fields.Boolean(
        readonly=True,
        exportable=False,
        help="More than the platform shows: what prevents overselling goes first.",
    )
    is_check = fields.Boolean(
        string="Check", readonly=True, help="Ask the platform, whatever was expected."
    )
    sold_total = fields.Integer(readonly=True, exportable=False)
    orders_date = fields.Datetime(
        string="Orders Read Until",
        readonly=True,
        help="Up to this moment the orders of the shop are part of the computation.",
    )
    drift_qty = fields.Integer(
        string="Drift",
        readonly=True,
        help="What the platform showed minus what it should have shown.",
    )
    drift_cause = fields.Selection(
        [
            ("raised", "Raised in the merchant backend, or returned by a refund"),
            ("lowered", "Lowered in the merchant backend, or held by unpaid orders"),
            ("refused", "A reduction was refused before"),
        ],
        string="Likely Cause",
        readonly=True,
    )

    # --- when
    change_date = fields.Datetime(string="Changed On", readonly=True)
    create_date = fields.Datetime(
        string="Worked Out On", readonly=True, default=fields.Datetime.now
    )
    claim_date = fields.Datetime(string="Taken On", readonly=True)
    read_date = fields.Datetime(string="Platform Read On", readonly=True)
    sent_date = fields.Datetime(string="Told On", readonly=True, index=True)
    retry_date = fields.Datetime(string="Not Before", readonly=True)
    seconds = fields.Float(
        string="Seconds to the Platform",
        compute="_compute_seconds",
        digits=(12, 1),
        help="From the change in Odoo to the platform's answer.",
    )

    # --- what came of it
    state = fields.Selection(
        [
            ("held", "To approve"),
            ("to_send", "Waiting"),
            ("sending", "Being sent"),
            ("unknown", "No answer"),
            ("sent", "Told"),
            ("equal", "Right already"),
            ("refused", "Reduction refused"),
            ("error", "Error"),
            ("superseded", "Superseded"),
        ],
        required=True,
        readonly=True,
        default="to_send",
    )
    attempts = fields.Integer(
        string="Failed Calls",
        readonly=True,
        help="Calls that failed: the pause before the next one grows with them.",
    )
    message = fields.Char(
        string="Answer", readonly=True, help="The platform's answer, or what happened."
    )

    _queue_idx = models.Index(
        "(shop_id, is_raise, quantity, id) WHERE state IN ('to_send', 'unknown', 'sending')"
    )
    _open_idx = models.Index(
        "(sku_id, id DESC) WHERE state IN ('held', 'to_send', 'sending', 'unknown')"
    )
    _sku_idx = models.Index("(sku_id, id DESC)")
    _one_sending = models.UniqueIndex("(sku_id) WHERE state = 'sending'")

    @api.depends("change_date", "sent_date")
    def _compute_seconds(self):
        for publication in self:
            start, end = publication.change_date, publication.sent_date
            seconds = (end - start).total_seconds() if start and end else 0.0
            publication.seconds = max(0.0, seconds)

    @api.depends("inputs", "target_qty", "quantity", "unseen_qty", "state")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for publication in self:
            lines = self._explain_inputs(publication.inputs, publication.target_qty)
            if publication.unseen_qty:
                lines.append(
                    self.env._(
                        "− %(unseen)s sold on the platform, order not in its lists yet: "
                        "%(quantity)s",
                        unseen=publication.unseen_qty,
                        quantity=publication.quantity,
                    )
                )
            publication.explanation = "\n".join(lines)

    # --- the queue

    @api.model
    def _plan(self, facts, results, news):
        """Add a publication for each SKU whose quantity has to change.

        :param list facts: SKUs that were worked out
        :param dict results: SKU id -> result
        :param news: why they were worked out
        """
        rows = [
            self._prepare_row(fact, results[fact.id], news)
            for fact in facts
            if self._is_needed(fact, results[fact.id], news)
        ]
        self._brake(rows, {fact.id: fact for fact in facts}, news)
        if rows:
            self._insert(rows)
        planned = {row["sku_id"] for row in rows}
        early = [
            fact.id
            for fact in facts
            if news.is_look(fact) and fact.id not in planned and _review(fact)[0]
        ]
        self._postpone_look(early)

    @api.model
    def _is_needed(self, fact, result, news):
        """Return whether the platform has to be told, or asked.

        Not where it shows the right quantity already: it takes off its own sales.
        """
        if fact.is_stopped or result.state != "ready":
            return False
        if fact.waiting_id:
            # the platform takes a sale off what may be told just now
            is_sold = fact.waiting_sold_total != fact.sold_total and result.quantity > 0
            return fact.waiting_qty != result.quantity or is_sold
        if not fact.base_id or news.must_ask(fact):
            return True
        unseen, no_sale = _review(fact)
        if no_sale:
            return True
        return max(0, result.quantity - total(unseen)) != _get_expected(fact)

    @api.model
    def _prepare_row(self, fact, result, news):
        mark = news.get(fact)
        _unseen, no_sale = _review(fact)
        return {
            "sku_id": fact.id,
            "shop_id": fact.shop_id,
            "company_id": fact.company_id,
            "rule_id": result.rule.id,
            "cause": "drift" if no_sale else mark["cause"],
            "origin": mark["origin"],
            "user_id": mark["user_id"],
            "change_date": mark["change_date"],
            "inputs": result.inputs,
            "target_qty": result.quantity,
            "sold_total": fact.sold_total,
            "orders_date": fact.orders_date,
            "is_check": bool(no_sale) or news.must_ask(fact),
            "is_raise": result.quantity > _get_expected(fact),
            "state": "to_send",
        }

    @api.model
    def _brake(self, rows, facts, news):
        """Hold what would empty much of a shop, until a person approves.

        Much is many SKUs at once, or one of many pieces. A wrong warehouse in a rule or
        a failed inventory import looks like this.
        """
        emptied = {}
        for row in rows:
            fact = facts[row["sku_id"]]
            is_wish = self._is_managers_wish(row, news.get(fact))
            if not row["target_qty"] and _get_shown(fact) and not is_wish:
                emptied.setdefault(row["shop_id"], []).append(row)
        for shop in self.env["pdd.shop"].browse(emptied):
            held = shop._filter_braked(
                [(row, _get_shown(facts[row["sku_id"]])) for row in emptied[shop.id]]
            )
            for row in held:
                row["state"] = "held"
            if held:
                shop._report_stock_brake(held)

    @api.model
    def _is_managers_wish(self, row, mark):
        """Return whether who may approve asked for this very SKU by a button.

        The nightly look at all SKUs is nobody's wish, and who publishes a whole shop
        has not looked at each.
        """
        if row["cause"] not in ("request", "opening"):
            return False
        if mark["sku_id"] != row["sku_id"]:
            return False
        user = self.env["res.users"].browse(row["user_id"])
        return bool(user) and user.has_group("pdd_connector.group_pdd_manager")

    @api.model
    def _insert(self, rows):
        """Add publications, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO pdd_stock_publication (sku_id, shop_id, company_id, rule_id,
                            cause, origin, user_id, change_date, inputs, target_qty,
                            quantity, sold_total, orders_date, is_check, is_raise,
                            state, create_date,
                            expected_qty, is_expected, read_qty, is_read, unseen_qty,
                            after_qty, maybe_qty, is_maybe, drift_qty, attempts)
                     SELECT row.*, now() AT TIME ZONE 'UTC',
                            0, FALSE, 0, FALSE, 0, 0, 0, FALSE, 0, 0
                       FROM (SELECT sku_id, shop_id, company_id, rule_id, cause, origin,
                                    user_id, change_date, inputs, target_qty,
                                    target_qty AS quantity, sold_total, orders_date,
                                    is_check, is_raise, state
                               FROM jsonb_to_recordset(%s) AS data (sku_id int,
                                    shop_id int, company_id int, rule_id int,
                                    cause text, origin text, user_id int,
                                    change_date timestamp, inputs jsonb,
                                    target_qty int, sold_total int,
                                    orders_date timestamp, is_check boolean,
                                    is_raise boolean, state text)
                            ) AS row
                """,
                Json(rows, dumps=to_json),
            )
        )
        self.invalidate_model()

    def _get_expected(self, sold_total):
        """Return what the platform should show now, after this publication.

        The platform takes off its own sales. Pieces that were missing before any order
        showed them are part of those that turn up later.

        :param int sold_total: pieces in all orders read until now
        """
        self.ensure_one()
        sold = max(0, sold_total - self.sold_total)
        return expected_quantity(self.after_qty, self.unseen_qty, sold)

    # --- buttons

    def action_approve(self):
        """Let quantities go out that waited for a person."""
        self.shop_id._check_may_decide_on_stock()
        held = self.filtered(lambda publication: publication.state == "held")
        # publications are the connector's; a person only decides
        held.sudo().write({"state": "to_send", "user_id": self.env.uid})
        for shop in held.shop_id:
            shop._settle_stock_brake()
        self._wake()

    def action_reject(self):
        """Drop quantities that waited for a person."""
        self.shop_id._check_may_decide_on_stock()
        held = self.filtered(lambda publication: publication.state == "held")
        # as above
        held.sudo().write({"state": "superseded", "user_id": self.env.uid})
        for shop in held.shop_id:
            shop._settle_stock_brake()

    def action_view_changes(self):
        """Open what changed in Odoo's stock of the SKU around this publication."""
        self.ensure_one()
        return self.sku_id.action_view_stock_changes()

    @api.autovacuum
    def _gc_publications(self):
        """Purge old publications; the last one of each SKU stays."""
        get_param = self.env["ir.config_parameter"].get_param
        days = int(get_param("pdd_connector_stock.publication_retention_days", 90))
        domain = Domain("state", "not in", OPEN_STATES)
        limit_date = fields.Datetime.now() - timedelta(days=days)
        domain &= Domain("create_date", "<", limit_date)
        domain &= Domain("current_sku_ids", "=", False)
        old = self.search(domain, order="id", limit=GC_LIMIT)
        old.unlink()
        return len(old), len(old) == GC_LIMIT


def _review(fact):
    """Return which pieces missing at the last publication may still be sales."""
    until = fact.orders_date and fields.Datetime.to_string(fact.orders_date)
    sold = fact.sold_total - (fact.base_sold_total or 0)
    return review(fact.base_unseen_parts or (), sold, until)


def _get_expected(fact):
    """Return what the platform should show now: what it was sent, less its own sales."""
    if not fact.base_id:
        return fact.platform_qty or 0
    sold = fact.sold_total - fact.base_sold_total
    return expected_quantity(fact.base_after_qty, fact.base_unseen_qty, sold)


def _get_shown(fact):
    """Return the pieces a SKU has on offer, as far as Odoo knows."""
    return fact.base_after_qty if fact.base_id else fact.platform_qty


def to_json(value):
    return json.dumps(value, default=json_default)
