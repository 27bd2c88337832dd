# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.web.controllers.export import ExcelExport

from ..models.base import inert


class PddExcelExport(ExcelExport):
    """The headings of a grouped export are texts from outside as its cells are.

    They do not come from the records' own export, see ``base._export_rows``.
    """

    def from_group_data(self, fields, columns_headers, groups):
        _make_headings_inert(groups, 0)
        return super().from_group_data(fields, columns_headers, groups)


def _make_headings_inert(group, depth):
    """Replace the headings below a group; a heading is the last of its key."""
    if not group.children:
        return
    Model = group._model
    field = Model._fields[group._groupby[depth].split(":")[0].split(".")[0]]
    owner = Model.env[field.comodel_name] if field.comodel_name else Model
    for key in [*group.children]:
        child = group.children.pop(key)
        if owner._holds_pdd_texts():
            label = key[1] if isinstance(key, tuple) and len(key) > 1 else key
            key = (key, inert(label))
        group.children[key] = child
        _make_headings_inert(child, depth + 1)
