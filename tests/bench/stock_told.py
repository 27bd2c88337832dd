# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transfers validated and told, beside plain Odoo's validation of the same transfers."""

import time

from odoo.fields import Command

from .lane import lane
from .orders import ConnectorBench, simulator

TRANSFERS = 500
BATCH = 50
WARM_UP = 20
STOCK = 100_000
SF = 44


def measure(env):
    """Return the ratio of the two, and the statements of one transfer.

    "Told" ends when the platform knows the last parcel; the scheduled action that
    tells runs beside, as in an installation with cron workers.
    """
    with simulator(TRANSFERS * 2) as url:
        bench = ToldBench(env, url)
        floor = bench.copy_as_plain(bench.pickings)
        bench.validate(floor[:WARM_UP])
        bench.validate(bench.pickings[:WARM_UP])
        ours, floor = bench.pickings[WARM_UP:], floor[WARM_UP:]
        with lane(env, "pdd.parcel", "_cron_send"):
            bench.wait_until_told()
            floor_seconds, floor_statements = bench.clock(bench.validate, floor)
            seconds, statements = bench.clock(bench.validate, ours)
            told = seconds + bench.clock(bench.wait_until_told)[0]
        return {
            "told_ratio": floor_seconds / told,
            "validated_ratio": floor_seconds / seconds,
            "validated_statements": statements / len(ours),
            "validated_floor_statements": floor_statements / len(floor),
            "validated_floor_per_s": len(floor) / floor_seconds,
        }


class ToldBench:
    """A shop with transfers that are ready to leave, and their plain twins."""

    def __init__(self, env, url):
        self.env = env
        connector = ConnectorBench(env, url)
        connector.read_and_make()
        self.shop = connector.shop
        self.carrier = self._make_carrier()
        orders = env["pdd.order"].search(
            [
                ("shop_id", "=", self.shop.id),
                ("state", "=", "done"),
                ("order_status", "=", 1),
                ("refund_status", "=", 1),
            ],
            limit=TRANSFERS + WARM_UP,
        )
        self._put_on_stock(orders.line_ids.product_id)
        self.pickings = self._make_ready(orders.sale_order_id.picking_ids)

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
        statements, start = self.env.cr.sql_log_count, time.monotonic()
        work(*arguments)
        seconds = time.monotonic() - start
        return seconds, self.env.cr.sql_log_count - statements

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

    def _put_on_stock(self, products):
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for product in products:
            self.env["stock.quant"]._update_available_quantity(product, location, STOCK)
        self.env.cr.commit()

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
