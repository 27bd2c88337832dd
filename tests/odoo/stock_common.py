# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connected shop whose SKUs stand for storable products, and short ways to act."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.pdd_connector.pop import gateway

from .common import PddCase


class Killed(BaseException):
    """Ends a worker wherever it is."""


class PddStockCase(PddCase):
    """Goods are mapped, orders read; nothing is published yet."""

    simulator_options = {"seed": 7, "shops": 2, "orders": 0, "days": 2, "goods": 6}

    def setUp(self):
        super().setUp()
        for goods in self._goods():
            goods.is_promoted = False
        self.products = self._create_products()
        self.products.product_tmpl_id.is_storable = True
        self.shop.action_sync_goods()
        self.shop.action_sync_orders()
        self.skus = self.env["pdd.sku"].search(
            [("shop_id", "=", self.shop.id), ("product_id", "!=", False)], order="id"
        )
        self.sku = self.skus[0]
        self.product = self.sku.product_id
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.shop.company_id.id)], limit=1
        )
        self.rule = self.env["pdd.stock.rule"].create({"shop_id": self.shop.id})

    # --- the platform

    def _goods(self):
        return [
            goods
            for shop in self.sim.shops
            for goods in self.platform.shops[shop.mall_id].goods.values()
        ]

    def _on_platform(self, sku=None):
        """Return the SKU as the platform holds it."""
        sku = sku or self.sku
        mall_id = int(sku.shop_id.mall_id)
        return self.platform.shops[mall_id].skus[int(sku.sku_id)]

    def _shown(self, sku=None):
        """Return the quantity a buyer sees."""
        return self._on_platform(sku).quantity

    def _buy(self, count=1, sku=None, **details):
        """A buyer buys: the platform takes the pieces off at once."""
        sku = sku or self.sku
        items = [{"sku_id": sku.sku_id, "count": count}]
        return self.platform.create_order(sku.shop_id.mall_id, items, **details)

    def _calls(self, api="pdd.goods.quantity.update"):
        return self.sim.journal.entries(api)

    def _calls_of(self, sku):
        return [c for c in self._calls() if str(c["params"]["sku_id"]) == sku.sku_id]

    # --- Odoo

    def _stock(self, quantity, product=None, warehouse=None):
        """Count the stock of a product: so many pieces are on hand."""
        product = product or self.product
        quant = self.env["stock.quant"].with_context(inventory_mode=True)
        quant.create(
            {
                "product_id": product.id,
                "location_id": (warehouse or self.warehouse).lot_stock_id.id,
                "inventory_quantity": quantity,
            }
        ).action_apply_inventory()
        self.env.cr.commit()

    def _sell(self, quantity, product=None, warehouse=None):
        """Sell somewhere else: a confirmed sales order reserves the pieces."""
        product = product or self.product
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Elsewhere"}).id,
                "warehouse_id": (warehouse or self.warehouse).id,
                "order_line": [
                    fields.Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                ],
            }
        )
        order.action_confirm()
        self.env.cr.commit()
        return order

    def _kill(self, point, api="pdd.goods.quantity.update"):
        """Kill the worker right before or right after the call that tells."""
        real_call = gateway.PddClient.call

        def call(client, api_name, /, **params):
            if api_name != api:
                return real_call(client, api_name, **params)
            if point == "after":
                real_call(client, api_name, **params)
            raise Killed

        return patch.object(gateway.PddClient, "call", call)

    def _run(self):
        """Run the publishing action as the scheduler does."""
        self.env.cr.commit()
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_publish")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _last(self, sku=None):
        sku = sku or self.sku
        return self.env["pdd.stock.publication"].search(
            [("sku_id", "=", sku.id)], limit=1
        )

    def _pass_time(self, **delta):
        """Let retries and later looks fall due."""
        seconds = timedelta(**delta)
        for model, name in (
            ("pdd.stock.publication", "retry_date"),
            ("pdd.stock.publication", "claim_date"),
            ("pdd.stock.mark", "due_date"),
            ("pdd.feed", "last_run_date"),
            ("pdd.feed", "next_run_date"),
        ):
            for record in self.env[model].search([(name, "!=", False)]):
                record[name] -= seconds
        self.env.cr.execute(
            "UPDATE pdd_api_budget SET due_time = due_time - %s",
            [seconds.total_seconds()],
        )
        self.env.cr.commit()
