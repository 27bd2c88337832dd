# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``setup/demo``: Odoo, PostgreSQL, the simulator and a demo company, up and running."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from . import (
    databases,
    demo_data,
    first_sync,
    ground,
    paths,
    postgres,
    processes,
    services,
)
from .steps import Steps, Trouble

USAGE = "usage: setup/demo [--detach | stop | reset]"


def main(arguments):
    command = arguments[0] if arguments else "stay"
    known = {"stay": _stay, "--detach": _detach, "stop": _stop, "reset": _reset}
    if command in ("-h", "--help"):
        print(USAGE)
        return 0
    if len(arguments) > 1 or command not in known:
        raise Trouble(f"Not understood: {' '.join(arguments)}", USAGE)
    return known[command]()


def _stay():
    with postgres.in_use():
        try:
            _up()
            print("      Ctrl-C ends it all", flush=True)
            _print_ready()
            _watch()
        finally:
            services.stop()
            postgres.KEEP.unlink(missing_ok=True)


def _detach():
    ran_before = services.odoo_url()
    with postgres.in_use():
        try:
            _up()
        except BaseException:
            if not ran_before:
                services.stop()
            raise
        postgres.KEEP.touch()
    print("      setup/demo stop ends it", flush=True)
    _print_ready()
    return 0


def _up():
    """Bring up all that is missing; what runs and what is made stays as it is."""
    steps = Steps(9)
    with databases.lock():
        ground.ensure(steps)
        with steps.step("PostgreSQL"):
            postgres.start(steps.note)
        with steps.step("Simulated Pinduoduo with two shops"):
            simulator = services.ensure_simulator()
        with steps.step(f"Database {databases.DEMO} with the demo company"):
            demo_data.ensure_company(simulator, steps.note)
        with steps.step("Add-ons"):
            if demo_data.outdated_addons():
                services.stop_odoo()
            demo_data.ensure_addons(steps.note)
        with steps.step("Shop authorised at the simulator"):
            connected = demo_data.ensure_shop(simulator, steps.note)
        with steps.step("Last month in the books: orders, bill, bank"):
            if connected:
                demo_data.ensure_books(simulator, steps.note)
        with steps.step("Odoo"):
            url = services.ensure_odoo()
        with (
            steps.step("First sync by the scheduled actions, pages prepared meanwhile"),
            ThreadPoolExecutor(1) as pool,
        ):
            pages = pool.submit(demo_data.ensure_pages)
            is_complete = connected and first_sync.wait(steps.note)
            processes.result(pages)
            if is_complete:
                first_sync.remember()
    _show(url, simulator)


def _show(url, simulator):
    lines = {
        **{name: f"{url}/odoo/{place}" for name, place in demo_data.places()},
        "sales orders made of them": f"{url}/odoo/sales",
        "the merchant's side": f"{simulator}/ (a new order every minute or so)",
        "in Chinese": f"log in as {demo_data.CHINESE_LOGIN}, same password",
        "logs": f"{paths.RUN.relative_to(paths.ROOT)}/*.log",
    }
    print("\nWhat to look at")
    for name, place in lines.items():
        print(f"  {name:<26} {place}")
    print()


def _print_ready():
    url = services.odoo_url()
    print(f"ready {url} {demo_data.LOGIN} {demo_data.PASSWORD}", flush=True)


def _watch():
    """Return never; raise when a service dies on its own."""
    while True:
        time.sleep(1)
        for name in services.NAMES:
            if not processes.running(name):
                raise Trouble(
                    f"{name} ended unexpectedly:\n{processes.log_tail(name)}",
                    f"read {paths.RUN / name}.log, then call setup/demo again.",
                )


def _stop():
    ended = services.stop()
    postgres.KEEP.unlink(missing_ok=True)
    if not postgres.is_external():
        if postgres.stop_unless_used():
            ended.append("PostgreSQL")
        elif postgres.is_running():
            print("PostgreSQL goes on: another command of this checkout uses it")
    print(f"ended: {', '.join(ended)}" if ended else "nothing was running")
    return 0


def _reset():
    services.stop()
    if (paths.PG / "PG_VERSION").exists() or postgres.is_external():
        with postgres.in_use():
            postgres.start()
            if databases.exists(databases.DEMO):
                demo_data.refuse_foreign_database()
                databases.drop(databases.DEMO)
    for path in paths.RUN.glob("simulator.json*"):
        os.unlink(path)
    print("the demo database is gone; setup/demo builds it anew")
    return 0
