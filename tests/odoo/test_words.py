# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Words a person reads: one sense each, found in each language, right for one and many."""

import ast
import re
from pathlib import Path

from lxml import etree
from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged

from .walk import OURS

#: Words of buttons that name a thing or a policy as well, in the same sense.
SAME_SENSE = {
    "Apply",  # what the policy says, and what a person does instead
    "Ignore",
    "Journal Entry",
    "Journal Items",
    "Movements",
    "Nothing Comes Back",
    "Orders",
    "Preview",
    "Publish Stock",
    "SKUs",
    "Settled by Hand",
}
PLURAL = re.compile(
    r"%(\(\w+\))?[sdg] (orders|SKUs|rows|lines|pieces|days|hours|minutes|goods|changes"
    r"|transfers|waybills|shops|parcels|invoices|bills|movements|products|entries|cells)"
)
ALWAYS_MANY = {"most", "files"}  # a limit of thousands; more than one by its check


@tagged("post_install", "-at_install")
class TestWords(TransactionCase):
    def _views(self):
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", OURS)]
        )
        return self.env["ir.ui.view"].browse(data.mapped("res_id"))

    def _buttons(self):
        """Return the words of buttons that do something, statistics aside."""
        return {
            (view.xml_id.split(".")[0], word)
            for view in self._views()
            for node in etree.fromstring(view.arch).iter("button")
            for word in (node.get("string"), node.get("title"))
            if word and "oe_stat_button" not in (node.get("class") or "")
        }

    def _labels(self):
        """Return the words of fields and of their values, by add-on."""
        labels = set()
        for model in self.env.registry.values():
            for field in model._fields.values():
                module = field._module or ""
                if module not in OURS:
                    continue
                labels.add((module, field.string))
                if field.type == "selection" and isinstance(field.selection, list):
                    labels |= {(module, label) for _value, label in field.selection}
        return labels

    def test_the_word_of_a_button_is_not_that_of_a_state(self):
        """A translation file holds one translation of a word: reword one of the two."""
        double = {word for _module, word in self._buttons() & self._labels()}
        self.assertFalse(double - SAME_SENSE)

    def test_a_count_is_not_followed_by_a_plural(self):
        found = []
        for module in OURS:
            for path in Path(get_module_path(module)).rglob("*.py"):
                for text in _translated(ast.parse(path.read_text())):
                    for match in PLURAL.finditer(text):
                        if (match.group(1) or "").strip("()") not in ALWAYS_MANY:
                            found.append(f"{path.name}: {text}")
        self.assertFalse(found, "\n".join(found))

    def test_the_add_ons_are_found_in_both_languages_under_both_names(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        modules = self.env["ir.module.module"]
        for lang in ("en_US", "zh_CN"):
            for word in ("Pinduoduo", "拼多多"):
                found = modules.with_context(lang=lang).search(
                    [
                        "|",
                        "|",
                        ("summary", "ilike", word),
                        ("shortdesc", "ilike", word),
                        ("name", "ilike", word),
                    ]
                )
                with self.subTest(lang=lang, word=word):
                    self.assertLessEqual(set(OURS), set(found.mapped("name")))


def _translated(tree):
    """Yield the texts handed to a translating function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            text = node.args[0]
            if name in ("_", "_lt") and isinstance(text, ast.Constant):
                yield text.value
