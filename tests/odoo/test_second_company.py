# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shop of a second company with its own chart; nobody who works belongs to it."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import PddCase
from .parcel_common import ParcelMixin

ADDONS = ("pdd_connector", "pdd_connector_stock", "pdd_connector_finance")
DOCUMENTS = (
    "res.partner",
    "sale.order",
    "stock.picking",
    "stock.move",
    "account.move",
    "account.bank.statement.line",
    "account.journal",
)


@tagged("post_install", "-at_install")
class TestSecondCompany(ParcelMixin, PddCase):
    """Scheduled actions run as OdooBot, whose company is the first one."""

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2, "goods": 4}

    def _connect_first_shop(self):
        self.first = self.env.company
        self.assertEqual(self.env.ref("base.user_root").company_id, self.first)
        self.company = self.env["res.company"].create(
            {"name": "Second company", "currency_id": self.env.ref("base.CNY").id}
        )
        self.env["account.chart.template"].try_loading(
            "cn", company=self.company, install_demo=False
        )
        self.env.user.company_ids += self.company
        self.shop = self._connect_shop(self.account, company_id=self.company.id)
        self.shop.user_id = False
        self.shop.action_include_taxes()
        # as the person who looks at both companies, the first one in front
        self.shop = self.shop.with_context(
            allowed_company_ids=[self.first.id, self.company.id]
        )

    def setUp(self):
        super().setUp()
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self._put_on_stock(self.products, 1000)
        self.env["pdd.stock.rule"].create({"shop_id": self.shop.id})
        self.shop.with_context(allowed_company_ids=None).action_sync_goods()
        self.company.pdd_invoice_trigger = "shipment"

    def _guard(self):
        """Let every document that is created be created in its company."""
        wrong = self.wrong = []
        for name in DOCUMENTS:
            model = self.env.registry[name]
            create = model.create

            def guarded(records, vals_list, create=create, name=name):
                created = create(records, vals_list)
                for record in created:
                    if record.company_id == self.company != record.env.company:
                        wrong.append((name, record.id))
                return created

            self.enterContext(patch.object(model, "create", guarded))

    def _run_all(self):
        """Run every scheduled action of the add-ons as the scheduler does."""
        self.env.cr.commit()
        crons = self.env["ir.cron"].concat(
            *(
                self.env["ir.cron"].browse(data.res_id)
                for data in self.env["ir.model.data"].search(
                    [("module", "in", ADDONS), ("model", "=", "ir.cron")], order="id"
                )
            )
        )
        self.assertGreater(len(crons), 20)
        for cron in crons.with_context(allowed_company_ids=None):
            cron.method_direct_trigger()
            self.env.invalidate_all()
        self.env["pdd.feed"].search([]).write({"next_run_date": False})

    def _assert_no_trouble(self):
        issues = self.env["pdd.issue"].search(
            [("state", "=", "open"), ("cause", "!=", "bill_late")]
        )
        self.assertFalse(
            issues, issues.mapped(lambda issue: (issue.name, issue.detail))
        )
        self.assertEqual(self.wrong, [])

    def _order_of(self, placed):
        return self.env["pdd.order"].search([("order_sn", "=", placed.order_sn)])

    def test_every_scheduled_action_works_in_the_shops_company(self):
        self._guard()
        shipped, reduced, refunded = (
            self.platform.create_order(items=[self._item(3)]) for _ in range(3)
        )
        self._run_all()
        orders = self.env["pdd.order"].search([])
        self.assertEqual(
            orders.mapped("state"), ["done"] * 3, orders.mapped("error_message")
        )
        receiver = orders[0].sale_order_id.partner_shipping_id
        for partner in (receiver, self.shop.partner_id):
            accounts = partner.with_company(self.company)
            accounts = (
                accounts.property_account_receivable_id
                + accounts.property_account_payable_id
            )
            self.assertEqual(accounts.company_ids, self.company)
        self.assertEqual(orders.sale_order_id.warehouse_id, self.warehouse)
        moves = orders.sale_order_id.order_line.move_ids
        self.assertEqual(set(moves.mapped("state")), {"assigned"})

        self.platform.event(reduced.order_sn, "refund_request", amount=1000, pieces=1)
        self.platform.event(refunded.order_sn, "refund_request")
        self.sim.clock.advance(5)
        self._run_all()
        for order in (reduced, refunded):
            self.platform.event(order.order_sn, "refund_grant")
        self.sim.clock.advance(5)
        self._run_all()
        self.assertEqual(self._order_of(refunded).state, "cancelled")
        self.assertEqual(self._order_of(reduced).refund_ids.effect, "reduced")

        order = self._order_of(shipped)
        parcel = self._ship(order.with_company(self.first))
        self._run_all()
        self.assertEqual(parcel.state, "sent", parcel.error_message)
        self.sim.clock.advance(5)
        self._run_all()
        order.invalidate_recordset()
        self.assertEqual(order.invoice_state, "done", order.invoice_error)
        self.assertEqual(order.invoice_id.company_id, self.company)
        self._assert_no_trouble()

    def _item(self, count):
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        return {"sku_id": sku.sku_id, "count": count, "price": 5000}
