# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Learn which products were in stock or counted: these are published as before."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["pdd.stock.opening"]._learn_history()
