# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo processes that do a shop's work: ``worker.py CONFIG DATABASE PLATFORM``.

The script loads Odoo once, connects a shop of the stand-in platform unless another one
has done so, and says ``ready``. For each line it reads, the name of a task, it forks a
child that does all there is to do and prints the child's process id; for ``wait`` and an
id it waits for that child and prints how it ended. So neither a death nor a second
worker costs a start of Odoo.
"""

import os
import sys
import time
from datetime import datetime, timedelta, timezone

import psycopg2
import requests
from odoo import SUPERUSER_ID, api, sql_db, tools
from odoo.exceptions import UserError
from odoo.modules.registry import Registry

CONFIG, DATABASE, PLATFORM = sys.argv[1:]
CUT_OFF = (psycopg2.OperationalError, psycopg2.InterfaceError)
PATIENCE = 60  # seconds until a database that was cut off is given up


def main():
    tools.config.parse_config(
        ["--config", CONFIG, "--log-level", "critical"], setup_logging=True
    )
    registry = Registry.new(DATABASE)
    prepare(registry)
    sql_db.close_all()
    print("ready", flush=True)
    for line in sys.stdin:
        task, *child = line.split()
        if task == "wait":
            _pid, status = os.waitpid(int(child[0]), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        pid = os.fork()
        if not pid:
            work_to_the_end(registry, task)
            os._exit(0)
        print(pid, flush=True)


def prepare(registry):
    """Connect a shop whose SKUs are all mapped; its platform counts no calls."""
    # found once the path is configured
    from odoo.addons.pdd_connector import button_time, const

    button_time.BUTTON_SECONDS = PATIENCE * 10  # nobody waits for these buttons
    const.API_CALLS_PER_SECOND.clear()
    account = requests.get(f"{PLATFORM}/_sim/shops", timeout=20).json()[0]
    clock = requests.get(f"{PLATFORM}/_sim/clock", timeout=20).json()
    now = datetime.fromtimestamp(clock["now"], timezone.utc).replace(tzinfo=None)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if env["pdd.shop"].search_count([]):
            return
        shop = env["pdd.shop"].create(
            {
                "name": "Shop",
                "mall_id": account["mall_id"],
                "gateway_url": f"{PLATFORM}/api/router",
                "client_id": account["client_id"],
                "client_secret": account["client_secret"],
                "access_token": account["access_token"],
                "refresh_token": account["refresh_token"],
                "import_from_date": now.replace(microsecond=0) - timedelta(hours=1),
                "calls_per_second": 1000,
            }
        )
        shop.action_check_connection()
        shop.action_include_taxes()
        cr.commit()
        shop.action_sync_goods()
        wizard = env["pdd.sku.create.product"].create(
            {"sku_ids": env["pdd.sku"].search([]).ids}
        )
        wizard.action_create()


def work_to_the_end(registry, task):
    """Work like a scheduled action that comes again after the database was cut off."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            work(registry, task)
            return
        except (*CUT_OFF, UserError):
            if time.monotonic() > deadline:
                raise
            sql_db.close_all()
            time.sleep(0.2)


def work(registry, task):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        shop = env["pdd.shop"].search([])
        shop.feed_ids.next_run_date = False
        TASKS[task](env, shop)


def read(_env, shop):
    """Read and make orders, read after-sales."""
    shop.action_sync_orders()
    shop.action_sync_refunds()


def count(env, shop):
    """The same, then count the orders of the hours."""
    read(env, shop)
    env["pdd.order.count"]._cron_count()


def keep_books(env, shop):
    """The same, then fetch and post bills, invoice, and prove the days."""
    read(env, shop)
    env["pdd.feed"]._cron_pull("bill")
    env["pdd.order"]._cron_invoice()
    env["pdd.shop"]._cron_post_bills()
    env["pdd.proof"]._cron_prove()


def book_by_day(env, _shop):
    """From now on one entry and one invoice per shop and day."""
    env.company.write({"pdd_posting_mode": "day", "pdd_invoice_grouping": "day"})


def undo_books(env, _shop):
    """Take all postings back, as a person does bill by bill."""
    env["pdd.bill"].search([("state", "=", "done")]).action_undo()


TASKS = {
    function.__name__: function
    for function in (read, count, keep_books, book_by_day, undo_books)
}

if __name__ == "__main__":
    main()
