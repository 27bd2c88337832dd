# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shop of the stand-in platform, connected to the test's company."""

import runpy
from datetime import timedelta
from unittest.mock import patch

import requests
from odoo import fields
from odoo.addons.pdd_connector import button_time
from odoo.addons.pdd_connector.const import API_CALLS_PER_SECOND
from odoo.modules import get_module_path
from odoo.tests import TransactionCase
from odoo.tools import SQL

from tests.simulator import Simulator


def shop_vals(sim, account):
    """Return the values of a shop that holds the tokens of an account."""
    return {
        "name": "Test shop",
        "mall_id": str(account.mall_id),
        "gateway_url": sim.gateway_url,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "access_token": account.access_token,
        "refresh_token": account.refresh_token,
        "import_from_date": fields.Datetime.now() - timedelta(days=2, hours=1),
        "calls_per_second": 1000,
    }


def error_of(action, *args, **kwargs):
    """Return the exception an action ends with.

    ``assertRaises`` of Odoo would also undo what was written in other transactions.
    """
    try:
        action(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 the test looks at it
        return error
    raise AssertionError("no error was raised")


def upgrade(env, addon, script, version="19.0.2.0.0"):
    """Run a migration script of an add-on in a test's transaction."""
    env.flush_all()
    place = f"{get_module_path(addon)}/migrations/{version}/{script}.py"
    runpy.run_path(place)["migrate"](env.cr, "19.0.1.0.0")
    env.invalidate_all()


class PlatformMixin:
    """A platform of the test's own, with a shop that is connected to it."""

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2}
    includes_taxes = True

    def _start_platform(self):
        self.sim = Simulator(**self.simulator_options)
        self.sim.start()
        self.addCleanup(self.sim.stop)
        self.platform = self.sim.platform
        self.account = self.sim.shops[0]
        # tests press buttons and look at the end, however slow the machine is
        self.enterContext(patch.object(button_time, "BUTTON_SECONDS", 600))
        if not self.platform.settings.rate_scale:
            self._lift_limits()

    def _lift_limits(self):
        """Let the platform count no calls, and the shop not wait for its own pace."""
        self.platform.settings.rate_scale = 0
        self.enterContext(patch.dict(API_CALLS_PER_SECOND, clear=True))

    def _connect_first_shop(self):
        self.shop = self._connect_shop(self.account)
        if self.includes_taxes:
            self.shop.action_include_taxes()

    def _connect_shop(self, account, **vals):
        if not self.simulator_options.get("orders"):  # nothing older is there to read
            start = fields.Datetime.now() - timedelta(hours=1)
            vals.setdefault("import_from_date", start)
        shop = self.env["pdd.shop"].create({**shop_vals(self.sim, account), **vals})
        shop.action_check_connection()
        return shop

    def _create_products(self):
        """Create a product for each merchant code of the platform's goods."""
        codes = {row["outer_id"]: row for row in self._platform_skus()}
        codes.pop("", None)
        return self.env["product.product"].create(
            [
                {"name": row["goods_name"], "default_code": code}
                for code, row in codes.items()
            ]
        )

    def _order(self, **details):
        """Create an order of two pieces at 50.00 on the platform and read it.

        :param details: fields of the simulator's order, money in fen
        """
        sku = self.env["pdd.sku"].search([("product_id", "!=", False)], limit=1)
        item = {"sku_id": sku.sku_id, "count": 2, "price": 5000}
        details.setdefault("items", [item])
        order_sn = self.platform.create_order(**details).order_sn
        self.shop.action_sync_orders()
        return self.env["pdd.order"].search([("order_sn", "=", order_sn)])

    def _happen(self, order, event, **details):
        """Let something happen to an order on the platform and read it."""
        self.sim.clock.advance(5)
        self.platform.event(order.order_sn, event, **details)
        self.shop.action_sync_orders()
        order.invalidate_recordset()

    def _platform_skus(self):
        query = {"mall_id": self.account.mall_id}
        return requests.get(
            f"{self.sim.url}/_sim/goods", params=query, timeout=20
        ).json()

    def _control(self, path, body):
        """Tell the platform's control interface something; return its answer."""
        answer = requests.post(f"{self.sim.url}/_sim/{path}", json=body, timeout=20)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()


class PddCase(PlatformMixin, TransactionCase):
    """Each test has a platform of its own and works on cursors that may commit."""

    def setUp(self):
        super().setUp()
        self._start_platform()
        self.registry_enter_test_mode()
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        self.env = self.env(cr=cr)
        self._connect_first_shop()

    def _analyze(self):
        """Let the database know the tables that grew.

        Its housekeeping sees only what is committed, and plans for tables it believes
        to be empty take minutes.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins > 200"
        )
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    def _analyze_while_making(self):
        """Do that after each batch of sales orders."""
        finish = self.env.registry["pdd.order"]._finish_made

        def finish_and_analyze(orders):
            finish(orders)
            self._analyze()

        return patch.object(
            self.env.registry["pdd.order"], "_finish_made", finish_and_analyze
        )
