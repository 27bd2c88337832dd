# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.addons.pdd_connector import sql_log
from odoo.addons.pdd_connector.models import base_race
from odoo.addons.pdd_connector.races import LostRace
from odoo.service.model import retrying
from odoo.tests import tagged
from psycopg2 import IntegrityError, OperationalError
from psycopg2.errors import UniqueViolation

from .committed import CommittedCase

SECRET = "~AgAAAAEsecretCipher==~0~"


class _Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def text(self):
        return "\n".join(self.format(record) for record in self.records)


@tagged("post_install", "-at_install")
class TestRaceLog(CommittedCase):
    """Workers that meet leave no error and no data of the platform in the log."""

    def setUp(self):
        super().setUp()
        placed = self.sim.platform.create_order()
        with self.worker() as env:
            self.shop(env)._get_feeds("order")._run_pulls(raise_error=True)
            order = env["pdd.order"].search([("order_sn", "=", placed.order_sn)])
            self.order_id = order.id

    def _remove_shop(self):
        with self.worker() as env:
            for table in ("pdd_order_note", "pdd_order_lookup"):
                env.cr.execute(
                    f"DELETE FROM {table} WHERE shop_id = %s", [self.shop_id]
                )
            env.cr.execute(
                "DELETE FROM pdd_order_line WHERE order_id IN "
                "(SELECT id FROM pdd_order WHERE shop_id = %s)",
                [self.shop_id],
            )
            env.cr.execute("DELETE FROM pdd_order WHERE shop_id = %s", [self.shop_id])
            env.cr.execute("DELETE FROM pdd_sku WHERE shop_id = %s", [self.shop_id])
            env["pdd.goods"].search([("shop_id", "=", self.shop_id)]).unlink()
            self.shop(env).unlink()

    @contextmanager
    def _logged(self):
        """Yield what the server logs, at a usual level."""
        lines = _Lines()
        loggers = [logging.getLogger(name) for name in ("odoo", "odoo.sql_db")]
        before = [(logger, logger.level, logger.propagate) for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.INFO)
        loggers[1].propagate = True
        loggers[0].addHandler(lines)
        try:
            yield lines
        finally:
            loggers[0].removeHandler(lines)
            for logger, level, propagate in before:
                logger.setLevel(level)
                logger.propagate = propagate

    def _assert_quiet(self, lines):
        self.assertNotIn(SECRET, lines.text())
        loud = [r for r in lines.records if r.levelno >= logging.WARNING]
        self.assertEqual([record.getMessage() for record in loud], [])

    def _meet(self, write):
        """Write in a transaction whose snapshot is older than another worker's commit."""
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1")
            late = api.Environment(cr, SUPERUSER_ID, {})
            with self.worker() as env:
                write(env)
            with (
                self._logged() as lines,
                self.assertRaises((OperationalError, IntegrityError)),
            ):
                write(late)
                late.cr.flush()
        return lines

    def test_two_feeds_that_write_one_order_leave_no_error_and_no_payload(self):
        def write(env):
            order = env["pdd.order"].browse(self.order_id)
            order.receiver_cipher = {"receiver_name": SECRET, "by": id(env)}
            order.flush_recordset()

        lines = self._meet(write)
        self._assert_quiet(lines)
        self.assertIn("another worker was faster", lines.text())

    def test_two_workers_that_renew_one_token_leave_none_in_the_log(self):
        def write(env):
            shop = self.shop(env)
            shop.access_token = f"{SECRET}{id(env)}"
            shop.flush_recordset()

        self._assert_quiet(self._meet(write))

    def test_a_key_that_exists_already_is_logged_without_its_values(self):
        def write(env):
            env["pdd.order.lookup"].create(
                {"shop_id": self.shop_id, "order_sn": SECRET, "last_error": SECRET}
            )

        lines = self._meet(write)
        self._assert_quiet(lines)
        self.assertIn("pdd_order_lookup_order_sn_uniq", lines.text())

    def test_what_is_wrong_stays_an_error_without_its_values(self):
        with (
            self.registry.cursor() as cr,
            self._logged() as lines,
            self.assertRaises(IntegrityError),
        ):
            cr.execute(
                "UPDATE pdd_order SET order_sn = NULL, remark = %s WHERE id = %s",
                [SECRET, self.order_id],
            )
        self.assertNotIn(SECRET, lines.text())
        [record] = lines.records
        self.assertEqual(record.levelno, logging.ERROR)
        self.assertIn("UPDATE pdd_order SET order_sn = NULL", record.getMessage())

    def test_an_unexpected_error_of_the_database_is_reported_without_its_values(self):
        with self.registry.cursor() as cr, self._logged() as lines:
            env = api.Environment(cr, SUPERUSER_ID, {})
            order = env["pdd.order"].browse(self.order_id)
            try:
                with cr.savepoint():
                    order.remark = SECRET
                    order.order_sn = False
                    order.flush_recordset()
            except IntegrityError as error:
                env["pdd.issue"]._report_exception(
                    order.shop_id, "a test", error, order
                )
            cr.rollback()
        self.assertIn("a test failed", lines.text())
        self.assertNotIn(SECRET, lines.text())

    def test_statements_of_others_are_logged_as_ever(self):
        with (
            self.registry.cursor() as cr,
            self._logged() as lines,
            self.assertRaises(IntegrityError),
        ):
            cr.execute("UPDATE res_partner SET company_id = -1 WHERE id = 1")
        self.assertIn("company_id = -1", lines.text())

    def test_a_statement_made_of_values_is_logged_without_them(self):
        text = sql_log._without_values(
            "INSERT INTO t (a) VALUES ('it''s', 3), ('b', 4)"
        )
        self.assertEqual(text, "INSERT INTO t (a) VALUES ('...', 3), ('...', 4)")

    def test_a_person_who_is_second_finds_what_the_first_one_made(self):
        with self.worker() as env:
            made = self._ask(env)
        with self.registry.cursor() as cr:
            late = api.Environment(cr, SUPERUSER_ID, {})
            calls = []

            def work():
                calls.append(1)
                if len(calls) == 1:  # it has not seen the row of the first one
                    return self._ask(late)
                return late["pdd.order.lookup"].search([("order_sn", "=", "260101-1")])

            with (
                patch.object(base_race, "request", True),
                patch("odoo.service.model.time.sleep"),
                self._logged() as lines,
            ):
                found = retrying(work, late)
            self.assertEqual(found.ids, made.ids)
        self._assert_quiet(lines)

    def _ask(self, env):
        return env["pdd.order.lookup"].create(
            {"shop_id": self.shop_id, "order_sn": "260101-1"}
        )

    def test_workers_still_learn_which_key_exists_already(self):
        with self.worker() as env:
            self._ask(env)
        with self.registry.cursor() as cr:
            late = api.Environment(cr, SUPERUSER_ID, {})
            with self.assertRaises(UniqueViolation) as caught:
                self._ask(late)
            self.assertNotIsInstance(caught.exception, LostRace)
