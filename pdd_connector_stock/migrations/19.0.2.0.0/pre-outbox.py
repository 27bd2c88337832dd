# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Off-sale decisions are outbox rows; failed calls are counted, not claims."""

from odoo.tools import sql


def migrate(cr, version):
    if sql.column_exists(cr, "pdd_goods_offsale", "message"):
        sql.rename_column(cr, "pdd_goods_offsale", "message", "error_message")
    for table, column in (
        ("pdd_parcel", "attempt_count"),
        ("pdd_waybill", "attempt_count"),
        ("pdd_refund_action", "attempt_count"),
        ("pdd_stock_publication", "attempts"),
    ):
        # what was counted were claims: pauses start again with the shortest one
        cr.execute(f"UPDATE {table} SET {column} = 0 WHERE state = 'to_send'")
