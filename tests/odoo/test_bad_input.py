# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong between two systems: a sentence for the operator, and on we go."""

import copy
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.simulator.faults import Fault, spoil_rows
from tests.simulator.registry import METHODS

from .common import PddCase, error_of

ORDERS = "pdd.order.number.list.increment.get"
ORDER_DETAIL = "pdd.order.information.get"
GOODS = "pdd.goods.list.get"
GOODS_DETAIL = "pdd.goods.detail.get"
INTAKE_LOGGER = "odoo.addons.pdd_connector.models.pdd_order_intake"
CALL_LOGGER = "odoo.addons.pdd_connector.models.pdd_shop_call"
ABSURD = 10**30
# (case, field the sentence names, what is changed)
UNREADABLE_ORDERS = (
    ("no amount", "pay_amount", {"pay_amount": None}),
    ("an absurd amount", "pay_amount", {"pay_amount": ABSURD}),
    ("a part of a fen", "pay_amount", {"pay_amount": "12.345"}),
    ("an amount in words", "pay_amount", {"pay_amount": "12,50 元"}),
    ("an object for an amount", "postage", {"postage": {"yuan": 1}}),
    ("no status", "order_status", {"order_status": ""}),
    ("a status beyond the database", "order_status", {"order_status": 2**40}),
    ("no items", "item_list", {"item_list": []}),
    ("items that are no list", "item_list", {"item_list": "none"}),
    ("an absurd quantity", "goods_count", {"item_list.0.goods_count": 10**9}),
    ("no pieces", "goods_count", {"item_list.0.goods_count": 0}),
    ("a price below zero", "goods_price", {"item_list.0.goods_price": -5}),
    ("a time that is none", "confirm_time", {"confirm_time": "noon"}),
)
UNREADABLE_GOODS = (
    ("an absurd stock", "sku_quantity", {"sku_list.0.sku_quantity": ABSURD}),
    ("a stock in words", "goods_quantity", {"goods_quantity": "plenty"}),
    ("a SKU without number", "sku_id", {"sku_list.0.sku_id": None}),
    ("specifications that are none", "spec_details", {"sku_list.0.spec_details": "x"}),
    ("a time that is none", "created_at", {"created_at": "noon"}),
    ("SKUs that are no list", "sku_list", {"sku_list": "none"}),
)
UNREADABLE_DETAILS = (
    ("a price below zero", "price", {"sku_list.0.price": -1}),
    ("an absurd price", "multi_price", {"sku_list.0.multi_price": ABSURD}),
    ("a status in words", "status", {"status": "gone"}),
)


@contextmanager
def spoilt(api_name, patch, mall_id=None):
    """Let the platform change its answers; its faults only reach their rows.

    :param dict patch: dotted path in the answer -> value
    :param mall_id: only in answers to this shop
    """
    method = METHODS[api_name]

    def answer(call):
        result = copy.deepcopy(method.handler(call))
        if mall_id in (None, call.shop.mall_id):
            spoil_rows([Fault("mutate_rows", patch=patch)], {"answer": result})
        return result

    with mock.patch.dict(METHODS, {api_name: replace(method, handler=answer)}):
        yield


@tagged("post_install", "-at_install")
class TestBadConnection(PddCase):
    """The connection of one of two shops is bad; the other one works on."""

    simulator_options = {"seed": 7, "shops": 2, "orders": 10, "days": 1}

    def setUp(self):
        super().setUp()
        self.other = self._connect_shop(self.sim.shops[1], name="Other shop")

    def _assert_told(self, *hints):
        """Sync both shops, by hand and by the scheduled action; look at the words."""
        self.env.flush_all()
        sentence = str(error_of(self.shop.action_sync_orders))
        self.shop.feed_ids.next_run_date = False
        self.env.ref("pdd_connector.ir_cron_order_intake").method_direct_trigger()
        shown = self.shop.feed_error or sentence
        for hint in hints:
            self.assertIn(hint, sentence)
            self.assertIn(hint, shown)
        self._assert_words(sentence)
        self.assertFalse(self.other.feed_error)
        self.assertTrue(self.other.order_count)
        self.assertTrue(self.other.last_order_date)

    def _assert_words(self, sentence):
        self.assertNotIn("Traceback", sentence)
        self.assertNotIn("Error(", sentence)
        self.assertNotIn("reference", sentence)

    def test_a_wrong_secret(self):
        self.shop.client_secret = "wrong"
        self._assert_told("Test shop", "the client secret is wrong, enter it again")

    def test_a_wrong_client_id(self):
        self.shop.client_id = "wrong"
        self._assert_told("Test shop", "does not know the client ID")

    def test_an_expired_token_that_cannot_be_renewed(self):
        self.sim.change_token(self.account, "expire")
        self.account.grant.refresh_expires = 0
        self._assert_told("Test shop", "is no longer authorised", "press Authorise")

    def test_a_missing_scope(self):
        self.sim.change_token(self.account, "remove_scope", api=ORDERS)
        self._assert_told("Test shop", "lacks a permission", ORDERS)
        self.shop.action_sync_goods()
        self.assertTrue(self.shop.sku_count)

    def test_a_server_the_platform_does_not_let_in(self):
        self.sim.faults.add(
            "error",
            api=ORDERS,
            times=-1,
            mall_id=self.account.mall_id,
            error_code=20005,
        )
        self._assert_told("list of allowed IP addresses", "open platform console")

    def test_an_address_where_nobody_answers(self):
        self.shop.gateway_url = "http://127.0.0.1:9/api/router"
        self._assert_told("Test shop", "check the gateway address and the network")

    def test_an_address_that_is_not_the_gateway(self):
        for path in ("/nothing", "/", "/api/upload"):
            with self.subTest(path):
                self.shop.gateway_url = self.sim.url + path
                self._assert_told("Test shop", "gateway address")

    def test_an_address_that_is_none(self):
        for url in ("gw-api.pinduoduo.com", "ftp://x/y", "http://", "javascript:1"):
            with (
                self.subTest(url),
                self.assertRaisesRegex(ValidationError, "look like"),
            ):
                self.shop.gateway_url = url
        with self.assertRaisesRegex(ValidationError, "https"):
            self.shop.gateway_url = "http://gw-api.pinduoduo.com/api/router"

    def test_a_clock_that_is_off_is_corrected_and_shown(self):
        self.sim.clock.advance(3 * 3600)
        with mute_logger(CALL_LOGGER):
            self.shop.action_sync_orders()
        self.assertTrue(self.shop.clock_warning)
        self.assertFalse(self.shop.feed_error)
        self.assertTrue(self.shop.order_count)

    def test_a_clock_that_cannot_be_learnt(self):
        self.sim.faults.add(
            "error",
            api=ORDERS,
            times=-1,
            mall_id=self.account.mall_id,
            error_code=10001,
            sub_msg="timestamp",
        )
        self._assert_told("refuses this server's time", "NTP")

    def test_answers_that_are_none(self):
        for fault in (
            {"kind": "html"},
            {"kind": "half_body"},
            {"kind": "reset"},
            {"kind": "http_5xx", "status": 502},
            {"kind": "http_5xx", "status": 404},
        ):
            with self.subTest(fault):
                self.sim.faults.add(
                    api=ORDERS, times=-1, mall_id=self.account.mall_id, **fault
                )
                self._assert_told("Test shop", "gave no usable answer")
                self.sim.faults.clear()

    def test_a_platform_that_is_down_for_a_while(self):
        self.sim.faults.add(
            "error",
            api=ORDERS,
            times=-1,
            mall_id=self.account.mall_id,
            error_code=52001,
        )
        self._assert_told("Pinduoduo is busy", "Test shop")

    def test_an_answer_without_rows_or_total(self):
        for patch in (
            {"order_sn_list": None, "total_count": None},
            {"order_sn_list": "none"},
            {"total_count": -1},
            {"total_count": 10**12},
            {"total_count": "many"},
        ):
            ours = spoilt(ORDERS, patch, mall_id=self.account.mall_id)
            with self.subTest(patch), ours:
                self._assert_told("Test shop", "gave no usable answer")


class BadRowCase(PddCase):
    """One order of several is odd; the others arrive."""

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 1}

    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()
        self.good = self.platform.create_order().order_sn
        self.odd = self.platform.create_order().order_sn

    def _spoil(self, order_sn, patch, drop=()):
        """Change an order in the lists and in its detail."""
        for api in (ORDERS, ORDER_DETAIL):
            self.sim.faults.add(
                "mutate_rows",
                api=api,
                times=-1,
                match={"order_sn": order_sn},
                patch=patch,
                drop=list(drop),
            )

    def _sync(self, patch=None, drop=()):
        """Read the orders with one of them changed; return what became of it."""
        if patch or drop:
            self._spoil(self.odd, patch or {}, drop)
        with mute_logger(INTAKE_LOGGER):
            self.shop.action_sync_orders()
        self.sim.faults.clear()
        self.assertEqual(self._order(self.good).state, "done")
        return self._order(self.odd)

    def _order(self, order_sn):
        return self.env["pdd.order"].search([("order_sn", "=", order_sn)])


@tagged("post_install", "-at_install")
class TestBadOrders(BadRowCase):
    def test_unknown_fields_do_not_matter(self):
        order = self._sync({"brand_new": {"deep": [1, None]}, "item_list.0.more": "x"})
        self.assertEqual(order.state, "done")

    def test_unknown_codes_are_shown_and_hold_the_order(self):
        order = self._sync({"order_status": 77})
        self.assertEqual(order.state, "held")
        self.assertIn("77", order.order_status_label)
        self.assertIn("77", order.hold_detail)

    def test_unknown_tags_are_kept(self):
        order = self._sync({"order_tag_list": [{"name": "brand_new", "value": 1}]})
        self.assertEqual(order.state, "done")
        self.assertIn("brand_new", order.tags)

    def test_nulls_stand_for_nothing(self):
        names = (
            *("gift_list", "order_tag_list", "step_order_info", "service_fee_detail"),
            *("buyer_memo", "remark", "last_ship_time", "shipping_time", "town"),
            *("remark_tag", "logistics_id", "tracking_number", "order_change_amount"),
        )
        self.assertEqual(self._sync(dict.fromkeys(names)).state, "done")

    def test_fields_that_are_left_out_stand_for_nothing(self):
        names = ("gift_list", "order_tag_list", "remark", "last_ship_time", "town")
        self.assertEqual(self._sync(drop=names).state, "done")

    def test_strings_for_numbers_are_numbers(self):
        row = self._true_row()
        patch = {
            name: str(row[name])
            for name in ("pay_amount", "goods_amount", "order_status", "refund_status")
        }
        item = row["item_list"][0]
        patch["item_list.0.goods_count"] = f" {item['goods_count']} "
        patch["item_list.0.goods_price"] = str(item["goods_price"])
        patch["item_list.0.sku_id"] = str(item["sku_id"])
        order = self._sync(patch)
        self.assertEqual(order.state, "done")
        self.assertEqual(order.pay_amount, float(row["pay_amount"]))

    def _true_row(self):
        answer = self.shop._call("pdd.order.information.get", order_sn=self.odd)
        return answer["order_info"]

    def test_what_cannot_be_read_says_which_field_and_is_made_once_it_is_mended(self):
        orders = {self.platform.create_order().order_sn: c for c in UNREADABLE_ORDERS}
        for order_sn, (_case, _field, patch) in orders.items():
            self._spoil(order_sn, patch)
        self._sync()
        for order_sn, (case, field, _patch) in orders.items():
            order = self._order(order_sn)
            with self.subTest(case):
                self.assertEqual(order.state, "error")
                self.assertFalse(order.sale_order_id)
                self.assertIn(f"{field}: ", order.error_message)
                self.assertIn("merchant backend", order.error_message)
                self.assertIn("unreadable", order.issue_ids.mapped("cause"))
            self.platform.event(order_sn, "remark", text="checked")
        self.shop.action_sync_orders()
        for order_sn, (case, _field, _patch) in orders.items():
            with self.subTest(case):
                self.assertEqual(self._order(order_sn).state, "done")
                self.assertFalse(self._order(order_sn).error_message)

    def test_an_amount_below_zero_is_held_with_its_reason(self):
        order = self._sync({"pay_amount": -1})
        self.assertEqual(order.state, "held")
        self.assertIn("pay_amount is negative", order.hold_detail)

    def test_amounts_that_do_not_add_up_are_held_with_their_reason(self):
        order = self._sync({"platform_discount": 1})
        self.assertEqual(order.state, "held")
        self.assertIn("amount", order.hold_reasons.mapped("code"))
        self.assertTrue(order.hold_detail)

    def test_an_order_without_number_is_reported(self):
        with mute_logger(INTAKE_LOGGER):
            self.sim.faults.add(
                "mutate_rows", api=ORDERS, times=-1, patch={"order_sn": None}
            )
            self.shop.action_sync_orders()
        issue = self.env["pdd.issue"].search([("cause", "=", "unreadable")])
        self.assertIn("order_sn", issue.detail)
        self.assertFalse(self.shop.feed_error)

    def test_a_memo_of_10_kilobytes_with_markup_is_text(self):
        memo = "<script>alert('1')</script><b>急</b>\x00\u202e😀\r\n" * 300
        self.assertGreater(len(memo), 10_000)
        order = self._sync({"buyer_memo": memo, "remark": "<img src=x onerror=1>"})
        self.assertEqual(order.state, "done")
        self.assertLessEqual(len(order.buyer_memo), 10_000)
        self.assertTrue(order.buyer_memo.startswith("<script>alert"))
        self.assertIn("<img src=x", order.sale_order_id.pdd_memo)
        self.assertFalse(order.sale_order_id.note)
        html = order.sale_order_id.message_ids.mapped("body")
        self.assertFalse([body for body in html if "<script" in body])

    def test_names_with_markup_and_control_characters_are_text(self):
        order = self._sync({"item_list.0.goods_name": "<b>T\x00恤</b>\x07"})
        self.assertEqual(order.line_ids.goods_name, "<b>T恤</b>")

    def test_rows_that_come_twice_and_in_disorder_are_one_order(self):
        self.sim.faults.add("duplicate_rows", api=ORDERS, times=-1)
        self.sim.faults.add("disorder", api=ORDERS, times=-1)
        order = self._sync()
        self.assertEqual(len(order), 1)
        self.assertEqual(order.state, "done")


@tagged("post_install", "-at_install")
class TestBadGoods(PddCase):
    def setUp(self):
        super().setUp()
        self.numbers = sorted({row["goods_id"] for row in self._platform_skus()})
        self.odd, self.good = self.numbers[0], self.numbers[-1]

    def _spoil(self, goods_id, patch):
        self.sim.faults.add(
            "mutate_rows",
            api=GOODS,
            times=-1,
            patch=patch,
            match={"goods_id": int(goods_id)},
        )

    def _read(self):
        """Read the goods: all of them are there, the good ones with their SKUs."""
        self.shop.action_sync_goods()
        self.sim.faults.clear()
        self.assertEqual(self.env["pdd.goods"].search_count([]), len(self.numbers))
        self.assertTrue(self._goods(self.good).sku_ids)
        self.assertFalse(self.shop.feed_error)

    def _read_odd(self, patch):
        self._spoil(self.odd, patch)
        self._read()
        return self._goods(self.odd)

    def _goods(self, goods_id):
        return self.env["pdd.goods"].search([("goods_id", "=", goods_id)])

    def _issue(self):
        domain = [("cause", "=", "unreadable"), ("state", "=", "open")]
        return self.env["pdd.issue"].search(domain)

    def _assert_mended(self):
        """The platform sends what can be read again: nothing is left of the trouble."""
        issue = self._issue()
        self.env["pdd.goods"].search([]).detail_date = False
        self.shop.action_sync_goods()
        goods = self.env["pdd.goods"].search([])
        self.assertFalse(goods.filtered("error_message"))
        self.assertTrue(all(record.sku_ids for record in goods))
        self.assertEqual(issue.state, "solved")

    def test_what_cannot_be_read_says_which_field_until_it_is_mended(self):
        cases = dict(zip(self.numbers, UNREADABLE_GOODS, strict=False))
        for goods_id, (_case, _field, patch) in cases.items():
            self._spoil(goods_id, patch)
        self._read()
        for goods_id, (case, field, _patch) in cases.items():
            with self.subTest(case):
                self.assertIn(f"{field}: ", self._goods(goods_id).error_message)
        self.assertIn("merchant backend", self._issue().name)
        self.assertIn(": ", self._issue().detail)
        self._assert_mended()

    def test_details_that_cannot_be_read_say_which_field_until_they_are_mended(self):
        for case, field, patch in UNREADABLE_DETAILS:
            with self.subTest(case):
                self.env["pdd.goods"].search([]).detail_date = False
                with spoilt(GOODS_DETAIL, patch):
                    self._read()
                self.assertIn(f"{field}: ", self._goods(self.odd).error_message)
                self.assertIn(field, self._issue().detail)
                self._assert_mended()

    def test_unknown_fields_and_codes_do_not_matter(self):
        patch = {"brand_new": {"a": 1}, "sku_list.0.brand_new": [1], "is_onsale": 7}
        with spoilt(GOODS_DETAIL, {"status": 77}):
            goods = self._read_odd(patch)
        self.assertFalse(goods.error_message)
        self.assertTrue(goods.is_listed)

    def test_nulls_stand_for_nothing(self):
        names = ("thumb_url", "image_url", "created_at", "goods_reserve_quantity")
        patch = dict.fromkeys(names)
        patch |= {"sku_list.0.outer_id": None, "sku_list.0.spec_details": None}
        goods = self._read_odd(patch)
        self.assertFalse(goods.error_message)
        self.assertTrue(goods.sku_ids)

    def test_goods_without_skus_and_name(self):
        goods = self._read_odd({"sku_list": None, "goods_name": None})
        self.assertEqual(goods.name, self.odd)
        self.assertFalse(goods.sku_ids)

    def test_strings_for_numbers_are_numbers(self):
        goods = self._read_odd({"goods_quantity": "12", "is_onsale": "1"})
        self.assertEqual(goods.quantity, 12)
        self.assertTrue(goods.is_onsale)

    def test_characters_the_database_refuses_are_left_out(self):
        details = [{"parent_name": "颜\x00色", "spec_name": "白\x07"}]
        patch = {"goods_name": "T\x00恤" * 300, "sku_list.0.spec_details": details}
        goods = self._read_odd(patch)
        self.assertFalse(goods.error_message)
        self.assertTrue(goods.name.startswith("T恤T恤"))
        self.assertLessEqual(len(goods.name), 500)
        self.assertIn({"颜色": "白"}, [s._get_specifications() for s in goods.sku_ids])

    def test_goods_without_number_are_reported(self):
        self._spoil(self.odd, {"goods_id": None})
        self.shop.action_sync_goods()
        self.assertEqual(self.env["pdd.goods"].search_count([]), len(self.numbers) - 1)
        self.assertIn("goods_id", self._issue().detail)
        self.assertFalse(self.shop.feed_error)
