# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A month of a shop on the platform, with differences planted in its account.

What should be open in Odoo is computed from the stand-in's orders and rows alone.
"""

from collections import Counter, defaultdict

import requests
from odoo import fields
from odoo.addons.pdd_connector import pop

from tests.odoo.common import PddCase
from tests.simulator import Settings
from tests.simulator.account import UNKNOWN
from tests.simulator.clock import DAY, day_of, from_text, to_text
from tests.simulator.ledger import COUPON, COUPON_BACK, INCOME, LATE, REFUND
from tests.simulator.model import BillRow

from .expected import RECEIVED, open_amounts

MONTH, FIRST_DAY = "2026-05", "2026-05-01"
NOON = from_text("2026-06-24 12:00:00")  # all orders of the month are settled
HOUR = 3600
STRANGER = "260501-999999999999999"


# reason, state, given back in part, flows that bring another amount
PLANTS = (
    ("coupon_missing", "overdue", False, lambda order: {COUPON: 0}),
    ("short", "overdue", False, lambda order: {INCOME: order.pay_amount - 1}),
    ("over", "over_settled", False, lambda order: {INCOME: order.pay_amount + 1}),
    (
        "parts_differ",
        "overdue",
        False,
        lambda order: {INCOME: order.pay_amount + order.platform_discount, COUPON: 0},
    ),
    ("not_paid", "overdue", False, lambda order: {INCOME: 0, COUPON: 0}),
    ("refund_without_income", "overdue", True, lambda order: {INCOME: 0, COUPON: 0}),
    (
        "refund_missing",
        "refunded_open",
        True,
        lambda order: {REFUND: 0, COUPON_BACK: 0},
    ),
)


class MonthCase(PddCase):
    """Loads a month, plants, reads it over HTTP in two halves as life would bring it.

    The first half is invoiced before its refunds are known, the second after; the bill
    of both is there before the orders of the second. Goods are services: nothing is to
    be delivered, the books alone are looked at.
    """

    simulator_options = {
        "seed": 5,
        "shops": 1,
        "orders": 0,
        "days": 2,
        "settings": Settings(
            clock_start=NOON,
            access_life=60 * DAY,
            rate_scale=0,
            untidy_codes=False,
            refund_share=0.1,
            late_refund_share=0.03,
            small_transfer_share=0.02,
            coupon_lag=7200.0,
        ),
    }
    plants_of_a_kind = 1

    def _load(self, count):
        """Let the month happen on the platform, and plant the differences."""
        self._create_products().type = "service"
        self.shop.import_from_date = fields.Datetime.to_datetime("2026-04-30 16:00:00")
        self.shop.action_sync_goods()
        numbers = self.sim.loader.month(self.account.mall_id, count, MONTH)
        self.halves = numbers[: count // 2], numbers[count // 2 :]
        self.plants = self._plant()

    # --- planting

    def _plant(self):
        """Spoil the account of some orders.

        :return dict: order number -> how Odoo should call it: state, reason
        """
        ledger, plants = self.account.ledger, {}
        orders = self._candidates()
        for reason, state, is_refunded, changes in PLANTS:
            for _number in range(self.plants_of_a_kind):
                order = next(orders)
                if is_refunded:
                    self._refund_in_part(order)
                plants[order.order_sn] = (state, reason)
                for flow, amount in changes(order).items():
                    ledger.alter(order.order_sn, flow, amount)
        for _number in range(self.plants_of_a_kind):
            order = next(orders)
            plants[order.order_sn] = ("overdue", "refund_unknown")
            moment = order.received + 2 * DAY
            ledger.add(BillRow(moment, order.order_sn, -100, REFUND))
        ledger.add(BillRow(NOON - 5 * DAY, STRANGER, 1234, INCOME))
        return plants

    def _candidates(self):
        """Yield settled orders with a coupon that nobody gave back.

        Early and late ones in turns, so that both halves of the month have some.
        """
        numbers = [number for half in zip(*self.halves, strict=True) for number in half]
        for order in map(self.account.orders.get, numbers):
            if (
                order.is_booked
                and order.order_status == RECEIVED
                and not order.after_sales
                and order.platform_discount > 100
                and order.pay_amount > 500
            ):
                yield order

    def _refund_in_part(self, order):
        """Let the buyer get some money back a day after the receipt."""
        happen, moment = self.platform.happen, order.received + DAY
        happen(order, "refund_request", moment, amount=order.pay_amount // 3, kind=1)
        happen(order, "refund_agree", moment + HOUR)

    # --- reading

    def _keep_books(self):
        """Read, invoice, post and prove all there is, in an order that is awkward."""
        first, second = self.halves
        self._read_orders(first)
        self.env["pdd.order"]._cron_invoice()
        self.env["pdd.feed"]._cron_pull("bill")
        self._analyze()
        self.env["pdd.shop"]._cron_post_bills()
        self._read_refunds()
        self._read_orders(second)
        self.env["pdd.order"]._cron_invoice()
        self.env["pdd.shop"]._cron_post_bills()
        self.env["pdd.proof"]._cron_prove()

    def _read_orders(self, numbers):
        """Annotate orders on the platform and read what changed.

        So the list of the last hours holds them: else all half hours of the month would
        be asked for one by one.
        """
        start = self._get_now()
        for order_sn in numbers:
            self.platform.event(order_sn, "memo")
        self.sim.clock.advance(HOUR)
        self._set_cursor("order", start)
        self.shop.action_sync_orders()
        self._analyze()

    def _read_refunds(self):
        """Read all after-sales, as if they had changed now, for the same reason."""
        start = self._get_now()
        for case in self.account.after_sales.values():
            case.updated = int(self.sim.clock.now())
            self.platform.publish(self.platform.find_order(case.order_sn), case.updated)
        self.sim.clock.advance(HOUR)
        self._set_cursor("refund", start)
        self.shop.action_sync_refunds()

    def _get_now(self):
        """Return the platform's time in naive UTC."""
        return pop.parse_time(to_text(self.sim.clock.now()))

    def _set_cursor(self, kind, moment):
        feed = self.shop._get_feeds(kind)
        feed.write({"synced_until": moment, "settled_until": False, "position": False})

    # --- what should be there

    def _assert_books(self):
        """Compare proofs, orders, movements and accounts with the platform."""
        self._assert_proofs()
        self._assert_orders()
        self._assert_lines()
        self._assert_receivables()

    def _assert_proofs(self):
        """Each day is proven, and ends with the balance the platform shows."""
        proofs = self.env["pdd.proof"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(min(proofs.mapped("date")).isoformat(), self._first_bill_day())
        self.assertEqual(set(proofs.mapped("state")), {"proven"})
        for proof in proofs:
            query = {"mall_id": self.account.mall_id, "date": proof.date.isoformat()}
            day = requests.get(
                f"{self.sim.url}/_sim/balance", params=query, timeout=20
            ).json()
            self.assertEqual(
                [round(proof[name] * 100) for name in ("opening", "closing", "ledger")],
                [day["opening"], day["closing"], day["closing"]],
                proof.date,
            )

    def _first_bill_day(self):
        return day_of(min(row.moment for row in self.account.ledger))

    def _assert_orders(self):
        """Each order has open what the platform's rows leave; the planted ones alone."""
        rows = defaultdict(list)
        for row in self.account.ledger:
            rows[row.order_sn].append(row)
        orders = self.env["pdd.order"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(set(orders.mapped("order_sn")), set(self.account.orders))
        for order in orders:
            theirs = self.account.orders[order.order_sn]
            found = (order.open_buyer_amount, order.open_platform_amount)
            self.assertEqual(
                tuple(round(amount * 100) for amount in found),
                open_amounts(theirs, rows[order.order_sn]),
                order.order_sn,
            )
        different = orders.filtered(
            lambda o: o.settlement_state not in ("settled", "not_due")
        )
        self.assertEqual(
            {o.order_sn: (o.settlement_state, o.settlement_reason) for o in different},
            self.plants,
        )
        self.assertEqual(
            set((orders - different).mapped("settlement_reason")) - {"cancelled_out"},
            {False},
        )

    def _assert_lines(self):
        """Each row of the account is posted; what a person must see is what was planted."""
        account_rows = [*self.account.ledger]
        lines = self.env["pdd.bill.line"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(
            Counter((line.flow_code, round(line.amount * 100)) for line in lines),
            Counter((row.flow, row.amount) for row in account_rows),
        )
        self.assertFalse(lines.filtered(lambda line: line.state in ("pending", "held")))
        late = [r for r in account_rows if r.flow == LATE and not r.order_sn]
        found = Counter(line.reason for line in lines if line.reason)
        self.assertEqual(
            found,
            {
                "unknown_code": sum(row.flow == UNKNOWN for row in account_rows),
                "no_order": sum("订单" not in row.remark for row in late),
                "unknown_order": 1,
            },
        )

    def _assert_receivables(self):
        """The receivables hold what is open of the planted orders, nothing else."""
        company = self.shop.company_id
        orders = self.env["pdd.order"].search([("order_sn", "in", [*self.plants])])
        for part, more in (("buyer", -12.34), ("platform", 0.0)):
            account = company._get_pdd_receivable(part)
            expected = sum(orders.mapped(f"open_{part}_amount")) + more
            self.assertAlmostEqual(self._get_balances()[account.name], expected, 2)

    def _get_balances(self):
        """Return the balance of each account that has one, by name."""
        groups = self.env["account.move.line"]._read_group(
            [("parent_state", "=", "posted")], ["account_id"], ["balance:sum"]
        )
        sums = {account.name: round(total, 2) for account, total in groups}
        return defaultdict(
            float, {name: total for name, total in sums.items() if total}
        )
