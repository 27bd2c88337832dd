# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Pinduoduo Connector: Stock",
    "summary": "Inventory, parcels and returns of Pinduoduo (PDD) shops",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "The Pinduoduo connector authors, Odoo Community Association (OCA)",
    "license": "LGPL-3",
    "depends": ["pdd_connector", "sale_stock", "stock_delivery"],
    "data": [],
}
