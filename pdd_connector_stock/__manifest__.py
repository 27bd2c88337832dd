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
    "data": [
        "security/ir.model.access.csv",
        "security/pdd_connector_stock_rules.xml",
        "data/pdd_logistics_company_data.xml",
        "data/ir_cron_parcel_data.xml",
        "data/pdd_handling_hint_data.xml",
        "wizards/pdd_warehouse_rule_try_views.xml",
        "data/pdd_penalty_data.xml",
        "views/pdd_logistics_company_views.xml",
        "views/pdd_parcel_views.xml",
        "views/pdd_parcel_group_views.xml",
        "views/pdd_shop_shipping_views.xml",
        "views/pdd_warehouse_rule_views.xml",
        "views/stock_report_views.xml",
        "views/pdd_deadline_views.xml",
        "views/pdd_fulfilment_menus.xml",
    ],
}
