# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random
from unittest.mock import patch

import pytest
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.simulator import Settings

from .expectation import expect
from .feed_case import FeedCase

ORDERS = 2000
SHARE = 0.05
LIST_API = "pdd.order.number.list.increment.get"
DEFECTS = (
    "unmapped",
    "risk",
    "refund",
    "partial",
    "running",
    "amount",
    "nulls",
    "status",
    "ship_hold",
)


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestEndStates(FeedCase):
    """Many orders, 5 % of each defect, on pages that repeat, shuffle and move."""

    simulator_options = {
        "seed": 11,
        "shops": 1,
        "orders": 0,
        "days": 2,
        "settings": Settings(rate_scale=0),
    }

    def setUp(self):
        super().setUp()
        self.rng = random.Random(11)
        self._create_products()
        self.shop.action_sync_goods()
        now = self.platform.clock.now()
        numbers = self.sim.loader.load(
            self.account.mall_id, ORDERS, now - 3 * 3600, now - 60
        )
        self.rng.shuffle(numbers)
        share = int(ORDERS * SHARE)
        self.marked = {
            name: numbers[index * share : (index + 1) * share]
            for index, name in enumerate(DEFECTS)
        }
        self.steady = numbers[len(DEFECTS) * share :]

    @mute_logger("odoo.addons.pdd_connector")
    def test_each_order_ends_exactly_once_in_the_right_state(self):
        self._spoil()
        with self._moving_pages(), self._analyze_while_making():
            self.shop.action_sync_orders()
        self.sim.clock.advance(600)
        self.shop.action_sync_refunds()
        self.shop.action_sync_orders()
        self._assert_end_states()
        before = self._snapshot()
        self.shop.action_sync_refunds()
        self.shop.action_sync_orders()
        self.assertEqual(self._snapshot(), before, "a further reading changes nothing")

    # --- defects

    def _spoil(self):
        skus = self.env["pdd.sku"].search([("product_id", "!=", False)])
        self.unmapped_sku = skus[0]
        self.unmapped_sku.product_id = False
        happen = self.platform.event
        for order_sn in self.marked["unmapped"]:
            self._swap_sku(order_sn)
        for order_sn in self.marked["risk"]:
            happen(order_sn, "risk_on")
        for order_sn in self.marked["refund"]:
            happen(order_sn, "refund_request")
            happen(order_sn, "refund_agree")
        paid = [sn for sn in self.marked["partial"] if self._is_paid(sn)]
        for order_sn in paid:
            happen(order_sn, "refund_request", amount=1)
            happen(order_sn, "refund_agree")
        for order_sn in self.marked["running"]:
            happen(order_sn, "refund_request")
        for order_sn in self.marked["ship_hold"]:
            happen(order_sn, "hold")
        self._lie()

    def _is_paid(self, order_sn):
        """Return whether an order cost something; gift orders do not."""
        return self.platform.find_order(order_sn).pay_amount > 1

    def _swap_sku(self, order_sn):
        line = self.platform.find_order(order_sn).lines[0]
        line.sku_id = int(self.unmapped_sku.sku_id)
        line.goods_id = int(self.unmapped_sku.goods_id.goods_id)

    def _lie(self):
        """Let the list's rows lie; the detail call tells the truth."""
        for name, patch_of in (
            ("amount", lambda order: {"pay_amount": (order.pay_amount + 100) / 100}),
            ("status", lambda order: {"order_status": 7}),
            ("nulls", lambda order: {"item_list": None, "goods_amount": None}),
        ):
            for order_sn in self.marked[name]:
                self.sim.faults.add(
                    "mutate_rows",
                    api=LIST_API,
                    times=-1,
                    match={"order_sn": order_sn},
                    patch=patch_of(self.platform.find_order(order_sn)),
                )
        for kind in ("duplicate_rows", "disorder"):
            self.sim.faults.add(kind, api=LIST_API, times=-1)

    def _moving_pages(self):
        """Let orders change, and so jump to the front, while pages are read."""
        call = self.env.registry["pdd.shop"]._call
        steady, happen = self.steady[: len(self.steady) // 2], self.platform.event

        def call_and_move(shop, api_name, /, **params):
            answer = call(shop, api_name, **params)
            if api_name == LIST_API and steady:
                happen(steady.pop(), "memo")
            return answer

        return patch.object(self.env.registry["pdd.shop"], "_call", call_and_move)

    # --- what should be there

    def _assert_end_states(self):
        now = self.platform.clock.now()
        unmapped = {
            int(sku.sku_id)
            for sku in self.env["pdd.sku"].search([("product_id", "=", False)])
        }
        lies = {
            order_sn: {name}
            for name in ("amount", "status")
            for order_sn in self.marked[name]
        }
        orders = self.env["pdd.order"].search([("shop_id", "=", self.shop.id)])
        by_sn = {order.order_sn: order for order in orders}
        true = self.platform.shop(self.account.mall_id).orders
        self.assertEqual(set(by_sn), set(true))
        for order_sn, theirs in true.items():
            ours = by_sn[order_sn]
            wanted = expect(
                theirs,
                now,
                orders=true,
                unmapped=unmapped,
                defects=lies.get(order_sn, ()),
            )
            with self.subTest(order_sn=order_sn):
                self.assertEqual(ours.state, wanted.state, ours.error_message)
                self.assertEqual(set(ours.hold_reasons.mapped("code")), wanted.reasons)
                self._assert_total(ours, wanted.total)
        sale_orders = self.env["sale.order"].search(
            [("pdd_shop_id", "=", self.shop.id), ("state", "!=", "cancel")]
        )
        self.assertEqual(len(sale_orders), len(orders.filtered("sale_order_id")))
        self.assertEqual(
            set(sale_orders.mapped("client_order_ref")),
            set(orders.filtered("sale_order_id").mapped("order_sn")),
        )

    def _assert_total(self, order, fen):
        if fen is None:
            self.assertFalse(order.sale_order_id)
        else:
            self.assertEqual(round(order.sale_order_id.amount_total * 100), fen)

    def _snapshot(self):
        return (
            self.env["pdd.order"]
            .search([])
            .read(["state", "write_date", "sale_order_id", "hold_reasons"])
        )
