# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders become overdue while other workers settle some of them."""

from odoo.tests import tagged

from tests.odoo.committed import CommittedCase


@tagged("post_install", "-at_install")
class TestAgeWorkers(CommittedCase):
    def _remove_shop(self):
        with self.worker() as env:
            env["pdd.order"].search([("shop_id", "=", self.shop_id)]).unlink()
        return super()._remove_shop()

    def _create_late_order(self, env, number):
        order = env["pdd.order"].create(
            {
                "shop_id": self.shop_id,
                "order_sn": f"260601-{number:015d}",
                "currency_id": self.shop(env).currency_id.id,
            }
        )
        env.flush_all()
        order.write({"settlement_state": "open", "settlement_due_date": "2026-06-20"})
        return order.id

    def test_an_order_that_another_worker_has_stops_no_other(self):
        with self.worker() as env:
            taken, free = (self._create_late_order(env, number) for number in (1, 2))
        with self.worker() as other, self.worker() as env:
            other["pdd.order"].browse(taken).lock_for_update()
            env.cr.execute("SET lock_timeout = '1s'")
            env["pdd.order"]._cron_settlement_age()
            states = [
                env["pdd.order"].browse(i).settlement_state for i in (taken, free)
            ]
            env.cr.execute("RESET lock_timeout")
            self.assertEqual(states, ["open", "overdue"])
