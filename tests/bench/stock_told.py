# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transfers validated and told, beside plain Odoo's validation of the same transfers."""

import time

import odoo.sql_db
from odoo.fields import Command, Domain

from .cron import scheduler
from .platform import Shop, platform

TRANSFERS = 500
ROUNDS = 2
BATCH = 50
WARM_UP = 20
SF = 44


def measure(env):
    """Return the ratio of the two, and the statements of one transfer.

    "Told" ends when the platform knows the last parcel; the scheduled action that
    tells runs beside, as in an installation with cron workers.
    """
    with platform(shops=2) as url:
        bench = ToldBench(env, url)
        ours = bench.pickings
        floor = bench.copy_as_plain(ours)
        bench.validate(floor[:WARM_UP])
        bench.validate(ours[:WARM_UP])
        ours, floor = ours[WARM_UP:], floor[WARM_UP:]
        with scheduler(env, "pdd_connector_stock.ir_cron_parcel_send"):
            bench.wait_until_told()
            return bench.compare(ours, floor)


class ToldBench:
    """A shop with transfers that are ready to leave, and their plain twins."""

    def __init__(self, env, url):
        self.env = env
        shop = Shop(env, url, 1)  # the first one is in the database already
        shop.load(2 * TRANSFERS)
        shop.read()
        domain = Domain("shop_id", "=", shop.record.id)
        env["pdd.order"]._make_pending(domain)
        self.carrier = self._make_carrier()
        orders = env["pdd.order"].search(
            domain
            & Domain("state", "=", "done")
            & Domain("order_status", "=", 1)
            & Domain("sale_order_id.picking_ids.state", "=", "assigned"),
            limit=TRANSFERS + WARM_UP,
        )
        self.pickings = self._make_ready(orders.sale_order_id.picking_ids)

    def compare(self, ours, floor):
        """Validate in turns, in parts, so that both have the same machine."""
        seconds = dict.fromkeys(("ours", "floor", "told"), 0.0)
        statements = dict.fromkeys(("ours", "floor"), 0)
        part = len(ours) // ROUNDS
        for start in range(0, part * ROUNDS, part):
            for name, pickings in (("floor", floor), ("ours", ours)):
                spent, count = self.clock(self.validate, pickings[start : start + part])
                seconds[name] += spent
                statements[name] += count
            seconds["told"] += spent + self.clock(self.wait_until_told)[0]
        number = part * ROUNDS
        return {
            "told_ratio": seconds["floor"] / seconds["told"],
            "validated_ratio": seconds["floor"] / seconds["ours"],
            "sql_per_transfer": statements["ours"] / number,
            "floor_sql_per_transfer": statements["floor"] / number,
            "floor_transfers_per_s": number / seconds["floor"],
        }

    def copy_as_plain(self, pickings):
        """Return the same transfers of sales orders that are no shop's."""
        partner = self.env["res.partner"].create({"name": "Bench"})
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": move.product_id.id,
                                "product_uom_qty": move.product_uom_qty,
                            }
                        )
                        for move in picking.move_ids
                    ],
                }
                for picking in pickings
            ]
        )
        orders.action_confirm()
        return self._make_ready(orders.picking_ids)

    def validate(self, pickings):
        """Validate transfers in batches, each in its transaction."""
        for start in range(0, len(pickings), BATCH):
            pickings[start : start + BATCH].button_validate()
            self.env.cr.commit()

    def wait_until_told(self):
        """Wait until the platform knows every parcel."""
        query = "SELECT count(*) FROM pdd_parcel WHERE state = 'to_send'"
        while True:
            self.env.cr.execute(query)
            [(left,)] = self.env.cr.fetchall()
            self.env.cr.commit()
            if not left:
                return
            time.sleep(0.02)

    def clock(self, work, *arguments):
        """Return seconds and statements of some work."""
        statements, start = odoo.sql_db.sql_counter, time.monotonic()
        work(*arguments)
        seconds = time.monotonic() - start
        return seconds, odoo.sql_db.sql_counter - statements

    def _make_carrier(self):
        logistics = self.env["pdd.logistics.company"].search(
            [("logistics_id", "=", SF)]
        )
        product = self.env["product.product"].create({"name": "SF", "type": "service"})
        return self.env["delivery.carrier"].create(
            {
                "name": "SF",
                "product_id": product.id,
                "delivery_type": "fixed",
                "pdd_logistics_id": logistics.id,
            }
        )

    def _make_ready(self, pickings):
        pickings.action_assign()
        for picking in pickings:
            picking.write(
                {
                    "carrier_id": self.carrier.id,
                    "carrier_tracking_ref": f"SF{10**12 + picking.id}",
                }
            )
        self.env.cr.commit()
        return pickings
