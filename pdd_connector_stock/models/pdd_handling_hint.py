# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddHandlingHint(models.Model):
    """What a tag of the platform means for those who pack and ship."""

    _name = "pdd.handling.hint"
    _description = "PDD Handling Hint"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    tag = fields.Char(
        string="Platform's Tag", required=True, help="A name of order_tag_list."
    )
    name = fields.Char(string="Hint", required=True, translate=True)
    active = fields.Boolean(default=True)

    _tag_uniq = models.Constraint("UNIQUE(tag)", "This tag has a hint already.")
