# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Control of a shop's account: balances, rows, rows booked by hand."""

from .account import day_rows, days_between, statement
from .clock import to_text
from .control_base import read_day, read_moment, route
from .model import BillRow


@route("GET", "balance")
def get_balance(simulator, query, body):
    """Return opening, income, expense and closing of a shop's day, in fen."""
    platform = simulator.platform
    shop = platform.shop(query.get("mall_id"))
    day = read_day(query.get("date"))
    with platform.lock:
        platform.settle()
        return statement(platform, shop, day)


@route("GET", "account")
def list_account(simulator, query, body):
    """Return the account's rows of a ``date``, or ``from`` one day ``to`` another."""
    platform = simulator.platform
    shop = platform.shop(query.get("mall_id"))
    first = read_day(query.get("from") or query.get("date"))
    last = read_day(query.get("to") or query.get("date"))
    with platform.lock:
        platform.settle()
        return [
            {
                "time": to_text(row.moment),
                "order_sn": row.order_sn,
                "amount": row.amount,
                "flow": row.flow,
                "remark": row.remark,
            }
            for day in days_between(first, last)
            for row in day_rows(platform, shop, day)
        ]


@route("POST", "account")
def book(simulator, query, body):
    """Book a row: ``amount`` in fen, ``flow`` (the code), ``order_sn``, ``remark``.

    ``instead``: change the order's rows of that flow; an amount of 0 takes them away.
    """
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    if body.get("instead"):
        with platform.lock:
            shop.ledger.alter(body["order_sn"], body["flow"], int(body["amount"]))
        return {}
    moment = read_moment(body["at"]) if "at" in body else platform.clock.now()
    row = BillRow(
        moment,
        body.get("order_sn", ""),
        int(body["amount"]),
        str(body["flow"]),
        body.get("remark", "-"),
    )
    with platform.lock:
        shop.ledger.add(row)
    return {"time": to_text(moment)}
