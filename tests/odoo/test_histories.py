# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.simulator.lifecycle import Impossible

from .common import PddCase
from .expectation import expect

PICK = st.integers(0, 1)
KINDS = (
    {},
    {},
    {"platform_discount": 700, "seller_discount": 300, "postage": 600},
    {"risk": True},
    {"step_status": 1, "step_deposit": 1000},
    {"consolidation": 3},
)


class Histories(RuleBasedStateMachine):
    """Random legal histories, read by Odoo at random moments."""

    case = None  # the test whose shop it is

    def __init__(self):
        super().__init__()
        self.orders = []  # the stand-in's
        self.made = set()

    @initialize(kind=st.sampled_from(KINDS), count=st.integers(1, 3))
    def buy_first(self, kind, count):
        self.buy(kind=kind, count=count)

    @precondition(lambda self: len(self.orders) < 2)
    @rule(kind=st.sampled_from(KINDS), count=st.integers(1, 3))
    def buy(self, kind, count):
        item = {"sku_id": self.case.sku.sku_id, "count": count, "price": 3333}
        self.orders.append(self.case.platform.create_order(items=[item], **kind))

    @rule(pick=PICK, event=st.sampled_from(("risk_on", "risk_off", "pay_balance")))
    def review(self, pick, event):
        self._happen(pick, event)

    @rule(pick=PICK, on=st.booleans())
    def pause(self, pick, on):
        self._happen(pick, "hold", on=on)

    @rule(pick=PICK, event=st.sampled_from(("memo", "address_change")))
    def tell(self, pick, event):
        self._happen(pick, event)

    @rule(pick=PICK, share=st.sampled_from((1, 3)))
    def ask_money_back(self, pick, share):
        amount = self.orders[pick % len(self.orders)].pay_amount // share
        self._happen(pick, "refund_request", amount=amount)

    @rule(pick=PICK)
    def agree(self, pick):
        self._happen(pick, "refund_agree")

    @rule(pick=PICK, event=st.sampled_from(("refuse", "withdraw", "reopen")))
    def change_mind(self, pick, event):
        self._happen(pick, f"refund_{event}")

    @rule(pick=PICK, event=st.sampled_from(("ship", "receive")))
    def travel(self, pick, event):
        self._happen(pick, event)

    @rule()
    def read_orders_first(self):
        self.read(refunds_first=False)

    @rule()
    def read_refunds_first(self):
        self.read(refunds_first=True)

    def read(self, *, refunds_first):
        feeds = [self.case.shop.action_sync_refunds, self.case.shop.action_sync_orders]
        for sync in feeds if refunds_first else feeds[::-1]:
            sync()
        self.case.env["pdd.order"]._cron_make()
        self._compare()

    def _happen(self, pick, event, **details):
        """Let something happen to one of the orders, if it is legal now."""
        self.case.sim.clock.advance(1)
        order = self.orders[pick % len(self.orders)]
        with suppress(Impossible):
            self.case.platform.event(order.order_sn, event, **details)

    def teardown(self):
        self.read(refunds_first=True)

    def _compare(self):
        now = self.case.platform.clock.now()
        self.case.env.invalidate_all()
        for theirs in self.orders:
            ours = self.case.find(theirs.order_sn)
            wanted = expect(theirs, now, was_made=theirs.order_sn in self.made)
            self.case.assertEqual(ours.state, wanted.state, theirs)
            self.case.assertEqual(
                set(ours.hold_reasons.mapped("code")), set(wanted.reasons), theirs
            )
            self._compare_documents(theirs, ours, wanted)

    def _compare_documents(self, theirs, ours, wanted):
        sale_orders = self.case.find_sale_orders(theirs.order_sn)
        alive = sale_orders.filtered(lambda sale: sale.state != "cancel")
        if wanted.total is None:
            self.case.assertFalse(alive, theirs)
            return
        self.made.add(theirs.order_sn)
        self.case.assertEqual(alive, ours.sale_order_id, theirs)
        self.case.assertEqual(alive.state, "sale")
        total = round(alive.amount_total * 100)
        self.case.assertIn(total, self._possible_totals(theirs, ours), theirs)

    def _possible_totals(self, theirs, ours):
        """Return the receivable amount less the refunds that came in time.

        One that was granted before shipping but read after it may have reduced the
        order or be left to a credit note; exactly one of the two.
        """
        receivable = theirs.pay_amount + theirs.platform_discount
        done = [row for row in theirs.after_sales if row.status == 10]
        effects = {r.after_sales_id: r.effect for r in ours.refund_ids}
        reduced = 0
        for refund in done:
            effect = effects[str(refund.after_sales_id)]
            self.case.assertIn(effect, ("reduced", "credit"), theirs)
            if refund.shipped:
                self.case.assertEqual(effect, "credit", theirs)
            elif theirs.order_status == 1:
                self.case.assertEqual(effect, "reduced", theirs)
            reduced += refund.refund if effect == "reduced" else 0
        return {receivable - reduced}


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestHistories(PddCase):
    """Whatever happens on the platform, Odoo equals a small model of its own."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        self.sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        self.platform.shop(None).skus[int(self.sku.sku_id)].quantity = 10**6

    def find(self, order_sn):
        return self.env["pdd.order"].search([("order_sn", "=", order_sn)])

    def find_sale_orders(self, order_sn):
        return self.env["sale.order"].search([("client_order_ref", "=", order_sn)])

    @mute_logger("odoo.addons.pdd_connector")
    def test_odoo_equals_the_model_after_any_history(self):
        run_state_machine_as_test(
            type("Machine", (Histories,), {"case": self}),
            settings=settings(
                max_examples=30,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
