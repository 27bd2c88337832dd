# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def post_init_hook(env):
    """Learn which products were in stock or counted before the add-on was there."""
    env["pdd.stock.opening"]._learn_history()
