# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build the scripts and styles of Odoo's pages and keep them in the database."""

from environment import configure, environment


def main():
    configure()
    with environment() as env:
        env["ir.qweb"]._pregenerate_assets_bundles()


if __name__ == "__main__":
    main()
