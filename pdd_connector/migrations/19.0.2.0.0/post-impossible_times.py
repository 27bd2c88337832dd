# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Times that cannot be, which earlier versions stored, give way to what is known.

The orders and after-sales concerned may have stood still since: they are read again.
"""

# columns that hold what has happened, and what is promised
PAST = {
    "pdd_order": (
        *("platform_create_date", "pay_date", "confirm_date"),
        *("shipping_date", "receive_date"),
    ),
    "pdd_refund": ("platform_create_date", "confirm_date"),
    "pdd_goods": ("platform_create_date",),
}
PROMISES = {"pdd_order": ("last_ship_date",), "pdd_refund": ("expire_date",)}
IMPOSSIBLE = """
    ({column} < '2015-01-01' OR {column} > now() AT TIME ZONE 'UTC' + interval '{ahead}')
"""


def migrate(cr, version):
    """Forget impossible times; have orders and after-sales with one read again."""
    for columns, ahead in ((PAST, "1 day"), (PROMISES, "400 days")):
        for table, names in columns.items():
            for name in names:
                where = IMPOSSIBLE.format(column=name, ahead=ahead)
                cr.execute(f"UPDATE {table} SET {name} = NULL WHERE {where}")  # noqa: S608
    where = IMPOSSIBLE.format(column="platform_update_date", ahead="1 day")
    undated = """
        UPDATE {table}
           SET is_undated = true, platform_update_date = write_date{more}
         WHERE {where} RETURNING shop_id, order_sn
    """
    cr.execute(undated.format(table="pdd_order", more="", where=where))
    found = cr.fetchall()
    more = ", detail_digest = NULL"
    cr.execute(undated.format(table="pdd_refund", more=more, where=where))
    _ask(cr, {*found, *cr.fetchall()})


def _ask(cr, orders):
    """Have orders asked for by their number: (shop id, order number)."""
    for shop_id, order_sn in sorted(orders):
        cr.execute(
            """
            INSERT INTO pdd_order_lookup
                        (shop_id, company_id, order_sn, due_date, create_date, write_date)
            SELECT id, company_id, %s, now() AT TIME ZONE 'UTC',
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM pdd_shop WHERE id = %s
                ON CONFLICT DO NOTHING
            """,
            (order_sn, shop_id),
        )
