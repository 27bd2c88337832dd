# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``setup/shell``: an Odoo shell on the demo database, script on standard input."""

import signal
import subprocess
import sys

from . import databases, demo_data, ground, postgres, processes, server
from .steps import Trouble

OUTDATED = "The add-ons changed since: setup/demo --detach upgrades the database."


def main(arguments):
    advice = "setup/demo makes it (setup/demo --detach leaves it running)."
    if not ground.is_ready():
        raise Trouble("There is no demo yet, or it has another ODOO_HOME.", advice)
    with postgres.in_use():
        postgres.start()
        if "company" not in databases.facts(databases.DEMO):
            raise Trouble("There is no demo database yet.", advice)
        if demo_data.outdated_addons():
            print(OUTDATED, file=sys.stderr)
        config = server.write_config("shell", db_name=databases.DEMO)
        return _run(
            server.command("shell", "--config", config, "--no-http", "--log-level=warn")
            + list(arguments)
        )


def _run(command):
    """Run with our standard input and output; Ctrl-C belongs to the shell."""
    interactive = sys.stdin.isatty()
    if interactive:
        signal.signal(signal.SIGINT, lambda *_: None)
    process = subprocess.Popen(
        [str(part) for part in command],
        env=server.environment(),
        start_new_session=not interactive,
    )
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate() if interactive else processes.end_group(process.pid)
