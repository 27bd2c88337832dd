# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What leaves Odoo for a spreadsheet: texts from outside are no formulas there."""

import json
from io import BytesIO
from zipfile import ZipFile

from odoo.http import Request
from odoo.tests import HttpCase, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestExports(TransactionCase):
    def test_no_text_of_any_model_is_exported_as_a_formula(self):
        checked = set()
        for name in filter(lambda name: name.startswith("pdd."), self.registry):
            Model = self.env[name]
            if Model._abstract:
                continue
            for field in Model._fields.values():
                if field.type in ("char", "text") and field.store and not field.compute:
                    record = Model.new({field.name: "=1+1"})
                    [[cell]] = record._export_rows([[field.name]])
                    self.assertEqual(cell, "'=1+1", field)
                    checked.add(str(field))
        self.assertIn("pdd.order.note.note", checked)
        self.assertGreater(len(checked), 100)

    def test_what_is_stored_stays_as_it_came(self):
        product = self.env["product.product"].create({"name": "=1+1"})
        self.assertEqual(product.name, "=1+1")
        for records in (product, product.product_tmpl_id):
            self.assertEqual(records.export_data(["name"])["datas"], [["'=1+1"]])

    def test_other_models_are_exported_as_ever(self):
        partner = self.env["res.partner"].create({"name": "Anna", "phone": "+86 1"})
        self.assertEqual(partner.export_data(["phone"])["datas"], [["+86 1"]])

    def test_what_is_sold_is_no_formula_on_the_lines_either(self):
        for name in ("sale.order.line", "stock.move"):
            if name in self.env:
                self.assertTrue(self.env[name]._holds_pdd_texts(), name)


@tagged("post_install", "-at_install")
class TestGroupedExport(HttpCase):
    """The spreadsheet that the web client downloads of a grouped list."""

    def setUp(self):
        super().setUp()
        self.authenticate("admin", "admin")

    def _export(self, records, groupby):
        """Return the XML of the sheet and of its texts."""
        field = {"name": "display_name", "label": "Name", "type": "char"}
        params = {
            "model": records._name,
            "fields": [field],
            "ids": records.ids,
            "domain": [],
            "groupby": groupby,
            "import_compat": False,
            "context": {},
        }
        data = {"data": json.dumps(params), "csrf_token": Request.csrf_token(self)}
        answer = self.url_open("/web/export/xlsx", data=data)
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        with ZipFile(BytesIO(answer.content)) as book:
            return "".join(
                book.read(f"xl/{name}.xml").decode()
                for name in ("worksheets/sheet1", "sharedStrings")
            )

    def test_no_heading_of_a_group_is_a_formula(self):
        products = self.env["product.product"].create(
            [{"name": "Cup", "default_code": code} for code in ("=1+1+N", "'=1+1+N")]
        )
        xml = self._export(products, ["default_code"])
        self.assertNotIn("<f>", xml)
        self.assertIn("'=1+1+N (1)", xml)

    def test_nor_one_that_names_a_record_nor_one_below_it(self):
        template = self.env["product.template"].create({"name": "=1+1+N"})
        products = template.product_variant_id
        products.default_code = "@SUM(1)"
        xml = self._export(products, ["product_tmpl_id", "default_code"])
        self.assertNotIn("<f>", xml)
        self.assertIn("    '@SUM(1) (1)", xml)

    def test_headings_of_other_models_stay_as_they_are(self):
        partner = self.env["res.partner"].create({"name": "Anna", "phone": "+86 1"})
        self.assertIn(">+86 1 (1)<", self._export(partner, ["phone"]))
