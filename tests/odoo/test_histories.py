# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.simulator.lifecycle import Impossible

from .common import PddCase
from .expectation import expect

EVENTS = (
    "risk_on",
    "risk_off",
    "hold",
    "release",
    "pay_balance",
    "memo",
    "address_change",
    "refund_request",
    "refund_part",
    "refund_agree",
    "refund_refuse",
    "refund_withdraw",
    "refund_reopen",
    "ship",
    "receive",
)
KINDS = (
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

    @rule(kind=st.sampled_from(KINDS), count=st.integers(1, 3))
    def buy(self, kind, count):
        item = {"sku_id": self.case.sku.sku_id, "count": count, "price": 3333}
        self.orders.append(self.case.platform.create_order(items=[item], **kind))

    @precondition(lambda self: self.orders)
    @rule(event=st.sampled_from(EVENTS), pick=st.integers(0, 99))
    def happen(self, event, pick):
        order = self.orders[pick % len(self.orders)]
        details = {"amount": order.pay_amount // 3} if event == "refund_part" else {}
        if event == "release":
            event, details = "hold", {"on": False}
        self.case.sim.clock.advance(1)
        try:
            self.case.platform.event(
                order.order_sn, event.replace("_part", "_request"), **details
            )
        except Impossible:
            return  # not legal now

    @precondition(lambda self: self.orders)
    @rule(refunds_first=st.booleans())
    def read(self, refunds_first):
        feeds = [self.case.shop.action_sync_refunds, self.case.shop.action_sync_orders]
        for sync in feeds if refunds_first else feeds[::-1]:
            sync()
        self.case.env["pdd.order"]._cron_make()
        self._compare()

    def teardown(self):
        if self.orders:
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


@tagged("post_install", "-at_install")
class TestHistories(PddCase):
    """Whatever happens on the platform, Odoo equals a small model of its own."""

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        self.sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)

    def find(self, order_sn):
        return self.env["pdd.order"].search([("order_sn", "=", order_sn)])

    def find_sale_orders(self, order_sn):
        return self.env["sale.order"].search([("client_order_ref", "=", order_sn)])

    @mute_logger("odoo.addons.pdd_connector")
    def test_odoo_equals_the_model_after_any_history(self):
        run_state_machine_as_test(
            type("Machine", (Histories,), {"case": self}),
            settings=settings(
                max_examples=25,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
