# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's environment for the scripts beside this file: ``SCRIPT CONFIG DATABASE [args]``."""

import contextlib
import sys

import odoo.api
import odoo.http
import odoo.modules.registry
import odoo.service
import odoo.sql_db
import odoo.tools

DATABASE = sys.argv[2]
ARGUMENTS = sys.argv[3:]


def configure():
    """Read the configuration file named on the command line."""
    options = ["--config", sys.argv[1], "--log-level", "warn"]
    odoo.tools.config.parse_config(options, setup_logging=True)


def registry(**options):
    """Load the registry, installing or upgrading what the options say."""
    return odoo.modules.registry.Registry.new(DATABASE, **options)


@contextlib.contextmanager
def environment(loaded=None):
    """Yield the superuser's environment; commits at the end."""
    with (loaded or registry()).cursor() as cr:
        let_buttons_finish()
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        cr.commit()


def let_buttons_finish():
    """Take the limit off buttons: no person and no web server waits for a script."""
    buttons = sys.modules.get("odoo.addons.pdd_connector.button_time")
    if buttons:
        buttons.BUTTON_SECONDS = 3600


def refuse_half_installed(env):
    """End with an error when a module did not get installed."""
    stuck = env["ir.module.module"].search([("state", "in", BETWEEN)])
    if stuck:
        sys.exit(f"Not installed: {', '.join(stuck.mapped('name'))}")


BETWEEN = ("to install", "to upgrade", "to remove")
