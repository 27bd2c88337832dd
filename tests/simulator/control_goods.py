# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Control of goods: what the merchant does in the back office, and the audit."""

from .api_goods_edit import submit
from .catalogue import CATEGORY_NAMES
from .control_base import Refused, route
from .lifecycle import reject_audit
from .model import Sku


@route("GET", "goods")
def list_goods(simulator, query, body):
    """Return all SKUs of a shop as a flat list."""
    shop = simulator.platform.shop(query.get("mall_id"))
    return [_flat(goods, sku) for goods in shop.live_goods() for sku in goods.skus]


def _flat(goods, sku):
    leaf = next((cat for cat in goods.categories[::-1] if cat), 0)
    return {
        "goods_id": str(goods.goods_id),
        "sku_id": str(sku.sku_id),
        "outer_id": sku.outer_id,
        "outer_goods_id": goods.outer_goods_id,
        "goods_name": goods.name,
        "spec": sku.spec_text,
        "spec_details": [
            {"parent_name": spec.parent_name, "spec_name": spec.spec_name}
            for spec in sku.specs
        ],
        "price_fen": sku.multi_price,
        "single_price_fen": sku.price,
        "quantity": sku.quantity,
        "reserve_quantity": sku.reserve_quantity,
        "is_onsale": goods.is_onsale and sku.is_onsale,
        "is_promoted": goods.is_promoted,
        "weight_g": sku.weight,
        "category_name": CATEGORY_NAMES.get(leaf, ""),
    }


@route("POST", "goods")
def change_goods(simulator, query, body):
    """Change, add or delete a goods or a SKU.

    ``action``: ``change`` (default), ``add``, ``add_sku``, ``delete``, ``delete_sku``,
    ``audit`` (``commit_id``, ``pass``). Changes by the merchant are live at once here;
    with ``"audited": true`` a new ``outer_id`` waits for the audit.
    """
    platform = simulator.platform
    shop = platform.shop(body.get("mall_id"))
    action = _GOODS_ACTIONS.get(body.get("action", "change"))
    if not action:
        raise Refused(f"actions: {', '.join(_GOODS_ACTIONS)}")
    with platform.lock:
        return action(platform, shop, body)


def _change(platform, shop, body):
    if "sku_id" not in body:
        goods = shop.goods[int(body["goods_id"])]
        _set(goods, body, ("name", "outer_goods_id", "is_onsale", "is_promoted"))
        platform.tell_goods("pdd_goods_GoodsUpdate", goods)
        return {"goods_id": str(goods.goods_id)}
    sku = shop.skus[int(body["sku_id"])]
    goods = shop.goods[sku.goods_id]
    if body.get("audited"):
        codes = {sku.sku_id: body["outer_id"]}
        commit = submit(platform, shop, goods, prices={}, codes=codes)
        return {"commit_id": commit.commit_id}
    names = ("outer_id", "quantity", "reserve_quantity", "is_onsale", "weight")
    _set(sku, body, names)
    sku.multi_price = int(body.get("price_fen", sku.multi_price))
    sku.price = int(body.get("single_price_fen", max(sku.price, sku.multi_price + 1)))
    platform.tell_goods("pdd_goods_GoodsUpdate", goods)
    return _flat(goods, sku)


def _set(target, body, names):
    for name in names:
        if name in body:
            setattr(target, name, body[name])


def _add(platform, shop, body):
    options = tuple(
        (name, tuple((value, value, 0) for value in values))
        for name, values in body.get("options", {}).items()
    )
    goods = shop.goods_maker.make(
        body["goods_name"],
        int(body.get("cat_id", 435)),
        options,
        int(body.get("price_fen", 1990)),
        body.get("outer_goods_id", ""),
        platform.clock.now(),
        int(body.get("weight", 500)),
    )
    goods.is_promoted = bool(body.get("is_promoted", False))
    shop.add_goods(goods)
    platform.tell_goods("pdd_goods_GoodsAdd", goods)
    return [_flat(goods, sku) for sku in goods.skus]


def _add_sku(platform, shop, body):
    goods = shop.goods[int(body["goods_id"])]
    model = goods.skus[0]
    price = int(body.get("price_fen", model.multi_price))
    sku = Sku(
        sku_id=max(shop.skus) + 1,
        goods_id=goods.goods_id,
        outer_id=body.get("outer_id", ""),
        specs=list(model.specs),
        price=price + 100,
        multi_price=price,
        quantity=int(body.get("quantity", 100)),
        reserve_quantity=0,
        weight=model.weight,
    )
    goods.skus.append(sku)
    shop.skus[sku.sku_id] = sku
    return _flat(goods, sku)


def _delete(platform, shop, body):
    goods = shop.goods[int(body["goods_id"])]
    goods.is_deleted = True
    platform.tell_goods("pdd_goods_GoodsDelete", goods)
    return {"deleted": str(body["goods_id"])}


def _delete_sku(platform, shop, body):
    sku = shop.skus.pop(int(body["sku_id"]))
    shop.goods[sku.goods_id].skus.remove(sku)
    return {"deleted": str(sku.sku_id)}


def _audit(platform, shop, body):
    commit = shop.commits[int(body["commit_id"])]
    if commit.check_status != 1:
        raise Refused("the audit is over")
    now = platform.clock.now()
    if body.get("pass", True):
        platform.finish_audit(now, shop.mall_id, commit.commit_id)
    else:
        reject_audit(commit, now, body.get("comment", "主图含有文字"))
        platform.tell_goods("pdd_goods_GoodsCheckReject", shop.goods[commit.goods_id])
    return {"check_status": commit.check_status}


_GOODS_ACTIONS = {
    "change": _change,
    "add": _add,
    "add_sku": _add_sku,
    "delete": _delete,
    "delete_sku": _delete_sku,
    "audit": _audit,
}
