# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refunded fees belong to the core: keep the field when its former owner is upgraded."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE ir_model_data
           SET module = 'pdd_connector'
         WHERE module = 'pdd_connector_finance'
           AND name = 'field_pdd_order__fee_cut_amount'
        """
    )
