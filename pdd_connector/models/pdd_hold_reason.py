# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddHoldReason(models.Model):
    """Why an order waits, and who or what releases it."""

    _name = "pdd.hold.reason"
    _description = "PDD Hold Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    release_hint = fields.Char(
        string="Who Ends It",
        translate=True,
        help="Who or what releases an order that waits for this reason.",
    )
    color = fields.Integer()
    is_overridable = fields.Boolean(
        string="May Be Lifted",
        help="A manager may lift this hold of an order, with a note.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This code already exists.")
