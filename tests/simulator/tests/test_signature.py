# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The signature, and every way parameters can travel."""

import json

import pytest

from tests.simulator.protocol import Parameters, is_signed, sign

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CLIENT_ID = "9a8b7c6d5e4f40a1b2c3d4e5f6a7b8c9"
_BASE = {
    "client_id": CLIENT_ID,
    "access_token": "tok_demo_0001",
    "timestamp": "1767225600",
    "data_type": "JSON",
}
_NO_TOKEN = {name: text for name, text in _BASE.items() if name != "access_token"}
ORDER = "260101-123456789012345"
#: The worked vectors of protocol.md 3.
VECTORS = {
    "A": (
        "testSecret",
        {
            "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
            "client_id": "1",
            "data_type": "XML",
            "order_status": "1",
            "page": "1",
            "page_size": "10",
            "timestamp": "1480411125",
            "type": "pdd.order.number.list.get",
        },
        "E4DE3ED21002510DED352819E7AE6775",
    ),
    "B": (
        SECRET,
        {
            **_BASE,
            "type": "pdd.order.number.list.increment.get",
            "version": "V1",
            "start_updated_at": "1767222000",
            "end_updated_at": "1767223800",
            "is_lucky_flag": "0",
            "order_status": "5",
            "refund_status": "5",
            "page": "1",
            "page_size": "100",
            "use_has_next": "false",
        },
        "14818BA5C06B0C2B6DAACBE4E86CC70D",
    ),
    "C": (
        SECRET,
        {
            **_BASE,
            "type": "pdd.open.decrypt.batch",
            "data_list": f'[{{"data_tag":"{ORDER}",'
            '"encrypted_data":"~AgAAAAB~xYz=~2~~"}]',
        },
        "23BC4F42F9E9454C175B09572D6ADF03",
    ),
    "D": (
        SECRET,
        {
            **_BASE,
            "type": "pdd.order.note.update",
            "order_sn": ORDER,
            "note": "已联系买家，周一发货",
            "tag": "2",
            "tag_name": "待发",
        },
        "2447E70B7F9E7CE97962F1114BE66262",
    ),
    "E": (
        SECRET,
        {**_NO_TOKEN, "type": "pdd.pop.auth.token.create", "code": "code_demo_42"},
        "AA5D09C75AB64A5B8DF994828D72D51D",
    ),
    "F": (
        SECRET,
        {
            **_BASE,
            "type": "pdd.refund.agree",
            "request": f'{{"order_sn":"{ORDER}","after_sales_id":19870012345,'
            '"operate_desc":"同意"}',
        },
        "5AAC3734A61635BF7DD4FBE20E6349C9",
    ),
}


def _received(texts, signature):
    parameters = Parameters()
    parameters.texts.update(texts, sign=signature)
    return parameters


@pytest.mark.parametrize("name", VECTORS)
def test_worked_vector_is_accepted(name):
    secret, texts, expected = VECTORS[name]
    assert sign(texts, secret) == expected
    assert is_signed(_received(texts, expected), secret)


@pytest.mark.parametrize("name", VECTORS)
def test_changed_vector_is_refused(name):
    secret, texts, expected = VECTORS[name]
    assert not is_signed(_received({**texts, "page": "2"}, expected), secret)
    assert not is_signed(_received(texts, expected), secret + "x")
    assert not is_signed(_received(texts, expected.lower()), secret)
    assert not is_signed(_received(texts, ""), secret)


@pytest.mark.parametrize("name", ["C", "F"])
@pytest.mark.parametrize("spaced", [True, False])
def test_nested_json_may_be_signed_as_sent_or_compact(name, spaced):
    secret, texts, expected = VECTORS[name]
    nested = "data_list" if name == "C" else "request"
    body = {**texts, nested: json.loads(texts[nested]), "sign": expected}
    parameters = Parameters()
    separators = (", ", ": ") if spaced else (",", ":")
    parameters.add_json(json.dumps(body, ensure_ascii=False, separators=separators))
    assert is_signed(parameters, secret)


def test_nested_json_signed_in_another_form_is_refused():
    body = '{"type":"t","request":{"a":1,  "b":"\\u540c"}}'
    for signed, expected in (
        ('{"a":1,  "b":"\\u540c"}', True),
        ('{"a":1,"b":"同"}', True),
        ('{"a": 1, "b": "同"}', False),
        ('{"b":"同","a":1}', False),
    ):
        parameters = Parameters()
        parameters.add_json(body)
        parameters.texts["sign"] = sign({"type": "t", "request": signed}, SECRET)
        assert is_signed(parameters, SECRET) is expected, signed


def test_json_scalars_keep_their_text():
    parameters = Parameters()
    parameters.add_json(
        '{"a": 12345678901234567890, "b": 1.50, "c": true, "d": null,'
        ' "e": "x", "f": 1e3}'
    )
    assert parameters.texts == {
        "a": "12345678901234567890",
        "b": "1.50",
        "c": "true",
        "e": "x",
        "f": "1e3",
    }


def _json_body(client, **business):
    params = client.params("pdd.time.get", token=False, **business)
    return {**params, "timestamp": int(params["timestamp"])}


def test_all_kinds_of_requests_are_understood(sim, client):
    params = client.params("pdd.time.get", token=False)
    half = {name: params[name] for name in ("type", "sign")}
    rest = {name: text for name, text in params.items() if name not in half}
    url = sim.gateway_url
    session = client.session
    answers = {
        "form": session.post(url, data=params, timeout=20),
        "get": session.get(url, params=params, timeout=20),
        "query": session.post(url, params=params, timeout=20),
        "json": session.post(url, json=_json_body(client), timeout=20),
        "multipart": session.post(
            url, files={k: (None, v) for k, v in params.items()}, timeout=20
        ),
        "query and form": session.post(url, params=half, data=rest, timeout=20),
        "query and json": session.post(url, params=half, json=rest, timeout=20),
        "query and multipart": session.post(
            url,
            params=half,
            files={k: (None, v) for k, v in rest.items()},
            timeout=20,
        ),
    }
    for kind, answer in answers.items():
        assert list(answer.json()) == ["time_get_response"], (kind, answer.text)


def test_chunked_body_is_read(client):
    params = client.params("pdd.time.get", token=False)
    body = "&".join(f"{name}={text}" for name, text in params.items()).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for _again in range(2):
        answer = client.post(iter([body[:20], body[20:]]), headers=headers)
        assert "time_get_response" in answer.json()


def test_uploaded_file_is_not_signed(client):
    params = client.params("pdd.goods.img.upload")
    answer = client.post(params, "/api/upload", files={"file": ("a.png", b"123")})
    assert answer.json()["goods_img_upload_response"]["url"].startswith("https://")


def test_chinese_text_and_percent_signs_survive(sim, client):
    order = sim.platform.create_order()
    note = '100% 好 +&=#~?/"\\ 表情😀\n第二行'
    client.call("pdd.order.note.update", order_sn=order.order_sn, note=note)
    assert client.order(order.order_sn)["remark"] == note


def test_empty_string_is_signed_when_sent(client):
    params = client.sign({**client.params("pdd.time.get", token=False), "note": ""})
    assert "time_get_response" in client.post(params).json()
