# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders that are made, products on stock and carriers: ready to be shipped."""

from datetime import timedelta

from odoo import fields

from tests.simulator import Settings

from .common import PddCase

SF, YTO = 44, 85
SEND = "pdd.logistics.online.send"
EXTRA = "pdd.order.upload.extra.logistics"
READ = "pdd.order.information.get"


class ParcelMixin:
    """A shop whose goods all have products with plenty of stock."""

    def setUp(self):
        self.simulator_options = {
            **self.simulator_options,
            "settings": Settings(untidy_codes=False),
        }
        super().setUp()
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.products = self._create_products()
        self.products.is_storable = True
        self._put_on_stock(self.products, 1000)
        self.shop.action_sync_goods()
        self.sf = self._create_carrier("SF", SF)
        self.yto = self._create_carrier("YTO", YTO)

    def _connect_shop(self, account, **vals):
        # what lies further back would be read at the platform's pace, for each test
        start = fields.Datetime.now() - timedelta(hours=1)
        return super()._connect_shop(account, **{"import_from_date": start, **vals})

    def _put_on_stock(self, products, quantity, warehouse=None):
        location = (warehouse or self.warehouse).lot_stock_id
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, location, quantity
            )

    def _create_carrier(self, name, logistics_id):
        product = self.env["product.product"].create(
            {"name": name, "type": "service", "list_price": 0}
        )
        logistics = self.env["pdd.logistics.company"].search(
            [("logistics_id", "=", logistics_id)]
        )
        return self.env["delivery.carrier"].create(
            {
                "name": name,
                "product_id": product.id,
                "delivery_type": "fixed",
                "pdd_logistics_id": logistics.id,
            }
        )

    def _make_orders(self, count=1, **overrides):
        """Let buyers order, read and make the orders; return them, oldest first."""
        placed = [self.platform.create_order(**overrides) for _ in range(count)]
        self.shop.action_sync_orders()
        numbers = [order.order_sn for order in placed]
        orders = self.env["pdd.order"].search([("order_sn", "in", numbers)])
        self.assertEqual(orders.mapped("state"), ["done"] * count)
        return orders.sorted(lambda order: numbers.index(order.order_sn))

    def _prepare_parcel(self, picking, number, carrier=None):
        picking.write(
            {
                "carrier_id": (carrier or self.sf).id,
                "carrier_tracking_ref": number,
            }
        )

    def _ship(self, orders, number="SF1000000000001", carrier=None):
        """Validate the deliveries of orders with a carrier and number."""
        pickings = orders.sale_order_id.picking_ids
        self._prepare_parcel(pickings, number, carrier)
        pickings.button_validate()
        return self.env["pdd.parcel"].search([("picking_id", "in", pickings.ids)])

    def _send_parcels(self):
        self.env.ref("pdd_connector_stock.ir_cron_parcel_send").method_direct_trigger()
        self.env.invalidate_all()

    def _on_platform(self, order):
        return self.platform.find_order(order.order_sn)

    def _calls(self, api):
        return [entry["params"] for entry in self.sim.journal.entries(api)]

    def _pass_time(self, parcels):
        """Let the waiting times of the outbox pass."""
        parcels.write({"retry_date": False})

    def _ask_refund(self, order, **details):
        self.sim.clock.advance(2)  # two changes within one second look alike
        self.platform.event(order.order_sn, "refund_request", **details)
        self._read_all()

    def _read_all(self):
        self.shop.action_sync_orders()
        self.shop.action_sync_refunds()
        # what happens next has a second of its own, else it is asked for once more
        self.sim.clock.advance(2)
        self.env.invalidate_all()


class ParcelCase(ParcelMixin, PddCase):
    """The same, in a test case of its own."""
