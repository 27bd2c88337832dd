# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The books of a database beside the platform's own state, in plain SQL."""

import psycopg2

ORDERS = """
    SELECT o.order_sn, o.order_status, o.refund_status, o.state,
           round(o.receivable_amount * 100)::int AS receivable,
           (SELECT count(*) FROM pdd_order_line l
             WHERE l.order_id = o.id AND NOT l.is_gift) AS lines,
           s.state AS sale_state, round(s.amount_total * 100)::int AS sale_total,
           (SELECT round(sum(l.price_total) * 100)::int FROM sale_order_line l
             WHERE l.order_id = s.id) AS sale_lines_total,
           (SELECT count(*) FROM stock_picking p
             WHERE p.sale_id = s.id AND p.state != 'cancel') AS transfers
      FROM pdd_order o LEFT JOIN sale_order s ON s.id = o.sale_order_id
"""
STRAY_SALES = """
    SELECT name FROM sale_order s WHERE pdd_shop_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM pdd_order o WHERE o.sale_order_id = s.id)
"""
REFUNDS = """
    SELECT after_sales_id, order_sn, after_sales_status,
           round(refund_amount * 100)::int AS amount
      FROM pdd_refund
"""
HOURS = "SELECT state, odoo_count FROM pdd_order_count WHERE period = 'hour'"


class Books:
    """What a database holds.

    :param dict connection: arguments of ``psycopg2.connect``
    """

    def __init__(self, **connection):
        self._connection = connection

    def read(self, query):
        """Return the rows of a query as dictionaries."""
        connection = psycopg2.connect(**self._connection)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                names = [column.name for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor]
        finally:
            connection.close()

    def assert_exact(self, account):
        """Compare with a shop of the platform: none lost, none doubled, none half."""
        orders = self.read(ORDERS)
        found = {order["order_sn"]: order for order in orders}
        assert len(orders) == len(found)
        assert found.keys() == account.orders.keys()
        for order_sn, truth in account.orders.items():
            _assert_order(found[order_sn], truth)
        assert not self.read(STRAY_SALES)
        self._assert_refunds(account)

    def _assert_refunds(self, account):
        refunds = self.read(REFUNDS)
        found = {int(refund["after_sales_id"]): refund for refund in refunds}
        assert len(refunds) == len(found)
        assert found.keys() == account.after_sales.keys()
        for number, case in account.after_sales.items():
            assert found[number]["after_sales_status"] == case.status
            assert found[number]["amount"] == case.refund
            assert found[number]["order_sn"] == case.order_sn


def _assert_order(order, truth):
    """Compare one order with the platform's."""
    assert order["order_status"] == truth.order_status, order
    assert order["refund_status"] == truth.refund_status, order
    assert order["receivable"] == truth.pay_amount + truth.platform_discount, order
    assert order["lines"] == len(truth.lines), order
    assert order["state"] in ("done", "held", "cancelled"), order
    if order["state"] == "done":
        assert order["sale_state"] == "sale", order
        assert order["sale_total"] == order["receivable"], order
        assert order["sale_lines_total"] == order["receivable"], order
        assert order["transfers"] <= 1, order
    if order["state"] == "cancelled":
        assert truth.refund_status == 4, order
        assert order["sale_state"] in (None, "cancel"), order
        assert not order["transfers"], order
