# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from .committed import CommittedCase
from .parcel_common import EXTRA, SEND

ORDERS = 24
TABLES = ("pdd_parcel", "pdd_order_line", "pdd_order_change", "pdd_order", "pdd_sku")


@tagged("post_install", "-at_install")
class TestParcelWorkers(CommittedCase):
    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2}

    def setUp(self):
        super().setUp()
        placed = [self.sim.platform.create_order(receiver=3) for _n in range(ORDERS)]
        self.numbers = [order.order_sn for order in placed]
        with self.worker() as env:
            feed = self.shop(env)._get_feeds("order")
            feed._run_pulls(raise_error=True)

    def _remove_shop(self):
        """Remove what was committed, in the order of its references."""
        with self.worker() as env:
            for table in TABLES:
                column = "shop_id"
                if table in ("pdd_order_line", "pdd_order_change"):
                    query = (
                        f"DELETE FROM {table} WHERE order_id IN "
                        "(SELECT id FROM pdd_order WHERE shop_id = %s)"
                    )
                else:
                    query = f"DELETE FROM {table} WHERE {column} = %s"
                env.cr.execute(query, [self.shop_id])
            env["pdd.goods"].search([("shop_id", "=", self.shop_id)]).unlink()
            self.shop(env).unlink()

    def _queue(self, count=1):
        """Write parcels of all orders, as validated transfers do."""
        with self.worker() as env:
            logistics = env["pdd.logistics.company"].search([("logistics_id", "=", 44)])
            orders = env["pdd.order"].search([("shop_id", "=", self.shop_id)])
            env["pdd.parcel"].create(
                [
                    {
                        "order_id": order.id,
                        "logistics_id": logistics.id,
                        "tracking_number": f"SF{10**12 + number}",
                        "state": "to_send",
                    }
                    for order in orders
                    for number in range(count)
                ]
            )

    def _run(self, workers):
        domain = Domain("shop_id", "=", self.shop_id)
        self.at_once(workers, lambda env: env["pdd.parcel"]._send_due(domain))

    def _end_claims(self):
        """Let the time pass after which the row of a worker that gave up is taken over."""
        with self.worker() as env:
            left = Domain("shop_id", "=", self.shop_id) & Domain(
                "state", "=", "to_send"
            )
            claimed = env["pdd.parcel"].search(left & Domain("claim_date", "!=", False))
            claimed.claim_date = fields.Datetime.now() - timedelta(hours=1)

    def _states(self):
        with self.worker() as env:
            parcels = env["pdd.parcel"].search([("shop_id", "=", self.shop_id)])
            return Counter(parcels.mapped("state"))

    def _told(self, api):
        entries = self.sim.journal.entries(api)
        return Counter(entry["params"]["order_sn"] for entry in entries)

    def test_two_workers_tell_each_parcel_once(self):
        self._queue()
        self._run(2)
        self.assertEqual(self._states(), {"sent": ORDERS})
        self.assertEqual(self._told(SEND), dict.fromkeys(self.numbers, 1))

    def test_a_parcel_changed_during_its_call_keeps_its_claim_the_others_are_kept(self):
        self._queue()
        with self.worker() as env:
            parcels = env["pdd.parcel"].search([("shop_id", "=", self.shop_id)])
            changed_id = parcels.sorted("id")[3].id
            parcel_class = type(parcels)
        tell = parcel_class._tell

        def change_meanwhile(parcel):
            if parcel.id == changed_id:
                with self.worker() as env:
                    env["pdd.parcel"].browse(changed_id).attempt_count = 7
            return tell(parcel)

        with patch.object(parcel_class, "_tell", change_meanwhile):
            self._run(1)
        self.assertEqual(self._states(), {"sent": ORDERS - 1, "to_send": 1})
        with self.worker() as env:
            self.assertTrue(env["pdd.parcel"].browse(changed_id).claim_date)
        self._end_claims()
        self._run(1)
        self.assertEqual(self._states(), {"sent": ORDERS})
        self.assertEqual(self._told(SEND), dict.fromkeys(self.numbers, 1))

    def test_two_workers_ship_an_order_once_and_add_its_other_parcels(self):
        self._queue(3)
        for _run in range(2):
            self._run(2)
        self.assertEqual(self._states(), {"sent": 3 * ORDERS})
        self.assertEqual(self._told(SEND), dict.fromkeys(self.numbers, 1))
        self.assertEqual(self._told(EXTRA), dict.fromkeys(self.numbers, 2))

    @mute_logger("odoo.sql_db")
    def test_a_worker_with_an_older_snapshot_takes_no_brother_of_a_claimed_parcel(self):
        self._queue(2)
        domain = Domain("shop_id", "=", self.shop_id)
        with self.registry.cursor() as old_cr:
            old_cr.execute("SELECT 1")  # its snapshot
            with self.worker() as env:
                claimed = env["pdd.parcel"]._claim(domain)
                unclaimed = domain & Domain("id", "not in", claimed.ids)
                brothers = env["pdd.parcel"].search(unclaimed)
                self.assertEqual(brothers.order_id, claimed.order_id)
            late = api.Environment(old_cr, SUPERUSER_ID, {})
            with self.assertRaises(OperationalError):
                late["pdd.parcel"].browse(brothers.ids)._lock_claimable()

    @mute_logger("odoo.sql_db")
    def test_a_page_whose_orders_another_worker_has_changed_is_read_again(self):
        def pull(order):
            order.read(["remark"])
            with self.worker() as env:
                env["pdd.order"].browse(order.id).remark = "theirs"
            order.remark = "ours"
            yield

        with self.worker() as env:
            feed = self.shop(env)._get_feeds("order")
            order = env["pdd.order"].search([("shop_id", "=", self.shop_id)], limit=1)
            self.assertFalse(feed._run_slice(pull(order), raise_error=True))
            self.assertEqual(order.remark, "theirs")

    def test_a_refund_read_while_parcels_are_told_stops_what_is_left(self):
        self._queue()
        stopped = self.numbers[::2]
        for order_sn in stopped:
            self.sim.platform.event(order_sn, "refund_request")

        def read_or_send(env):
            domain = Domain("shop_id", "=", self.shop_id)
            env["pdd.parcel"]._send_due(domain)
            self.shop(env)._get_feeds("order")._run_pulls()

        self.at_once(2, read_or_send)
        self._end_claims()
        self.at_once(1, read_or_send)
        for order_sn in self.numbers:
            order = self.sim.platform.find_order(order_sn)
            self.assertEqual(order.order_status, 1 if order_sn in stopped else 2)
        self.assertEqual(
            self._states(), {"sent": ORDERS - len(stopped), "stopped": len(stopped)}
        )
