# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo company: two warehouses, goods with cost and stock, two users.

Arguments: file with the shop's goods, login of the Chinese-speaking user, password.
"""

import json
from pathlib import Path

from odoo.fields import Command

from environment import ARGUMENTS, configure, environment

PRODUCTS = 60  # the shop offers more: the rest shows as not mapped
STOCK = {"SH": 600, "GZ": 300}
COST_SHARE = 0.55


def main():
    configure()
    goods_file, login, password = ARGUMENTS
    goods = json.loads(Path(goods_file).read_text())
    with environment() as env:
        env.company.account_price_include = "tax_included"  # consumer prices hold VAT
        warehouses = make_warehouses(env)
        products = make_products(env, goods)
        fill(env, warehouses, products)
        make_users(env, login, password)


def make_warehouses(env):
    """Return the warehouses of Shanghai and Guangzhou."""
    shanghai = env["stock.warehouse"].search([], limit=1)
    shanghai.write(
        {
            "name": "上海仓",
            "code": "SH",
            "partner_id": make_address(env, "上海仓", "上海市", "state_cn_SH").id,
        }
    )
    guangzhou = env["stock.warehouse"].create(
        {
            "name": "广州仓",
            "code": "GZ",
            "partner_id": make_address(env, "广州仓", "广州市", "state_cn_GD").id,
        }
    )
    return shanghai | guangzhou


def make_address(env, name, city, state):
    return env["res.partner"].create(
        {
            "name": name,
            "parent_id": env.company.partner_id.id,
            "type": "other",
            "street": "物流园 1 号",
            "city": city,
            "state_id": env.ref(f"base.{state}").id,
            "country_id": env.ref("base.cn").id,
        }
    )


def make_products(env, goods):
    """Return one storable product for each of the first merchant codes."""
    by_code = {}
    for sku in goods:
        if sku["outer_id"]:
            by_code.setdefault(sku["outer_id"], sku)
    skus = list(by_code.values())[:PRODUCTS]
    return env["product.product"].create([prepare_product(sku) for sku in skus])


def prepare_product(sku):
    """Map one SKU of the shop to the values of a product; amounts in fen there."""
    price = sku["price_fen"] / 100
    return {
        "name": " ".join(filter(None, [sku["goods_name"], sku.get("spec")])),
        "default_code": sku["outer_id"],
        "is_storable": True,
        "list_price": price,
        "standard_price": round(price * COST_SHARE, 2),
        "weight": sku.get("weight_g", 0) / 1000,
    }


def fill(env, warehouses, products):
    """Put stock of each product into each warehouse."""
    env["stock.quant"].with_context(inventory_mode=True).create(
        [
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "inventory_quantity": STOCK[warehouse.code],
            }
            for warehouse in warehouses
            for product in products
        ]
    ).action_apply_inventory()


def make_users(env, login, password):
    """The administrator works in English, his colleague in Chinese."""
    admin = env.ref("base.user_admin")
    admin.write({"password": password, "lang": "en_US", "tz": "Asia/Shanghai"})
    groups = (
        *("base.group_user", "sales_team.group_sale_manager"),
        *("stock.group_stock_manager", "account.group_account_user"),
    )
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": "李娜",
            "login": login,
            "password": password,
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "group_ids": [Command.link(env.ref(name).id) for name in groups],
        }
    )


if __name__ == "__main__":
    main()
