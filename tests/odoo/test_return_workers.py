# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from .committed import CommittedCase

TABLES = ("pdd_refund_action", "pdd_case", "pdd_refund", "pdd_order")


@tagged("post_install", "-at_install")
class TestReturnWorkers(CommittedCase):
    def setUp(self):
        super().setUp()
        with self.worker() as env:
            shop = self.shop(env)
            mirror = {
                "shop_id": shop.id,
                "order_sn": "261125-000000000000001",
                "currency_id": shop.currency_id.id,
            }
            order = env["pdd.order"].create(mirror)
            refund = env["pdd.refund"].create(
                {**mirror, "order_id": order.id, "after_sales_id": "1"}
            )
            self.case_id = env["pdd.case"].create({"refund_id": refund.id}).id

    def _remove_shop(self):
        """Remove what was committed, in the order of its references."""
        with self.worker() as env:
            for table in TABLES:
                query = f"DELETE FROM {table} WHERE shop_id = %s"
                env.cr.execute(query, [self.shop_id])
        super()._remove_shop()

    @mute_logger("odoo.sql_db")
    def test_a_worker_who_does_not_see_the_others_receipts_makes_none(self):
        with self.registry.cursor() as old_cr:
            old_cr.execute("SELECT 1")  # its snapshot
            with self.worker() as env:
                env["pdd.case"].browse(self.case_id)._create_receipts()
            late = api.Environment(old_cr, SUPERUSER_ID, {})
            with self.assertRaises(OperationalError):
                late["pdd.case"].browse(self.case_id)._create_receipts()

    @mute_logger("odoo.sql_db")
    def test_a_worker_who_does_not_see_the_others_word_writes_none(self):
        def queue(env):
            refund = env["pdd.case"].browse(self.case_id).refund_id
            env["pdd.refund.action"]._queue(refund, "stop_answer")

        with self.registry.cursor() as old_cr:
            old_cr.execute("SELECT 1")  # its snapshot
            with self.worker() as env:
                queue(env)
            with self.assertRaises(OperationalError):
                queue(api.Environment(old_cr, SUPERUSER_ID, {}))
