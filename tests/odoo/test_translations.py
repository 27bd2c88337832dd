# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nothing an add-on says is missing in Chinese; ``setup/translate`` mends it."""

import io
import re
from pathlib import Path

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

ROOT = Path(__file__).parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("pdd_connector*/__manifest__.py"))
PLACEHOLDER = re.compile(r"%\(\w+\)[.\d]*[sdf]|%[sd%]")
MARKUP = re.compile(r"<[^>]+>")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def _terms(self, addon):
        """Return the terms of an add-on as Odoo exports them."""
        buffer = io.BytesIO()
        trans_export(False, [addon.name], buffer, "po", self.env)
        return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    def _chinese(self, addon):
        return polib.pofile(str(addon / "i18n" / "zh_CN.po"))

    def test_the_templates_hold_the_terms_of_today(self):
        for addon in ADDONS:
            with self.subTest(addon.name):
                template = polib.pofile(str(addon / "i18n" / f"{addon.name}.pot"))
                held = {entry.msgid for entry in template}
                self.assertFalse(self._terms(addon) ^ held, "call setup/translate")

    def test_every_term_has_a_chinese_translation(self):
        for addon in ADDONS:
            with self.subTest(addon.name):
                done = {
                    entry.msgid for entry in self._chinese(addon).translated_entries()
                }
                self.assertFalse(self._terms(addon) - done, "call setup/translate")

    def test_translations_keep_placeholders_and_markup(self):
        for addon in ADDONS:
            for entry in self._chinese(addon):
                with self.subTest(addon.name, term=entry.msgid):
                    for kept in (PLACEHOLDER, MARKUP):
                        self.assertEqual(
                            sorted(kept.findall(entry.msgid)),
                            sorted(kept.findall(entry.msgstr)),
                        )

    def test_codes_of_the_platform_are_shown_in_chinese(self):
        order = self.env["pdd.order"].with_context(lang="zh_CN")
        order = order.new({"order_status": 1, "refund_status": 4})
        self.assertEqual(order.order_status_label, "待发货")
        self.assertEqual(order.refund_status_label, "退款成功")
