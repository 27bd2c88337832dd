# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Walks through screens as a user meets them: views, rows, links, buttons.

Nothing here knows a single view: what an add-on adds is walked through as well.
"""

from contextlib import contextmanager

from lxml import etree
from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel
from odoo.tests import Form
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

OURS = ("pdd_connector", "pdd_connector_stock", "pdd_connector_finance")
NESTED = ("list", "form", "kanban")
TRUE = ("1", "True", "true")
FALSE = ("0", "False", "false")


class Values(dict):
    """The names an expression of a view may use, read from a record when asked for."""

    def __init__(self, record, parent=None):
        super().__init__(
            uid=record.env.uid, context=dict(record.env.context), parent=parent
        )
        self.record = record

    def __missing__(self, name):
        if name not in self.record._fields:
            raise KeyError(name)
        value = self.record[name]
        if isinstance(value, BaseModel):
            many = self.record._fields[name].type != "many2one"
            return value.ids if many else value.id
        return value

    def __contains__(self, name):
        return name in self.record._fields or super().__contains__(name)


def holds(expression, record):
    """Return whether an expression of a view is true for a record."""
    if not expression or expression in FALSE:
        return False
    if expression in TRUE:
        return True
    # an evaluation in the manner of the web client, of views of this repository
    return bool(eval(expression, {"__builtins__": {}}, Values(record)))  # noqa: S307


def is_shown(node, record):
    """Return whether a node is on the screen for a record of its view."""
    while node is not None and node.tag not in NESTED:
        if holds(node.get("invisible"), record):
            return False
        if holds(node.get("column_invisible"), record):
            return False
        node = node.getparent()
    return True


def view_of(node):
    """Return the view a node belongs to, of views inside of each other the inner one."""
    return next(outer for outer in node.iterancestors() if outer.tag in NESTED)


def fields_of(view):
    """Return the fields of a view itself, not those of views inside of it."""
    return [node for node in view.iter("field") if view_of(node) is view]


def inner_views(view):
    """Return the views right inside a view: field node -> view."""
    return {
        field: child
        for field in fields_of(view)
        for child in field
        if child.tag in NESTED
    }


def spec_of(view, model):
    """Return what the web client asks ``web_read`` for to show a view."""
    spec = {}
    inner = inner_views(view)
    for node in fields_of(view):
        field = model._fields.get(node.get("name"))
        if field is None:
            continue
        if not field.relational or node.get("invisible") in TRUE:
            spec[field.name] = {}
        elif field.type == "many2one":
            spec[field.name] = {"fields": {"display_name": {}}}
        elif node in inner:
            comodel = model.env[field.comodel_name]
            spec[field.name] = {"fields": spec_of(inner[node], comodel)}
        else:
            spec[field.name] = {"fields": {"display_name": {}}}
    return spec


class WalkMixin:
    """Looks at the screens of roles, and does what can be done there."""

    def _walk_start(self):
        self.failures, self.attempts = {}, []

    @contextmanager
    def _attempt(self, what, env=None, *, strict=True):
        """Do something that is undone afterwards, also what it commits.

        An access error is a failure, and any other crash if it is done as a user could.
        """
        env = env or self.env
        name = SQL.identifier(f"walk_{len(self.attempts)}")
        self.attempts.append(what)
        env.cr.flush()
        env.cr.execute(SQL("SAVEPOINT %s", name))
        cr = self.registry.cursor()
        try:
            yield env(cr=cr)
        except AccessError as error:
            self._fail(what, error)
        except UserError:
            pass
        except Exception as error:  # noqa: BLE001 collected, with what was done
            if strict:
                self._fail(what, f"{type(error).__name__}: {error}")
        finally:
            cr.close()
            env.cr.execute(SQL("ROLLBACK TO SAVEPOINT %s", name))
            env.cr.execute(SQL("RELEASE SAVEPOINT %s", name))
            env.invalidate_all()
            self.attempts.pop()

    def _fail(self, what, error):
        text = " ".join(str(error).split())[:230]
        self.failures.setdefault(text, []).append(what)

    def _assert_no_failures(self):
        lines = [
            f"{', '.join(sorted(set(whats))[:6])} ({len(whats)})\n    {text}"
            for text, whats in sorted(self.failures.items(), key=lambda item: item[1])
        ]
        self.assertFalse(lines, "\n" + "\n".join(lines))

    # --- looking

    def _view(self, model, view_type, view_id=False):
        return etree.fromstring(model.get_view(view_id or None, view_type)["arch"])

    def _read(self, records, view_type="form", view_id=False):
        """Show records; return the view."""
        view = self._view(records, view_type, view_id)
        records.web_read(spec_of(view, records))
        return view

    def _open(self, env, action):
        """Do what the web client does with an action; return what is then shown."""
        if not isinstance(action, dict):
            return None
        if action.get("type") == "ir.actions.client":
            return self._open(env, (action.get("params") or {}).get("next"))
        if action.get("type") != "ir.actions.act_window":
            return None
        context = action.get("context") or {}
        if isinstance(context, str):
            context = safe_eval(
                context, {"uid": env.uid, "active_id": False, "active_ids": []}
            )
        model = env[action["res_model"]].with_context(**{**env.context, **context})
        modes = [(False, kind) for kind in action["view_mode"].split(",")]
        views = {kind: number for number, kind in action.get("views") or modes}
        model.get_views([(number, kind) for kind, number in views.items()])
        if action.get("res_id"):
            record = model.browse(action["res_id"])
            self._read(record, "form", views.get("form"))
            return record
        if action.get("target") == "new":
            model.check_access("create")
            return self._new(model, views.get("form"))
        return self._search(model, action, views)

    def _search(self, model, action, views):
        domain = action.get("domain") or []
        if isinstance(domain, str):
            domain = safe_eval(domain, {"uid": model.env.uid})
        records = model.search(domain, limit=40)
        kind = next((kind for kind in ("list", "kanban") if kind in views), None)
        if kind:
            self._read(records, kind, views[kind])
        return records

    def _new(self, model, view_id):
        """Fill a dialogue: required fields get something."""
        named = model.with_context(default_file_name="reason.csv")
        form = Form(named, view=view_id or None)
        for name in form._view["fields"]:
            if form._get_modifier(name, "required") and not form[name]:
                form[name] = self._something(model, model._fields[name])
        return form.save()

    def _something(self, model, field):
        if field.type == "many2one":
            return model.env[field.comodel_name].search([], limit=1)
        if field.type == "binary":
            return b"cmVhc29u"  # "reason"
        return field.get_values(model.env)[0] if field.type == "selection" else "reason"

    # --- pressing

    def _press(self, records, node):
        """Press a button, and open what it leads to."""
        env = records.env
        context = self._context(records, node)
        if node.get("type") == "action":
            action = env["ir.actions.act_window"].sudo().browse(int(node.get("name")))
            context = {**context, **self._active(records)}
            env = env(context={**env.context, **context})
            return self._open(env, action._get_action_dict())
        result = getattr(records.with_context(**context), node.get("name"))()
        return self._open(env(context={**env.context, **self._active(records)}), result)

    def _context(self, records, node):
        return safe_eval(node.get("context") or "{}", {"active_id": records[:1].id})

    def _active(self, records):
        return {
            "active_model": records._name,
            "active_ids": records.ids,
            "active_id": records[:1].id,
        }
