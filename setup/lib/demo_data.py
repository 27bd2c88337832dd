# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the demo database holds: a company with goods, our add-ons, a connected shop."""

import json

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
)
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
    databases.set_facts(databases.DEMO, {"company": True, "addons": digests})


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
