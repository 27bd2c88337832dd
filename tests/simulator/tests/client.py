# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A client of a few lines, written apart from the simulator and from the add-ons."""

import base64
import hashlib
import json

import requests

TIMEOUT = 20


def signature(params, secret):
    """Sign text parameters as protocol.md 3 says."""
    text = "".join(name + params[name] for name in sorted(params))
    return hashlib.md5((secret + text + secret).encode()).hexdigest().upper()


def as_text(value):
    """Turn a parameter into the text that is sent and signed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def waybill_request(shop, order_sns, wp_code="YTO", **recipient):
    """Return parameters of waybill.get for one parcel of some orders, object "1"."""
    sender = shop.waybills.branches[wp_code][0].address
    place = {"province": "浙江省", "city": "杭州市", "district": "西湖区"}
    person = {"name": "收件人甲", "mobile": "10000000001", "detail": "示例路2号"}
    person.update(recipient)
    place["detail"] = person.pop("detail")
    parcel = {
        "object_id": "1",
        "user_id": shop.mall_id,
        "template_url": "https://print.example.invalid/std/1001",
        "order_info": {"order_channels_type": "PDD", "trade_order_list": order_sns},
        "package_info": {"id": "1", "items": [{"name": "T恤", "count": 1}]},
        "recipient": {**person, "address": place},
    }
    request = {
        "wp_code": wp_code,
        "need_encrypt": True,
        "sender": {"name": "上海仓", "mobile": "10000000000", "address": sender},
        "trade_order_info_dtos": [parcel],
    }
    return {"param_waybill_cloud_print_apply_new_request": request}


def print_request():
    """Return the request of cloud.print for one label on the printer there is."""
    label = {"template_url": "https://print.example.invalid/std/1001", "data": "AES:x"}
    return {
        "printer_id": "PDD-PRINTER-1",
        "share_code": "SHARE-0001",
        "print_data_list": [{"waybill_printer_data": label}],
    }


def invoice_upload():
    """Return parameters of invoice.detail.upload but the order, amounts in fen."""
    item = {"invoice_no": "26000000000000000001", "invoice_amount": 3990}
    item["invoice_file_content"] = base64.b64encode(b"%PDF-1.4").decode()
    return {
        "business_type": 0,
        "invoice_kind": 0,
        "invoice_type": 0,
        "invoice_time": 1780286400000,
        "payee_operator": "财务",
        "payer_name": "个人",
        "sum_price": 3531,
        "sum_tax": 459,
        "tax_rate": 13,
        "invoice_item_list": [item],
    }


class Client:
    """Calls one shop of a running simulator over one kept connection."""

    def __init__(self, sim, shop=None):
        self.sim = sim
        self.shop = shop or sim.shops[0]
        self.session = requests.Session()

    def params(self, api, *, token=True, **business):
        """Return signed parameters, all of them text."""
        params = {name: as_text(value) for name, value in business.items()}
        params["type"] = api
        params["client_id"] = self.shop.client_id
        params["timestamp"] = str(int(self.sim.clock.now()))
        if token:
            params["access_token"] = self.shop.access_token
        return self.sign(params)

    def sign(self, params):
        """Return the parameters with their signature."""
        unsigned = {name: value for name, value in params.items() if name != "sign"}
        sign = signature(unsigned, self.shop.client_secret)
        return {**unsigned, "sign": sign}

    def post(self, params, path="/api/router", **options):
        """Post parameters as a form and return the response."""
        address = self.sim.url + path
        return self.session.post(address, data=params, timeout=TIMEOUT, **options)

    def raw(self, api, **business):
        """Call a method and return the whole body."""
        return self.post(self.params(api, **business)).json()

    def call(self, api, **business):
        """Call a method and return what is inside its envelope."""
        body = self.raw(api, **business)
        assert "error_response" not in body, body
        return next(iter(body.values())) if len(body) == 1 else body

    def refusal(self, api, **business):
        """Call a method that must be refused and return the error."""
        body = self.raw(api, **business)
        assert list(body) == ["error_response"], body
        return body["error_response"]

    def increment(self, start, end, **filters):
        """Call the increment list over a window; filters replace defaults."""
        wanted = {
            "start_updated_at": int(start),
            "end_updated_at": int(end),
            "is_lucky_flag": 0,
            "order_status": 5,
            "refund_status": 5,
            "page": 1,
            "page_size": 100,
            **filters,
        }
        return self.call("pdd.order.number.list.increment.get", **wanted)

    def deals(self, start, end, **filters):
        """Call the deal list over a window."""
        wanted = {
            "start_confirm_at": int(start),
            "end_confirm_at": int(end),
            "order_status": 5,
            "refund_status": 5,
            "page": 1,
            "page_size": 100,
            **filters,
        }
        return self.call("pdd.order.list.get", **wanted)

    def refunds(self, start, end, **filters):
        """Call the refund list over a window."""
        wanted = {
            "start_updated_at": int(start),
            "end_updated_at": int(end),
            "after_sales_type": 1,
            "after_sales_status": 1,
            **filters,
        }
        return self.call("pdd.refund.list.increment.get", **wanted)

    def order(self, order_sn):
        """Return one order as the detail call shows it."""
        return self.call("pdd.order.information.get", order_sn=order_sn)["order_info"]

    def control(self, verb, path, body=None):
        """Call the control interface and return its JSON."""
        address = f"{self.sim.url}/_sim/{path}"
        answer = self.session.request(verb, address, json=body, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        return answer.json()
