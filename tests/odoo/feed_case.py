# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of the feeds share: time, load, and the platform's truth."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from .common import PddCase

#: fields that must be equal here and there: ours -> the simulator's
STATES = {
    "order_status": "order_status",
    "refund_status": "refund_status",
    "after_sales_status": "after_sales_status",
    "buyer_memo": "buyer_memo",
    "remark": "remark",
    "tracking_number": "tracking_number",
}


class FeedCase(PddCase):
    """A shop whose reading starts six hours ago, and nothing in it yet."""

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2}

    def _connect_shop(self, account, **vals):
        start = fields.Datetime.now() - timedelta(hours=6)
        return super()._connect_shop(account, **{"import_from_date": start, **vals})

    # --- time and load

    def platform_now(self):
        """Return the platform's time, naive UTC in whole seconds."""
        moment = fields.Datetime.from_string("1970-01-01 00:00:00")
        return moment + timedelta(seconds=int(self.sim.clock.now()))

    def load(self, count, hours, end=0, account=None):
        """Let orders arrive within some hours.

        :param float end: seconds before now at which that time ends
        :return list: their numbers
        """
        now = self.sim.clock.now()
        account = account or self.account
        start = now - end - hours * 3600
        return self.sim.loader.load(account.mall_id, count, start, now - end)

    @contextmanager
    def between_pages(self, action):
        """Run an action before each page that follows another one."""
        call = type(self.shop)._call

        def act_and_call(shop, api_name, /, **params):
            if params.get("page"):
                action()
            return call(shop, api_name, **params)

        with patch.object(type(self.shop), "_call", act_and_call):
            yield

    # --- reading

    def pull(self, kind):
        """Do what the scheduled action of a kind does."""
        self.env["pdd.feed"]._cron_pull(kind)

    def feed(self, kind):
        return self.shop.feed_ids.filtered(lambda feed: feed.kind == kind)

    def calls(self, api_name):
        """Return the journal of one API."""
        return self.sim.journal.entries(api_name)

    def find_order(self, order):
        return self.env["pdd.order"].search([("order_sn", "=", order.order_sn)])

    # --- the truth

    def assert_orders_complete(self, account=None):
        """Compare all orders of a shop with the platform's own state, field by field."""
        account = account or self.account
        wanted = {
            order.order_sn: {
                **{
                    name: getattr(order, source) or False
                    for name, source in STATES.items()
                },
                "pay_amount": order.pay_amount,
                "receivable_amount": order.pay_amount + order.platform_discount,
            }
            for order in account.orders.values()
        }
        self.env.invalidate_all()
        orders = self.env["pdd.order"].search(
            [("shop_id.mall_id", "=", str(account.mall_id))]
        )
        found = {
            order.order_sn: {
                **{name: order[name] or False for name in STATES},
                "pay_amount": round(order.pay_amount * 100),
                "receivable_amount": round(order.receivable_amount * 100),
            }
            for order in orders
        }
        self.assertEqual(len(orders), len(found), "an order is there twice")
        self.assertEqual(found.keys(), wanted.keys())
        self.assertEqual(found, wanted)

    def assert_refunds_complete(self):
        """Compare all after-sales with the platform's own state."""
        wanted = {
            str(case.after_sales_id): {
                "order_sn": case.order_sn,
                "after_sales_type": case.kind + 1,
                "after_sales_status": case.status,
                "refund_amount": case.refund,
            }
            for case in self.account.after_sales.values()
        }
        self.env.invalidate_all()
        refunds = self.env["pdd.refund"].search([("shop_id", "=", self.shop.id)])
        found = {
            refund.after_sales_id: {
                "order_sn": refund.order_sn,
                "after_sales_type": refund.after_sales_type,
                "after_sales_status": refund.after_sales_status,
                "refund_amount": round(refund.refund_amount * 100),
            }
            for refund in refunds
        }
        self.assertEqual(len(refunds), len(found), "an after-sale is there twice")
        self.assertEqual(found, wanted)

    def assert_goods_complete(self):
        """Compare all SKUs with the platform's own state."""
        wanted = {
            str(sku.sku_id): (str(goods.goods_id), sku.outer_id, sku.quantity)
            for goods in self.account.live_goods()
            for sku in goods.skus
        }
        self.env.invalidate_all()
        skus = self.env["pdd.sku"].search([("shop_id", "=", self.shop.id)])
        found = {
            sku.sku_id: (sku.goods_id.goods_id, sku.outer_id or "", sku.platform_qty)
            for sku in skus
            if sku.goods_id
        }
        self.assertEqual(found, wanted)
