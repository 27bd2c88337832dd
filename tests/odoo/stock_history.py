# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders, receipts, cancellations, refunds, publications and faults in random order.

``StockMachineCase`` is the base of tests that draw histories; what lies on the shelf
and which pieces of it each SKU takes is theirs to say.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from odoo import fields
from odoo.tools import mute_logger

from .stock_common import Killed, PddStockCase

READ, WRITE = "pdd.goods.skus.get", "pdd.goods.quantity.update"
OPEN = ("to_send", "sending", "unknown")
ALONE = 2
few = st.integers(1, 8)
PLAIN = {
    **{"share": 100, "safety_qty": 0, "cap_qty": 0, "floor_qty": 0},
    **{"guaranteed_qty": 0, "lock_qty": 0},
}
TERMS = (
    PLAIN,
    {**PLAIN, "cap_qty": 5},
    {**PLAIN, "safety_qty": 3},
    {**PLAIN, "share": 50},
    {**PLAIN, "floor_qty": 4},
    {**PLAIN, "guaranteed_qty": 6},
    {**PLAIN, "lock_qty": 7},
)


class History:
    """A shop with two SKUs that share a product, and one that shares nothing.

    It keeps what is true, whatever the connector believes.
    """

    def __init__(self, case):
        self.case = case
        self.env, self.platform = case.env, case.platform
        self.products, sold = case.make_products()
        self.needs = dict(zip(case.make_skus(sold), case.needs, strict=True))
        self.skus = self.env["pdd.sku"].union(*self.needs)
        self.rules = case.make_rules(self.skus)
        self.sales, self.orders = [], []
        self.platform.settings.list_lag = 0
        for number in range(len(self.products)):
            self.receive(12, number)
        self.publish()
        self.most = self._room(self.skus[ALONE])

    # --- Odoo

    def receive(self, quantity, number):
        """Put pieces on the shelf."""
        location = self.case.warehouse.lot_stock_id
        product = self._get_product(number)
        self.env["stock.quant"]._update_available_quantity(product, location, quantity)
        self.env.cr.commit()

    def sell(self, quantity, number):
        """Sell elsewhere what Odoo says is free."""
        product = self._get_product(number)
        product.invalidate_recordset()
        quantity = min(quantity, int(product.free_qty))
        if quantity > 0:
            self.sales.append(self.case._sell(quantity, product))

    def cancel(self, _quantity, _number):
        """Cancel the oldest sale elsewhere."""
        if self.sales:
            self.sales.pop(0)._action_cancel()
            self.env.cr.commit()

    def _get_product(self, number):
        return self.products[number % len(self.products)]

    def change_rule(self, terms, number):
        """Change what may be offered of a SKU: cap, share, guarantee, campaign."""
        self.rules[number].write(terms)
        self.env.cr.commit()

    # --- the platform

    def lower(self, quantity, number):
        """Somebody lowers a quantity in the merchant backend."""
        sku = self.case._on_platform(self.skus[number])
        sku.quantity = max(0, sku.quantity - quantity)

    def buy(self, count, number, risk):
        """Buy on the platform as long as there is something on offer."""
        sku = self.skus[number]
        with suppress(ValueError):  # sold out
            self.orders.append((sku, count, self.case._buy(count, sku, risk=risk)))

    def refund(self):
        """Give a buyer all the money back before shipping."""
        for _sku, _count, order in self.orders:
            if order.refund_status == 1 and not order.risk:
                self.platform.event(order.order_sn, "refund_request")
                self.platform.event(order.order_sn, "refund_agree")
                return

    def end_review(self):
        """End the first review that runs."""
        for _sku, _count, order in self.orders:
            if order.risk:
                self.platform.event(order.order_sn, "risk_off")
                return

    # --- the connector

    def read_orders(self):
        """Read and make orders."""
        self.case.shop.action_sync_orders()

    def publish(self):
        """Publish, and note how much may be sold from now on."""
        self.case._pass_time(seconds=5)
        self.case._run()
        if hasattr(self, "most"):
            room, owed = self._room(self.skus[ALONE]), self._owed(self.skus[ALONE])
            if self._is_told(self.skus[ALONE]):
                self.most = max(room, owed)
            else:
                self.most = max(self.most, room, owed)
            self._check_shown()

    def check_all(self):
        """Somebody presses the button that compares with the platform."""
        self.skus.action_publish_stock()
        self.publish()

    def die(self, point):
        """Publish, and die right before or after the first quantity is told."""
        with suppress(Killed), self.case._kill(point):
            self.case._run()
        self.env.invalidate_all()

    def wait(self):
        """Let retries and later looks fall due."""
        self.case.sim.clock.advance(400)
        self.case._pass_time(minutes=20)

    # --- truth

    def _owed(self, sku):
        """Return the pieces of paid orders that nobody has shipped or refunded."""
        return sum(
            count
            for of_sku, count, order in self.orders
            if of_sku == sku and order.refund_status != 4
        )

    def _known(self, sku):
        """Return the pieces of those of these orders that Odoo has read."""
        known = set(
            self.env["pdd.order"]
            .search([("shop_id", "=", self.case.shop.id)])
            .mapped("order_sn")
        )
        return sum(
            count
            for of_sku, count, order in self.orders
            if of_sku == sku and order.refund_status != 4 and order.order_sn in known
        )

    def _room(self, sku, taken=None):
        """Return how often a SKU is there, beside what is sold elsewhere or taken.

        :param dict taken: pieces by index of the product
        """
        return min(
            (self._pieces(self.products[number]) - (taken or {}).get(number, 0))
            // count
            for number, count in self.needs[sku].items()
        )

    def _take(self, counts):
        """Return the pieces, by index of the product, that so many of the SKUs take."""
        taken = Counter()
        for sku, sold in counts.items():
            for number, count in self.needs[sku].items():
                taken[number] += sold * count
        return taken

    def _pieces(self, product):
        """Return the pieces on hand that are not sold elsewhere."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", self.case.warehouse.lot_stock_id.id),
            ]
        )
        elsewhere = sum(
            line.product_uom_qty
            for sale in self.sales
            for line in sale.order_line
            if line.product_id == product
        )
        return int(sum(quants.mapped("quantity")) - elsewhere)

    def _is_told(self, sku):
        """Return whether nothing about a SKU is on its way."""
        publications = self.env["pdd.stock.publication"]
        return not publications.search_count(
            [("sku_id", "=", sku.id), ("state", "in", OPEN)]
        ) and not self.env["pdd.stock.mark"].search_count([("due_date", "=", False)])

    # --- what must hold

    def check(self):
        """Nobody has paid for a piece that was not there when it was last told."""
        owed = self._owed(self.skus[ALONE])
        self.case.assertLessEqual(owed, self.most)

    def _check_shown(self):
        """Each SKU leaves room for all orders it can know of."""
        for sku in self.skus.filtered(self._is_told):
            counts = {other: self._known(other) for other in self.skus}
            counts[sku] = self._owed(sku)
            left = self._room(sku, self._take(counts))
            self.case.assertLessEqual(self.case._shown(sku), max(0, left))

    def finish(self):
        """When all has calmed down the platform shows exactly what the rule says."""
        self.case.sim.faults.clear()
        self.platform.settings.list_lag = 0
        self.rules.write(PLAIN)
        self.wait()
        self.check_all()  # nothing else sees what was lowered in the backend
        for _round in range(4):
            self.wait()
            self.read_orders()
            self.case._run()
        taken = self._take({sku: self._owed(sku) for sku in self.skus})
        for sku in self.skus:
            expected = max(0, self._room(sku, taken))
            self.case.assertEqual(self.case._shown(sku), expected)


class StockMachine(RuleBasedStateMachine):
    """Draws the steps of a history."""

    case = None  # the test that runs the machine

    def __init__(self):
        super().__init__()
        self.history = History(self.case)

    @rule(
        change=st.sampled_from(("receive", "receive", "sell", "cancel")),
        quantity=few,
        number=st.integers(0, 2),
        publish=st.booleans(),
    )
    def change_in_odoo(self, change, quantity, number, publish):
        getattr(self.history, change)(quantity, number)
        if publish:
            self.history.publish()

    @rule(count=few, number=st.integers(0, 2), risk=st.booleans(), lag=st.booleans())
    def buy(self, count, number, risk, lag):
        self.case.platform.settings.list_lag = 120 * lag
        self.history.buy(count, number, risk)

    @rule(terms=st.sampled_from(TERMS), number=st.integers(0, 2), publish=st.booleans())
    def change_rule(self, terms, number, publish):
        self.history.change_rule(terms, number)
        if publish:
            self.history.publish()

    @rule(quantity=few, number=st.integers(0, 2))
    def lower(self, quantity, number):
        self.history.lower(quantity, number)

    @rule(event=st.sampled_from(("refund", "end_review")))
    def happen_on_platform(self, event):
        getattr(self.history, event)()

    @rule(
        work=st.sampled_from(("publish", "publish", "check_all", "read_orders", "wait"))
    )
    def work(self, work):
        getattr(self.history, work)()

    @rule(point=st.sampled_from(("before", "after")))
    def die(self, point):
        self.history.die(point)

    @rule(
        api=st.sampled_from((READ, WRITE)),
        kind=st.sampled_from(
            ("reset", "http_5xx", "html", "timeout_after_effect", "half_body")
        ),
    )
    def fault(self, api, kind):
        self.case.sim.faults.add(kind, api=api)

    @invariant()
    def no_paid_order_lacks_stock_the_guard_could_have_known_of(self):
        self.history.check()

    def teardown(self):
        self.history.finish()


class StockMachineCase(PddStockCase):
    """Base of a test that draws histories.

    :cvar needs: for each of the three SKUs, index of a product -> pieces it takes
    """

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 1, "goods": 1}
    needs = ({0: 1}, {0: 1}, {1: 1})

    def setUp(self):
        super().setUp()
        self.skus.stock_stop = True
        self.env.cr.commit()

    def make_products(self):
        """Return the products on the shelf, and the product of each SKU."""
        shelf = self.make_shelf(1 + max(max(needs) for needs in self.needs))
        return shelf, [shelf[number] for (number,) in self.needs]

    def make_shelf(self, count):
        return self.env["product.product"].create(
            [
                {"name": f"Goods {number}", "is_storable": True}
                for number in range(count)
            ]
        )

    def make_skus(self, products):
        """Put goods on the platform that no history has touched; return their SKUs."""
        added = self._control(
            "goods",
            {
                "mall_id": self.account.mall_id,
                "action": "add",
                "goods_name": "历史",
                "options": {"颜色": ["红", "绿", "蓝"]},
            },
        )
        for row in added:
            self.account.skus[int(row["sku_id"])].quantity = 0
        self.shop.action_sync_goods()
        skus = self.env["pdd.sku"].search(
            [("sku_id", "in", [row["sku_id"] for row in added])], order="id"
        )
        for sku, product in zip(skus, products, strict=True):
            sku.product_id = product
        return skus

    def make_rules(self, skus):
        """Give each SKU a rule of its own; a campaign runs from now on."""
        now = fields.Datetime.now()
        return self.env["pdd.stock.rule"].create(
            [
                {
                    "shop_id": self.shop.id,
                    "sku_id": sku.id,
                    "lock_start_date": now,
                    "lock_end_date": now + timedelta(days=2),
                }
                for sku in skus
            ]
        )

    @mute_logger("odoo.addons.pdd_connector.models.pdd_feed")
    def run_histories(self, count, steps):
        """Draw histories and let each come to its end."""
        StockMachine.case = self
        run_state_machine_as_test(
            StockMachine,
            settings=settings(
                max_examples=count,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],  # a shorter example would take an hour
            ),
        )
