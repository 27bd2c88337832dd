# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bills and invoices per second: plain Odoo as the floor, the connector beside it.

Each order has four movements: the buyer's and the platform's part, which are reconciled,
and two fees. The floor books the same movements one by one.

One file of 150,000 lines is read and posted with one entry per day. Its ratio is the worse
of two: what 10,000 lines take to read after the first 10,000, and what the last 10,000
take to post, each against the first.

Invoices are measured on 5,000 orders of five days: 1,000 orders a day are the shop that
wants one invoice per day, and each day is a batch of its own, as for the scheduled action.
Each batch ends with all written and nothing kept in memory, as after its commit.
"""

import io
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.addons.pdd_connector_finance.models.pdd_order_invoice import BATCH_SIZE
from odoo.addons.pdd_connector_finance.models.pdd_shop_post import DAY_LIMIT
from odoo.fields import Command
from odoo.tools import split_every

LINES = 50_000
MANY_LINES = 500_000
FILE_LINES, PART = 150_000, 10_000
LINES_PER_ORDER = 4
ORDERS_PER_ENTRY = 5  # of the open receivables
FLOOR_ORDERS = 40
INVOICES = 5000
WARM_UP = 100
DAYS = 5  # the orders that are invoiced are spread over so many
BILL_DAYS = 28
FILE_DAYS = 10  # more lines a day than one entry takes
ORDER_CHUNK = 1000  # orders that are made in one go
PAID, COUPON, FEE = 85.0, 10.0, 0.57
COUPON_SHARE = 0.4  # of the orders that are invoiced, as in the stand-in's shops
START = date(2026, 6, 1)
BILL_HEAD = (
    "拼多多店铺账务明细查询\r\n\r\n"
    "起始时间：2026-06-01 00:00:00  终止时间：2026-06-30 23:59:59\r\n"
    "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述\r\n"
)
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


def measure(env):
    """Return the figures named in the contract of the design."""
    bench = Bench(env)
    figures = measure_reading(bench)
    figures |= measure_file(bench)
    figures |= measure_lines(bench)
    figures |= measure_invoices(bench)
    return figures


def measure_reading(bench):
    """Return the memory of Odoo's process while it reads half a million lines."""
    reset_peak()
    with tempfile.TemporaryFile() as file:
        bench.write_large_bill(file, MANY_LINES)
        rate = bench.rate_undone(lambda: bench.read(file), MANY_LINES)
    return {"read_lines_per_s": rate, "read_rss_mb": peak_rss_mb()}


def measure_file(bench):
    """Return how the time grows within one file, and the memory of posting it."""
    orders = bench.make_open_orders(FILE_LINES // LINES_PER_ORDER)
    bench.shop._get_bill_journal()
    bench.settle()
    first, rest = bench.time_reading(orders)
    bench.env.company.pdd_posting_mode = "day"
    bill = bench.read(bench.make_bill(orders, days=FILE_DAYS))
    bench.commit()
    reset_peak()
    times = bench.time_posting(bill)
    peak = peak_rss_mb()
    bench.env.company.pdd_posting_mode = "statement"
    bench.commit()
    parts, entries = FILE_LINES // PART, PART // DAY_LIMIT
    last = sum(times[-entries:]) / sum(times[:entries])
    return {
        "file_lines": FILE_LINES,
        "file_ratio": max(rest / (parts - 1) / first, last),
        "post_peak_rss_mb": peak,
    }


def measure_lines(bench):
    """Return lines per second, statements per line and memory of a month's bill."""
    orders = bench.make_open_orders(LINES // LINES_PER_ORDER)
    floor_orders = bench.make_open_orders(FLOOR_ORDERS)
    bench.shop._get_bill_journal()
    bench.settle()
    floor = bench.rate(
        lambda: bench.book_one_by_one(floor_orders), FLOOR_ORDERS * LINES_PER_ORDER
    )
    file = bench.make_bill(orders)
    reset_peak()
    cr, statements = bench.env.cr, bench.env.cr.sql_log_count
    ours = bench.rate(lambda: bench.import_and_post(file), LINES)
    return {
        "lines_per_s": ours,
        "floor_lines_per_s": floor,
        "sql_per_line": (cr.sql_log_count - statements) / LINES,
        "peak_rss_mb": peak_rss_mb(),
    }


def measure_invoices(bench):
    """Return how much faster than plain Odoo the same orders are invoiced.

    Each way works on the same orders, in a transaction that is taken back.
    """
    bench.invoice_plain(bench.make_sold_orders(WARM_UP))
    orders = bench.make_sold_orders(INVOICES)
    bench.settle()
    plain = bench.rate_undone(lambda: bench.invoice_plain(orders), INVOICES)
    bench.env.company.pdd_invoice_grouping = "order"
    bench.commit()
    batches = [*split_every(BATCH_SIZE, orders.ids, orders.browse)]
    single = bench.rate_undone(lambda: bench.invoice(batches), INVOICES)
    bench.env.company.pdd_invoice_grouping = "day"
    bench.commit()
    by_day = orders.grouped("receive_date").values()
    days = [orders.browse(some.ids) for some in by_day]  # each is read on its own
    daily = bench.rate_undone(lambda: bench.invoice(days), INVOICES)
    return {"invoices_ratio": single / plain, "invoices_day_ratio": daily / plain}


def reset_peak():
    """Let the peak of this process's memory count from now on."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_rss_mb():
    """Return the most memory this process had since the last reset."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class Bench:
    """A shop on the Chinese chart, its mirrored orders and their documents."""

    def __init__(self, env):
        self.env = env
        self.shop = env["pdd.shop"].create(
            {
                "name": "Bench",
                "mall_id": "990001234",
                "import_from_date": fields.Datetime.to_datetime("2026-01-01"),
            }
        )
        self.shop.action_include_taxes()
        self.partner = self.shop._get_buyer_partner()
        tax = env.company.account_sale_tax_id
        self.tax = self.shop.fiscal_position_id.map_tax(tax)
        self.product = env["product.product"].create(
            {"name": "Bench", "type": "service", "invoice_policy": "order"}
        )
        self._number = 0
        self.commit()

    def commit(self):
        self.env.cr.commit()
        self.env.invalidate_all()

    def settle(self):
        """Commit, and let the database know its tables, as its housekeeping does."""
        self.commit()
        self.env.cr.execute("ANALYZE")
        self.commit()

    def rate(self, work, count):
        """Return how many a second; all that is to be written is written."""
        start = time.monotonic()
        work()
        self.env.flush_all()
        return count / (time.monotonic() - start)

    def rate_undone(self, work, count):
        """Return how many a second, and take the work back."""
        rate = self.rate(work, count)
        self.env.cr.rollback()
        self.env.invalidate_all()
        return rate

    # --- orders

    def _prepare_order(self, **vals):
        self._number += 1
        moment = fields.Datetime.to_datetime(START + timedelta(self._number % DAYS))
        return {
            "shop_id": self.shop.id,
            "currency_id": self.shop.currency_id.id,
            "order_sn": f"260601-{self._number:015d}",
            "state": "done",
            "order_status": 3,
            "refund_status": 1,
            "receive_date": moment,
            "pay_amount": PAID,
            "platform_discount": COUPON,
            "receivable_amount": PAID + COUPON,
            **vals,
        }

    def make_open_orders(self, count):
        """Return mirrored orders, each with open receivables of its two parts."""
        env, company = self.env, self.env.company
        orders = env["pdd.order"]
        for start in range(0, count, ORDER_CHUNK):
            some = range(start, min(count, start + ORDER_CHUNK))
            orders += orders.create([self._prepare_order() for _number in some])
            self.commit()
        accounts = {
            "buyer": company._get_pdd_receivable("buyer"),
            "platform": company._get_pdd_receivable("platform"),
        }
        journal = env["account.journal"].search([("type", "=", "general")], limit=1)
        income = env["account.account"].search(
            [("account_type", "=", "income")], limit=1
        )
        vals_list = []
        for start in range(0, count, ORDERS_PER_ENTRY):
            some = orders[start : start + ORDERS_PER_ENTRY]
            items = [
                {
                    "name": order.order_sn,
                    "account_id": accounts[part].id,
                    "partner_id": self.partner.id,
                    "balance": amount,
                    "pdd_order_id": order.id,
                    "pdd_part": part,
                }
                for order in some
                for part, amount in (("buyer", PAID), ("platform", COUPON))
            ]
            total = sum(item["balance"] for item in items)
            items.append({"account_id": income.id, "balance": -total})
            vals_list.append(
                {
                    "journal_id": journal.id,
                    "date": START,
                    "line_ids": [Command.create(item) for item in items],
                }
            )
        for start in range(0, len(vals_list), 100):
            moves = env["account.move"].with_context(**QUIET)
            moves.create(vals_list[start : start + 100])._post(soft=False)
            self.commit()
        return orders

    def make_sold_orders(self, count):
        """Return mirrored orders with confirmed sales orders that are not invoiced."""
        sale_orders = (
            self.env["sale.order"]
            .with_context(**QUIET)
            .create(
                [
                    self._prepare_sale_order(PAID + self._get_coupon(number))
                    for number in range(count)
                ]
            )
        )
        sale_orders.action_confirm()
        vals_list = [
            self._prepare_order(
                sale_order_id=sale_order.id,
                platform_discount=self._get_coupon(number),
                receivable_amount=PAID + self._get_coupon(number),
            )
            for number, sale_order in enumerate(sale_orders)
        ]
        orders = self.env["pdd.order"].create(vals_list)
        self.commit()
        return orders

    def _get_coupon(self, number):
        return COUPON if number % 10 < COUPON_SHARE * 10 else 0.0

    def _prepare_sale_order(self, total):
        return {
            "partner_id": self.partner.id,
            "fiscal_position_id": self.shop.fiscal_position_id.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.product.id,
                        "price_unit": total,
                        "tax_ids": [Command.set(self.tax.ids)],
                    }
                )
            ],
        }

    # --- bills

    def _movements(self, order):
        """Return what the bill shows of an order: amount, code, description."""
        return (
            (PAID, "0010002", "交易收入-订单收入"),
            (COUPON, "0010005", "交易收入-优惠券结算"),
            (-FEE, "0030002", "技术服务费-基础技术服务费"),
            (-1.0, "0060001", "营销费用-多多进宝"),
        )

    def make_bill(self, orders, days=BILL_DAYS):
        """Return the bill of so many days as the back office writes it."""
        file = io.BytesIO(BILL_HEAD.encode("gb18030"))
        file.seek(0, io.SEEK_END)
        for number, order_sn in enumerate(orders.mapped("order_sn")):
            day = START + timedelta(days=number * days // len(orders))
            for amount, code, name in self._movements(order_sn):
                income, expense = max(amount, 0), min(amount, 0)
                line = (
                    f"{order_sn},{day} 10:00:00,{income:.2f},{expense:.2f},x,-,"
                    f"{code}|{name}\r\n"
                )
                file.write(line.encode("gb18030"))
        file.seek(0)
        self.commit()
        return file

    def write_large_bill(self, file, count):
        """Write a bill of so many lines."""
        file.write(BILL_HEAD.encode("gb18030"))
        start = datetime.combine(START, datetime.min.time())
        for number in range(count):
            moment = start + timedelta(seconds=5 * number)
            amount, code, name = self._movements(None)[number % LINES_PER_ORDER]
            income, expense = max(amount, 0), min(amount, 0)
            file.write(
                f"260601-{number // LINES_PER_ORDER:015d},{moment},{income:.2f},"
                f"{expense:.2f},x,-,{code}|{name}\r\n".encode("gb18030")
            )
        file.seek(0)

    def read(self, file):
        """Keep and read a bill; return it."""
        bill = self.env["pdd.bill"]._store_file(self.shop, file, "bill.csv", "upload")
        if not bill._read():
            raise RuntimeError(bill.error_message)
        return bill

    def time_reading(self, orders):
        """Return the seconds for the first lines of a file, and for all others.

        Both are read as files of their own: a file is taken as a whole.
        """
        seconds = []
        for some in (orders[: PART // LINES_PER_ORDER], orders):
            file = self.make_bill(some)
            start = time.monotonic()
            self.read(file)
            self.env.flush_all()
            seconds.append(time.monotonic() - start)
            self.env.cr.rollback()
            self.env.invalidate_all()
        first, whole = seconds
        return first, whole - first

    def time_posting(self, bill):
        """Post a bill with one entry per day; return the seconds of each."""
        times, Line = [], type(self.env["pdd.bill.line"])
        post = Line._post_safely

        def post_timed(lines):
            start = time.monotonic()
            post(lines)
            self.env.flush_all()
            times.append(time.monotonic() - start)

        with patch.object(Line, "_post_safely", post_timed):
            self.shop._post_bills()
        if bill.state != "done" or len(times) != FILE_LINES // DAY_LIMIT:
            raise RuntimeError(f"{bill.pending_count} lines are not posted")
        return times

    def import_and_post(self, file):
        """Read a bill, post it, reconcile it: as the scheduled actions do."""
        bill = self.read(file)
        self.commit()
        self.shop._post_bills()
        posted = self.env["pdd.bill.line"].search_count([("state", "=", "posted")])
        if posted != bill.row_count:
            raise RuntimeError(f"{posted} of {bill.row_count} lines are posted")
        open_items = self.env["account.move.line"].search_count(
            [("pdd_order_id.bill_line_ids", "!=", False), ("pdd_part", "!=", False)]
            + [("reconciled", "=", False)]
        )
        if open_items:
            raise RuntimeError(f"{open_items} receivables are not reconciled")

    def book_one_by_one(self, orders):
        """Book the same movements with plain Odoo, each in its transaction."""
        journal = self.shop.journal_id
        fee = self.env["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        open_items = self.env["account.move.line"].search(
            [("pdd_order_id", "in", orders.ids), ("pdd_part", "!=", False)]
        )
        by_amount = open_items.grouped(lambda item: (item.pdd_order_id, item.balance))
        for order in orders:
            for amount, _code, name in self._movements(order):
                item = by_amount.get((order, amount))
                statement_line = self.env["account.bank.statement.line"].create(
                    {
                        "journal_id": journal.id,
                        "date": START,
                        "payment_ref": name,
                        "partner_id": self.partner.id,
                        "amount": amount,
                        "counterpart_account_id": (item.account_id if item else fee).id,
                    }
                )
                if item:
                    counterpart = statement_line.line_ids.filtered(
                        lambda line, i=item: line.account_id == i.account_id
                    )
                    (item + counterpart).reconcile()
                self.commit()

    # --- invoices

    def invoice_plain(self, orders):
        """Invoice all orders with plain Odoo, one invoice each, in one batch."""
        orders.sale_order_id._create_invoices(grouped=True).action_post()

    def invoice(self, batches):
        """Invoice batches of orders with the connector."""
        for orders in batches:
            orders._invoice()
            wrong = orders.filtered(lambda order: order.invoice_state != "done")
            if wrong:
                raise RuntimeError(f"{len(wrong)} orders are not invoiced")
            self.env.flush_all()
            self.env.invalidate_all()
