# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders that are read and pending, with products on stock."""

from odoo import fields

from tests.simulator import Settings

TIDY = Settings(untidy_codes=False)


def create_products(env, sim, account):
    """Create a storable product for each merchant code of a shop's goods."""
    shop = sim.platform.shop(account.mall_id)
    names = {sku.outer_id: sku.outer_id for sku in shop.skus.values() if sku.outer_id}
    return env["product.product"].create(
        [
            {"name": name, "default_code": code, "is_storable": True}
            for code, name in names.items()
        ]
    )


def put_on_stock(env, products, quantity, **vals):
    """Put so many pieces of each product into the company's first warehouse."""
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    location = vals.pop("location", warehouse.lot_stock_id)
    for product in products:
        env["stock.quant"]._update_available_quantity(
            product, location, quantity, **vals
        )
    return warehouse


def read_orders(shop, count, platform, **options):
    """Let buyers order, and read the orders; nothing is made yet.

    :return: the pending orders, oldest first
    """
    placed = [platform.create_order(**options) for _ in range(count)]
    shop._sync("order")
    numbers = [order.order_sn for order in placed]
    orders = shop.env["pdd.order"].search([("order_sn", "in", numbers)])
    return orders.sorted(
        lambda order: (order.confirm_date or fields.Datetime.now(), order.id)
    )
