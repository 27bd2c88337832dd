# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the demo database holds: a company with goods, our add-ons, a connected shop."""

import base64
import json
from datetime import datetime, timedelta, timezone

from . import databases, paths, postgres, server, services
from .steps import Trouble

LOGIN = "admin"
CHINESE_LOGIN = "lina"
PLACES = (
    ("the shop in Odoo", "pdd-shops"),
    ("its orders", "pdd-orders"),
    ("what waits, and its cure", "pdd-issues"),
    ("SKUs and their products", "pdd-skus"),
    ("stock board", "pdd-stock"),
    ("stock told to the shop", "pdd-stock-publications"),
    ("what must be shipped", "pdd-to-ship"),
    ("parcels", "pdd-parcels"),
    ("bills", "pdd-bills"),
    ("proofs of the account", "pdd-bill-proofs"),
    ("settlement: differences", "pdd-settlement"),
)
MONTH_ORDERS = 60  # of the month whose bill is in the books
DAILY_TOP_UP = 3000  # fen, to the advertising account
#: (code, fen) of movements of the month that nothing explains: differences to look at.
ODD_ROWS = (("0020002", -500), ("0010002", 1), ("0010002", -1))
PASSWORD = "admin"  # the demo only listens on this machine


def ensure_company(simulator, note):
    """Make the demo database unless it is there and whole."""
    if databases.exists(databases.DEMO):
        refuse_foreign_database()
        if "company" in databases.facts(databases.DEMO):
            return
    databases.ensure_base(note)
    databases.clone(databases.BASE, databases.DEMO)
    databases.set_facts(databases.DEMO, {"started": True})
    shops = services.get_json(f"{simulator}/_sim/shops")
    goods = services.get_json(f"{simulator}/_sim/goods?mall_id={shops[0]['mall_id']}")
    load_month(simulator)
    note("60 products, stock in Shanghai and Guangzhou")
    server.script(
        "company",
        databases.DEMO,
        _file("goods", goods),
        *(CHINESE_LOGIN, PASSWORD),
        why="The demo company could not be made",
    )
    databases.set_facts(databases.DEMO, {"company": True, "addons": {}})


def refuse_foreign_database():
    """Raise Trouble when the database of that name was not made here."""
    if not databases.facts(databases.DEMO):
        raise Trouble(
            f"There is a database {databases.DEMO} that was not made by setup/demo.",
            "rename or drop it, or unset PGHOST, PGPORT and PGUSER.",
        )


def outdated_addons():
    """Return install (+) and upgrade (^) marks for add-ons whose files changed."""
    held = databases.facts(databases.DEMO)["addons"]
    return [
        f"{'^' if name in held else '+'}{name}"
        for name, digest in databases.addon_digests().items()
        if held.get(name) != digest
    ]


def ensure_addons(note):
    """Install the add-ons of this checkout, upgrade those whose files changed."""
    marks = outdated_addons()
    if not marks:
        return
    note("installing (+), upgrading (^): " + " ".join(marks))
    digests = databases.addon_digests()
    databases.install(databases.DEMO, *marks)
    held = databases.facts(databases.DEMO)
    kept = {name: held[name] for name in ("books",) if name in held}
    databases.set_facts(databases.DEMO, {**kept, "company": True, "addons": digests})


def ensure_pages():
    """Build the scripts and styles of the pages, else the first visitor waits for them."""
    held = databases.facts(databases.DEMO)
    if held.get("pages") != held["addons"]:
        server.script("pages", databases.DEMO, why="The pages could not be prepared")
        databases.set_facts(databases.DEMO, {**held, "pages": held["addons"]})


def ensure_shop(simulator, note):
    """Connect the shop and let the scheduled actions start.

    :return bool: whether there is a connector to do it
    """
    if "pdd_connector" not in paths.present_addons():
        note("no add-on in this checkout yet: nothing to connect")
        return False
    shops = services.get_json(f"{simulator}/_sim/shops")
    server.script(
        "shop",
        databases.DEMO,
        _file("shop", {**shops[0], "gateway_url": f"{simulator}/api/router"}),
        why="The shop could not be connected to the simulator",
        advice="setup/demo reset starts anew.",
    )
    return True


def load_month(simulator):
    """Let the shop have sold for a month, before its account is looked at."""
    shop = services.get_json(f"{simulator}/_sim/shops")[0]["mall_id"]
    first, last = _last_month()
    known = f"{simulator}/_sim/account?mall_id={shop}&from={first}&to={last}"
    if services.get_json(known):
        return
    services.post_json(f"{simulator}/_sim/settings", {"daily_top_up": DAILY_TOP_UP})
    body = {"mall_id": shop, "orders": MONTH_ORDERS, "month": f"{first:%Y-%m}"}
    numbers = services.post_json(f"{simulator}/_sim/load", body)["order_sns"]
    for order_sn, (flow, amount) in zip(numbers, ODD_ROWS, strict=False):
        row = {"mall_id": shop, "order_sn": order_sn, "flow": flow, "amount": amount}
        services.post_json(
            f"{simulator}/_sim/account", {**row, "at": f"{last} 10:00:00"}
        )


def ensure_books(simulator, note):
    """Bring the last month into the books, once."""
    held = databases.facts(databases.DEMO)
    if "books" in held or "pdd_connector_finance" not in paths.present_addons():
        return
    shop = services.get_json(f"{simulator}/_sim/shops")[0]["mall_id"]
    first, last = _last_month()
    export = f"{simulator}/shop/{shop}/export?from={first}&to={last}"
    name, bill = services.get_file(export)
    balance = services.get_json(f"{simulator}/_sim/balance?mall_id={shop}&date={last}")
    note(f"the bill of {first:%Y-%m}: posted, invoiced, reconciled, proven")
    server.script(
        "books",
        databases.DEMO,
        _file(
            "books",
            {
                "month": [str(first), str(last)],
                "bill_name": name,
                "bill": base64.b64encode(bill).decode(),
                "balance": balance["closing"],
            },
        ),
        why="The month could not be brought into the books",
        advice="setup/demo reset starts anew.",
    )
    databases.set_facts(databases.DEMO, {**held, "books": True})


def _last_month():
    """Return first and last day of the month that is over."""
    today = datetime.now(timezone(timedelta(hours=8))).date()  # in Shanghai
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def places():
    """Return (what, path of its page) for the pages that the add-ons here have."""
    known = postgres.psql(
        "SELECT path FROM ir_actions WHERE path IS NOT NULL", databases.DEMO
    ).split()
    return [(what, path) for what, path in PLACES if path in known]


def _file(name, content):
    """Hand a script its material in a file.

    :return Path: the file
    """
    path = paths.RUN / f"{name}.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False))
    return path
