# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is offered to somebody may be used: all views times all roles."""

from lxml import etree
from odoo.tests import tagged

from .filled import FilledCase
from .walk import OURS, WalkMixin, inner_views, is_shown, view_of

LOOK_AT = 30  # records of a view, newest first


@tagged("post_install", "-at_install")
class TestEveryButton(WalkMixin, FilledCase):
    def setUp(self):
        super().setUp()
        self._walk_start()
        self.pressed = set()

    def test_a_button_that_is_offered_ends_in_no_access_error(self):
        views = self._views()
        self.assertGreater(len(views), 60)
        for role, user in self.roles.items():
            for view, names in views.items():
                self._walk_view(role, user, view, names)
        self._assert_no_failures()
        missed = {
            (view.xml_id, name) for view, names in views.items() for name in names
        } - self.pressed
        self.assertFalse(missed, "These buttons are never offered to anybody here")

    def _views(self):
        """Return our views, and Odoo's with buttons of ours: view -> its button names."""
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", OURS)]
        )
        views = {}
        for view in self.env["ir.ui.view"].browse(data.mapped("res_id")):
            root = view
            while root.inherit_id and root.mode != "primary":
                root = root.inherit_id
            if root.type in ("form", "list", "kanban"):
                views.setdefault(root, set()).update(self._button_names(view))
        return views

    def _button_names(self, view):
        return {
            node.get("name")
            for node in etree.fromstring(view.arch).iter("button")
            if node.get("name") and not node.get("position")
        }

    def _walk_view(self, role, user, view, names):
        model = self.env[view.model].with_user(user)
        if not names or not user._may_open_pdd(view.model):
            return
        if model._transient:
            self._walk_wizard(role, view, model)
            return
        buttons = []
        with self._attempt(f"{role}: {view.xml_id}"):
            tree = self._view(model, view.type, view.id)
            records = self._sample(model)
            buttons = [
                (node, records_of)
                for node, records_of in self._buttons(tree, records)
                if node.get("name") in names
            ]
        for node, records_of in buttons:
            self._walk_button(role, user, view, node, records_of)

    def _sample(self, model):
        if model._transient:
            return model
        return model.with_context(active_test=False).search(
            [], limit=LOOK_AT, order="id desc"
        )

    def _buttons(self, tree, records):
        """Yield (button, the records it stands for) of a view and of views inside it."""
        for node in tree.iter("button"):
            if view_of(node) is tree and not node.get("special"):
                yield node, records
        for field, inner in inner_views(tree).items():
            yield from self._buttons(inner, records.mapped(field.get("name")))

    def _walk_button(self, role, user, view, node, records):
        name = node.get("name")
        what = f"{role}: {view.xml_id} {name} {node.get('string') or ''}".strip()
        records = self.env[records._name].with_user(user).browse(records.ids)
        shown = records.filtered(lambda record: is_shown(node, record))
        record = shown[:1] or records[:1]
        if not record:
            return
        self.pressed.add((view.xml_id, name))
        with self._attempt(what, strict=bool(shown)) as env:
            opened = self._press(record.with_env(env(user=user)), node)
            if opened is not None and opened._transient and len(opened) == 1:
                self._walk_dialogue(what, opened)

    def _walk_wizard(self, role, view, model):
        """Press the buttons of a dialogue that a menu opens."""
        what = f"{role}: {view.xml_id}"
        if view.type == "form" and model.has_access("create"):
            with self._attempt(what, strict=False) as env:
                model = env(user=model.env.uid)[model._name]
                self._walk_dialogue(what, self._new(model, view.id))

    def _walk_dialogue(self, what, wizard):
        """Press each button of a dialogue."""
        view = self.env["ir.ui.view"].browse(wizard.get_view()["id"])
        for node, _records in list(self._buttons(self._view(wizard, "form"), wizard)):
            self.pressed.add((view.xml_id, node.get("name")))
            shown = is_shown(node, wizard)
            pressed = f"{what} > {node.get('name')}"
            with self._attempt(pressed, wizard.env, strict=shown) as env:
                self._press(wizard.with_env(env), node)
