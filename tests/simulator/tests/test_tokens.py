# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Consent, codes, tokens and their lives."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator import Settings

from .client import Client
from .conftest import NOON

CREATE, REFRESH = "pdd.pop.auth.token.create", "pdd.pop.auth.token.refresh"
BACK = "https://erp.example.invalid/callback?db=a%20b&x=1"


@pytest.fixture
def sim(make):
    """A simulator whose tokens live as long as the settings say by default."""
    return make(access_life=Settings().access_life)


def _consent_params(client, **changes):
    return {
        "response_type": "code",
        "client_id": client.shop.client_id,
        "redirect_uri": BACK,
        "state": 's+t/a=t e&<">',
        **changes,
    }


def _consent(client, mall_id=None, **changes):
    """Press the button of the consent page and return the query it leads to."""
    params = _consent_params(client, **changes)
    answer = client.session.post(
        f"{client.sim.url}/service-market/auth",
        data={**params, "mall_id": mall_id or client.shop.mall_id},
        allow_redirects=False,
        timeout=20,
    )
    assert answer.status_code == 302, answer.text
    location = answer.headers["Location"]
    assert location.startswith("https://erp.example.invalid/callback?")
    return parse_qs(urlsplit(location).query)


def test_page_shows_the_shops_and_keeps_the_parameters(make):
    sim = make(shops=2)
    client = Client(sim)
    answer = client.session.get(
        f"{sim.url}/service-market/auth", params=_consent_params(client), timeout=20
    )
    assert answer.status_code == 200
    for shop in sim.shops:
        assert shop.name in answer.text
        assert f'value="{shop.mall_id}"' in answer.text
    assert "<button" in answer.text and "Authorise" in answer.text
    assert not re.search(r"(src|href)=\"http", answer.text)


@pytest.mark.parametrize("name", ["response_type", "client_id", "redirect_uri"])
def test_page_refuses_incomplete_requests(client, name):
    params = _consent_params(client, **{name: ""})
    for verb in ("GET", "POST"):
        address = f"{client.sim.url}/service-market/auth"
        answer = client.session.request(verb, address, params=params, timeout=20)
        assert answer.status_code == 400


def test_state_and_query_come_back_untouched(client):
    query = _consent(client)
    assert query["state"] == [_consent_params(client)["state"]]
    assert (query["db"], query["x"]) == (["a b"], ["1"])
    assert len(query["code"][0]) == 32


def test_code_becomes_tokens_once(client):
    shop = client.shop
    code = _consent(client)["code"][0]
    tokens = client.call(CREATE, token=False, code=code)
    assert tokens["owner_id"] == str(shop.mall_id)
    assert tokens["access_token"] == shop.access_token
    assert tokens["expires_in"] == 86400
    assert tokens["expires_at"] == NOON + 86400
    assert tokens["refresh_token_expires_at"] == NOON + 30 * 86400
    assert tokens["w2_expires_at"] == NOON + 86400
    assert "pdd.order.list.get" in tokens["scope"]
    client.call("pdd.mall.info.get")
    error = client.refusal(CREATE, token=False, code=code)
    assert error["error_code"] == 50001
    assert client.refusal(CREATE, token=False)["error_code"] == 21002


@pytest.mark.parametrize(("seconds", "accepted"), [(599, True), (601, False)])
def test_code_lives_ten_minutes(sim, client, seconds, accepted):
    code = _consent(client)["code"][0]
    sim.clock.advance(seconds)
    body = client.raw(CREATE, token=False, code=code)
    assert ("error_response" not in body) is accepted


def test_new_consent_voids_code_and_tokens_at_once(client):
    old = client.params("pdd.mall.info.get")
    old_refresh = client.shop.refresh_token
    first = _consent(client)["code"][0]
    assert client.post(old).json()["error_response"]["error_code"] == 20032
    error = client.refusal(REFRESH, token=False, refresh_token=old_refresh)
    assert error["error_code"] == 20032
    second = _consent(client)["code"][0]
    assert client.refusal(CREATE, token=False, code=first)["error_code"] == 50001
    client.call(CREATE, token=False, code=second)


def test_consent_of_one_shop_leaves_the_other_alone(make):
    sim = make(shops=2)
    first, second = (Client(sim, shop) for shop in sim.shops)
    _consent(first)
    second.call("pdd.mall.info.get")


def test_code_of_another_application(make):
    sim = make(shops=2, app_per_shop=True)
    first, second = (Client(sim, shop) for shop in sim.shops)
    code = _consent(first)["code"][0]
    assert second.refusal(CREATE, token=False, code=code)["error_code"] == 50001


def test_refresh_rotates_both_tokens(sim, client):
    shop = client.shop
    old, old_refresh = shop.access_token, shop.refresh_token
    params = client.params("pdd.mall.info.get")
    sim.clock.advance(3600)
    tokens = client.call(REFRESH, token=False, refresh_token=old_refresh)
    assert tokens["access_token"] != old
    assert tokens["refresh_token"] != old_refresh
    assert tokens["refresh_token_expires_at"] == NOON + 30 * 86400, "not extended"
    params = client.sign({**params, "timestamp": str(NOON + 3600)})
    assert client.post(params).json()["error_response"]["error_code"] == 20032
    error = client.refusal(REFRESH, token=False, refresh_token=old_refresh)
    assert error["error_code"] == 20032
    client.call("pdd.mall.info.get")


def test_uncertain_facts_of_refreshing_are_settings(make):
    life = {"access_life": 86400}
    sim = make(refresh_extends=True, refresh_voids_access=False, **life)
    client = Client(sim)
    params = client.params("pdd.mall.info.get")
    sim.clock.advance(60)
    token = client.shop.refresh_token
    tokens = client.call(REFRESH, token=False, refresh_token=token)
    assert tokens["refresh_token_expires_at"] == NOON + 60 + 30 * 86400
    assert "mall_info_get_response" in client.post(params).json()
    sim.clock.advance(86400 - 60)
    params = client.sign({**params, "timestamp": str(NOON + 86400)})
    assert client.post(params).json()["error_response"]["error_code"] == 10019


def test_tokens_end(sim, client):
    sim.clock.advance(86399)
    client.call("pdd.mall.info.get")
    sim.clock.advance(1)
    assert client.refusal("pdd.mall.info.get")["error_code"] == 10019
    client.call(REFRESH, token=False, refresh_token=client.shop.refresh_token)
    client.call("pdd.mall.info.get")
    sim.clock.advance(30 * 86400)
    token = client.shop.refresh_token
    error = client.refusal(REFRESH, token=False, refresh_token=token)
    assert error["error_code"] == 10019


def test_control_changes_tokens(client):
    def change(action, **details):
        mall_id = client.shop.mall_id
        body = {"mall_id": mall_id, "action": action, **details}
        return client.control("POST", "tokens", body)

    change("life", seconds=50)
    client.sim.clock.advance(51)
    assert client.refusal("pdd.mall.info.get")["error_code"] == 10019
    change("life", seconds=50)
    client.call("pdd.mall.info.get")
    change("remove_scope", api="pdd.mall.info.get")
    assert client.refusal("pdd.mall.info.get")["error_code"] == 20031
    change("restore_scope")
    client.call("pdd.mall.info.get")
    change("expire")
    assert client.refusal("pdd.mall.info.get")["error_code"] == 10019
    assert change("revoke") == {"access_token": "", "refresh_token": ""}
