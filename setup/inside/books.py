# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A month of the shop in the books: orders, invoices, credit notes, bill, bank.

Argument: file with the month's first and last day, the bill as the back office exports it,
and the balance it shows at the end of the month (fen). All of it goes the ways that orders,
bills and reports take in daily work.
"""

import base64
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

from environment import ARGUMENTS, configure, environment

GROUP = "pdd_connector_finance.group_pdd_write_off"
BANK = {"name": "工商银行基本户", "code": "ICBC", "type": "bank"}
COMPENSATION = "订单号,赔付时间,赔付金额(元),赔付原因"
PROMOTION = "日期,商品ID,总花费(元)"
COST = "21.40"  # yuan a day, of the 30.00 that are topped up
TO_SHIP, NO_REFUND = 1, 1  # order_status, refund_status
UNEXPLAINED = 2  # penalties the report does not name


def main():
    configure()
    material = json.loads(Path(ARGUMENTS[0]).read_text())
    first, last = map(date.fromisoformat, material["month"])
    with environment() as env:
        env.ref(GROUP).user_ids |= env["res.users"].search([("share", "=", False)])
        shop = env["pdd.shop"].search([], limit=1)
        # in the language of its operator, as the scheduled actions write
        shop = shop.with_context(lang=shop.user_id.lang)
        env = shop.env
        orders = read_orders(shop, first)
        read_refunds(orders.filtered(lambda order: order.order_status == TO_SHIP))
        make_orders(orders)
        read_refunds(orders)  # of what is invoiced: credit notes
        post_bill(shop, material)
        env["pdd.order"]._cron_invoice()
        receive_withdrawals(shop)
        explain_penalties(shop)
        upload_costs(shop, first, last)
        prove(shop, last, material["balance"] / 100)


def read_orders(shop, first):
    """Import the older orders of the shop; return them."""
    shop.action_sync_goods()
    start = midnight(first)
    if shop.import_from_date > start:
        shop._get_feeds("refund").synced_until = shop.import_from_date
        shop.history_from_date = start
        shop._check_history()
        shop._plan_history()
        shop.count_ids.filtered("is_history")._count_all()
    return shop.env["pdd.order"].search([("shop_id", "=", shop.id)])


def read_refunds(orders):
    """Read the after-sales of orders that have some."""
    Refund = orders.env["pdd.refund"]
    for order in orders.filtered(lambda order: order.refund_status != NO_REFUND):
        rows = Refund._fetch_of_order(order.shop_id, order.order_sn)
        Refund._intake(order.shop_id, rows)


def make_orders(orders):
    """Create missing products, sales orders and invoices."""
    env = orders.env
    skus = orders.line_ids.sku_id.filtered(lambda sku: not sku.product_id)
    if skus:
        env["pdd.sku.create.product"].create({"sku_ids": skus.ids}).action_create()
    env["pdd.order"]._cron_make()
    env["pdd.order"]._cron_invoice()


def midnight(day):
    """Return the beginning of a day in Shanghai, naive UTC."""
    return datetime.combine(day, time.min) - timedelta(hours=8)


def post_bill(shop, material):
    """Upload the bill of the month and post it; later days come by themselves."""
    wizard = shop.env["pdd.bill.upload"].create(
        {
            "shop_id": shop.id,
            "file": material["bill"],
            "file_name": material["bill_name"],
        }
    )
    wizard.action_upload()
    shop._get_feeds("bill").synced_until = midnight(
        date.fromisoformat(material["month"][0])
    )
    shop._post_bills()


def receive_withdrawals(shop):
    """Let the bank show the withdrawals a day later, all but the last."""
    env = shop.env
    bank = env["account.journal"].create(BANK)
    lines = env["pdd.bill.line"].search([("is_withdrawal", "=", True)])
    env["account.bank.statement.line"].create(
        [
            {
                "journal_id": bank.id,
                "date": line.occurred_date + timedelta(days=1),
                "amount": -line.amount,
                "payment_ref": "拼多多平台提现",
            }
            for line in lines.sorted("occurred_at")[:-1]
        ]
    )
    shop._match_withdrawals()


def explain_penalties(shop):
    """Upload a compensation report that names the orders of most penalties."""
    lines = shop.env["pdd.bill.line"].search([("reason", "=", "no_order")])
    orders = shop.env["pdd.order"].search([("receive_date", "!=", False)], order="id")
    rows = [
        f"{order.order_sn},{in_shanghai(line.occurred_at)},{-line.amount},延迟发货"
        for line, order in zip(lines[UNEXPLAINED:], orders, strict=False)
    ]
    upload(shop, "compensation", COMPENSATION, rows)


def in_shanghai(moment):
    return moment + timedelta(hours=8)


def upload_costs(shop, first, last):
    """Upload a promotion report of the month."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    upload(shop, "promotion", PROMOTION, [f"{day},,{COST}" for day in days])


def upload(shop, report, headings, rows):
    content = "\r\n".join([headings, *rows]).encode("utf-8-sig")
    file = base64.b64encode(content).decode()
    vals = {"report": report, "shop_id": shop.id, "file": file}
    shop.env["pdd.report.upload"].create(vals).action_upload()


def prove(shop, last, balance):
    """Prove the days, and compare the last with what the back office shows."""
    Proof = shop.env["pdd.proof"]
    Proof._cron_prove()
    proof = Proof.search([("shop_id", "=", shop.id), ("date", "=", last)])
    proof.write({"platform_balance": balance, "has_platform_balance": True})


if __name__ == "__main__":
    main()
