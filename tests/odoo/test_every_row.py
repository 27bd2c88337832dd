# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who sees a list can open its rows, and what they link to: all menus times all roles."""

from odoo.addons.pdd_connector.models.ir_ui_view import is_pdd
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .filled import FilledCase
from .walk import OURS, WalkMixin, fields_of, inner_views, is_shown


@tagged("post_install", "-at_install")
class TestEveryRow(WalkMixin, FilledCase):
    def setUp(self):
        super().setUp()
        self._walk_start()
        self.opened = set()

    def test_each_row_of_each_list_opens_for_everyone_who_sees_the_list(self):
        for role, user in self.roles.items():
            for action in self._actions(user):
                self._walk_list(role, user, action)
        self._assert_no_failures()
        self.assertGreater(len(self.opened), 100)
        for role in ("inventory", "group_pdd_user", "group_pdd_accountant"):
            self.assertTrue([what for what in self.opened if what[0] == role], role)

    def _actions(self, user):
        """Return what the menus of a user lead to, of ours."""
        menus = self.env["ir.ui.menu"].with_user(user)
        shown = menus.browse(menus._visible_menu_ids()).sudo()
        # of a menu that is not shown its children are not either
        actions = [
            menu.action
            for menu in shown
            if menu.action
            and not {int(part) for part in menu.parent_path.split("/") if part}
            - set(shown.ids)
        ]
        ours = self.env["ir.model.data"].search(
            [("model", "=", "ir.actions.act_window"), ("module", "in", OURS)]
        )
        return [
            action
            for action in actions
            if action._name == "ir.actions.act_window"
            and action.id in ours.mapped("res_id")
        ]

    def _walk_list(self, role, user, action):
        what = f"{role}: {action.xml_id}"
        rows = []
        with self._attempt(what) as env:
            shown = action.with_env(env).sudo()._get_action_dict()
            views = {kind: number for number, kind in shown["views"]}
            if shown["target"] == "new":
                self._open(env(user=user), shown)
                return
            model = env(user=user)[action.res_model]
            kind = "list" if "list" in views else shown["views"][0][1]
            records = model.search(safe_eval(shown["domain"] or "[]"), limit=200)
            view = self._read(records, kind, views[kind])
            rows = [(row.id, view) for row in self._one_of_each_kind(records)]
        for number, view in rows:
            self._walk_row(what, role, user, action, views, view, number)

    def _one_of_each_kind(self, records):
        """Return a row for each value of each selection."""
        kinds = dict.fromkeys([None], records[:1])
        for record in records:
            for name, field in record._fields.items():
                if field.type == "selection" and field.store:
                    kinds.setdefault((name, record[name]), record)
        return records.browse({record.id for record in kinds.values()})

    def _walk_row(self, what, role, user, action, views, view, number):
        what = f"{what} row {number}"
        place = (role, action.res_model, number, views.get("form"))
        if place in self.opened:
            return
        self.opened.add(place)
        links = set()
        with self._attempt(what) as env:
            row = env(user=user)[action.res_model].browse(number)
            if view.get("action"):
                row = self._open(row.env, getattr(row, view.get("action"))())
            if len(row) != 1 or not (view.get("action") or "form" in views):
                return
            form = self._read(
                row, "form", False if view.get("action") else views["form"]
            )
            links = self._links(form, row)
        for model, linked in links:
            place = (role, model, linked, None)
            if place not in self.opened:
                self.opened.add(place)
                with self._attempt(f"{what} > {model}") as env:
                    self._follow(env(user=user)[model].browse(linked))

    def _links(self, view, records):
        """Return what our fields of a form link to: (model name, id)."""
        links = set()
        inner = inner_views(view)
        for record in records:
            for node in fields_of(view):
                field = record._fields.get(node.get("name"))
                if not (field and field.relational and is_shown(node, record)):
                    continue
                if node in inner:
                    links |= self._links(inner[node], record[field.name])
                elif (
                    field.type == "many2one"
                    and record[field.name]
                    and is_pdd(record, field)
                ):
                    options = safe_eval(node.get("options") or "{}", {"true": True})
                    if not options.get("no_open"):
                        links.add((field.comodel_name, record[field.name].id))
        return links

    def _follow(self, record):
        action = record.get_formview_action()
        self._read(record, "form", action["views"][0][0])
