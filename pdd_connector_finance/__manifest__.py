# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Pinduoduo Connector: Finance",
    "summary": "Invoices, bills and settlement of Pinduoduo (PDD) shops",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "The Pinduoduo connector authors, Odoo Community Association (OCA)",
    "license": "LGPL-3",
    "depends": ["pdd_connector", "account"],
    "external_dependencies": {"python": ["requests", "openpyxl"]},
    "data": [
        "security/pdd_connector_finance_groups.xml",
        "security/ir.model.access.csv",
        "security/pdd_connector_finance_rules.xml",
        "data/res_partner_data.xml",
        "data/pdd_flow_type_data.xml",
        "data/ir_cron_data.xml",
    ],
}
