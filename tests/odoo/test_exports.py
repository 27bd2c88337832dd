# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What leaves Odoo for a spreadsheet: texts from outside are no formulas there."""

from odoo.tests import TransactionCase, tagged


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
