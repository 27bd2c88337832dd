# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import new_test_user, tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestLanguage(PddCase):
    """What nobody was logged in for is written in the language of its readers."""

    def setUp(self):
        super().setUp()
        groups = "pdd_connector.group_pdd_manager"
        self.operator = new_test_user(self.env, "lina", groups=groups, lang="zh_CN")
        self.shop.user_id = self.operator
        self.shop.action_sync_goods()

    def _run(self, *crons):
        self.env.flush_all()
        for cron in crons:
            self.env.ref(f"pdd_connector.ir_cron_{cron}").method_direct_trigger()
        self.env.invalidate_all()

    def _order_in_background(self, **details):
        order_sn = self.platform.create_order(**details).order_sn
        self._run("order_intake", "order_make")
        return self.env["pdd.order"].search([("order_sn", "=", order_sn)])

    def test_each_reader_meets_trouble_in_his_language(self):
        sku = self.env["pdd.sku"].search([("outer_id", "!=", False)], limit=1)
        items = [{"sku_id": sku.sku_id, "count": 1, "price": 5000}]
        issue = self._order_in_background(items=items).issue_ids
        self.assertIn("is not mapped", issue.with_context(lang="en_US").name)
        self.assertIn("未匹配", issue.with_context(lang="zh_CN").name)

    def test_reasons_are_in_the_language_of_the_responsible(self):
        self._create_products()
        due = self.platform.clock.now() + 10 * 86400
        order = self._order_in_background(is_presale=True, presale_until=due)
        self.assertIn("生成", order.hold_detail)

    def test_a_hold_lifted_in_one_language_stays_lifted_in_another(self):
        self._create_products()
        order = self._order_in_background(consolidation=1)
        self.assertEqual(order.hold_detail, "新疆")
        manager = order.with_user(self.operator).with_context(lang="zh_CN")
        self.env["pdd.order.release"].with_user(self.operator).with_context(
            lang="zh_CN", active_model="pdd.order", active_ids=manager.ids
        ).create({"note": "to the depot"}).action_release()
        self.shop.user_id.lang = "en_US"
        self._run("order_make")
        self.assertEqual(order.state, "done")
