# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ledger of a database beside the platform's account, in plain SQL."""

from collections import Counter, defaultdict

from tests.odoo.finance.expected import open_amounts
from tests.simulator.account import day_rows, days_between, statement
from tests.simulator.clock import DAY, day_of, to_text

LINES = """
    SELECT l.order_sn, l.flow_code, round(l.amount * 100)::int AS amount, l.state,
           to_char(l.occurred_at + interval '8 hours', 'YYYY-MM-DD HH24:MI:SS') AS time,
           l.move_id, m.state AS move_state
      FROM pdd_bill_line l LEFT JOIN account_move m ON m.id = l.move_id
"""
PROOFS = """
    SELECT date::text, state, round(closing * 100)::int AS closing,
           round(ledger * 100)::int AS ledger
      FROM pdd_proof ORDER BY date
"""
# the sum of all items of the shop's account; statement lines; entries without line
ACCOUNT = """
    SELECT COALESCE(round(sum(i.balance) * 100)::int, 0) AS balance,
           (SELECT count(*) FROM account_bank_statement_line s
             WHERE s.journal_id = j.id) AS statement_lines,
           (SELECT count(*) FROM account_move m WHERE m.journal_id = j.id
               AND NOT EXISTS (SELECT FROM pdd_bill_line l WHERE l.move_id = m.id)
           ) AS strays
      FROM account_journal j
      JOIN account_move_line i ON i.account_id = j.default_account_id
     WHERE j.id = (SELECT journal_id FROM pdd_shop) GROUP BY j.id
"""
DOCUMENTS = """
    SELECT m.id, m.name, m.state, m.move_type,
           round(m.amount_total * 100)::int AS total,
           (SELECT round(sum(i.balance) * 100)::int FROM account_move_line i
             WHERE i.move_id = m.id) AS difference
      FROM account_move m WHERE m.move_type IN ('out_invoice', 'out_refund')
"""
ORDERS = """
    SELECT o.order_sn, o.order_status, o.invoice_id, o.invoice_state, o.invoice_error,
           round(COALESCE((SELECT sum(i.balance) FROM account_move_line i
              WHERE i.move_id = o.invoice_id AND i.pdd_order_id = o.id
                AND i.pdd_part IS NOT NULL), 0) * 100)::int AS invoiced,
           round(o.open_buyer_amount * 100)::int AS buyer,
           round(o.open_platform_amount * 100)::int AS platform,
           round(COALESCE((SELECT sum(i.balance) FROM account_move_line i
              WHERE i.pdd_order_id = o.id AND i.pdd_part = 'buyer'), 0) * 100)::int
               AS buyer_items,
           round(COALESCE((SELECT sum(i.balance) FROM account_move_line i
              WHERE i.pdd_order_id = o.id AND i.pdd_part = 'platform'), 0) * 100)::int
               AS platform_items
      FROM pdd_order o
"""
NOTES = "SELECT credit_note_id, effect, book_error FROM pdd_refund"
RECEIVED = 3


def assert_books(books, sim):
    """Compare with the first shop of the platform: none lost, doubled or half made."""
    platform, shop = sim.platform, sim.shops[0]
    rows = _finished_rows(platform, shop)
    assert rows
    _assert_lines(books, rows)
    _assert_account(books, platform, shop, rows)
    _assert_documents(books)
    _assert_orders(books, shop, rows)


def _finished_rows(platform, shop):
    """Return the rows of all days that are over."""
    first = day_of(min(row.moment for row in shop.ledger))
    yesterday = day_of(platform.clock.now() - DAY)
    with platform.lock:
        return [
            row
            for day in days_between(first, yesterday)
            for row in day_rows(platform, shop, day)
        ]


def _assert_lines(books, rows):
    lines = books.read(LINES)
    found = Counter((line["time"], line["flow_code"], line["amount"]) for line in lines)
    truth = Counter((to_text(row.moment), row.flow, row.amount) for row in rows)
    assert found == truth
    for line in lines:
        wanted = {"posted", "unknown"} if line["amount"] else {"zero"}
        assert line["state"] in wanted, line
        assert line["move_state"] == ("posted" if line["amount"] else None), line


def _assert_account(books, platform, shop, rows):
    (account,) = books.read(ACCOUNT)
    yesterday = day_of(platform.clock.now() - DAY)
    closing = statement(platform, shop, yesterday)["closing"]
    assert account["balance"] == closing
    assert account["strays"] == 0
    if account["statement_lines"]:  # not with an entry per day
        assert account["statement_lines"] == sum(bool(row.amount) for row in rows)
    for proof in books.read(PROOFS):
        closing = statement(platform, shop, proof["date"])["closing"]
        assert (proof["closing"], proof["ledger"]) == (closing, closing), proof
        assert proof["state"] == "proven", proof


def _assert_documents(books):
    """Each document is posted, balanced, and known to the mirror."""
    documents = books.read(DOCUMENTS)
    assert {move["state"] for move in documents} == {"posted"}
    assert not [move for move in documents if move["difference"]]
    names = [(move["move_type"], move["name"]) for move in documents]
    assert len(set(names)) == len(names)
    invoices = {move["id"] for move in documents if move["move_type"] == "out_invoice"}
    notes = {move["id"] for move in documents} - invoices
    orders, refunds = books.read(ORDERS), books.read(NOTES)
    assert invoices == {order["invoice_id"] for order in orders} - {None}
    found = [refund["credit_note_id"] for refund in refunds if refund["credit_note_id"]]
    assert sorted(found) == sorted(notes)
    assert notes, "no refund came after its invoice"
    for refund in refunds:
        assert not refund["book_error"], refund
        assert bool(refund["credit_note_id"]) == (refund["effect"] == "credit"), refund
    totals = [move["total"] for move in documents if move["id"] in invoices]
    assert sum(totals) == sum(order["invoiced"] for order in orders)


def _assert_orders(books, shop, rows):
    by_order = defaultdict(list)
    for row in rows:
        by_order[row.order_sn].append(row)
    orders = books.read(ORDERS)
    assert {order["order_sn"] for order in orders} == shop.orders.keys()
    for order in orders:
        truth = shop.orders[order["order_sn"]]
        wanted = open_amounts(truth, by_order[order["order_sn"]])
        assert (order["buyer"], order["platform"]) == wanted, order
        assert (order["buyer_items"], order["platform_items"]) == wanted, order
        assert order["invoice_state"] != "error", order
        if truth.order_status == RECEIVED:
            assert order["invoice_state"] in ("done", "nothing"), order
