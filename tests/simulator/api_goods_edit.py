# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Writing stock, prices and pictures, and the audit of edits (goods.md 2 to 4)."""

from .api_goods import detail_sku
from .errors import business, missing, wrong
from .model import Commit
from .registry import method

FULL, INCREMENT = 1, 2


@method("pdd.goods.quantity.update", "goods_quantity_update_response")
def update_quantity(call):
    """Set or change the stock of one SKU; promoted goods may not be cut."""
    arguments = call.arguments
    goods_id = arguments.integer("goods_id", required=True)
    quantity = arguments.integer("quantity", required=True)
    kind = arguments.integer("update_type", default=FULL, choices=(FULL, INCREMENT))
    if kind == FULL and quantity < 0:
        raise wrong("quantity")
    goods = call.shop.find_goods(goods_id)
    sku = _find_sku(arguments, goods)
    target = quantity if kind == FULL else sku.quantity + quantity
    if target < 0:
        raise business("stock_negative")
    if goods.is_promoted and target < sku.quantity:
        raise business("promoted_cut")
    sku.quantity = target
    return {"is_success": True}


def _find_sku(arguments, goods):
    """Return the SKU by id, or else by merchant code.

    :raise ApiError: neither sent, unknown, or a code that several SKUs have
    """
    sku_id = arguments.integer("sku_id")
    outer_id = arguments.text("outer_id")
    if sku_id is None and outer_id is None:
        raise missing("sku_id")
    if sku_id is not None:
        found = [sku for sku in goods.skus if sku.sku_id == sku_id]
    else:
        found = [sku for sku in goods.skus if sku.outer_id == outer_id]
    if len(found) > 1:
        raise business("ambiguous_code")
    if not found:
        raise business("sku_not_found")
    return found[0]


@method("pdd.goods.sale.status.set", "goods_sale_status_set_response")
def set_sale_status(call):
    """Put a goods on or off sale."""
    arguments = call.arguments
    goods_id = arguments.integer("goods_id", required=True)
    onsale = arguments.integer("is_onsale", required=True, choices=(0, 1))
    goods = call.shop.find_goods(goods_id)
    goods.is_onsale = bool(onsale)
    topic = "pdd_goods_GoodsOnShelf" if onsale else "pdd_goods_GoodsOffShelf"
    call.platform.tell_goods(topic, goods)
    return {"is_success": True}


@method("pdd.goods.sku.price.update", "goods_update_sku_price_response")
def update_prices(call):
    """Ask for new prices (fen); they become live when the audit has passed."""
    arguments = call.arguments
    goods_id = arguments.integer("goods_id", required=True)
    arguments.json("sku_price_list", list)
    goods = call.shop.find_goods(goods_id)
    if _pending(call.shop, goods):
        raise business("commit_pending")
    prices = _read_prices(arguments, goods)
    _check_prices(call.settings, goods, prices)
    market_price = arguments.integer("market_price", low=1)
    commit = submit(call.platform, call.shop, goods, prices, market_price)
    return {"is_success": True, "goods_commit_id": commit.commit_id}


def submit(platform, shop, goods, prices, market_price=None, codes=None):
    """Start the audit of an edit.

    :param dict prices: sku_id to ``(single, group, is_onsale)``
    :param dict codes: sku_id to new merchant code
    :return: Commit
    """
    now = platform.clock.now()
    commit = Commit(
        commit_id=next(platform.commit_ids),
        goods_id=goods.goods_id,
        submitted=now,
        prices=prices,
        codes=codes or {},
        market_price=market_price,
    )
    shop.commits[commit.commit_id] = commit
    due = now + platform.settings.audit_seconds
    platform.schedule(due, "finish_audit", shop.mall_id, commit.commit_id)
    return commit


def _pending(shop, goods):
    return any(
        commit.goods_id == goods.goods_id and commit.check_status == 1
        for commit in shop.commits.values()
    )


def _read_prices(arguments, goods):
    known = {sku.sku_id for sku in goods.skus}
    prices = {}
    rows = arguments.json("sku_price_list", list)
    if not rows:
        raise missing("sku_price_list")
    for row in rows:
        if not isinstance(row, dict):
            raise wrong("sku_price_list")
        sku_id = _positive(row, "sku_id")
        if sku_id not in known:
            raise business("sku_not_found")
        single = _positive(row, "single_price")
        group = _positive(row, "group_price")
        onsale = row.get("is_onsale")
        prices[sku_id] = (single, group, None if onsale is None else bool(onsale))
    return prices


def _positive(row, name):
    text = str(row.get(name, ""))
    if not text:
        raise missing(name)
    if not text.isdigit() or not int(text):
        raise wrong(name)
    return int(text)


def _check_prices(settings, goods, prices):
    """Refuse prices the platform's rules forbid."""
    groups = []
    for sku in goods.skus:
        single, group, _onsale = prices.get(
            sku.sku_id, (sku.price, sku.multi_price, None)
        )
        if single <= group:
            raise business("price_order")
        groups.append(group)
    if max(groups) > min(groups) * settings.price_range_ratio:
        raise business("price_range")


@method("pdd.goods.commit.list.get", "goods_commit_list_get_response")
def list_commits(call):
    """Return edits by state of their audit."""
    arguments = call.arguments
    status = arguments.integer("check_status", required=True, choices=(0, 1, 2, 3))
    goods_id = arguments.integer("goods_id")
    page, size = arguments.page()
    found = [
        commit
        for commit in call.shop.commits.values()
        if commit.check_status == status and goods_id in (None, commit.goods_id)
    ]
    rows = found[(page - 1) * size : page * size]
    return {
        "total": len(found),
        "list": [_commit_row(call.shop, commit) for commit in rows],
    }


def _commit_row(shop, commit):
    goods = shop.goods[commit.goods_id]
    return {
        "commit_id": commit.commit_id,
        "goods_id": commit.goods_id,
        "goods_name": goods.name,
        "check_status": commit.check_status,
        "reject_comment": commit.reject_comment,
        "is_shop": 1,
        "outer_goods_id": goods.outer_goods_id,
        "submit_time": int(commit.submitted),
        "checked_time": int(commit.checked),
    }


@method("pdd.goods.commit.detail.get", "goods_commit_detail_response")
def get_commit(call):
    """Return the content of one edit."""
    arguments = call.arguments
    commit_id = arguments.integer("goods_commit_id", required=True)
    goods = call.shop.find_goods(arguments.integer("goods_id", required=True))
    commit = call.shop.commits.get(commit_id)
    if not commit or commit.goods_id != goods.goods_id:
        raise business("commit_not_found")
    return {
        "goods_commit_id": commit.commit_id,
        "goods_id": goods.goods_id,
        "goods_name": goods.name,
        "goods_status": goods.status,
        "commit_message": commit.reject_comment,
        "market_price": commit.market_price or goods.market_price,
        "sku_list": [_commit_sku(goods, sku, commit) for sku in goods.skus],
    }


def _commit_sku(goods, sku, commit):
    row = detail_sku(goods, sku)
    single, group, _onsale = commit.prices.get(
        sku.sku_id, (sku.price, sku.multi_price, None)
    )
    row.update(price=single, multi_price=group, lengtj=row.pop("length"))
    row["out_sku_sn"] = commit.codes.get(sku.sku_id, sku.outer_id)
    return row


@method("pdd.goods.commit.status.get", "goods_commit_status_get_response")
def get_commit_statuses(call):
    """Return the audit states of edits."""
    wanted = call.arguments.integers("goods_commit_id_list", most=100)
    found = [call.shop.commits[key] for key in wanted if key in call.shop.commits]
    return {
        "list": [
            {
                "goods_commit_id": commit.commit_id,
                "check_status": commit.check_status,
                "reject_comment": commit.reject_comment,
            }
            for commit in found
        ]
    }


@method("pdd.goods.latest.commit.status.get", "goods_latest_commit_status_get_response")
def get_latest_statuses(call):
    """Return the audit state of the last edit of each goods."""
    wanted = call.arguments.integers("goods_id_list", most=100)
    latest = {commit.goods_id: commit for commit in call.shop.commits.values()}
    return {
        "list": [
            {
                "goods_id": goods_id,
                "check_status": latest[goods_id].check_status,
                "reject_comment": latest[goods_id].reject_comment,
            }
            for goods_id in wanted
            if goods_id in latest
        ]
    }


@method("pdd.goods.img.upload", "goods_img_upload_response", is_upload=True)
def upload_picture(call):
    """Take a picture file; only the upload gateway does."""
    if "file" not in call.files:
        raise missing("file")
    return {"url": _picture_url(call)}


@method("pdd.goods.image.upload", "goods_image_upload_response")
def upload_base64(call):
    """Take a picture as base64 text through the ordinary gateway."""
    call.arguments.text("image", required=True)
    return {"image_url": _picture_url(call)}


def _picture_url(call):
    number = next(call.platform.commit_ids)
    return f"https://img.example.invalid/goods/u{number}.jpeg"
