# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .. import pop
from ..const import GIFT_CREATED, GIFT_FAILED, GIFT_TO_CREATE, RELATED_GIFT

UNKNOWN = -1
FATES = (None, GIFT_TO_CREATE, GIFT_CREATED, GIFT_FAILED)


class PddOrder(models.Model):
    """Gifts: in the parcel of their main order, or an order of their own.

    A gift order is an order like any other: it is made, reserved, shipped and received by
    itself, mostly for 0.00. Source: orders.md 2.9.
    """

    _inherit = "pdd.order"

    gift_main_sn = fields.Char(
        string="Gift of Order",
        readonly=True,
        help="This is the gift order of that order: its goods are the gift, and it is "
        "shipped by itself, mostly in the same parcel.",
    )
    gift_order_ids = fields.Many2many(
        "pdd.order",
        string="Gift Orders",
        compute="_compute_gift_order_ids",
        help="The gifts of this order that have an order of their own.",
    )

    _gift_main_idx = models.Index(
        "(shop_id, gift_main_sn) WHERE gift_main_sn IS NOT NULL"
    )

    @api.depends("order_sn")
    def _compute_gift_order_ids(self):
        gifts = self._get_gift_orders().grouped(lambda o: (o.shop_id, o.gift_main_sn))
        for order in self:
            order.gift_order_ids = gifts.get((order.shop_id, order.order_sn), False)

    def _get_gift_orders(self):
        """Return the gift orders of these orders."""
        domains = [
            Domain("shop_id", "=", shop.id)
            & Domain("gift_main_sn", "in", orders.mapped("order_sn"))
            for shop, orders in self.grouped("shop_id").items()
        ]
        return self.search(Domain.OR(domains)) if domains else self.browse()

    # --- what the platform says

    @api.model
    def _get_gift_fate(self, row):
        """Return what becomes of the gifts of an order: a code, None where not said."""
        try:
            return pop.parse_int32(row.get("gift_order_status"), default=None)
        except ValueError:
            return UNKNOWN

    @api.model
    def _packs_gifts(self, row):
        """Return whether the gifts of an order go into its own parcel.

        Where nothing is said of a gift order there is none.
        """
        return self._get_gift_fate(row) in (None, GIFT_FAILED)

    def _get_gift_sns(self):
        """Return the numbers of the gift orders that an order names."""
        row = self.payload or {}
        if self._get_gift_fate(row) != GIFT_CREATED:
            return []
        try:
            gifts = pop.parse_objects(row, "gift_list")
            numbers = [pop.parse_text(gift.get("order_sn")).strip() for gift in gifts]
        except ValueError:
            return []
        return [number for number in numbers if number and number != self.order_sn]

    @api.model
    def _prepare_vals(self, row, now):
        vals = super()._prepare_vals(row, now)
        is_other = bool(vals["related_order_sn"])
        main_sn = "" if is_other else self._find_related_sn(row, RELATED_GIFT)
        return {**vals, "gift_main_sn": main_sn or False}

    @api.model
    def _prepare_items(self, row):
        """Leave out the price of a gift order that has no amount: it only informs."""
        items = super()._prepare_items(row)
        is_gift = self._find_related_sn(row, RELATED_GIFT)
        if is_gift and not pop.parse_yuan(row.get("goods_amount"), negative=True):
            items = [{**item, "price_unit": 0.0} for item in items]
        return items

    # --- intake

    @api.model
    def _intake_page(self, shop, rows):
        """Ask for gift orders that are not here yet; look at those of changed orders."""
        touched = super()._intake_page(shop, rows)
        touched._ask_gift_orders(shop)
        touched._settle_gift_issues(shop)
        touched._forget_gift_lookups(shop)
        touched._review_gift_orders()
        return touched

    def _settle_gift_issues(self, shop):
        """Close the issues about gift orders that have come, or are shipped."""
        numbers = self.filtered(
            lambda order: (
                order.gift_main_sn
                and (not order.sale_order_id or not order._is_to_ship())
            )
        ).mapped("order_sn")
        if numbers:
            solution = self.env._("The gift order is there, or shipped")
            self.env["pdd.issue"]._settle(shop, "gift", numbers, solution)

    def _ask_gift_orders(self, shop):
        """Ask for gift orders by their numbers: their main order may leave any moment."""
        mains = {sn: order.order_sn for order in self for sn in order._get_gift_sns()}
        if mains:
            missing = mains.keys() - self._by_order_sn(shop, mains).keys()
            self.env["pdd.order.lookup"]._ask(shop, missing, mains=mains)

    def _forget_gift_lookups(self, shop):
        """Ask no more for gift orders that a list has brought meanwhile."""
        gifts = self.filtered("gift_main_sn")
        if gifts and not self.env.context.get("pdd_in_full"):
            domain = Domain("shop_id", "=", shop.id) & Domain("main_sn", "!=", False)
            domain &= Domain("order_sn", "in", gifts.mapped("order_sn"))
            self.env["pdd.order.lookup"].search(domain).try_lock_for_update().unlink()

    def _review_gift_orders(self):
        """Look at the gift orders of orders that changed: they may have to wait."""
        gifts = self._get_gift_orders()
        if gifts:
            gifts._after_status_change({})

    # --- holds

    def _get_ship_holds(self):
        reasons = super()._get_ship_holds()
        if self._is_to_ship():
            reasons |= self._get_gift_holds()
        return reasons

    def _get_gift_holds(self):
        """Return what the gifts of an order, or its being a gift, forbid."""
        reasons, row = {}, self.payload or {}
        fate = self._get_gift_fate(row) if row.get("gift_list") else None
        if fate == GIFT_TO_CREATE:
            reasons["gift"] = ""
        elif fate not in FATES:
            reasons["status"] = self.env._(
                "Gift order status %s", row.get("gift_order_status")
            )
        obstacle = self._get_main_obstacle()
        if obstacle:
            reasons["gift_main"] = obstacle
        return reasons

    def _get_main_obstacle(self):
        """Return why the main order makes a gift order wait, or an empty text.

        Whether a refund of the main order takes the gift along is not documented.
        """
        if not self.gift_main_sn or self.shop_id.gift_refund_policy == "ship":
            return ""
        main = self.related_order_id
        if main and (main.state == "cancelled" or main._is_fully_refunded()):
            return self.env._("The main order %s is refunded", main.order_sn)
        if main and main._has_running_after_sale():
            return self.env._(
                "An after-sale of the main order %s is running", main.order_sn
            )
        return ""
