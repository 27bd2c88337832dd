# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the button through the platform's consent page to an authorised shop."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import requests
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from tests.simulator import Simulator

GROUPS = "pdd_connector.group_pdd_manager,base.group_system"
CREATE = "pdd.pop.auth.token.create"


@tagged("post_install", "-at_install")
class TestCallback(HttpCase):
    simulator_options = {"seed": 7, "shops": 2, "orders": 0, "days": 2}

    def setUp(self):
        super().setUp()
        self.sim = Simulator(**self.simulator_options)
        self.sim.start()
        self.addCleanup(self.sim.stop)
        self.account, self.other_account = self.sim.shops
        self.user = self._new_user("boss")
        self.shop = self._new_shop("Test shop")
        self.authenticate("boss", "boss")

    def _new_user(self, login, groups=GROUPS):
        return new_test_user(self.env, login, groups=groups, password=login)

    def _new_shop(self, name, **vals):
        return self.env["pdd.shop"].create(
            {
                "name": name,
                "gateway_url": self.sim.gateway_url,
                "client_id": self.account.client_id,
                "client_secret": self.account.client_secret,
                "user_id": self.user.id,
                **vals,
            }
        )

    def _consent(self, shop=None, account=None):
        """Press Authorise, agree on the platform's page; return where that leads."""
        shop = (shop or self.shop).with_user(self.user)
        address = urlsplit(shop.action_authorise()["url"])
        self.env.flush_all()
        wanted = {name: value for name, [value] in parse_qs(address.query).items()}
        mall = {"mall_id": (account or self.account).mall_id}
        answer = requests.post(
            f"{address.scheme}://{address.netloc}{address.path}",
            data={**wanted, **mall},
            allow_redirects=False,
            timeout=20,
        )
        self.assertEqual(answer.status_code, 302, answer.text)
        return answer.headers["Location"]

    def _come_back(self, location):
        answer = self.url_open(location, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def _assert_refused(self, answer, sentence):
        self.assertEqual(answer.status_code, 400)
        self.assertIn(sentence, " ".join(answer.text.split()))

    def test_a_consent_authorises_the_shop(self):
        location = self._consent()
        self.assertTrue(location.startswith(self.shop.redirect_uri + "?"))
        answer = self._come_back(location)
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith(str(self.shop.id)))
        shop = self.shop
        self.assertEqual(shop.state, "authorised")
        self.assertEqual(shop.mall_id, str(self.account.mall_id))
        self.assertEqual(shop.access_token, self.account.access_token)
        self.assertEqual(shop.refresh_token, self.account.refresh_token)
        now = fields.Datetime.now()
        self.assertGreater(shop.token_expiry_date, now + timedelta(hours=23))
        self.assertGreater(shop.refresh_token_expiry_date, now + timedelta(days=29))
        self.assertFalse(shop.missing_apis)

    def test_the_address_sent_to_the_platform_is_the_one_to_register(self):
        address = self.shop.with_user(self.user).action_authorise()["url"]
        query = parse_qs(urlsplit(address).query)
        self.assertEqual(query["redirect_uri"], [self.shop.redirect_uri])
        self.assertEqual(query["client_id"], [self.account.client_id])
        self.assertEqual(query["response_type"], ["code"])

    def test_a_consent_works_once(self):
        location = self._consent()
        self._come_back(location)
        token = self.shop.access_token
        self._assert_refused(self._come_back(location), "press Authorise again")
        self.assertEqual(self.shop.access_token, token)
        self.assertEqual(self.shop.state, "authorised")
        self.assertEqual(self.sim.journal.count(CREATE), 1)

    def test_another_user_cannot_finish_a_consent(self):
        location = self._consent()
        self._new_user("rival")
        self.authenticate("rival", "rival")
        self._assert_refused(self._come_back(location), "started by somebody else")
        self.assertFalse(self.shop.access_token)
        self.assertFalse(self.sim.journal.count(CREATE))
        self.authenticate("boss", "boss")
        self.assertEqual(self._come_back(location).status_code, 303)

    def test_without_session_the_callback_asks_to_log_in(self):
        location = self._consent()
        self.logout()
        answer = self._come_back(location)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertFalse(self.shop.access_token)

    def test_a_consent_that_took_too_long_is_refused(self):
        location = self._consent()
        self.shop.consent_expiry_date = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self._assert_refused(self._come_back(location), "too long ago")
        self.assertFalse(self.shop.access_token)

    def test_a_new_start_voids_the_one_before(self):
        first = self._consent()
        second = self._consent()
        self._assert_refused(self._come_back(first), "press Authorise again")
        self.assertEqual(self._come_back(second).status_code, 303)

    def test_a_forged_state_is_refused(self):
        self._consent()
        for state in (
            "",
            "1",
            ".",
            f"{self.shop.id}.",
            f"{self.shop.id}.guess",
            f"{self.shop.id}.猜",
            "99999999999999999999.x",
            "²³.x",
            "-1.x",
        ):
            with self.subTest(state=state):
                answer = self.url_open(
                    "/pdd/authorise", params={"state": state, "code": "c"}
                )
                self._assert_refused(answer, "press Authorise again")
        self.assertFalse(self.sim.journal.count(CREATE))

    def test_a_merchant_who_does_not_agree_is_explained(self):
        location = re.sub("code=[^&]*&", "", self._consent())
        self._assert_refused(self._come_back(location), "sent no consent")

    def test_a_code_that_is_too_old_is_explained(self):
        location = self._consent()
        self.sim.clock.advance(601)
        self._assert_refused(self._come_back(location), "Pinduoduo refused")
        self.assertEqual(self.shop.state, "draft")
        self.assertFalse(self.shop.access_token)

    def test_a_wrong_secret_is_named(self):
        self.shop.client_secret = "wrong"
        self._assert_refused(
            self._come_back(self._consent()), "the client secret is wrong"
        )

    def test_a_server_whose_clock_is_off_can_be_connected(self):
        self.sim.platform.settings.code_life = 7200
        location = self._consent()
        self.sim.clock.advance(3600)
        with self.assertLogs("odoo.addons.pdd_connector", "WARNING"):
            answer = self._come_back(location)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.shop.state, "authorised")
        self.assertTrue(self.shop.clock_warning)

    def test_permissions_that_are_missing_are_named(self):
        granted = ["pdd.goods.list.get", "pdd.goods.detail.get"]
        patch = {"scope": granted}
        self.sim.faults.add("mutate_rows", api=CREATE, patch=patch)
        self._come_back(self._consent())
        self.assertEqual(self.shop.state, "authorised")
        self.assertEqual(self.shop.granted_apis, granted)
        self.assertIn("pdd.order.information.get", self.shop.missing_apis)

    def test_an_answer_without_token_is_explained(self):
        self.sim.faults.add("mutate_rows", api=CREATE, patch={"access_token": ""})
        self._assert_refused(self._come_back(self._consent()), "no usable answer")

    def test_the_same_mall_twice_adopts_the_first_shop(self):
        self._come_back(self._consent())
        second = self._new_shop("Second")
        answer = self._come_back(self._consent(second))
        self.assertTrue(answer.headers["Location"].endswith(str(self.shop.id)))
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertEqual(self.shop.state, "authorised")
        self.assertFalse(second.active)
        self.assertFalse(second.mall_id)
        self.assertFalse(second.access_token)

    def test_an_archived_shop_comes_back_with_its_mall(self):
        self._come_back(self._consent())
        self.shop.active = False
        self._come_back(self._consent(self._new_shop("Second")))
        self.assertTrue(self.shop.active)
        self.assertEqual(self.shop.access_token, self.account.access_token)

    def test_a_mall_of_another_company_is_refused(self):
        self._come_back(self._consent())
        token = self.shop.access_token
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.user.company_ids += company
        second = self._new_shop("Second", company_id=company.id)
        answer = self._come_back(self._consent(second))
        self._assert_refused(answer, self.env.company.name)
        self.assertEqual(self.shop.access_token, token)
        self.assertFalse(second.access_token)

    def test_consent_of_another_mall_does_not_touch_the_tokens(self):
        self._come_back(self._consent())
        token = self.shop.access_token
        answer = self._come_back(self._consent(account=self.other_account))
        self._assert_refused(answer, str(self.other_account.mall_id))
        self.assertEqual(self.shop.access_token, token)
        self.assertEqual(self.shop.state, "authorised")

    def test_authorising_again_renews_tokens_and_state(self):
        self._come_back(self._consent())
        self.shop.state = "revoked"
        self.shop._warn_refused()
        self._come_back(self._consent())
        self.assertEqual(self.shop.state, "authorised")
        self.assertEqual(self.shop.access_token, self.account.access_token)
        self.assertFalse(self.shop.activity_ids)

    def test_authorising_needs_the_application_and_the_right(self):
        draft = self.env["pdd.shop"].create({"name": "Draft"})
        with self.assertRaisesRegex(UserError, "client ID and the client secret"):
            draft.with_user(self.user).action_authorise()
        manager = self._new_user("manager", "pdd_connector.group_pdd_manager")
        with self.assertRaises(AccessError):
            self.shop.with_user(manager).action_authorise()

    def test_the_page_of_a_refusal_shows_no_markup_of_strangers(self):
        answer = self.url_open(
            "/pdd/authorise", params={"state": "<script>1</script>", "code": "c"}
        )
        self.assertNotIn("<script>1", answer.text)
