# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own scheduler in a process of its own, woken as in an installation."""

import subprocess
import sys
import time
from contextlib import contextmanager

import odoo.tools
from odoo import fields

PATIENCE = 120  # seconds until it has looked at every action
PAUSE = 0.2
THREADS = 2


@contextmanager
def scheduler(env, *names):
    """Run Odoo with some scheduled actions, by XML id, for as long as the block lasts.

    It is idle when the block begins: each action has run once.
    """
    actions = env["ir.cron"].concat(*(env.ref(name) for name in names))
    now = fields.Datetime.now()
    actions.write({"active": True, "lastcall": False, "nextcall": now})
    env.cr.commit()
    command = [sys.executable, "-m", "odoo", "--config", odoo.tools.config["config"]]
    command += ["--no-http", "--max-cron-threads", str(THREADS), "--log-level", "warn"]
    process = subprocess.Popen(command)
    try:
        _wait_until_idle(env, actions)
        yield
    finally:
        process.kill()  # as it must survive, and without tracebacks among the figures
        process.wait(timeout=60)
        env.cr.rollback()
        _wait_until_left(env, actions)
        actions.active = False
        env.cr.commit()


def _wait_until_idle(env, actions):
    deadline = time.monotonic() + PATIENCE
    while not all(actions.mapped("lastcall")):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not run: {actions.filtered(lambda a: not a.lastcall)}")
        env["ir.cron"]._notifydb()  # else it looks after a minute for the first time
        time.sleep(PAUSE)
        env.cr.rollback()
        env.invalidate_all()


def _wait_until_left(env, actions):
    """Wait until the database has noticed that nobody runs them any more."""
    deadline = time.monotonic() + PATIENCE
    while len(actions.try_lock_for_update()) < len(actions):
        if time.monotonic() > deadline:
            raise TimeoutError("the database keeps the locks of the ended scheduler")
        env.cr.rollback()
        time.sleep(PAUSE)
