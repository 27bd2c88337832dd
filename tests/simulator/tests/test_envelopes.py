# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The envelope of every method, and the unit and type of what is inside."""

import pytest

from tests.simulator.registry import METHODS

from .client import Client, invoice_upload, print_request, waybill_request
from .conftest import NOON

ADDRESS = {
    "province": "浙江省",
    "province_id": 31,
    "city": "杭州市",
    "city_id": 383,
    "town": "西湖区",
    "town_id": 3230,
}
FILTER = {"order_status": 5, "refund_status": 5, "page": 1, "page_size": 100}
DEALS = {"start_confirm_at": NOON - 3600, "end_confirm_at": NOON, **FILTER}
UPDATES = {"start_updated_at": NOON - 1800, "end_updated_at": NOON}
#: protocol.md 4; None: the fields stand bare.
ENVELOPES = {
    "pdd.time.get": "time_get_response",
    "pdd.mall.info.get": "mall_info_get_response",
    "pdd.pop.auth.token.create": "pop_auth_token_create_response",
    "pdd.pop.auth.token.refresh": "pop_auth_token_refresh_response",
    "pdd.order.list.get": "order_list_get_response",
    "pdd.order.basic.list.get": "order_basic_list_get_response",
    "pdd.order.number.list.increment.get": "order_sn_increment_get_response",
    "pdd.order.information.get": "order_info_get_response",
    "pdd.order.status.get": "order_status_get_response",
    "pdd.order.note.update": "response",
    "pdd.order.update.address": "response",
    "pdd.order.search.order": "response",
    "pdd.order.merge.ship.order.group": "response",
    "pdd.order.upload.extra.logistics": "upload_extra_logistics_response",
    "pdd.goods.list.get": "goods_list_get_response",
    "pdd.goods.detail.get": "goods_detail_get_response",
    "pdd.goods.skus.get": "goods_sku_get_response",
    "pdd.goods.information.get": "goods_info_get_response",
    "pdd.goods.quantity.update": "goods_quantity_update_response",
    "pdd.goods.sale.status.set": "goods_sale_status_set_response",
    "pdd.goods.sku.price.update": "goods_update_sku_price_response",
    "pdd.goods.commit.detail.get": "goods_commit_detail_response",
    "pdd.goods.commit.list.get": "goods_commit_list_get_response",
    "pdd.goods.commit.status.get": "goods_commit_status_get_response",
    "pdd.goods.latest.commit.status.get": "goods_latest_commit_status_get_response",
    "pdd.goods.cats.get": "goods_cats_get_response",
    "pdd.goods.spec.get": "goods_spec_get_response",
    "pdd.goods.logistics.template.get": "goods_logistics_template_get_response",
    "pdd.goods.img.upload": "goods_img_upload_response",
    "pdd.goods.image.upload": "goods_image_upload_response",
    "pdd.logistics.companies.get": "logistics_companies_get_response",
    "pdd.logistics.address.get": "logistics_address_get_response",
    "pdd.logistics.online.send": "logistics_online_send_response",
    "pdd.logistics.ordertrace.get": "logistics_ordertrace_get_resposne",
    "pdd.open.logistics.pre.check": "logistics_pre_check_response",
    "pdd.refund.list.increment.get": "refund_increment_get_response",
    "pdd.refund.information.get": None,
    "pdd.refund.status.check": "refund_status_check_response",
    "pdd.refund.agree": "response",
    "pdd.refund.returngoods.agree": "response",
    "pdd.refund.address.list.get": "refund_address_list_get_response",
    "pdd.rdc.pddgenius.sendgoods.cancel": "rdc_pddgenius_sendgoods_cancel_response",
    "pdd.nextone.logistics.warehouse.update": "response",
    "pdd.open.decrypt.batch": "open_decrypt_batch_response",
    "pdd.open.decrypt.mask.batch": "open_decrypt_mask_batch_response",
    "pdd.finance.balance.daily.bill.url.get": (
        "finance_balance_daily_bill_url_get_response"
    ),
    "pdd.order.promise.info.get": "promise_info_get_response",
    "pdd.order.upload.relation.logistics": "upload_extra_logistics_response",
    "pdd.erp.order.sync": None,
    "pdd.refund.exchange.shipping": "response",
    "pdd.waybill.search": "pdd_waybill_search_response",
    "pdd.waybill.get": "pdd_waybill_get_response",
    "pdd.waybill.update": "pdd_waybill_update_response",
    "pdd.waybill.query.by.waybillcode": "pdd_waybill_query_by_waybillcode_response",
    "pdd.waybill.cancel": "pdd_waybill_cancel_response",
    "pdd.cloudprint.stdtemplates.get": "pdd_cloudprint_stdtemplates_get_response",
    "pdd.cloudprint.customares.get": "pdd_cloudprint_customares_get_response",
    "pdd.cloud.print": "cloud_print_response",
    "pdd.open.waybill.type.report": "open_waybill_type_report_response",
    "pdd.open.virtual.number.check": "open_virtual_number_check_response",
    "pdd.invoice.application.query": "invoice_application_query_response",
    "pdd.invoice.detail.upload": "invoice_detail_upload_response",
    "pdd.invoice.detail.invalid": "invoice_detail_invalid_response",
    "pdd.einvoice.info.query": "einvoice_info_query_response",
    "pdd.pmc.accrue.query": "pmc_user_get_response",
    "pdd.pmc.user.permit": "pmc_user_permit_response",
    "pdd.pmc.user.get": "pmc_user_get_response",
    "pdd.pmc.user.cancel": "tmc_user_cancel_response",
}


class Scene:
    """What the calls of all methods need to succeed."""

    def __init__(self, sim, client):
        platform, shop = sim.platform, sim.shops[0]
        self.sim, self.shop = sim, shop
        self.goods = shop.goods_list[0]
        self.sku = self.goods.skus[0]
        self.waiting = platform.create_order().order_sn
        self.shipped = platform.create_order()
        platform.event(self.shipped.order_sn, "ship", logistics_id=44)
        self.refund = self._case(platform, shipped=False)
        self.stopped = self._case(platform, shipped=False)
        self.returning = self._case(platform, shipped=True)
        self.returned = self._case(platform, shipped=True)
        platform.event(self.returned.order_sn, "return_agree")
        platform.event(self.returned.order_sn, "return_ship")
        self.name = client.order(self.waiting)["receiver_name"]

    def _case(self, platform, shipped):
        order = platform.create_order()
        if shipped:
            platform.event(order.order_sn, "ship")
        platform.event(order.order_sn, "refund_request")
        return order.after_sales[0]

    def calls(self):
        """Yield ``(method, business parameters)`` in an order that works."""
        goods = {"goods_id": self.goods.goods_id}
        sku = {**goods, "sku_id": self.sku.sku_id}
        waiting = {"order_sn": self.waiting}
        owner = {"owner_id": self.shop.mall_id}
        number = {"tracking_number": "SF1000000000001"}
        data = {"data_list": [{"data_tag": self.waiting, "encrypted_data": self.name}]}
        yield "pdd.time.get", {}
        yield "pdd.mall.info.get", {}
        yield "pdd.order.list.get", DEALS
        yield "pdd.order.basic.list.get", DEALS
        yield (
            "pdd.order.number.list.increment.get",
            {**UPDATES, **FILTER, "is_lucky_flag": 0},
        )
        yield "pdd.order.information.get", waiting
        yield "pdd.order.status.get", {"order_sns": self.waiting}
        yield "pdd.order.note.update", {**waiting, "note": "好"}
        yield (
            "pdd.order.search.order",
            {
                "start_created_at": NOON - 3600,
                "end_created_at": NOON,
                "receiver_name": "某",
            },
        )
        yield "pdd.order.merge.ship.order.group", {"order_list": [waiting]}
        yield (
            "pdd.order.upload.extra.logistics",
            {
                "order_sn": self.shipped.order_sn,
                "extra_track_type": 1,
                "extra_track_list": [{"shipping_id": 44, **number}],
            },
        )
        yield "pdd.goods.list.get", {}
        yield "pdd.goods.detail.get", goods
        yield "pdd.goods.skus.get", sku
        yield "pdd.goods.information.get", goods
        yield "pdd.goods.quantity.update", {**sku, "quantity": 5000}
        yield "pdd.goods.sale.status.set", {**goods, "is_onsale": 1}
        yield "pdd.goods.sku.price.update", {**goods, "sku_price_list": self._prices()}
        commit = next(iter(self.shop.commits))
        yield "pdd.goods.commit.detail.get", {**goods, "goods_commit_id": commit}
        yield "pdd.goods.commit.list.get", {"check_status": 1}
        yield "pdd.goods.commit.status.get", {"goods_commit_id_list": [commit]}
        yield (
            "pdd.goods.latest.commit.status.get",
            {"goods_id_list": [self.goods.goods_id]},
        )
        yield "pdd.goods.cats.get", {"parent_cat_id": 0}
        yield "pdd.goods.spec.get", {"cat_id": 435}
        yield "pdd.goods.logistics.template.get", {"page": 1, "page_size": 20}
        yield "pdd.goods.image.upload", {"image": "QUJD"}
        yield "pdd.logistics.companies.get", {}
        yield "pdd.logistics.address.get", {}
        yield (
            "pdd.open.logistics.pre.check",
            {**waiting, "ship_code": "SF", **number},
        )
        yield "pdd.open.decrypt.batch", data
        yield "pdd.open.decrypt.mask.batch", data
        yield "pdd.order.update.address", {**waiting, **ADDRESS}
        yield "pdd.logistics.online.send", {**waiting, "logistics_id": 44, **number}
        yield (
            "pdd.refund.list.increment.get",
            {
                **UPDATES,
                "after_sales_type": 1,
                "after_sales_status": 1,
            },
        )
        yield "pdd.refund.information.get", {"order_sn": self.refund.order_sn}
        yield "pdd.refund.status.check", {"order_sns": self.refund.order_sn}
        yield "pdd.refund.agree", {"request": self._request(self.refund)}
        yield (
            "pdd.refund.returngoods.agree",
            {
                "request": {
                    **self._request(self.returning),
                    "return_address_id": self.shop.return_addresses[0]["id"],
                    "operate_desc": "同意",
                }
            },
        )
        yield (
            "pdd.nextone.logistics.warehouse.update",
            {
                "request": {
                    **self._request(self.returned),
                    "reverse_tracking_number": self.returned.express_no,
                    "warehouse_status": 1,
                    "operate_time": NOON * 1000,
                }
            },
        )
        yield (
            "pdd.rdc.pddgenius.sendgoods.cancel",
            {
                "param": {
                    "tid": self.stopped.order_sn,
                    "refund_id": self.stopped.after_sales_id,
                    "status": "SUCCESS",
                    "operate_time": NOON * 1000,
                    "refund_fee": self.stopped.refund,
                }
            },
        )
        yield "pdd.refund.address.list.get", {}
        yield "pdd.finance.balance.daily.bill.url.get", {"bill_date": "2026-05-30"}
        yield from self._label_calls()
        yield from self._invoice_calls()
        yield "pdd.pmc.accrue.query", {}
        yield "pdd.pmc.user.permit", {}
        yield "pdd.pmc.user.get", owner
        yield "pdd.pmc.user.cancel", owner
        self.sim.clock.advance(3 * 3600)
        yield (
            "pdd.logistics.ordertrace.get",
            {"company_code": "SF", "mail_no": self.shipped.tracking_number},
        )
        tokens = self.sim.platform.tokens
        token = self.shop.refresh_token
        yield "pdd.pop.auth.token.refresh", {"refresh_token": token}
        now = self.sim.clock.now()
        code = tokens.consent(self.shop.client_id, self.shop.mall_id, now)
        yield "pdd.pop.auth.token.create", {"code": code}

    def _label_calls(self):
        shipped = self.shipped.order_sn
        parcels = [{"shipping_id": 44, "tracking_number": "SF1000000000002"}]
        track = {"order_sn": shipped, "extra_track_list": parcels}
        label = {"order_sn": shipped, "logistics_id": 85, "order_state": 1}
        self.sim.platform.event(shipped, "exchange_request", kind=4)
        case = self.sim.platform.find_order(shipped).after_sales[0]
        parcel = {"shipping_id": 44, "shipping_name": "顺丰速运"}
        request = {**self._request(case), **parcel, "tracking_number": "SF100000000003"}
        yield "pdd.order.upload.relation.logistics", track
        yield "pdd.erp.order.sync", {**label, "waybill_no": "YT0000000000001"}
        yield "pdd.refund.exchange.shipping", {"request": request}
        yield "pdd.waybill.search", {}
        yield "pdd.waybill.get", waybill_request(self.shop, [self.waiting])
        (wp_code, number), _waybill = next(iter(self.shop.waybills.issued.items()))
        one = {"wp_code": wp_code, "waybill_code": number, "object_id": "1"}
        yield "pdd.waybill.update", {"param_waybill_cloud_print_update_request": one}
        yield "pdd.waybill.query.by.waybillcode", {"param_list": [one]}
        yield "pdd.waybill.cancel", {"wp_code": wp_code, "waybill_code": number}
        yield "pdd.cloudprint.stdtemplates.get", {"wp_code": "YTO"}
        yield "pdd.cloudprint.customares.get", {}
        yield "pdd.cloud.print", {"cloud_print_request": print_request()}
        report = {"order_sn_list": [self.waiting], "waybill_type": 0}
        yield "pdd.open.waybill.type.report", report
        phone = {"order_sn": self.waiting, "virtual_number": "10000000000"}
        yield "pdd.open.virtual.number.check", phone
        self.sim.platform.event(self.waiting, "promise")
        yield "pdd.order.promise.info.get", {"promise_id": max(self.shop.promises)}

    def _invoice_calls(self):
        order = {"order_sn": self.shipped.order_sn}
        self.sim.platform.event(self.shipped.order_sn, "invoice_apply")
        hour = {"start_time": NOON - 4000, "end_time": NOON - 400}
        yield "pdd.invoice.application.query", order
        yield "pdd.invoice.detail.upload", {**order, **invoice_upload()}
        yield "pdd.invoice.detail.invalid", order
        yield "pdd.einvoice.info.query", {**hour, "page": 1, "page_size": 50}

    def _prices(self):
        row = {"group_price": self.sku.multi_price + 100}
        row["single_price"] = self.sku.price + 200
        return [{"sku_id": self.sku.sku_id, **row}]

    def _request(self, case):
        return {"order_sn": case.order_sn, "after_sales_id": case.after_sales_id}


@pytest.fixture
def scene(sim, client):
    return Scene(sim, client)


def test_every_method_has_its_envelope(scene, client):
    called = {"pdd.goods.img.upload"}
    for api, business in scene.calls():
        body = client.raw(api, **business)
        envelope = ENVELOPES[api]
        if envelope is None:
            assert "request_id" in body and len(body) >= 5, api
            content = body
        else:
            assert list(body) == [envelope], (api, body)
            content = body[envelope]
        assert content["request_id"].isdigit(), api
        assert content.get("is_success", True) is True
        called.add(api)
    assert called == set(ENVELOPES) == set(METHODS)


def test_uncertain_envelopes_are_settings(client):
    client.sim.platform.settings.envelopes["pdd.order.search.order"] = "other"
    wanted = {"start_created_at": NOON - 60, "end_created_at": NOON}
    body = client.raw("pdd.order.search.order", **wanted, receiver_name="某")
    assert list(body) == ["other"]


def _order_with_amounts(sim):
    sku = sim.shops[0].goods_list[0].skus[0]
    return sim.platform.create_order(
        items=[{"sku_id": sku.sku_id, "count": 2}],
        platform_discount=505,
        seller_discount=300,
        postage=600,
        service_fees=[("sf_express_fee", 850)],
    )


def test_orders_are_in_yuan_numbers(sim, client):
    order = _order_with_amounts(sim)
    for row in (
        client.order(order.order_sn),
        client.deals(NOON - 60, NOON)["order_list"][0],
        client.increment(NOON - 60, NOON)["order_sn_list"][0],
    ):
        assert row["goods_amount"] == 79.8
        assert row["discount_amount"] == 8.05
        assert row["postage"] == 6
        assert row["pay_amount"] == 86.25
        assert row["item_list"][0]["goods_price"] == 39.9
        assert row["service_fee_detail"] == [
            {"service_name": "sf_express_fee", "service_fee": 8.5}
        ]


def test_basic_list_leaves_the_fee_and_the_receiver_out(sim, client):
    _order_with_amounts(sim)
    row = client.call("pdd.order.basic.list.get", **DEALS)["order_list"][0]
    assert row["pay_amount"] == 77.75
    assert not [name for name in row if "receiver" in name or "address" in name]


def test_refund_list_is_yuan_text_and_detail_is_fen(sim, client):
    order = _order_with_amounts(sim)
    sim.platform.event(order.order_sn, "refund_request", amount=1234)
    row = client.refunds(NOON - 60, NOON)["refund_list"][0]
    detail = client.raw("pdd.refund.information.get", order_sn=order.order_sn)
    assert (row["refund_amount"], detail["refund_amount"]) == ("12.34", 1234)
    assert (row["order_amount"], detail["order_amount"]) == ("86.25", 8625)
    assert (row["discount_amount"], detail["discount_amount"]) == ("8.05", 805)
    assert (row["goods_price"], detail["goods_price"]) == ("39.90", 3990)
    assert (row["goods_number"], detail["goods_number"]) == ("2", 2)
    assert (row["after_sales_type"], detail["after_sales_type"]) == (2, 1)
    assert row["confirm_time"] == "2026-06-01 12:00:00"
    assert detail["confirm_time"] == NOON * 1000


def test_goods_prices_are_fen_but_yuan_text_in_the_old_call(sim, client):
    goods = sim.shops[0].goods_list[0]
    wanted = {"goods_id": goods.goods_id}
    detail = client.call("pdd.goods.detail.get", **wanted)["sku_list"][0]
    assert (detail["price"], detail["multi_price"]) == (4690, 3990)
    old = client.call("pdd.goods.information.get", **wanted)
    old = old["goods_info"]["sku_list"][0]
    assert (old["single_price"], old["group_price"]) == ("46.90", "39.90")
    listed = client.call("pdd.goods.list.get")["goods_list"][0]
    assert not [name for name in listed["sku_list"][0] if "price" in name]


def test_ids_are_text_in_order_lists_and_numbers_in_details(sim, client):
    order = sim.platform.create_order()
    line = order.lines[0]
    listed = client.deals(NOON - 60, NOON)["order_list"][0]["item_list"][0]
    detail = client.order(order.order_sn)["item_list"][0]
    assert (listed["goods_id"], listed["sku_id"]) == (
        str(line.goods_id),
        str(line.sku_id),
    )
    assert (detail["goods_id"], detail["sku_id"]) == (line.goods_id, line.sku_id)


def test_unset_times_are_empty_and_unset_objects_null(sim, client):
    row = client.order(sim.platform.create_order().order_sn)
    assert (row["shipping_time"], row["receive_time"]) == ("", "")
    assert row["step_order_info"] is None
    assert row["remark_tag"] is None
    assert (row["logistics_id"], row["tracking_number"]) == (0, "")


def test_status_call_is_camel_case_and_knows_no_strangers(make):
    sim = make(shops=2)
    mine = sim.platform.create_order(sim.shops[0].mall_id)
    other = sim.platform.create_order(sim.shops[1].mall_id)
    client = Client(sim)
    numbers = f"{mine.order_sn},{other.order_sn},260601-0"
    rows = client.call("pdd.order.status.get", order_sns=numbers)
    assert rows["order_status_list"] == [
        {"orderSn": mine.order_sn, "order_status": 1, "refund_status": 1},
        {"orderSn": other.order_sn, "order_status": 0, "refund_status": 0},
        {"orderSn": "260601-0", "order_status": 0, "refund_status": 0},
    ]
    error = client.refusal("pdd.order.information.get", order_sn=other.order_sn)
    assert (error["error_code"], error["sub_code"]) == (50001, "45001")
