# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ground every command stands on: Python packages, Odoo's tree."""

from concurrent.futures import ThreadPoolExecutor

from . import odoo_tree, processes, virtualenv


def is_ready():
    return virtualenv.is_ready() and odoo_tree.is_ready()


def ensure(steps):
    """Make what is missing; the two downloads go side by side."""
    with steps.step("Python packages and Odoo 19"):
        if is_ready():
            return
        with ThreadPoolExecutor(1) as pool:
            tree = pool.submit(odoo_tree.fetch, steps.note)
            virtualenv.ensure(steps.note)
            processes.result(tree)
        odoo_tree.link()
