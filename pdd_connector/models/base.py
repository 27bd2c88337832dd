# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Base(models.AbstractModel):
    """Texts from outside leave Odoo as texts, whatever they begin with.

    Buyers, the platform and files write them; a spreadsheet that opens an export would
    take some for formulas. What is stored stays as it came.
    """

    _inherit = "base"
    # documents that texts of the platform are copied to set this as well
    _has_pdd_texts = False

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        rows = super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        if not self._holds_pdd_texts():
            return rows
        return [[inert(cell) for cell in row] for row in rows]

    def _holds_pdd_texts(self):
        return self._has_pdd_texts or self._name.startswith("pdd.")


def inert(cell):
    """Return a cell that no spreadsheet takes for a formula."""
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell
