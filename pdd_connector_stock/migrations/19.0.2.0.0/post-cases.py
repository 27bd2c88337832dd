# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cases that were closed with goods and money here are shown; numbers on their way back."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    cr.execute("UPDATE pdd_waybill SET is_given_up = TRUE WHERE state = 'to_cancel'")
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["pdd.case"].search([("balance_state", "=", "kept")])._review_balance()
