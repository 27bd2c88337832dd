# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from tests.odoo.finance.bills import csv_file, row

from .common import BrowserCase

ACCOUNTANT = "pdd_connector_finance.group_pdd_accountant"


@tagged("post_install", "-at_install")
class TestBill(BrowserCase):
    """An accountant brings a bill into the books."""

    def setUp(self):
        super().setUp()
        self.accountant = self.new_user("books", ACCOUNTANT)

    def _upload(self, screen, *lines, **options):
        screen.open("/odoo/pdd-bills", "Bills")
        screen.press("Upload Bill")
        content = csv_file(lines, **options).read()
        screen.attach("file", "pdd-mall-bill-detail(1)_2026-07-01.csv", content)
        screen.see(".modal [name=file] .o_clear_file_button")
        screen.click(".modal footer button", "Upload")

    def test_a_bill_is_uploaded_looked_at_posted_and_proven(self):
        lines = (
            row("", "100.00", "0130001"),
            row("", "-30.00", "0080001", "2026-06-09 18:00:00"),
            row("", "-1.23", "0990099", "2026-06-09 19:00:00"),
        )
        with self.browse(self.accountant) as screen:
            self._upload(screen, *lines, start="2026-06-08", end="2026-06-09")
            screen.see(".o_arrow_button_current", "To post")
            screen.press("Preview")
            screen.see(".modal .alert-warning", "1 movements need a look")
            screen.see(".modal .o_data_row", "No flow type knows this code")
            screen.click(".modal footer button", "Close")
            screen.miss(".modal")
            screen.click("button[name=action_post_lines]")
            screen.see(".o_arrow_button_current", "Posted")
            screen.see(".alert-warning", "look at them")
        self.env["pdd.proof"]._cron_prove()
        with self.browse(self.accountant) as screen:
            screen.open("/odoo/pdd-bill-proofs", "Proofs")
            screen.see(".o_data_row", "68.77")
            screen.see(".o_data_row .badge", "Proven")
            screen.open("/odoo/pdd-issues", "Trouble")
            screen.click(".o_kanban_record", "codes that no flow type knows")
            screen.press("Show Movements")
            screen.see(".o_data_row", "0990099")

    def test_a_wrong_bill_says_where_and_what_to_do(self):
        with self.browse(self.accountant) as screen:
            line = row("", "-30.00", "0080001")
            self._upload(screen, line, tail=["#支出合计：1笔-31.00元"])
            screen.see(".o_arrow_button_current", "Refused")
            screen.see(".alert-danger", "Nothing of this file was posted")
            screen.see(".alert-danger", "-31.00")
