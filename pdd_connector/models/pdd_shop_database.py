# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class PddShop(models.Model):
    """A copied database must not talk to a live shop."""

    _inherit = "pdd.shop"

    database_fingerprint = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        exportable=False,
        default=lambda self: self._get_database_fingerprint(),
    )
    is_copied_database = fields.Boolean(compute="_compute_is_copied_database")

    def _compute_is_copied_database(self):
        fingerprint = self._get_database_fingerprint()
        # compared, not shown: a user may know that the database is a copy
        for shop, secret in zip(self, self.sudo(), strict=True):
            shop.is_copied_database = secret.database_fingerprint != fingerprint

    def action_confirm_database(self):
        """Let this database call although it is a copy of, or was moved from, another."""
        self.check_access("write")
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "Only an administrator may say that this database is the one "
                    "that works with the shop."
                )
            )
        self.database_fingerprint = self._get_database_fingerprint()

    @api.model
    def _get_database_fingerprint(self):
        """Return what tells this database from a copy of it."""
        # the database uuid is a system parameter; users cannot read it
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        text = f"{uuid}/{self.env.cr.dbname}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _check_database(self):
        """Raise when this database is a copy nobody has confirmed."""
        for shop in self:
            if shop.is_copied_database:
                raise UserError(
                    self.env._(
                        "This database is a copy, or was moved: %s does not call "
                        "Pinduoduo until an administrator presses Confirm Database on "
                        "the shop.",
                        shop.name,
                    )
                )
