# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Catalogue, stock and audited prices."""

import pytest

from .client import Client
from .conftest import NOON

QUANTITY = "pdd.goods.quantity.update"
PRICE = "pdd.goods.sku.price.update"


@pytest.fixture
def goods(sim):
    found = sim.shops[0].goods_list[0]
    found.is_promoted = False
    return found


def _stock(client, goods, sku):
    wanted = {"goods_id": goods.goods_id, "sku_id": sku.sku_id}
    return client.call("pdd.goods.skus.get", **wanted)["quantity"]


def test_catalogue_is_read_page_by_page(make):
    sim = make(goods=230)
    client = Client(sim)
    seen = []
    for page in (1, 2, 3, 4):
        answer = client.call("pdd.goods.list.get", page=page, page_size=100)
        assert answer["total_count"] == 230
        seen += [goods["goods_id"] for goods in answer["goods_list"]]
    assert seen == [goods.goods_id for goods in sim.shops[0].goods_list]


def test_default_catalogue_has_its_size_and_its_untidy_codes(make):
    skus = list(make().shops[0].skus.values())
    assert 60 <= len(skus) <= 80
    codes = [sku.outer_id for sku in skus]
    assert "" in codes
    assert len(codes) - len(set(codes)) == 1
    tidy = [sku.outer_id for sku in make(untidy_codes=False).shops[0].skus.values()]
    assert "" not in tidy
    assert len(tidy) == len(set(tidy))


def test_twenty_thousand_skus(make):
    sim = make(goods=7400)
    assert len(sim.shops[0].skus) >= 20_000
    answer = Client(sim).call("pdd.goods.list.get", page=74, page_size=100)
    assert len(answer["goods_list"]) == 100


def test_of_three_filters_the_first_works(sim, client):
    api = "pdd.goods.list.get"
    first, second = sim.shops[0].goods_list[:2]
    first.is_onsale = False
    code = second.skus[0].outer_id

    def found(**filters):
        rows = client.call(api, **filters)["goods_list"]
        return [row["goods_id"] for row in rows]

    assert found(is_onsale=0) == [first.goods_id]
    assert found(is_onsale=0, outer_id=code) == [first.goods_id]
    assert found(outer_id=code, goods_name="T恤") == [second.goods_id]
    assert found(goods_name="短袖T恤") == [first.goods_id]
    codes = f"{first.outer_goods_id},{second.outer_goods_id}"
    assert found(outer_goods_id=codes) == [first.goods_id, second.goods_id]
    assert client.refusal(api, outer_goods_id=",".join("x" * 11))["error_code"] == 21001
    long = {"created_at_from": NOON - 8 * 86400, "created_at_end": NOON}
    assert client.refusal(api, **long)["error_code"] == 21001
    assert client.refusal(api, page_size=101)["error_code"] == 21001


def test_full_and_incremental_stock(client, goods):
    sku = goods.skus[0]
    wanted = {"goods_id": goods.goods_id, "sku_id": sku.sku_id}
    client.call(QUANTITY, **wanted, quantity=10)
    assert _stock(client, goods, sku) == 10
    client.call(QUANTITY, **wanted, quantity=-4, update_type=2)
    assert _stock(client, goods, sku) == 6
    error = client.refusal(QUANTITY, **wanted, quantity=-7, update_type=2)
    assert error["error_code"] == 50001 and error["sub_code"]
    assert client.refusal(QUANTITY, **wanted, quantity=-1)["error_code"] == 21001
    assert _stock(client, goods, sku) == 6
    client.call(QUANTITY, **wanted, quantity=0, update_type=1)
    assert _stock(client, goods, sku) == 0


def test_sku_is_found_by_id_or_code(client, goods):
    one, two = goods.skus[:2]
    base = {"goods_id": goods.goods_id, "quantity": 7}
    client.call(QUANTITY, **base, outer_id=one.outer_id)
    assert one.quantity == 7
    client.call(QUANTITY, **{**base, "quantity": 8}, sku_id=two.sku_id, outer_id="no")
    assert two.quantity == 8
    assert client.refusal(QUANTITY, **base)["error_code"] == 21002
    assert client.refusal(QUANTITY, **base, outer_id="no")["error_code"] == 50001
    two.outer_id = one.outer_id
    error = client.refusal(QUANTITY, **base, outer_id=one.outer_id)
    assert error["error_code"] == 50001
    wrong = {**base, "goods_id": 1}
    assert client.refusal(QUANTITY, **wrong, sku_id=one.sku_id)["error_code"] == 50001


def test_promoted_goods_may_not_be_cut(client, goods):
    sku = goods.skus[0]
    goods.is_promoted = True
    wanted = {"goods_id": goods.goods_id, "sku_id": sku.sku_id}
    before = sku.quantity
    for change in (
        {"quantity": before - 1},
        {"quantity": -1, "update_type": 2},
    ):
        error = client.refusal(QUANTITY, **wanted, **change)
        assert error["error_code"] == 50001
        assert "资源位" in error["sub_msg"]
    client.call(QUANTITY, **wanted, quantity=before)
    client.call(QUANTITY, **wanted, quantity=before + 5)
    assert sku.quantity == before + 5


def test_some_goods_are_promoted(make):
    goods = make(goods=400).shops[0].goods_list
    assert 10 < sum(item.is_promoted for item in goods) < 70


def test_sale_status(client, goods):
    api = "pdd.goods.sale.status.set"
    client.call(api, goods_id=goods.goods_id, is_onsale=0)
    detail = client.call("pdd.goods.detail.get", goods_id=goods.goods_id)
    assert detail["status"] == 2
    client.call(api, goods_id=goods.goods_id, is_onsale=1)
    for sku in goods.skus:
        sku.quantity = 0
    detail = client.call("pdd.goods.detail.get", goods_id=goods.goods_id)
    assert detail["status"] == 3, "sold out"
    error = client.refusal(api, goods_id=goods.goods_id, is_onsale=2)
    assert error["error_code"] == 21001


def _price_list(sku, single, group):
    return [{"sku_id": sku.sku_id, "single_price": single, "group_price": group}]


def test_prices_become_live_after_the_audit(sim, client, goods):
    sku = goods.skus[0]
    rows = _price_list(sku, 6000, 5000)
    answer = client.call(PRICE, goods_id=goods.goods_id, sku_price_list=rows)
    commit = answer["goods_commit_id"]

    def state():
        return client.call(
            "pdd.goods.commit.status.get", goods_commit_id_list=[commit]
        )["list"][0]["check_status"]

    assert state() == 1
    assert sku.multi_price == 3990
    error = client.refusal(PRICE, goods_id=goods.goods_id, sku_price_list=rows)
    assert error["error_code"] == 50001, "an audit is running"
    sim.clock.advance(600)
    assert state() == 2
    wanted = {"goods_id": goods.goods_id, "sku_id": sku.sku_id}
    live = client.call("pdd.goods.skus.get", **wanted)
    assert (live["single_price"], live["multi_price"]) == (6000, 5000)


def test_rejected_prices_never_become_live(sim, client, goods):
    sku = goods.skus[0]
    rows = _price_list(sku, 6000, 5000)
    wanted = {"goods_id": goods.goods_id}
    commit = client.call(PRICE, **wanted, sku_price_list=rows)["goods_commit_id"]
    body = {
        "action": "audit",
        "commit_id": commit,
        "pass": False,
        "comment": "价格虚高",
    }
    client.control("POST", "goods", body)
    sim.clock.advance(3600)
    detail = client.call(
        "pdd.goods.commit.detail.get", **wanted, goods_commit_id=commit
    )
    assert detail["commit_message"] == "价格虚高"
    assert detail["sku_list"][0]["multi_price"] == 5000
    assert "lengtj" in detail["sku_list"][0]
    assert sku.multi_price == 3990
    listed = client.call("pdd.goods.commit.list.get", check_status=3)
    assert [row["commit_id"] for row in listed["list"]] == [commit]
    latest = client.call(
        "pdd.goods.latest.commit.status.get", goods_id_list=str(goods.goods_id)
    )
    assert latest["list"][0]["check_status"] == 3


@pytest.mark.parametrize(
    ("single", "group", "code"),
    [
        (5000, 5000, 50001),
        (4000, 5000, 50001),
        (5000_00, 4000_00, 50001),
        (5000, 0, 21001),
        ("59.9", 5000, 21001),
    ],
)
def test_price_rules(client, goods, single, group, code):
    rows = _price_list(goods.skus[0], single, group)
    error = client.refusal(PRICE, goods_id=goods.goods_id, sku_price_list=rows)
    assert error["error_code"] == code


def test_reference_data(client):
    tops = client.call("pdd.goods.cats.get", parent_cat_id=0)["goods_cats_list"]
    assert {"level": 1, "cat_id": 239, "parent_cat_id": 0, "cat_name": "男装"} in tops
    specs = client.call("pdd.goods.spec.get", cat_id=435)["goods_spec_list"]
    assert {"cat_id": 435, "parent_spec_id": 1216, "parent_spec_name": "尺寸"} in specs
    assert client.refusal("pdd.goods.spec.get", cat_id=239)["error_code"] == 21001


def test_control_edits_the_catalogue(client, goods):
    sku = goods.skus[0]
    flat = client.control("GET", f"goods?mall_id={client.shop.mall_id}")
    assert flat[0]["sku_id"] == str(sku.sku_id)
    assert {"outer_goods_id", "spec_details", "weight_g", "category_name"} <= set(
        flat[0]
    )
    change = {"sku_id": sku.sku_id, "outer_id": "NEW", "price_fen": 4100}
    changed = client.control("POST", "goods", change)
    assert (changed["outer_id"], changed["price_fen"]) == ("NEW", 4100)
    late = {"sku_id": sku.sku_id, "outer_id": "LATER", "audited": True}
    client.control("POST", "goods", late)
    assert sku.outer_id == "NEW"
    client.sim.clock.advance(601)
    client.call("pdd.goods.list.get")
    assert sku.outer_id == "LATER"
    body = {
        "action": "add",
        "goods_name": "新品",
        "options": {"颜色": ["红色", "蓝色"]},
    }
    added = client.control("POST", "goods", body)
    assert [row["spec"] for row in added] == ["红色", "蓝色"]
    body = {"action": "delete_sku", "sku_id": added[0]["sku_id"]}
    client.control("POST", "goods", body)
    body = {"action": "delete", "goods_id": goods.goods_id}
    client.control("POST", "goods", body)
    ids = {row["sku_id"] for row in client.control("GET", "goods")}
    assert added[1]["sku_id"] in ids
    assert added[0]["sku_id"] not in ids
    assert str(sku.sku_id) not in ids
    error = client.refusal("pdd.goods.detail.get", goods_id=goods.goods_id)
    assert error["error_code"] == 50001
