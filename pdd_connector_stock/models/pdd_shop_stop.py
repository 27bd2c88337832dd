# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..const import READ_API, STATUS_API

STATUS_BATCH = 100


class PddShop(models.Model):
    """The question before a parcel leaves: may these orders still be shipped?"""

    _inherit = "pdd.shop"

    ship_check_minutes = fields.Integer(
        string="Ask Before Shipping (minutes)",
        default=10,
        required=True,
        help="A transfer is validated without asking Pinduoduo while the last news are "
        "not older than this. 0: ask every time.",
    )
    ship_check_policy = fields.Selection(
        [
            ("refuse", "Do not validate"),
            ("allow", "Validate"),
        ],
        string="Without an Answer",
        default="refuse",
        required=True,
        help="What happens to a transfer when Pinduoduo does not answer the question "
        "whether its orders may still be shipped.",
    )

    _ship_check_positive = models.Constraint(
        "CHECK(ship_check_minutes >= 0)", "The age of the news cannot be negative."
    )

    def _is_news_old(self):
        """Return whether the last news about orders are older than the setting."""
        self.ensure_one()
        feed = self.feed_ids.filtered(lambda feed: feed.kind == "order")
        if not feed.synced_until:
            return True
        platform_now = fields.Datetime.now() + timedelta(seconds=self.clock_skew)
        age = platform_now - feed.synced_until
        return age > timedelta(minutes=self.ship_check_minutes)

    def _ask_before_shipping(self, orders):
        """Ask for the state of orders that are about to leave.

        Rows are locked neither before nor while it asks. What has changed is written
        in a transaction of its own: refusing the transfer does not lose it.

        :raise UserError: names the orders that must not be shipped, and why
        """
        self.ensure_one()
        if not self._is_news_old():
            return
        try:
            changed = self._ask_changed_orders(orders)
            rows = [
                self._call(READ_API, order_sn=order.order_sn)["order_info"]
                for order in changed
            ]
        except (pop.PddError, UserError) as error:
            self._act_without_answer(error)
            return
        if not rows:
            return
        with self._apart() as shop:
            Order = shop.env["pdd.order"].with_context(pdd_in_full=True)
            Order._intake(shop, rows)
        self._raise_forbidden(rows)

    def _raise_forbidden(self, rows):
        """Refuse to ship orders whose rows forbid it.

        The transaction does not see what was just written apart, so the rows tell.
        """
        Parcel = self.env["pdd.parcel"]
        forbidden = [row for row in rows if Parcel._parse_platform(row).is_stopped]
        if forbidden:
            lines = [str(row.get("order_sn")) for row in forbidden]
            raise UserError(
                self.env._(
                    "Pinduoduo says that these orders must not be shipped now, for "
                    "instance because the buyer has asked for a refund:\n%s\nPut the "
                    "goods aside; the transfer goes on by itself once Pinduoduo allows "
                    "it.",
                    "\n".join(lines),
                )
            )

    def _ask_changed_orders(self, orders):
        """Return the orders whose state on the platform is not the one we know."""
        states = {}
        for part in split_every(STATUS_BATCH, orders.mapped("order_sn")):
            answer = self._call(STATUS_API, order_sns=",".join(part))
            for row in pop.parse_objects(answer, "order_status_list"):
                states[str(row.get("orderSn"))] = (
                    pop.parse_int32(row.get("order_status"), default=0),
                    pop.parse_int32(row.get("refund_status"), default=0),
                )
        return orders.filtered(
            lambda order: (
                states.get(order.order_sn) != (order.order_status, order.refund_status)
            )
        )

    def _act_without_answer(self, error):
        """Let the shop's policy decide when the platform does not answer."""
        if self.ship_check_policy == "allow":
            return
        reason = error.args[0]
        if isinstance(error, pop.PddError):
            reason = self._explain(error)
        raise UserError(
            self.env._(
                "Pinduoduo was asked whether these orders may still be shipped and "
                "gave no answer: %(reason)s\nTry again in a minute. A manager may allow "
                "validating without an answer on the shop %(shop)s.",
                reason=reason,
                shop=self.name,
            )
        ) from error
