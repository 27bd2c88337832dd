# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which version of a row stands: the newest, whatever time it claims to be of."""

from datetime import timedelta

from odoo import fields
from odoo.addons.pdd_connector import pop
from odoo.tests import tagged

from .common import PddCase, upgrade

IMPOSSIBLE = ("9999-12-31 23:59:59", "1970-01-02 00:00:00", "soon", "", 253402300799)
DETAIL = "pdd.order.information.get"
LIST = "pdd.order.number.list.increment.get"


class AgeCase(PddCase):
    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()

    def text(self, **ago):
        """Return a moment some time ago as the platform writes it."""
        return pop.to_platform_text(self.shop._get_platform_now() - timedelta(**ago))

    def assert_time_stands(self, record):
        """What is stored is a time at which it can have happened."""
        now = self.shop._get_platform_now()
        self.assertLessEqual(record.platform_update_date, now + timedelta(minutes=1))
        self.assertGreater(record.platform_update_date, now - timedelta(days=1))


@tagged("post_install", "-at_install")
class TestOrderAge(AgeCase):
    def setUp(self):
        super().setUp()
        self.order = self._order()
        self.order.platform_update_date -= timedelta(hours=2)

    def _take(self, *versions, in_full=False):
        """Take in versions of the order, those of a list newest first.

        :param versions: (time of change, note of the shop)
        """
        rows = [
            {**self.order.payload, "updated_at": time, "remark": remark}
            for time, remark in versions
        ]
        Order = self.env["pdd.order"].with_context(pdd_in_full=in_full)
        return Order._intake(self.shop, rows)

    def _asked(self):
        lookups = self.env["pdd.order.lookup"].search([("shop_id", "=", self.shop.id)])
        return self.order.order_sn in lookups.mapped("order_sn")

    def test_a_time_that_cannot_be_freezes_no_order(self):
        for time in (*IMPOSSIBLE, self.text(days=-2), self.text(hours=-1)):
            with self.subTest(time):
                self._take((time, f"odd {time}"))
                self.assertEqual(self.order.remark, f"odd {time}")
                self.assert_time_stands(self.order)
                self._take((self.text(seconds=1), f"after {time}"))
                self.assertEqual(self.order.remark, f"after {time}")
                self.assert_time_stands(self.order)

    def test_a_new_order_with_a_time_that_cannot_be_is_made_and_lives_on(self):
        row = {**self.order.payload, "order_sn": "260601-000000000000078"}
        for place, time in enumerate(IMPOSSIBLE):
            row["order_sn"] = f"260601-00000000000008{place}"
            order = self.env["pdd.order"]._intake(
                self.shop, [{**row, "updated_at": time}]
            )
            order._make()
            with self.subTest(time):
                self.assertEqual(order.state, "done")
                self.assert_time_stands(order)
                later = {**row, "updated_at": self.text(seconds=5), "remark": "later"}
                self.env["pdd.order"]._intake(self.shop, [later])
                self.assertEqual(order.remark, "later")

    def test_the_detail_decides_about_a_row_whose_time_cannot_be(self):
        self._happen(self.order, "remark", text="true")
        self._take(("9999-12-31 23:59:59", "odd"))
        self.assertTrue(self._asked())
        self.shop.action_sync_orders()
        self.assertEqual(self.order.remark, "true")
        self.assertFalse(self.order.is_undated)
        self._take(("9999-12-31 23:59:59", "odd"))
        self.assertEqual(self.order.remark, "true", "it was decided about")
        self.assertFalse(self._asked())

    def test_an_order_of_which_no_row_has_a_time_that_can_be_lives_on(self):
        for api in (LIST, DETAIL):
            self.sim.faults.add(
                "mutate_rows",
                api=api,
                times=-1,
                match={"order_sn": self.order.order_sn},
                patch={"updated_at": "9999-01-01 00:00:00"},
            )
        self._happen(self.order, "refund_request")
        self.assertEqual(self.order.state, "held")
        self._happen(self.order, "refund_withdraw")
        self.assertEqual(self.order.state, "done")
        self.assert_time_stands(self.order)

    def test_an_order_frozen_by_an_earlier_version_goes_on(self):
        self.order.platform_update_date = "9999-12-31 23:59:59"
        self._take((self.text(seconds=1), "goes on"))
        self.assertEqual(self.order.remark, "goes on")
        self.assert_time_stands(self.order)

    def test_of_one_second_the_row_nearer_the_top_wins(self):
        time = self.text(seconds=10)
        self._take((time, "newer"), (time, "older"))
        self.assertEqual(self.order.remark, "newer")

    def test_of_one_second_the_page_nearer_the_top_wins_and_stays(self):
        time = self.text(seconds=10)
        self._take((time, "older"))
        self._take((time, "newer"))
        self.assertEqual(self.order.remark, "newer")
        self.assertTrue(self._asked(), "lists show it again: the detail decides")
        self._take((time, "newer"), in_full=True)
        self._take((time, "older"))
        self.assertEqual(self.order.remark, "newer")

    def test_a_detail_beats_a_list_row_of_the_same_second(self):
        for ago in (10, 3600):  # seconds: while it may still change, and long after
            time = self.text(seconds=ago)
            self.order.platform_update_date -= timedelta(hours=9)
            with self.subTest(ago):
                self._take((time, f"list {ago}"))
                self._take((time, f"detail {ago}"), in_full=True)
                self._take((time, f"late {ago}"))
                self.assertEqual(self.order.remark, f"detail {ago}")

    def test_an_older_row_is_left_whoever_shows_it(self):
        self._take((self.text(seconds=1), "new"))
        self._take((self.text(seconds=9), "old"))
        self._take((self.text(seconds=9), "old"), in_full=True)
        self.assertEqual(self.order.remark, "new")

    def test_a_list_that_repeats_what_the_detail_said_costs_nothing(self):
        self.env["pdd.order.lookup"]._ask(self.shop, [self.order.order_sn])
        self.shop.action_sync_orders()
        written = self.order.write_date
        before = len(self.sim.journal.entries(DETAIL))
        self.shop.action_sync_orders()
        self.assertEqual(self.order.write_date, written)
        self.assertEqual(len(self.sim.journal.entries(DETAIL)), before)

    def test_other_times_that_cannot_be_leave_what_was_known(self):
        known = self.order.confirm_date
        row = {
            **self.order.payload,
            "updated_at": self.text(seconds=1),
            "confirm_time": "9999-12-31 23:59:59",
            "last_ship_time": "9999-12-31 23:59:59",
            "shipping_time": "1970-01-01 08:00:01",
            "receive_time": self.text(days=-3),
            "remark": "read",
        }
        promised = self.order.last_ship_date
        self.env["pdd.order"]._intake(self.shop, [row])
        self.assertEqual(self.order.remark, "read")
        self.assertEqual(self.order.confirm_date, known)
        self.assertEqual(self.order.last_ship_date, promised)
        self.assertFalse(self.order.shipping_date)
        self.assertFalse(self.order.receive_date)

    def test_a_deal_of_an_impossible_day_is_not_left_out(self):
        row = {**self.order.payload, "order_sn": "260601-000000000000079"}
        row["confirm_time"] = "1970-01-01 08:00:01"
        order = self.env["pdd.order"]._intake(self.shop, [row])
        self.assertTrue(order)
        self.assertFalse(order.confirm_date)

    def test_a_presale_of_the_year_9999_does_not_wait_for_it(self):
        row = {**self.order.payload, "is_pre_sale": 1}
        row.update(updated_at=self.text(seconds=1), pre_sale_time="9999-12-31 00:00:00")
        self.env["pdd.order"]._intake(self.shop, [row])
        self.assertNotIn("presale", self.order._get_hold_reasons())


@tagged("post_install", "-at_install")
class TestRefundAge(AgeCase):
    def setUp(self):
        super().setUp()
        self.order = self._order()
        self._happen(self.order, "refund_request")
        self.shop.action_sync_refunds()
        self.refund = self.order.refund_ids
        self.refund.platform_update_date -= timedelta(hours=2)

    def _take(self, *versions):
        """Take in versions of the after-sale: (time of change, status)."""
        rows = [
            {**self.refund.payload, "updated_time": time, "after_sales_status": status}
            for time, status in versions
        ]
        self.env["pdd.refund"]._intake(self.shop, rows)
        return self.refund.after_sales_status

    def test_a_time_that_cannot_be_freezes_no_case(self):
        for time in (*IMPOSSIBLE, self.text(days=-2)):
            with self.subTest(time):
                self.assertEqual(self._take((time, 2)), 2)
                self.assert_time_stands(self.refund)
                self.assertEqual(self._take((self.text(seconds=1), 11)), 11)
                self.assert_time_stands(self.refund)

    def test_a_frozen_case_goes_on(self):
        self.refund.platform_update_date = "9999-12-31 23:59:59"
        self.assertEqual(self._take((self.text(seconds=1), 11)), 11)
        self.assert_time_stands(self.refund)

    def test_of_one_second_the_row_nearer_the_top_wins(self):
        time = self.text(seconds=0)
        self.assertEqual(self._take((time, 11), (time, 3)), 11)
        self.assertEqual(self._take((time, 8)), 8, "a page nearer the top")

    def test_a_detail_beats_a_list_row_of_the_same_second(self):
        self._happen(self.order, "refund_withdraw")
        self.shop.action_sync_refunds()
        self.assertEqual(self.refund.after_sales_status, 11)
        time = pop.to_platform_text(self.refund.platform_update_date)
        self.assertEqual(self._take((time, 2)), 11)
        self.shop.action_sync_refunds()
        self.assertEqual(self.refund.after_sales_status, 11)

    def test_the_detail_moves_a_case_on_that_the_list_shows_late(self):
        case = self.account.after_sales[int(self.refund.after_sales_id)]
        self.refund.detail_digest = False
        self.sim.clock.advance(5)
        self.platform.event(self.order.order_sn, "refund_withdraw")
        self.assertEqual(case.status, 11)
        number = self.refund.after_sales_id
        detail = self.refund._fetch_detail(self.shop, self.order.order_sn, number)
        self.refund._intake_detail(detail)
        self.assertEqual(self.refund.after_sales_status, 11)

    def test_a_refund_of_an_impossible_time_cancels_its_order(self):
        self.sim.faults.add(
            "mutate_rows",
            api="pdd.refund.list.increment.get",
            times=-1,
            patch={"updated_time": "9999-12-31 23:59:59"},
        )
        self.sim.faults.add(
            "mutate_rows",
            api="pdd.refund.information.get",
            times=-1,
            patch={"updated_time": "9999-12-31 23:59:59"},
        )
        self._happen(self.order, "refund_agree")
        self.shop.action_sync_refunds()
        self.shop.action_sync_orders()
        self.assertEqual(self.order.state, "cancelled")


@tagged("post_install", "-at_install")
class TestGoodsAge(AgeCase):
    def test_times_that_cannot_be_and_rows_that_come_twice(self):
        goods = self.env["pdd.goods"].search([], limit=1)
        listed = goods.platform_create_date
        rows = [
            {"goods_id": goods.goods_id, "goods_name": name, "created_at": created}
            for name, created in (("newer", 253402300799), ("older", 1700000000))
        ]
        self.env["pdd.goods"]._intake(self.shop, rows, fields.Datetime.now())
        self.assertEqual(goods.name, "newer")
        self.assertEqual(goods.platform_create_date, listed)


@tagged("post_install", "-at_install")
class TestTimesOfEarlierVersions(AgeCase):
    def test_the_upgrade_forgets_times_that_cannot_be_and_reads_again(self):
        order, good = self._order(), self._order()
        self._happen(order, "refund_request")
        self.shop.action_sync_refunds()
        refund = order.refund_ids
        far = "9999-12-31 23:59:59"
        order.write({"platform_update_date": far, "receive_date": far})
        refund.platform_update_date = far
        known = good.read(["platform_update_date", "confirm_date", "last_ship_date"])
        self.platform.event(order.order_sn, "refund_withdraw")
        upgrade(self.env, "pdd_connector", "post-impossible_times")
        self.assertFalse(order.receive_date)
        self.assert_time_stands(order)
        self.assert_time_stands(refund)
        self.assertEqual(good.read(list(known[0])[1:]), known)
        self.shop.action_sync_orders()
        self.shop.action_sync_refunds()
        self.assertEqual(order.refund_status, 1)
        self.assertEqual(refund.state, "closed")
