# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Goods on stock, as many as no bench can sell."""

PIECES = 1_000_000


def put_on_stock(products):
    """Count the products in the first warehouse."""
    env = products.env
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    env["stock.quant"].with_context(inventory_mode=True).create(
        [
            {
                "product_id": product.id,
                "location_id": location.id,
                "inventory_quantity": PIECES,
            }
            for product in products
        ]
    ).action_apply_inventory()
