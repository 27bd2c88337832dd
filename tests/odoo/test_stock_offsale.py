# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .stock_common import PddStockCase

STATUS = "pdd.goods.sale.status.set"


@tagged("post_install", "-at_install")
class TestStockOffsale(PddStockCase):
    """Goods that are sold out leave the shelf when a manager says so."""

    def setUp(self):
        super().setUp()
        self.shop.stock_offsale = True
        self.goods = self.sku.goods_id
        self.manager = new_test_user(
            self.env, "manager", groups="pdd_connector.group_pdd_manager"
        )
        for sku in self.skus - self.goods.sku_ids:
            self._stock(9, sku.product_id)
        self.shop.stock_brake_qty = 0
        for sku in self.goods.sku_ids:
            self._stock(0, sku.product_id)
        self._run()

    def _look(self):
        cron = self.env.ref("pdd_connector_stock.ir_cron_stock_cover")
        cron.method_direct_trigger()
        self.env.invalidate_all()
        return self.env["pdd.goods.offsale"].search(
            [("goods_id", "=", self.goods.id), ("state", "=", "to_approve")]
        )

    def _is_on_sale(self):
        goods_id = int(self.goods.goods_id)
        return next(g for g in self._goods() if g.goods_id == goods_id).is_onsale

    def test_sold_out_goods_are_proposed_and_nothing_is_done(self):
        proposal = self._look()
        self.assertRecordValues(proposal, [{"onsale": False, "shop_id": self.shop.id}])
        self._run()
        self.assertTrue(self._is_on_sale())
        self.assertEqual(self._look(), proposal)

    def test_a_manager_approves_and_goods_with_stock_come_back(self):
        self._look().with_user(self.manager).action_approve()
        self._run()
        self.assertFalse(self._is_on_sale())
        self.assertFalse(self.goods.is_onsale)
        self.assertFalse(self._look())
        self._stock(4)
        self._run()
        back = self._look()
        self.assertTrue(back.onsale)
        back.with_user(self.manager).action_approve()
        self._run()
        self.assertTrue(self._is_on_sale())
        self.assertEqual(back.approve_user_id, self.manager)
        self.assertTrue(back.sent_date)

    def test_others_do_not_decide(self):
        user = new_test_user(self.env, "user", groups="pdd_connector.group_pdd_user")
        proposal = self._look().with_user(user)
        for action in (proposal.action_approve, proposal.action_reject):
            with self.assertRaisesRegex(UserError, "Only a manager"):
                action()
        self.assertEqual(proposal.state, "to_approve")

    def test_what_was_rejected_is_not_proposed_again_the_same_week(self):
        proposal = self._look()
        proposal.with_user(self.manager).action_reject()
        self.assertFalse(self._look())
        self.env.cr.execute(
            "UPDATE pdd_goods_offsale SET create_date = create_date - interval '8 days'"
        )
        self.assertTrue(self._look())

    def test_an_answer_that_is_lost_is_asked_for_again(self):
        proposal = self._look()
        proposal.with_user(self.manager).action_approve()
        self.sim.faults.add("timeout_after_effect", api=STATUS)
        self._run()
        self.assertEqual(proposal.state, "to_send")
        self.assertTrue(proposal.error_message)
        self.assertEqual(proposal.attempt_count, 1)
        self._run()
        self.assertEqual(proposal.state, "to_send")  # not before its time
        proposal.retry_date = False
        self._run()
        self.assertEqual(proposal.state, "done")
        self.assertFalse(self._is_on_sale())

    def test_goods_that_are_there_again_are_not_proposed_any_more(self):
        proposal = self._look()
        self._stock(4)
        self._run()
        self.assertFalse(self._look())
        self.assertFalse(proposal.exists())

    def _approve_and_fail(self, kind):
        """Return a decision that waits because the platform was not reached."""
        proposal = self._look()
        proposal.with_user(self.manager).action_approve()
        self.sim.faults.add(kind, api=STATUS)
        self._run()
        self.assertEqual(proposal.state, "to_send")
        proposal.retry_date = False
        return proposal

    def test_a_decision_that_waited_is_not_sent_when_stock_is_back(self):
        proposal = self._approve_and_fail("http_5xx")
        self._stock(4)
        self._run()
        self.assertEqual(proposal.state, "withdrawn")
        self.assertIn("there is stock to offer again", proposal.error_message)
        self.assertFalse(proposal.sent_date)
        self.assertTrue(self._is_on_sale())
        self.assertFalse(self._look())
        self._stock(0)
        self._run()
        self.assertRecordValues(self._look(), [{"onsale": False}])

    def test_goods_taken_off_by_a_lost_answer_are_proposed_to_come_back(self):
        proposal = self._approve_and_fail("timeout_after_effect")
        self._stock(4)
        self._run()
        self.assertEqual(proposal.state, "withdrawn")
        self.assertFalse(self._is_on_sale())
        self.shop.action_sync_goods()
        self.assertFalse(self.goods.is_onsale)
        self.assertRecordValues(self._look(), [{"onsale": True}])

    def test_goods_do_not_come_back_when_the_stock_is_gone_meanwhile(self):
        self._look().with_user(self.manager).action_approve()
        self._run()
        self._stock(4)
        self._run()
        back = self._approve_and_fail("http_5xx")
        self._stock(0)
        self._run()
        self.assertEqual(back.state, "withdrawn")
        self.assertIn("nothing is left to offer", back.error_message)
        self.assertFalse(self._is_on_sale())
        self._stock(5)
        self._run()
        self.assertRecordValues(self._look(), [{"onsale": True}])

    def test_what_is_refused_for_good_does_not_wait_for_ever(self):
        proposal = self._look()
        proposal.with_user(self.manager).action_approve()
        self.sim.faults.add("error", api=STATUS, error_code=10001)
        self._run()
        self.assertEqual(proposal.state, "error")
        self.assertTrue(proposal.error_message)

    def test_a_shop_without_the_option_proposes_nothing(self):
        self.shop.stock_offsale = False
        self.assertFalse(self._look())
