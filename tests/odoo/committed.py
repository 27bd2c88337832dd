# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real transactions, for what two workers do to each other."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name

from tests.simulator import Simulator

from .common import shop_vals


class CommittedCase(BaseCase):
    """Its shop is committed, and removed when the test is over.

    A test cursor is one transaction in disguise: it shows neither locks nor the
    snapshots that two workers have of one row.
    """

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2}

    def setUp(self):
        super().setUp()
        self.sim = Simulator(**self.simulator_options)
        self.sim.start()
        self.addCleanup(self.sim.stop)
        self.account = self.sim.shops[0]
        self.registry = Registry(get_db_name())
        with self.worker() as env:
            vals = shop_vals(self.sim, self.account)
            self.shop_id = env["pdd.shop"].create(vals).id
        self.addCleanup(self._remove_shop)
        with self.worker() as env:
            self.shop(env).action_check_connection()

    def _remove_shop(self):
        with self.worker() as env:
            self.shop(env).unlink()

    @contextmanager
    def worker(self):
        """Yield the environment of a transaction, committed at its end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def shop(self, env):
        return env["pdd.shop"].browse(self.shop_id)

    def at_once(self, count, action):
        """Run an action in so many workers that start together.

        :param action: callable that takes an environment
        :return list: the results
        """
        barrier = Barrier(count)

        def work(_number):
            with self.worker() as env:
                env.cr.execute("SELECT 1")  # each has its snapshot before any acts
                barrier.wait(timeout=60)
                return action(env)

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(work, range(count)))
