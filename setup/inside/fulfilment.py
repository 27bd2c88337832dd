# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a warehouse needs before the first order: carriers, waybills, which house ships."""

from odoo.fields import Command

CARRIERS = ("中通快递", "圆通速递")
PHONE = "021-55550100"
SOUTH = ("GD", "GX", "FJ", "HI", "HN", "JX", "YN", "GZ")  # provinces near Guangzhou


def ensure_fulfilment(env):
    """Make carriers and routing rules, once; does nothing without that add-on."""
    if "pdd.warehouse.rule" not in env:
        return
    ensure_waybills(env)
    if env["pdd.warehouse.rule"].search_count([], limit=1):
        return
    north, south = (make_carrier(env, name) for name in CARRIERS)
    by_code = {house.code: house for house in env["stock.warehouse"].search([])}
    env["pdd.warehouse.rule"].create(
        [
            {
                "name": "华南由广州仓发货",
                "sequence": 10,
                "is_live": True,
                "warehouse_id": by_code["GZ"].id,
                "carrier_id": south.id,
                "state_ids": [
                    Command.link(env.ref(f"base.state_cn_{code}").id) for code in SOUTH
                ],
            },
            {
                "name": "其余由上海仓发货",
                "sequence": 20,
                "is_live": True,
                "warehouse_id": by_code["SH"].id,
                "carrier_id": north.id,
            },
        ]
    )


def make_carrier(env, name):
    """Return a delivery method with the platform's carrier of that name."""
    logistics = env["pdd.logistics.company"].search([("name", "=", name)], limit=1)
    product = env["product.product"].create(
        {"name": name, "type": "service", "list_price": 0, "sale_ok": False}
    )
    return env["delivery.carrier"].create(
        {
            "name": name,
            "product_id": product.id,
            "delivery_type": "fixed",
            "pdd_logistics_id": logistics.id,
        }
    )


def ensure_waybills(env):
    """Let each warehouse draw numbers under the subscription of its own address."""
    houses = env["stock.warehouse"].search([])
    for shop in env["pdd.shop"].search([("waybill_account_ids", "=", False)]):
        shop.action_read_waybill_accounts()
        for account in shop.waybill_account_ids:
            choose_sender(account, houses)


def choose_sender(account, houses):
    """Complete a subscription: who sends, from which warehouse, on which label."""
    house = houses.filtered(lambda house: house.partner_id.city in account.address_text)
    account.write(
        {
            "sender_name": house.name or account.company_id.name,
            "sender_phone": PHONE,
            "template_id": account.env["pdd.waybill.template"]
            .search([("logistics_id", "=", account.logistics_id.id)], limit=1)
            .id,
            "warehouse_id": house.id,
        }
    )
