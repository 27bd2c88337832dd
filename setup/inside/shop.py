# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connect the simulator's first shop and wake the scheduled actions.

Argument: file with the shop's credentials and its gateway. Safe to repeat: what the
connector renewed since stays, unless the simulator no longer accepts it.
"""

import json
from datetime import timedelta
from pathlib import Path

from odoo import fields
from psycopg2.errors import SerializationFailure

from environment import ARGUMENTS, configure, environment
from fulfilment import ensure_fulfilment

HISTORY_DAYS = 3
ATTEMPTS = 5
CRONS = (
    "pdd_connector.ir_cron_goods_intake",
    "pdd_connector.ir_cron_order_intake",
    "pdd_connector.ir_cron_refund_intake",
    "pdd_connector.ir_cron_order_make",
    "pdd_connector_stock.ir_cron_stock_publish",
    "pdd_connector_finance.ir_cron_bill_import",
    "pdd_connector_finance.ir_cron_invoice_application",
)
GROUP = "pdd_connector.group_pdd_manager"
SAFETY = 5  # pieces of each SKU the demo's shop never offers
DOMESTIC = (1, 3, 14, 15, 16, 17)  # consolidation inside the country, as most shops do


def main():
    configure()
    material = json.loads(Path(ARGUMENTS[0]).read_text())
    for attempt in range(ATTEMPTS):
        try:
            return connect_shop(material)
        except SerializationFailure:  # a scheduled action wrote the shop meanwhile
            if attempt == ATTEMPTS - 1:
                raise


def connect_shop(material):
    with environment() as env:
        lang = find_operator(env).lang
        env = env(user=env.ref("base.user_admin"), context={"lang": lang})
        join_group(env)
        connect(env, material)
        offer_stock(env)
        for name in CRONS:  # of the add-ons that are there
            cron = env.ref(name, raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()


def offer_stock(env):
    """Let the shops offer what is free, if the add-on that tells them is there."""
    if "pdd.stock.rule" not in env:
        return
    for shop in env["pdd.shop"].search([]):
        if not shop.stock_rule_ids:
            env["pdd.stock.rule"].create({"shop_id": shop.id, "safety_qty": SAFETY})


def join_group(env):
    """Let both users of the demo manage the shop."""
    group = env.ref(GROUP, raise_if_not_found=False)
    if group:
        users = env["res.users"].search([("share", "=", False)])
        group.sudo().user_ids |= users


def find_operator(env):
    """Return the Chinese-speaking user: what is written in the background is for her."""
    return env["res.users"].search([("lang", "=", "zh_CN")], limit=1) or env.user


def connect(env, material):
    """Make the shop once; later only its address may have changed."""
    keys = ("client_id", "client_secret", "access_token", "refresh_token")
    credentials = {key: material[key] for key in keys}
    shop = env["pdd.shop"].search([("mall_id", "=", material["mall_id"])])
    if not shop:
        shop = shop.create(
            {
                **credentials,
                "name": material.get("name") or "示例百货专营店",
                "mall_id": material["mall_id"],
                "gateway_url": material["gateway_url"],
                "import_from_date": fields.Datetime.now() - timedelta(HISTORY_DAYS),
                "user_id": find_operator(env).id,
            }
        )
    elif shop.gateway_url != material["gateway_url"]:
        shop.write({**credentials, "gateway_url": material["gateway_url"]})
        env.cr.commit()  # the connection is checked in a transaction of its own
    shop.action_check_connection()
    if shop.state != "authorised":
        shop.write(credentials)
        shop.action_check_connection()
    if shop.state != "authorised":
        raise SystemExit(f"The shop is {shop.state} instead of authorised.")
    if shop.has_excluded_taxes:
        shop.action_include_taxes()
    ensure_rules(env)
    ensure_fulfilment(env)


def ensure_rules(env):
    """Let consolidated orders inside the country be made like any other."""
    rules = env["pdd.consolidation.rule"]
    known = set(rules.search([]).mapped("consolidate_type"))
    rules.create([{"consolidate_type": kind} for kind in DOMESTIC if kind not in known])


if __name__ == "__main__":
    main()
