# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.addons.pdd_connector.button_time import for_a_moment
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..const import PUBLISH_APIS, STOCK_READ_API
from .pdd_stock_publication import OPEN_STATES

_lt = LazyTranslate(__name__)
OFFSALE_API = "pdd.goods.sale.status.set"
FETCH_AGE = timedelta(seconds=3)
FRESH_AGE = timedelta(minutes=10)
BEHIND = timedelta(hours=1)  # a feed so far behind is caught up by its own action
PAUSE = timedelta(seconds=5)  # of publishing, after a failure that is not a SKU's
MOST_PAUSE = timedelta(minutes=15)
# causes that say where the pieces of a SKU went
EXPLAINED = ("move", "quantity", "order", "opening", "expiry")


class PddShop(models.Model):
    """Publishing of a shop: its switch, its brake, its figures."""

    _inherit = "pdd.shop"

    stock_publish = fields.Boolean(
        string="Publish Stock",
        default=True,
        tracking=True,
        help="Off: the platform is told nothing. A new shop has no stock rule and is told "
        "nothing either, until somebody presses Publish Stock or writes a rule.",
    )
    stock_brake = fields.Integer(
        string="Ask Before Emptying More Than",
        default=50,
        help="If more SKUs than this would fall to zero at once, they wait for a "
        "person; 0: never ask.",
    )
    stock_brake_qty = fields.Integer(
        string="Ask Before Emptying a SKU of",
        default=100,
        help="If a SKU would fall from so many pieces to zero and no goods were sold or "
        "moved, it waits for a person; 0: never ask.",
    )
    stock_offsale = fields.Boolean(
        string="Propose Off Sale",
        help="Goods all of whose SKUs are sold out are proposed to be taken off sale, "
        "and on sale again when there is stock; a manager approves.",
    )
    stock_trouble = fields.Char(readonly=True, copy=False)
    stock_rule_ids = fields.One2many("pdd.stock.rule", "shop_id", string="Stock Rules")
    stock_level_count = fields.Integer(compute="_compute_stock_counts")
    stock_waiting_count = fields.Integer(
        string="Stock to Tell", compute="_compute_stock_counts"
    )
    stock_refused_count = fields.Integer(compute="_compute_stock_counts")
    stock_held_count = fields.Integer(compute="_compute_stock_counts")
    stock_uncounted_count = fields.Integer(compute="_compute_uncounted_count")

    _stock_brake_positive = models.Constraint(
        "CHECK(stock_brake >= 0 AND stock_brake_qty >= 0)",
        "The number of SKUs must not be negative.",
    )

    def _compute_stock_counts(self):
        skus = self.env["pdd.sku"]._read_group(
            [("shop_id", "in", self.ids), ("stock_level_ids", "!=", False)],
            ["shop_id", "stock_outcome"],
            ["__count"],
        )
        waiting = self.env["pdd.stock.publication"]._read_group(
            [("shop_id", "in", self.ids), ("state", "in", OPEN_STATES)],
            ["shop_id", "state"],
            ["__count"],
        )
        for shop in self:
            counts = {o: n for s, o, n in skus if s == shop}
            queue = {state: n for s, state, n in waiting if s == shop}
            shop.stock_level_count = sum(counts.values())
            shop.stock_refused_count = counts.get("refused", 0)
            shop.stock_held_count = queue.pop("held", 0)
            shop.stock_waiting_count = sum(queue.values())

    def _compute_uncounted_count(self):
        counts = dict(
            self.env["pdd.stock.level"]._read_group(
                [("shop_id", "in", self.ids), ("state", "=", "uncounted")],
                ["shop_id"],
                ["__count"],
            )
        )
        for shop in self:
            shop.stock_uncounted_count = counts.get(shop, 0)

    def write(self, vals):
        result = super().write(vals)
        if "stock_publish" in vals:
            # meanwhile the quantities may have been kept by hand
            self.env["pdd.stock.mark"]._mark("switch", shops=self, is_check=True)
        return result

    # --- buttons

    def action_publish_stock(self):
        """Read orders, work out all SKUs of these shops and tell the platform.

        Whatever Odoo believes the platform shows: it is asked. A shop without any stock
        rule gets one that offers all that is free. What takes too long is finished by
        the scheduled action.
        """
        self.check_access("read")
        self._ensure_stock_rule()
        shops = for_a_moment(self)
        shops._sync("order")
        self.env["pdd.stock.mark"]._mark("request", shops=self, is_check=True)
        self.env["ir.cron"]._commit_progress()
        # the outbox belongs to the connector, whoever presses the button
        publications = shops.env["pdd.stock.publication"].sudo()
        publications._publish(shops.sudo().filtered("stock_publish"))
        return self._notify_stock_published()

    def action_view_stock(self):
        return self._open("pdd_connector_stock.pdd_stock_level_action")

    def action_view_stock_held(self):
        return self._open(
            "pdd_connector_stock.pdd_stock_publication_action", search_default_held=1
        )

    def action_view_stock_uncounted(self):
        return self._open(
            "pdd_connector_stock.pdd_stock_level_action", search_default_uncounted=1
        )

    def action_view_stock_refused(self):
        return self._open(
            "pdd_connector_stock.pdd_stock_level_action", search_default_refused=1
        )

    # --- business methods

    def _required_apis(self):
        apis = [*super()._required_apis(), *PUBLISH_APIS]
        if self.filtered("stock_offsale"):
            apis.append(OFFSALE_API)
        return apis

    def _ensure_stock_rule(self):
        """Give shops without any stock rule one that offers all that is free."""
        bare = self.filtered(lambda shop: not shop.stock_rule_ids)
        if bare:
            # pressing the button is the decision; writing rules is for managers else
            self.env["pdd.stock.rule"].sudo().create(
                [{"shop_id": shop.id} for shop in bare]
            )

    def _fetch_before_publishing(self):
        """Read the orders of these shops if there is anything to publish.

        What fails here is left to the feed; then nothing is raised on the platform.
        """
        Publication = self.env["pdd.stock.publication"]
        if not (self.env["pdd.stock.mark"]._has_due() or Publication._has_queue()):
            return
        now = fields.Datetime.now()
        feeds = self._get_feeds("order").filtered(
            lambda feed: (
                feed.synced_until
                and feed.synced_until > now - BEHIND
                and not (feed.next_run_date and feed.next_run_date > now)
                and not (feed.last_run_date and feed.last_run_date > now - FETCH_AGE)
            )
        )
        if feeds:
            feeds._run_pulls()

    def _pause_publishing(self):
        """Keep the API that is asked before each publication quiet after a failure.

        :return timedelta: how long; longer each time until it answers
        """
        self.ensure_one()
        seconds = self.env["pdd.api.budget"]._block(
            self._budget_key(),
            STOCK_READ_API,
            PAUSE.total_seconds(),
            grows=True,
            most=MOST_PAUSE.total_seconds(),
        )
        return timedelta(seconds=seconds)

    def _has_fresh_orders(self):
        """Return whether the orders were read lately and up to now."""
        self.ensure_one()
        now = fields.Datetime.now()
        feed = self.feed_ids.filtered(lambda feed: feed.kind == "order")
        return bool(
            feed.synced_until
            and feed.synced_until > now - BEHIND
            and feed.last_run_date
            and feed.last_run_date > now - FRESH_AGE
            and not feed.failure_count
        )

    def _check_may_decide_on_stock(self):
        """Raise unless a manager asks: what sells may disappear from the shop.

        :raise UserError: somebody else asks
        """
        if not (
            self.env.su or self.env.user.has_group("pdd_connector.group_pdd_manager")
        ):
            raise UserError(
                self.env._(
                    "Only a manager of the connector may decide this: much of the shop "
                    "may disappear from Pinduoduo, or come back. Ask one of them."
                )
            )

    # --- trouble

    def _filter_braked(self, emptied):
        """Return the publications that a person must approve.

        Goods that were sold or moved are gone: what says so goes out at once, or the
        shop sells what is not there. So does what a person has counted to zero here.

        :param list emptied: (values of a publication to zero, pieces on offer before)
        """
        self.ensure_one()
        if self.stock_brake and len(emptied) > self.stock_brake:
            return [row for row, _shown in emptied]
        return [
            row
            for row, shown in emptied
            if 0 < self.stock_brake_qty <= shown and not _is_explained(row, shown)
        ]

    def _report_stock_brake(self, rows):
        """Open an issue about publications that wait for approval."""
        name = _lt(
            "SKUs of %(shop)s that would fall to zero at once: %(count)s. Check the stock "
            "rules and the last inventory, then approve or reject the waiting "
            "publications.",
            count=len(rows),
            shop=self.name,
        )
        if len(rows) == 1:
            name = _lt(
                "%(sku)s in %(shop)s would fall to zero at once: check its stock rule, "
                "its product and the last inventory, then approve or reject the waiting "
                "publication.",
                sku=self.env["pdd.sku"].browse(rows[0]["sku_id"]).display_name,
                shop=self.name,
            )
        self.env["pdd.issue"]._report(self, "stock_brake", "", name)

    def _report_uncounted(self, count):
        """Open an issue about SKUs whose opening quantity nobody has confirmed."""
        name = _lt(
            "The stock of some SKUs of %(shop)s is not published: their products were "
            "never counted and never in stock. Confirm their opening quantity, which may "
            "be zero.",
            shop=self.name,
        )
        detail = self.env._("SKUs to confirm: %s", count)
        self.env["pdd.issue"]._report(self, "stock_opening", "", name, detail=detail)

    def _settle_stock_brake(self):
        if not self.stock_held_count:
            self.env["pdd.issue"]._settle(self, "stock_brake")

    def _report_stock_trouble(self, sentence):
        """Open an issue: the shop's stock cannot be told at present."""
        self.ensure_one()
        name = _lt(
            "The stock of %(shop)s is not told to the platform: %(reason)s",
            shop=self.name,
            reason=sentence,
        )
        self.env["pdd.issue"]._report(self, "stock_stuck", "", name, detail=sentence)
        self.stock_trouble = sentence
        self.env["ir.cron"]._commit_progress()

    def _settle_stock_trouble(self):
        self.stock_trouble = False
        self.env["pdd.issue"]._settle(self, "stock_stuck")

    # --- words

    def _notify_stock_published(self):
        self.invalidate_recordset()
        waiting = sum(self.mapped("stock_waiting_count"))
        held = sum(self.mapped("stock_held_count"))
        uncounted = sum(self.mapped("stock_uncounted_count"))
        message = self.env._(
            "SKUs computed: %(skus)s, still on their way: %(waiting)s, waiting for "
            "approval: %(held)s, for their opening quantity: %(uncounted)s.",
            skus=sum(self.mapped("stock_level_count")),
            waiting=waiting,
            held=held,
            uncounted=uncounted,
        )
        kind = "warning" if held or uncounted else "success"
        return self._notify_stock(kind, message)

    def _notify_stock_requested(self):
        return self._notify_stock(
            "info", self.env._("The platform is asked and told within seconds.")
        )

    def _notify_stock(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.env._("Stock"),
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def _is_explained(row, shown):
    """Return whether it is known where the pieces went that a SKU had on offer."""
    sold = (
        (part["reserved"] + part["promised"] + max(0.0, part["sold"])) / part["per"]
        for part in row["inputs"].get("parts", ())
    )
    return row["cause"] in EXPLAINED or max(sold, default=0.0) >= shown
