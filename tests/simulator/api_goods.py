# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Reading goods and what belongs to them (goods.md 1 and 5)."""

from .catalogue import CATEGORIES, SPEC_PARENTS
from .errors import business, wrong
from .registry import method
from .render import yuan_text

#: Longest window of creation times.
CREATED_WINDOW = 7 * 86400
MOST_CODES = 10
#: (template_id, name)
TEMPLATES = ((56001, "全国包邮"), (56002, "偏远地区加收运费"))


@method("pdd.goods.list.get", "goods_list_get_response")
def list_goods(call):
    """Return goods page by page; of three filters only the first sent works."""
    arguments = call.arguments
    page, size = arguments.page()
    found = _filter(arguments, call.shop.live_goods())
    rows = found[(page - 1) * size : page * size]
    return {"total_count": len(found), "goods_list": [_list_row(row) for row in rows]}


def _filter(arguments, goods):
    onsale = arguments.integer("is_onsale", choices=(0, 1))
    outer_id = arguments.text("outer_id")
    name = arguments.text("goods_name")
    codes = arguments.numbers("outer_goods_id", MOST_CODES, required=False)
    template = arguments.integer("cost_template_id")
    if onsale is not None:
        goods = [item for item in goods if item.is_onsale == bool(onsale)]
    elif outer_id:
        goods = [i for i in goods if any(s.outer_id == outer_id for s in i.skus)]
    elif name:
        goods = [item for item in goods if name in item.name]
    if codes:
        goods = [item for item in goods if item.outer_goods_id in codes]
    if template is not None:
        goods = [item for item in goods if item.template_id == template]
    return _filter_created(arguments, goods)


def _filter_created(arguments, goods):
    names = ("created_at_from", "created_at_end")
    if not any(arguments.text(name) for name in names):
        return goods
    start, end = arguments.window(*names, CREATED_WINDOW)
    return [item for item in goods if start <= item.created_at <= end]


def _list_row(goods):
    return {
        "goods_id": goods.goods_id,
        "goods_name": goods.name,
        "image_url": goods.image_url,
        "thumb_url": goods.image_url,
        "is_more_sku": int(len(goods.skus) > 1),
        "is_onsale": int(goods.is_onsale),
        "goods_quantity": sum(sku.quantity for sku in goods.skus),
        "goods_reserve_quantity": sum(sku.reserve_quantity for sku in goods.skus),
        "created_at": goods.created_at,
        "sku_list": [_list_sku(goods, sku) for sku in goods.skus],
    }


def _list_sku(goods, sku):
    return {
        "sku_id": sku.sku_id,
        "spec": sku.spec_text,
        "spec_details": [{**_spec(spec), "spec_note": ""} for spec in sku.specs],
        "outer_id": sku.outer_id,
        "outer_goods_id": goods.outer_goods_id,
        "sku_quantity": sku.quantity,
        "reserve_quantity": sku.reserve_quantity,
        "is_sku_onsale": int(sku.is_onsale),
    }


def _spec(spec):
    return {
        "parent_id": spec.parent_id,
        "parent_name": spec.parent_name,
        "spec_id": spec.spec_id,
        "spec_name": spec.spec_name,
    }


@method("pdd.goods.detail.get", "goods_detail_get_response")
def get_detail(call):
    """Return one goods; prices in fen."""
    goods = _goods(call)
    return {
        **_detail_head(goods),
        **_DETAIL_CONSTANTS,
        "goods_property_list": _properties(goods),
        "sku_list": [detail_sku(goods, sku) for sku in goods.skus],
    }


def _goods(call):
    return call.shop.find_goods(call.arguments.integer("goods_id", required=True))


def _properties(goods):
    """Return the sample's property for clothes of cotton, else none."""
    if 435 not in goods.categories:
        return []
    cotton = {"ref_pid": 310, "template_pid": 101, "vid": 40001, "vvalue": "棉"}
    return [{**cotton, "punit": ""}]


def _detail_head(goods):
    return {
        "goods_id": goods.goods_id,
        "goods_name": goods.name,
        "tiny_name": "",
        "goods_desc": f"{goods.name}，支持七天无理由退换。",
        "cat_id": next(cat_id for cat_id in goods.categories[::-1] if cat_id),
        "goods_type": 1,
        "status": goods.status,
        "image_url": goods.image_url,
        "carousel_gallery_list": [goods.image_url],
        "detail_gallery_list": [goods.image_url],
        "video_gallery": [],
        "market_price": goods.market_price,
        "outer_goods_id": goods.outer_goods_id,
        "cost_template_id": goods.template_id,
        "shipment_limit_second": goods.shipment_limit,
    }


#: Fields of the sample that are the same for every goods of the simulator.
_DETAIL_CONSTANTS = {
    "out_source_goods_id": "",
    "out_source_type": 0,
    "customer_num": 2,
    "buy_limit": 999999,
    "order_limit": 999999,
    "is_pre_sale": 0,
    "pre_sale_time": 0,
    "is_group_pre_sale": 0,
    "is_sku_pre_sale": 0,
    "is_refundable": 1,
    "is_folt": 1,
    "second_hand": 0,
    "invoice_status": 0,
    "delivery_one_day": 0,
    "delivery_type": 1,
    "two_pieces_discount": 0,
    "quan_guo_lian_bao": 0,
    "zhi_huan_bu_xiu": 0,
    "bad_fruit_claim": 0,
    "lack_of_weight_claim": 0,
    "size_spec_id": 0,
    "warm_tips": "",
    "country_id": 0,
    "customs": "",
    "is_customs": 0,
    "warehouse": "",
    "oversea_type": 0,
    "oversea_goods": None,
    "elec_goods_attributes": None,
    "goods_trade_attr": None,
    "goods_travel_attr": None,
    "skuType": 0,
}


def detail_sku(goods, sku):
    """Return a SKU as the detail call shows it; prices in fen, weight in grams."""
    return {
        "sku_id": sku.sku_id,
        "out_sku_sn": sku.outer_id,
        "spec": [_spec(spec) for spec in sku.specs],
        "price": sku.price,
        "multi_price": sku.multi_price,
        "quantity": sku.quantity,
        "reserve_quantity": sku.reserve_quantity,
        "is_onsale": int(sku.is_onsale),
        "limit_quantity": 999,
        "weight": sku.weight,
        "length": 0,
        "thumb_url": goods.image_url,
        "sku_pre_sale_time": 0,
        "sku_property_list": [],
        "out_source_sku_id": "",
        "oversea_sku": None,
    }


@method("pdd.goods.skus.get", "goods_sku_get_response")
def get_sku(call):
    """Return stock and prices (fen) of one SKU."""
    sku_id = call.arguments.integer("sku_id", required=True)
    goods = _goods(call)
    sku = next((sku for sku in goods.skus if sku.sku_id == sku_id), None)
    if not sku:
        raise business("sku_not_found")
    return {
        "goods_id": goods.goods_id,
        "sku_id": sku.sku_id,
        "out_sku_sn": sku.outer_id,
        "quantity": sku.quantity,
        "reserve_quantity": sku.reserve_quantity,
        "is_onsale": int(sku.is_onsale),
        "single_price": sku.price,
        "multi_price": sku.multi_price,
        "spec": [
            {
                "parent_spec_id": spec.parent_id,
                "parent_spec_name": spec.parent_name,
                "spec_id": spec.spec_id,
                "spec_name": spec.spec_name,
            }
            for spec in sku.specs
        ],
    }


@method("pdd.goods.information.get", "goods_info_get_response")
def get_information(call):
    """Return one goods the deprecated way; prices are yuan text."""
    goods = _goods(call)
    used = [cat_id for cat_id in goods.categories if cat_id]
    return {
        "goods_info": {
            "goods_id": goods.goods_id,
            "goods_sn": "",
            "goods_name": goods.name,
            "goods_type": 1,
            "goods_category": str(used[0]),
            "last_category": str(used[-1]),
            "image_url": goods.image_url,
            "goods_quantity": sum(sku.quantity for sku in goods.skus),
            "is_onsale": int(goods.is_onsale),
            "is_refundable": 1,
            "second_hand": 0,
            "shipment_limit_second": goods.shipment_limit,
            "group_required_customer_num": 2,
            "sku_list": [_information_sku(goods, sku) for sku in goods.skus],
        }
    }


def _information_sku(goods, sku):
    return {
        "sku_id": sku.sku_id,
        "spec": sku.spec_text,
        "sku_quantity": sku.quantity,
        "outer_id": sku.outer_id,
        "outer_goods_id": goods.outer_goods_id,
        "sku_img": goods.image_url,
        "group_price": yuan_text(sku.multi_price),
        "single_price": yuan_text(sku.price),
        "is_sku_onsale": int(sku.is_onsale),
    }


@method("pdd.goods.cats.get", "goods_cats_get_response")
def get_categories(call):
    """Return the children of a category; 0 is the top."""
    parent = call.arguments.integer("parent_cat_id", required=True, low=0)
    return {
        "goods_cats_list": [
            {
                "level": level,
                "cat_id": cat_id,
                "parent_cat_id": parent_id,
                "cat_name": name,
            }
            for cat_id, name, parent_id, level in CATEGORIES
            if parent_id == parent
        ]
    }


@method("pdd.goods.spec.get", "goods_spec_get_response")
def get_specs(call):
    """Return the specifications of a third-level category."""
    cat_id = call.arguments.integer("cat_id", required=True)
    if (cat_id, 3) not in {(row[0], row[3]) for row in CATEGORIES}:
        raise wrong("cat_id")
    return {
        "goods_spec_list": [
            {"cat_id": cat_id, "parent_spec_id": spec_id, "parent_spec_name": name}
            for name, spec_id in SPEC_PARENTS.items()
        ]
    }


@method("pdd.goods.logistics.template.get", "goods_logistics_template_get_response")
def get_templates(call):
    """Return the freight templates of the shop."""
    page, size = call.arguments.page(default_size=20)
    rows = TEMPLATES[(page - 1) * size : page * size]
    return {
        "total_count": len(TEMPLATES),
        "logistics_template_list": [
            {
                "template_id": template_id,
                "template_name": name,
                "cost_type": 0,
                "last_updated_time": 1767225600,
            }
            for template_id, name in rows
        ],
    }
