# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tax invoices that buyers ask for, and the revenue that has none."""

from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from tests.odoo.common import PddCase
from tests.simulator import invoices

from .bills import row
from .common import FinanceCase

API = "pdd.invoice.application.query"


@tagged("post_install", "-at_install")
class TestInvoiceFeed(PddCase):
    def setUp(self):
        super().setUp()
        self._create_products()
        self.shop.action_sync_goods()

    def _apply(self, order, company=True):
        """Let the buyer of an order ask for an invoice."""
        platform_order = self.platform.find_order(order.order_sn)
        now = self.platform.clock.now()
        invoices.apply_for(platform_order, now, company=company)
        platform_order.invoice.way = invoices.BY_MERCHANT
        self.sim.clock.advance(5)
        return platform_order.invoice

    def _read(self):
        self.env["pdd.feed"]._cron_pull("invoice")
        feed = self.shop._get_feeds("invoice")
        self.assertFalse(feed.last_error)
        return self.env["pdd.invoice.application"].search([])

    def test_what_buyers_ask_for_is_listed_with_amount_and_state(self):
        order = self._order()
        self._apply(order)
        application = self._read()
        self.assertRecordValues(
            application,
            [
                {
                    "order_id": order.id,
                    "status": 1,
                    "status_label": "Asked for",
                    "amount": order.pay_amount,
                    "is_company": True,
                    "is_automatic": False,
                }
            ],
        )
        self.assertTrue(application.payer_number)

    def test_a_change_is_read_and_nothing_comes_twice(self):
        order = self._order()
        asked = self._apply(order)
        application = self._read()
        asked.status, asked.updated = 2, self.platform.clock.now()
        self.sim.clock.advance(5)
        self.assertEqual(self._read(), application)
        self.assertEqual(application.status_label, "Agreed")

    def test_an_application_finds_an_order_that_comes_later(self):
        self.shop.import_from_date = fields.Datetime.now() - timedelta(days=40)
        order = self._order()
        self._apply(order)
        application = self._read()
        application.order_id = False
        self.assertEqual(self._read().order_id, order)

    def test_a_shop_may_leave_them_unread(self):
        self._apply(self._order())
        self.shop.reads_invoice_applications = False
        self.assertFalse(self._read())

    def test_a_missing_permission_is_told_with_the_next_step(self):
        self.sim.change_token(self.account, "remove_scope", API)
        self.env["pdd.feed"]._cron_pull("invoice")
        self.assertIn("permission", self.shop._get_feeds("invoice").last_error)

    def test_a_row_that_cannot_be_read_does_not_stop_the_others(self):
        Application = self.env["pdd.invoice.application"]
        good = {
            "order_sn": "260601-000000000000001",
            "application_status": 7,
            "invoice_amount": "1250",
            "apply_time": 1780279200000,
        }
        Application._intake(self.shop, [{**good, "invoice_amount": "x"}, good])
        self.assertRecordValues(
            Application.search([]),
            [{"amount": 12.5, "status": 7, "status_label": "Unknown (7)"}],
        )
        self.assertTrue(self.env["pdd.issue"].search([("cause", "=", "unreadable")]))

    def test_only_accountants_see_who_asks(self):
        self._apply(self._order())
        application = self._read()
        user = new_test_user(
            self.env, "operator", groups="pdd_connector.group_pdd_user"
        )
        with self.assertRaises(AccessError):
            application.with_user(user).read(["payer_name"])


@tagged("post_install", "-at_install")
class TestRevenueSheet(FinanceCase):
    def _sheet(self):
        """Return month, rate and figures of the sheet."""
        self.env.flush_all()
        names = ("net", "tax", "total", "invoiced", "uninvoiced")
        rows = self.env["pdd.revenue.report"]._read_group(
            [("company_id", "=", self.company.id)],
            ["date:month", "tax_rate"],
            [f"{name}_amount:sum" for name in names],
        )
        return [
            (str(month)[:7], rate, *(round(figure, 2) for figure in figures))
            for month, rate, *figures in rows
        ]

    def _agree(self, order, amount, **vals):
        self.env["pdd.invoice.application"]._intake(
            self.shop,
            [
                {
                    "order_sn": order.order_sn,
                    "application_status": 2,
                    "invoice_amount": str(int(amount * 100)),
                    "apply_time": 1784000000000,
                    **vals,
                }
            ],
        )

    def test_revenue_less_what_buyers_were_invoiced_is_uninvoiced(self):
        order = self._create_order("103.00", "10.00")
        self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self._agree(order, 103.0)
        self.assertEqual(
            self._sheet(), [("2026-06", "13%", 200.0, 26.0, 226.0, 103.0, 123.0)]
        )

    def test_the_sheet_equals_the_ledger(self):
        order = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self._refund(order, "11.30")
        self.env["pdd.order"]._cron_invoice()
        self._post(row(order.order_sn, "-1.13", "0040099"))  # a small transfer
        [(_month, _rate, net, tax, total, _invoiced, _rest)] = self._sheet()
        income = self.env["account.account"].search(
            [("account_type", "in", ("income", "income_other"))]
        )
        self.assertEqual(net, -self._balance(income))
        self.assertEqual((net, tax, total), (89.0, 11.57, 100.57))

    def test_rates_stand_apart(self):
        nine = self.tax.search([("amount", "=", 9), ("type_tax_use", "=", "sale")])[0]
        first = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self.product.taxes_id = nine
        self.shop.action_include_taxes()
        self._create_order("109.00")
        self.env["pdd.order"]._cron_invoice()
        self._agree(first, 113.0)
        self.assertEqual(
            self._sheet(),
            [
                ("2026-06", "13%", 100.0, 13.0, 113.0, 113.0, 0.0),
                ("2026-06", "9%", 100.0, 9.0, 109.0, 0.0, 109.0),
            ],
        )

    def test_parts_of_several_rates_add_up_to_the_invoice_to_the_fen(self):
        order = self._create_order_of_two_rates("199.97", "0.03")
        self.env["pdd.order"]._cron_invoice()
        self._agree(order, 199.97)  # 99.985 of each rate
        invoiced = {rate: figures[3] for _month, rate, *figures in self._sheet()}
        self.assertEqual(invoiced, {"13%": 99.98, "9%": 99.99})
        self._agree(order, 199.97, invoice_type=1)
        self.assertEqual({figures[5] for figures in self._sheet()}, {0.0})

    def test_a_red_invoice_takes_the_blue_one_back(self):
        order = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self._agree(order, 113.0)
        self._agree(order, 113.0, invoice_type=1)
        [(*_figures, invoiced, uninvoiced)] = self._sheet()
        self.assertEqual((invoiced, uninvoiced), (0.0, 113.0))

    def test_an_invoice_that_is_asked_for_anew_after_a_red_one_counts(self):
        order = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self._agree(order, 113.0, apply_time=1784000000000)
        self._agree(order, 113.0, apply_time=1784000100000, invoice_type=1)
        for status, invoiced in ((1, 0.0), (2, 113.0)):  # e.g. with another title
            self._agree(
                order, 113.0, apply_time=1784000200000, application_status=status
            )
            [(*_figures, found, uninvoiced)] = self._sheet()
            self.assertEqual((found, uninvoiced), (invoiced, 113.0 - invoiced))

    def test_what_is_asked_for_before_the_invoice_counts_in_the_month_in_shanghai(self):
        night = datetime(
            2026, 6, 30, 17, tzinfo=timezone.utc
        )  # one o'clock in July there
        order = self._create_order("113.00")
        self._agree(order, 113.0, apply_time=int(night.timestamp() * 1000))
        self.assertEqual(
            self._sheet(), [("2026-07", "13%", 0.0, 0.0, 0.0, 113.0, -113.0)]
        )

    def test_an_order_that_comes_to_nothing_does_not_stop_the_sheet(self):
        order = self._create_order("113.00")
        line = order.sale_order_id.order_line
        line.copy({"order_id": line.order_id.id, "price_unit": -line.price_unit})
        self.assertEqual(order.sale_order_id.amount_total, 0.0)
        self._agree(order, 113.0)
        self.assertEqual(
            self._sheet(), [("2026-07", "13%", 0.0, 0.0, 0.0, 113.0, -113.0)]
        )

    def test_what_is_only_asked_for_is_not_invoiced(self):
        order = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self._agree(order, 113.0, application_status=1)
        [(*_figures, invoiced, uninvoiced)] = self._sheet()
        self.assertEqual((invoiced, uninvoiced), (0.0, 113.0))

    def test_a_row_opens_what_it_comes_from(self):
        order = self._create_order("113.00")
        self.env["pdd.order"]._cron_invoice()
        self._agree(order, 113.0)
        self.env.flush_all()
        rows = self.env["pdd.revenue.report"].search([])
        found = {row.action_view_source()["res_model"] for row in rows}
        self.assertEqual(found, {"account.move", "pdd.invoice.application"})


@tagged("post_install", "-at_install")
class TestGoodsShipped(FinanceCase):
    def _wizard(self, date):
        return self.env["pdd.month.end"].create({"date": date})

    def test_what_is_shipped_and_not_signed_for_is_listed_with_its_cost(self):
        self.product.standard_price = 40.0
        on_the_way = self._create_order(
            order_status=2, shipping_time="2026-06-29 09:00:00", receive_time=""
        )
        signed_later = self._create_order(
            shipping_time="2026-06-30 23:59:59", receive_time="2026-07-01 00:00:00"
        )
        self._create_order(receive_time="2026-06-30 23:59:59")
        self._create_order(
            order_status=2, shipping_time="2026-07-01 00:00:00", receive_time=""
        )
        wizard = self._wizard("2026-06-30")
        found = self.env["pdd.order"].search(wizard.action_view_orders()["domain"])
        self.assertEqual(found, (on_the_way + signed_later).sorted())
        self.assertEqual((wizard.order_count, wizard.goods_cost), (2, 80.0))
        self.assertEqual(self._wizard("2026-07-31").order_count, 2)

    def test_what_was_delivered_counts_as_inventory_has_valued_it(self):
        if "stock.quant" not in self.env:
            self.skipTest("Inventory is not installed")
        self.product.write({"is_storable": True, "standard_price": 40.0})
        order = self._create_order(order_status=1, shipping_time="", receive_time="")
        moves = order.sale_order_id.order_line.move_ids
        moves.quantity = 1
        moves.picked = True
        moves._action_done()
        self.product.standard_price = 50.0
        self.assertEqual(order.goods_cost, 40.0)
