# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever happens, and in whatever order Odoo learns of it, the books agree."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from odoo.tests import tagged

from . import bills
from .account_model import RECEIVED, SHIPPED, TO_SHIP, Account, ModelOrder, yuan
from .common import FinanceCase

PICK = st.integers(0, 9)
KINDS = (  # paid, platform's coupon, shop's discount, postage
    (3333, 0, 0, 0),
    (8500, 1000, 500, 0),
    (1000, 100, 0, 0),
    (2990, 333, 0, 600),
    (9, 2, 0, 0),
    (12345, 1, 300, 100),
)
MODES = ("statement", "day")
TRIGGERS = ("receipt", "shipment", "bill")
MOST_ORDERS = 3


class Histories(RuleBasedStateMachine):
    """Random legal histories of a shop, its account and its books."""

    case = None  # the test whose company it is

    def __init__(self):
        super().__init__()
        self.account = Account()
        self.orders = []

    @initialize(
        grouping=st.sampled_from(("order", "day")),
        mode=st.sampled_from(MODES),
        trigger=st.sampled_from(TRIGGERS),
        kind=st.sampled_from(KINDS),
        items=st.integers(1, 2),
    )
    def begin(self, grouping, mode, trigger, kind, items):
        self.trigger = trigger
        self.case.company.write(
            {
                "pdd_invoice_grouping": grouping,
                "pdd_posting_mode": mode,
                "pdd_invoice_trigger": trigger,
            }
        )
        self.shop = self.case.open_shop()
        self.buy(kind=kind, items=items)

    # --- what happens on the platform

    @precondition(lambda self: len(self.orders) < MOST_ORDERS)
    @rule(kind=st.sampled_from(KINDS), items=st.integers(1, 2))
    def buy(self, kind, items):
        paid, coupon, discount, postage = kind
        sent = self.case.sent_row(
            paid, coupon, discount, postage, items, self.account.tick()
        )
        self.orders.append(ModelOrder(sent["order_sn"], paid, coupon, sent))

    @rule(pick=PICK)
    def ship(self, pick):
        order = self._pick(pick, lambda o: o.status == TO_SHIP and not o.is_cancelled)
        if order:
            self._move(order, SHIPPED, "shipping_time")

    @rule(pick=PICK)
    def receive(self, pick):
        order = self._pick(pick, lambda o: o.status == SHIPPED)
        if order:
            self._move(order, RECEIVED, "receive_time")

    @rule(pick=PICK)
    def settle(self, pick):
        """The income is booked: before the receipt or after, by the platform's whim."""
        order = self._pick(pick, lambda o: o.status != TO_SHIP and not o.is_booked)
        if order:
            gone = order.refunded + order.coupon_back
            self.account.book_income(order, gone=gone)

    @rule(pick=PICK, part=st.integers(1, 3), kind=st.integers(2, 3), rows=st.booleans())
    def give_back(self, pick, part, kind, rows):
        order = self._pick(pick, lambda o: o.refunded < o.paid)
        if order:
            left = order.paid - order.refunded
            fen = left if part == 1 else max(1, left // part)
            moment = self.account.tick()
            order.refunds.append({"fen": fen, "kind": kind, "moment": moment})
            order.sent.update(refund_status=4, updated_at=moment)
            self.account.book_refund(order, fen, leaves_rows=rows)

    @rule(
        code=st.sampled_from(("0040002", "0040004", "0040099", "0060001", "0990099")),
        fen=st.integers(1, 500),
        pick=PICK,
        where=st.sampled_from(("column", "remark", "nowhere")),
        times=st.integers(1, 2),
    )
    def charge(self, code, fen, pick, where, times):
        order = self._pick(pick, lambda o: True)
        number = order.order_sn if order and where == "column" else ""
        remark = f"扣款（订单{order.order_sn}）" if order and where == "remark" else "-"
        self.account.book(code, -fen, number, remark, times)

    @rule(
        code=st.sampled_from(("0080001", "0070004", "0150001", "0130001")),
        fen=st.integers(-9999, 9999),
    )
    def transfer(self, code, fen):
        self.account.book(code, fen)

    @rule()
    def sleep(self):
        self.account.next_day()

    def _pick(self, pick, condition):
        found = [order for order in self.orders if condition(order)]
        return found[pick % len(found)] if found else None

    def _move(self, order, status, name):
        order.status = status
        moment = self.account.tick()
        order.sent.update({"order_status": status, name: moment, "updated_at": moment})

    # --- what Odoo does

    @rule(refunds_first=st.booleans())
    def read(self, refunds_first):
        work = [self._read_orders, self._read_refunds]
        for read in work[::-1] if refunds_first else work:
            read()
        self.case.env["pdd.order"]._cron_make()

    def _read_orders(self):
        self.case.take_orders(self.shop, [order.sent for order in self.orders])

    def _read_refunds(self):
        for order in self.orders:
            for number, refund in enumerate(order.refunds):
                self.case.take_refund(self.shop, order, number, refund)

    @rule()
    def invoice(self):
        self.case.env["pdd.order"]._cron_invoice()

    @rule(skip=st.integers(0, 9), days=st.integers(1, 5))
    def upload(self, skip, days):
        """Upload the bill of some days that are over, known or not."""
        account = self.account
        first = account.first_day + timedelta(days=skip)
        last = min(first + timedelta(days=days - 1), account.yesterday)
        if first <= last:
            self._upload(first, last)

    def _upload(self, first, last):
        file = bills.csv_file(
            self.account.lines(first, last), start=str(first), end=str(last)
        )
        bill = self.case._import(file, f"{first} {last}.csv", self.shop)
        self.case.assertIn(bill.state, ("open", "done"), bill.error_message)

    @rule()
    def post(self):
        self.case.env["pdd.shop"]._cron_post_bills()

    @rule(pick=PICK)
    def undo(self, pick):
        bill = self._bills()
        if bill:
            bill[pick % len(bill)].action_undo()

    @rule(mode=st.sampled_from(MODES))
    def change_mode(self, mode):
        self.case.company.pdd_posting_mode = mode

    @rule()
    def prove(self):
        self.case.env["pdd.proof"]._cron_prove()
        self._compare_proofs()

    def _bills(self):
        return self.case.env["pdd.bill"].search([("shop_id", "=", self.shop.id)])

    # --- what must be true

    def teardown(self):
        self.account.next_day()  # with the coupons that were due
        self.account.next_day()
        self.read(refunds_first=False)
        self._upload(self.account.first_day, self.account.yesterday)
        self._finish()
        self._compare()
        end = self.case.get_end(self.shop)
        self._bills().action_undo()
        self._upload(self.account.first_day, self.account.yesterday)
        self._finish()
        self._compare()
        self.case.assertEqual(self.case.get_end(self.shop), end)

    def _finish(self):
        self.post()
        self.invoice()
        self.case.env["pdd.proof"]._cron_prove()

    def _compare(self):
        self._compare_proofs(is_complete=True)
        lines = self.case.env["pdd.bill.line"].search([("shop_id", "=", self.shop.id)])
        self.case.assertEqual(len(lines), len(self.account.rows))
        for line in lines:
            wanted = "zero" if not line.amount else "posted"
            wanted = "unknown" if line.flow_code == "0990099" else wanted
            self.case.assertEqual(line.state, wanted, line.error_message)
        for order in self.orders:
            self._compare_order(order)

    def _compare_proofs(self, *, is_complete=False):
        proofs = self.case.env["pdd.proof"].search(
            [("shop_id", "=", self.shop.id)], order="date"
        )
        opening = 0
        for proof in proofs:
            day = (proof.date, self.account.rows)
            fen = {
                name: round(proof[name] * 100)
                for name in ("opening", "income", "expense", "closing", "ledger")
            }
            self.case.assertEqual(fen["opening"], opening, day)
            moved = fen["income"] + fen["expense"]
            self.case.assertEqual(fen["closing"], opening + moved, day)
            opening = fen["closing"]
            if is_complete:
                balance = self.account.balance(proof.date)
                self.case.assertEqual((fen["closing"], fen["ledger"]), (balance,) * 2)
                self.case.assertEqual(proof.state, "proven", day)
        days = [moment.date() for moment, *_rest in self.account.rows]
        if is_complete and days:
            dates = proofs.mapped("date")
            self.case.assertEqual((dates[0], dates[-1]), (min(days), max(days)))

    def _compare_order(self, order):
        ours = self.case.env["pdd.order"].search([("order_sn", "=", order.order_sn)])
        wanted = self.account.open_amounts(order, is_invoiced=self._is_invoiced(order))
        what = (order, ours.invoice_error, ours.refund_ids.mapped("book_error"))
        for part, fen in wanted.items():
            self.case.assertEqual(round(ours[f"open_{part}_amount"] * 100), fen, what)
            items = ours.item_ids.filtered(lambda i, p=part: i.pdd_part == p)
            self.case.assertEqual(round(sum(items.mapped("balance")) * 100), fen, what)
        if any(wanted.values()):
            self.case.assertNotEqual(ours.settlement_state, "settled", what)
        elif ours.invoice_id or ours.item_ids:
            self.case.assertEqual(ours.settlement_state, "settled", what)
            items = ours.item_ids.filtered("pdd_part")
            self.case.assertTrue(all(items.mapped("reconciled")), what)

    def _is_invoiced(self, order):
        if order.is_cancelled:
            return False
        return {
            "receipt": order.status == RECEIVED,
            "shipment": order.status in (SHIPPED, RECEIVED),
            "bill": any(
                (order.order_sn, "0010002") == (number, code)
                for _moment, number, code, *_rest in self.account.rows
            ),
        }[self.trigger]


@pytest.mark.slow
@tagged("post_install", "-at_install")
class TestAnyHistory(FinanceCase):
    def open_shop(self):
        number = next(self._numbers)
        return self._create_shop(f"Shop {number}", f"{number}")

    def sent_row(self, paid, coupon, discount, postage, items, moment):
        """Return the row of a new order; amounts in fen."""
        goods = paid + coupon + discount - postage
        prices = [goods] if items == 1 else [goods // 3, goods - goods // 3]
        return self._order_row(
            yuan(paid),
            yuan(coupon),
            seller_discount=discount / 100,
            postage=postage / 100,
            order_status=TO_SHIP,
            created_time=moment,
            confirm_time=moment,
            updated_at=moment,
            shipping_time="",
            receive_time="",
            item_list=[
                {
                    "goods_id": "1",
                    "sku_id": f"{11 * (place + 1)}",
                    "goods_name": "Cup",
                    "goods_price": price / 100,
                    "goods_count": 1,
                }
                for place, price in enumerate(prices)
            ],
        )

    def take_orders(self, shop, rows):
        self.env["pdd.order"]._intake(shop, rows)
        unmapped = [("shop_id", "=", shop.id), ("product_id", "=", False)]
        self.env["pdd.sku"].search(unmapped).product_id = self.product
        held = [("shop_id", "=", shop.id), ("state", "=", "held")]
        self.env["pdd.order"].search(held)._release()

    def take_refund(self, shop, order, number, refund):
        self.env["pdd.refund"]._intake(
            shop,
            [
                {
                    "id": int(order.order_sn[-9:]) * 100 + number,
                    "order_sn": order.order_sn,
                    "after_sales_type": refund["kind"],
                    "after_sales_status": 10,
                    "refund_amount": yuan(refund["fen"]),
                    "created_time": refund["moment"],
                    "updated_time": refund["moment"],
                    "sku_id": "11",
                }
            ],
        )

    def get_end(self, shop):
        """Return what must be the same however often it is done."""
        orders = self.env["pdd.order"].search([("shop_id", "=", shop.id)])
        groups = self.env["account.move.line"]._read_group(
            [("move_id.pdd_shop_id", "=", shop.id), ("parent_state", "=", "posted")],
            ["account_id"],
            ["balance:sum"],
        )
        return (
            {account.id: round(total, 2) for account, total in groups},
            {o.order_sn: (o.settlement_state, o.settlement_reason) for o in orders},
            len(orders.invoice_id + orders.refund_ids.credit_note_id),
        )

    def test_the_books_agree_after_any_history(self):
        run_state_machine_as_test(
            type("Machine", (Histories,), {"case": self}),
            settings=settings(
                max_examples=25,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],  # shrinking would take minutes
                suppress_health_check=list(HealthCheck),
            ),
        )
