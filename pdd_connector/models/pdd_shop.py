# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..button_time import for_a_moment, hand_over, notify
from ..const import DEFAULT_GATEWAY, PLATFORM_DOMAINS, REQUIRED_APIS

DEFAULT_HISTORY_DAYS = 7


class PddShop(models.Model):
    """A Pinduoduo shop: how it is reached and how its orders enter Odoo."""

    _name = "pdd.shop"
    _description = "PDD Shop"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        readonly=True,
        default=lambda self: self.env.ref("base.CNY"),
        help="Currency of all amounts of the platform.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        check_company=True,
        tracking=True,
        help="Gets the activities about this shop.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("authorised", "Authorised"),
            ("expired", "Authorisation expired"),
            ("revoked", "Authorisation revoked"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )

    # --- how the shop is reached
    mall_id = fields.Char(string="Mall ID", copy=False, tracking=True)
    gateway_url = fields.Char(
        string="Gateway", required=True, default=DEFAULT_GATEWAY, tracking=True
    )

    # --- how its orders enter Odoo
    import_from_date = fields.Datetime(
        required=True,
        default=lambda self: fields.Datetime.now() - timedelta(DEFAULT_HISTORY_DAYS),
        help="Orders of deals before this moment stay with the former system.",
    )
    order_margin = fields.Integer(
        string="Margin (seconds)",
        default=180,
        required=True,
        help="The platform's lists may lag: the cursor stays this far behind "
        "the platform's clock. Newer orders are read at once and read again.",
    )
    order_overlap = fields.Integer(
        string="Overlap (seconds)",
        default=300,
        required=True,
        help="Each reading starts this far before the end of the one before.",
    )
    calls_per_second = fields.Float(
        default=40.0,
        required=True,
        help="Calls per second and API for this shop, all workers together.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Buyers' Contact",
        check_company=True,
        help="Customer of all sales orders of this shop. Receivers become delivery "
        "addresses below it. Created at the first order when empty.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        check_company=True,
        default=lambda self: self.env.ref(
            "pdd_connector.crm_team_pdd", raise_if_not_found=False
        ),
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        domain="[('currency_id', '=', currency_id)]",
        help="Only needed when the company's currency is not the platform's.",
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Maps the taxes of the products for this shop. "
        "Empty: Odoo chooses by the buyers' contact.",
    )
    postage_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        default=lambda self: self.env.ref(
            "pdd_connector.product_postage", raise_if_not_found=False
        ),
    )
    service_product_id = fields.Many2one(
        "product.product",
        string="Service Fee Product",
        check_company=True,
        default=lambda self: self.env.ref(
            "pdd_connector.product_service_fee", raise_if_not_found=False
        ),
    )

    difference_product_id = fields.Many2one(
        "product.product",
        string="Price Difference Product",
        check_company=True,
        default=lambda self: self.env.ref(
            "pdd_connector.product_difference", raise_if_not_found=False
        ),
        help="For orders that only pay a difference or a surcharge: nothing to ship.",
    )
    presale_lead_days = fields.Integer(
        string="Make Presales Before (days)",
        default=3,
        required=True,
        help="Presale orders are made this many days before their shipping date.",
    )

    # --- what came of it
    feed_ids = fields.One2many("pdd.feed", "shop_id", string="Feeds")
    order_ids = fields.One2many("pdd.order", "shop_id", string="Orders")
    last_order_date = fields.Datetime(
        string="Orders Complete Until", compute="_compute_feed_dates"
    )
    last_goods_date = fields.Datetime(
        string="Goods Read On", compute="_compute_feed_dates"
    )
    feed_error = fields.Char(compute="_compute_feed_dates")
    order_count = fields.Integer(
        string="Number of Orders", compute="_compute_order_counts"
    )
    waiting_count = fields.Integer(
        string="Orders Waiting",
        compute="_compute_order_counts",
        help="Orders to be made, held or in error.",
    )
    sale_order_count = fields.Integer(
        string="Number of Sales Orders", compute="_compute_order_counts"
    )
    sku_count = fields.Integer(string="Number of SKUs", compute="_compute_sku_counts")
    unmapped_count = fields.Integer(
        string="SKUs Not Mapped", compute="_compute_sku_counts"
    )

    _mall_uniq = models.Constraint(
        "UNIQUE(mall_id)", "This Pinduoduo shop is connected already."
    )
    _pace_positive = models.Constraint(
        "CHECK(calls_per_second > 0)", "The pace must be more than 0 calls per second."
    )
    _margin_range = models.Constraint(
        "CHECK(order_margin BETWEEN 0 AND 1500 AND order_overlap BETWEEN 0 AND 1500)",
        "Margin and overlap must be between 0 and 1500 seconds "
        "(the platform answers windows of 30 minutes).",
    )

    @api.depends("feed_ids.synced_until", "feed_ids.last_error")
    def _compute_feed_dates(self):
        for shop in self:
            by_kind = {feed.kind: feed for feed in shop.feed_ids}
            none = self.env["pdd.feed"]
            shop.last_order_date = by_kind.get("order", none).synced_until
            shop.last_goods_date = by_kind.get("goods", none).synced_until
            errors = [feed.last_error for feed in shop.feed_ids if feed.last_error]
            shop.feed_error = errors[0] if errors else False

    @api.depends("order_ids.state")
    def _compute_order_counts(self):
        counts = {}
        for shop, state, count, made in self.env["pdd.order"]._read_group(
            [("shop_id", "in", self.ids)],
            ["shop_id", "state"],
            ["__count", "sale_order_id:count"],
        ):
            counts.setdefault(shop.id, {})[state] = (count, made)
        waiting = ("pending", "held", "error")
        for shop in self:
            by_state = counts.get(shop.id, {})
            shop.order_count = sum(count for count, made in by_state.values())
            shop.sale_order_count = sum(made for count, made in by_state.values())
            shop.waiting_count = sum(by_state.get(state, (0,))[0] for state in waiting)

    def _compute_sku_counts(self):
        Sku = self.env["pdd.sku"]
        domain = Domain("shop_id", "in", self.ids)
        counts = dict(Sku._read_group(domain, ["shop_id"], ["__count"]))
        domain &= Sku._domain_unmapped()
        unmapped = dict(Sku._read_group(domain, ["shop_id"], ["__count"]))
        for shop in self:
            shop.sku_count = counts.get(shop, 0)
            shop.unmapped_count = unmapped.get(shop, 0)

    @api.constrains("gateway_url")
    def _check_gateway_url(self):
        for shop in self:
            url = urlsplit(shop.gateway_url or "")
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValidationError(
                    self.env._(
                        "The gateway address must look like %s.", DEFAULT_GATEWAY
                    )
                )
            if url.scheme == "http" and url.hostname.endswith(PLATFORM_DOMAINS):
                raise ValidationError(
                    self.env._("Pinduoduo only answers https:// addresses.")
                )

    # --- buttons

    def action_sync_orders(self):
        """Read what changed since the last reading, then make the sales orders.

        Works page by page and commits each of them, like the scheduled actions do.
        """
        shops = for_a_moment(self)
        shops._sync("order")
        # the connector makes the documents, whoever presses the button
        orders = shops.env["pdd.order"].sudo()
        orders._make_pending(Domain("shop_id", "in", self.ids))
        orders.change_ids._cron_apply()
        is_over = hand_over(
            shops,
            "pdd_connector.ir_cron_order_intake",
            "pdd_connector.ir_cron_order_make",
            "pdd_connector.ir_cron_order_change",
        )
        return self._notify_synced(is_over)

    def action_sync_goods(self):
        """Read all goods and SKUs of the shop and map what can be mapped."""
        return self._sync_by_hand("goods")

    def action_sync_refunds(self):
        """Read the after-sales that changed since the last reading."""
        return self._sync_by_hand("refund")

    def action_view_orders(self):
        return self._open("pdd_connector.pdd_order_action")

    def action_view_waiting(self):
        return self._open("pdd_connector.pdd_order_action", search_default_waiting=1)

    def action_view_sale_orders(self):
        action = self._open("sale.action_orders")
        action["domain"] = [("pdd_shop_id", "in", self.ids)]
        return action

    def action_view_skus(self):
        return self._open("pdd_connector.pdd_sku_action")

    def action_view_unmapped(self):
        return self._open("pdd_connector.pdd_sku_action", search_default_unmapped=1)

    # --- business methods

    def _required_apis(self):
        """Return the APIs the installed add-ons call for these shops; extended by them."""
        return list(REQUIRED_APIS)

    def _sync_by_hand(self, kind):
        """Read one kind for a moment; the scheduled action reads the rest."""
        shops = for_a_moment(self)
        shops._sync(kind)
        feeds = shops.sudo()._get_feeds(kind)  # see _sync
        return self._notify_synced(hand_over(shops, feeds[:1]._get_cron_xmlid()))

    def _sync(self, kind):
        self.check_access("read")
        # the mirror belongs to the connector: users have no write access to it
        feeds = self.sudo()._get_feeds(kind)
        feeds._run_pulls(raise_error=True)

    def _get_feeds(self, kind):
        """Return the cursors of these shops, created when they are missing."""
        feeds = self.feed_ids.filtered(lambda feed: feed.kind == kind)
        missing = self - feeds.shop_id
        return feeds + feeds.create(
            [{"shop_id": shop.id, "kind": kind} for shop in missing]
        )

    def _check_currency(self):
        """Raise unless the shop's sales orders will be in the platform's currency."""
        for shop in self:
            currency = shop.pricelist_id.currency_id or shop.company_id.currency_id
            if currency != shop.currency_id:
                raise UserError(
                    self.env._(
                        "Pinduoduo's amounts are in %(platform)s, the company's books "
                        "in %(company)s: choose a pricelist in %(platform)s on the "
                        "shop.",
                        platform=shop.currency_id.name,
                        company=currency.name,
                    )
                )

    def _get_buyer_partner(self):
        """Return the customer of the shop's sales orders, created at first use."""
        self.ensure_one()
        if not self.partner_id:
            partner = self._find_buyer_partner()
            self.partner_id = partner or partner.create(
                {
                    "name": self._get_buyer_name(),
                    "company_id": self.company_id.id,
                    "is_company": True,
                }
            )
            self.partner_id.pdd_shop_id = self
        return self.partner_id

    def _get_buyer_name(self):
        return self.env._("Pinduoduo buyers (%s)", self.name)

    def _find_buyer_partner(self):
        """Return the contact an earlier installation has made for this shop.

        Its name was written in the language of that day.
        """
        languages = self.env["res.lang"].get_installed()
        names = {
            self.with_context(lang=code)._get_buyer_name() for code, _name in languages
        }
        domain = Domain("name", "in", [*names])
        domain &= Domain("company_id", "=", self.company_id.id)
        domain &= Domain("is_company", "=", True) & Domain("pdd_shop_id", "=", False)
        return self.env["res.partner"].search(domain, order="id", limit=1)

    def _open(self, xmlid, **context):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["context"] = {"search_default_shop_id": self.id, **context}
        return action

    def _notify_synced(self, is_over=False):
        """Say how far the shops are.

        :param bool is_over: the button's time is over, the rest goes on by itself
        """
        self.invalidate_recordset()
        message = self.env._(
            "Orders: %(orders)s, waiting: %(waiting)s. "
            "SKUs: %(skus)s, not mapped: %(unmapped)s.",
            orders=sum(self.mapped("order_count")),
            waiting=sum(self.mapped("waiting_count")),
            skus=sum(self.mapped("sku_count")),
            unmapped=sum(self.mapped("unmapped_count")),
        )
        title = self.env._("Still reading") if is_over else self.env._("Up to date")
        return notify(self.env, message, is_over=is_over, title=title)
