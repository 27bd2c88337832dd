# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import traceback
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.translate import LazyGettext, LazyTranslate

from ..sql_log import without_values

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

WAITING_STATES = ("held", "error")
DECIDED_CAUSES = ("change",)  # made orders, about which a person decides


class PddIssue(models.Model):
    """Trouble with a cause and a fix: one row per cause, not one alarm per order.

    A row is open while something waits for its cause; solving it releases all that
    waited. The next time the same cause turns up, a new row is opened, so the list of
    solved rows tells who fixed what, and how often it came back.
    """

    _name = "pdd.issue"
    _description = "PDD Issue"
    _inherit = ["mail.thread"]
    _order = "state, sequence, id desc"
    _check_company_auto = True

    name = fields.Char(string="Trouble", required=True, readonly=True, translate=True)
    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    cause = fields.Selection(
        [
            ("sku", "SKU not mapped"),
            ("amount", "Amounts do not add up"),
            ("tax", "Taxes change the total"),
            ("consolidation", "Consolidation without a rule"),
            ("double", "Sales order exists already"),
            ("receiver", "Receiver missing"),
            ("archived", "Archived but needed"),
            ("status", "Status unknown"),
            ("change", "Changed after confirmation"),
            ("stop", "Refunded order not stopped"),
            ("follow", "Not in line with Pinduoduo"),
            ("gift", "Gift order"),
            ("unreadable", "Unreadable data"),
            ("incomplete", "Orders missing"),
            ("authorisation", "Authorisation"),
            ("connection", "Connection"),
            ("setting", "Setting missing"),
            ("exception", "Unexpected error"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    key = fields.Char(
        readonly=True, help="What the cause is about, for example the SKU's number."
    )
    sequence = fields.Integer(readonly=True, default=50)
    detail = fields.Text(readonly=True)
    sku_id = fields.Many2one("pdd.sku", string="SKU", readonly=True, ondelete="cascade")
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    last_seen_date = fields.Datetime(
        string="Last Seen", readonly=True, default=fields.Datetime.now
    )
    solved_date = fields.Datetime(string="Solved On", readonly=True)
    solved_user_id = fields.Many2one("res.users", string="Solved By", readonly=True)
    solution = fields.Char(readonly=True, tracking=True)

    order_ids = fields.Many2many(
        "pdd.order",
        "pdd_issue_order_rel",
        "issue_id",
        "order_id",
        string="Orders",
        readonly=True,
    )
    is_about_orders = fields.Boolean(
        readonly=True, help="Closed by itself when no order waits for it any more."
    )
    waiting_count = fields.Integer(
        string="Orders Waiting", compute="_compute_waiting", search="_search_waiting"
    )
    working_count = fields.Integer(
        string="Being Made",
        compute="_compute_waiting",
        help="Released orders that the scheduled action has not made yet.",
    )
    waiting_amount = fields.Monetary(
        string="Amount Waiting", compute="_compute_waiting"
    )
    oldest_date = fields.Datetime(string="Waiting Since", compute="_compute_waiting")
    who_may = fields.Char(
        compute="_compute_who_may",
        help="Who can press the button that the reader lacks the right for.",
    )

    _open_uniq = models.UniqueIndex(
        "(shop_id, cause, key) WHERE state = 'open'",
        "This trouble is open already.",
    )

    @api.depends("order_ids.state")
    def _compute_waiting(self):
        figures = {}
        for issue, state, count, amount, oldest in self.env["pdd.order"]._read_group(
            [("issue_ids", "in", self.ids)],
            ["issue_ids", "state"],
            ["__count", "receivable_amount:sum", "held_date:min"],
        ):
            figures[issue.id, state] = (count, amount, oldest)
        decisions = self._count_decisions()
        for issue in self:
            rows = [figures.get((issue.id, state)) for state in WAITING_STATES]
            rows = [row for row in rows if row]
            issue.waiting_count = sum(row[0] for row in rows)
            issue.waiting_amount = sum(row[1] for row in rows)
            dates = [row[2] for row in rows if row[2]]
            issue.oldest_date = min(dates) if dates else False
            issue.working_count = figures.get((issue.id, "pending"), (0,))[0]
            if issue.cause in DECIDED_CAUSES:
                issue.waiting_count = decisions.get((issue.shop_id, issue.key), 0)

    @api.depends("cause")
    @api.depends_context("uid")
    def _compute_who_may(self):
        sentences = {
            group: self.env.user._explain_who_may(group)
            for group in set(self._get_fixers().values())
        }
        for issue in self:
            group = self._get_fixers().get(issue.cause)
            issue.who_may = sentences.get(group) or False

    @api.model
    def _get_fixers(self):
        """Return the right that each cause needs: cause -> group; extended by add-ons.

        Causes that every user of the connector can end are left out.
        """
        manager = "pdd_connector.group_pdd_manager"
        return {
            "sku": "product.group_product_manager",
            "authorisation": "base.group_system",
            "tax": "account.group_account_manager",
            **dict.fromkeys(
                ("consolidation", "amount", "receiver", "status", "setting"), manager
            ),
        }

    def _count_decisions(self):
        """Return how many orders wait for a decision: (shop, kind of change) -> count."""
        groups = self.env["pdd.order.change"]._read_group(
            [("shop_id", "in", self.shop_id.ids), ("state", "=", "asked")],
            ["shop_id", "kind"],
            ["order_id:count_distinct"],
        )
        return {(shop, kind): count for shop, kind, count in groups}

    def _search_waiting(self, operator, value):
        if (operator, value) not in ((">", 0), ("=", 0), ("!=", 0)):
            return NotImplemented
        waiting = Domain("order_ids.state", "in", WAITING_STATES)
        return ~waiting if operator == "=" else waiting

    # --- report and settle

    @api.model
    def _report(self, shop, cause, key, name, orders=None, detail=None, **vals):
        """Open an issue, or join the open one of the same shop, cause and key.

        :param shop: the shop it is about
        :param str cause: a value of ``cause``
        :param key: what the cause is about; text, number or record
        :param name: a sentence that names the thing and says what to do; a lazy text
            is kept in every language
        :param orders: orders that wait for it
        :param str detail: more for the person who mends it
        :return: the open issue
        """
        key = str(key.id if isinstance(key, models.BaseModel) else key or "")
        # trouble belongs to the connector, whoever's action has met it
        issue = self.sudo()._find_open(shop, cause, key)
        if not issue:
            vals.update(shop_id=shop.id, cause=cause, key=key, name=self.env._(name))
            vals.update(detail=detail, sequence=self._get_sequence(cause))
            issue = issue.create(vals)
            issue._translate_name(name)
            if cause != "authorisation":  # of which the shop warns itself
                shop._plan_trouble_activity()
        elif detail and issue.detail != detail:
            issue.write({"detail": detail, "last_seen_date": fields.Datetime.now()})
        if orders:
            issue._add_orders(orders)
        return issue

    def _translate_name(self, name):
        """Keep a lazy text in all languages, so that each reader meets his own."""
        if isinstance(name, LazyGettext):
            languages = self.env["res.lang"].get_installed()
            self.update_field_translations(
                "name",
                {
                    code: self.with_context(lang=code).env._(name)
                    for code, _label in languages
                },
            )

    @api.model
    def _find_open(self, shop, cause, key):
        domain = Domain("shop_id", "=", shop.id) & Domain("cause", "=", cause)
        domain &= Domain("key", "=", key) & Domain("state", "=", "open")
        return self.search(domain, limit=1)

    def _add_orders(self, orders):
        """Let orders wait for this cause."""
        if not self.is_about_orders and self.cause not in DECIDED_CAUSES:
            self.is_about_orders = True
        # from the orders' side: writing on the issue, which many orders share, would make
        # the transactions of two lanes fail each other
        orders.sudo().issue_ids = [Command.link(self.id)]

    @api.model
    def _report_exception(self, shop, where, error, orders=None):
        """Open an issue for an unexpected error; the server log has the same reference.

        :param str where: which work has failed, for the log
        :param Exception error: as caught
        :return str: a sentence for the operator, with the reference
        """
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
        reference = uuid.uuid4().hex[:8]
        _logger.error(
            "PDD shop %s: %s failed (reference %s)",
            shop.id,
            where,
            reference,
            exc_info=without_values(error),
        )
        sentence = _lt(
            "Unexpected error: give the administrator the reference %s, "
            "it stands in the server log.",
            reference,
        )
        key = f"{type(error).__name__} {place}"
        self._report(shop, "exception", key, sentence, orders, detail=key)
        return self.env._(sentence)

    @api.model
    def _explain_failure(self, shop, where, error, orders=None):
        """Return the sentence of an error: its own, or that of an unexpected one."""
        if isinstance(error, UserError):
            return error.args[0]
        return self._report_exception(shop, where, error, orders)

    @api.model
    def _settle(self, shop, cause, keys=None, solution=None):
        """Close open issues whose cause is gone.

        :param keys: their keys; None: all of this cause
        """
        domain = Domain("state", "=", "open") & Domain("cause", "=", cause)
        domain &= Domain("shop_id", "in", shop.ids)
        if keys is not None:
            domain &= Domain("key", "in", [str(key) for key in keys])
        # trouble belongs to the connector, whoever's action has ended it
        self.sudo().search(domain)._set_solved(
            solution or self.env._("The cause is gone")
        )

    @api.model
    def _settle_idle(self):
        """Close issues about orders none of which waits any more."""
        domain = Domain("state", "=", "open") & Domain("is_about_orders", "=", True)
        waiting = Domain("order_ids.state", "in", (*WAITING_STATES, "pending"))
        idle = self.search(domain & ~waiting)
        idle.try_lock_for_update()._set_solved(
            self.env._("Nothing waits for it any more")
        )

    def _set_solved(self, solution):
        """Close issues and note who did it."""
        still_open = self.filtered(lambda issue: issue.state == "open")
        if not still_open:
            return
        still_open.write(
            {
                "state": "solved",
                "solution": solution,
                "solved_date": fields.Datetime.now(),
                "solved_user_id": self.env.uid,
            }
        )
        still_open.shop_id._close_trouble_activity()

    @api.model
    def _get_sequence(self, cause):
        """Return the place of a cause: what stops a whole shop comes first."""
        urgent = (
            "authorisation",
            "stop",
            "follow",
            "connection",
            "incomplete",
            "exception",
        )
        return 10 if cause in urgent else 50

    # --- the fix

    def action_retry(self):
        """Let all that waits for this cause be tried again, in the background."""
        self.check_access("read")
        # operators may retry; the connector makes the orders
        issues = self.sudo()
        issues.shop_id._retry_feeds(issues.mapped("cause"))
        return issues.order_ids._release_by_hand() or True

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_action"
        )
        action["domain"] = [("issue_ids", "in", self.ids)]
        return action

    def action_fix(self):
        """Open the place where the cause is mended."""
        self.ensure_one()
        return getattr(self, f"_fix_{self.cause}", self.action_view_orders)()

    def _fix_sku(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_action"
        )
        action["domain"] = [("id", "=", self.sku_id.id)]
        return action

    def action_create_product(self):
        """Create the product of an unmapped SKU."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_create_product_action"
        )
        action["context"] = {
            "active_model": "pdd.sku",
            "active_ids": self.sku_id.ids,
            "default_sku_ids": self.sku_id.ids,
        }
        return action

    def _open_shop(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "pdd.shop",
            "res_id": self.shop_id.id,
            "view_mode": "form",
        }

    _fix_authorisation = _fix_connection = _fix_setting = _open_shop

    def _fix_archived(self):
        """Open the SKU that needs another product, or the shop."""
        return self._fix_sku() if self.sku_id else self._open_shop()

    def _fix_tax(self):
        self.shop_id.action_include_taxes()
        return self.action_view_orders()

    def _fix_change(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_change_action"
        )
        action["domain"] = [
            ("shop_id", "=", self.shop_id.id),
            ("kind", "=", self.key),
            ("state", "=", "asked"),
        ]
        return action

    def _fix_consolidation(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_consolidation_rule_action"
        )
        orders = self.order_ids[:1]
        kind = orders._get_consolidation(orders.payload or {})
        action["context"] = {"default_consolidate_type": kind}
        return action

    def _fix_incomplete(self):
        """Open the hours and days whose orders differ."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_count_action"
        )
        action["domain"] = [("shop_id", "=", self.shop_id.id)]
        action["context"] = {"search_default_differing": 1}
        return action
