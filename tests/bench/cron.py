# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheduled action in a process of its own, as a cron worker of Odoo runs it.

``python -m tests.bench.cron CONFIG DATABASE MODEL METHOD``; ends when its input ends.
"""

import select
import subprocess
import sys
from contextlib import contextmanager

import odoo.api
import odoo.tools
from odoo.modules.registry import Registry

PAUSE = 0.02  # seconds; a cron worker is woken by a notification


@contextmanager
def cron(env, model, method):
    """Run a scheduled action beside this process for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.bench.cron", odoo.tools.config["config"]]
    command += [env.cr.dbname, model, method]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    try:
        process.stdout.readline()  # it is ready
        yield
    finally:
        process.stdin.close()
        process.wait(timeout=60)


def main():
    config, database, model, method = sys.argv[1:]
    options = ["--config", config, "--log-level", "warn"]
    odoo.tools.config.parse_config(options, setup_logging=True)
    registry = Registry(database)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        with registry.cursor() as cr:
            env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
            getattr(env[model], method)()


if __name__ == "__main__":
    main()
