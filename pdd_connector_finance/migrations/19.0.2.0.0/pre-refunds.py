# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refunded fees belong to the core now: the field stays when its former owner goes."""


def migrate(cr, version):
    cr.execute(
        """
        DELETE FROM ir_model_data
         WHERE module = 'pdd_connector_finance'
           AND name = 'field_pdd_order__fee_cut_amount'
        """
    )
