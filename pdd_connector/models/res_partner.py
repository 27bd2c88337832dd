# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResPartner(models.Model):
    """One delivery address per receiver of a shop, holding masked values only."""

    _inherit = "res.partner"

    pdd_shop_id = fields.Many2one(
        "pdd.shop",
        string="Pinduoduo Shop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    pdd_address_key = fields.Char(
        string="Pinduoduo Receiver Key",
        readonly=True,
        copy=False,
        exportable=False,
        help="The platform's open_address_id: equal for equal receivers.",
    )

    _pdd_address_uniq = models.UniqueIndex(
        "(pdd_shop_id, pdd_address_key) WHERE pdd_address_key IS NOT NULL",
        "This receiver has a delivery address already.",
    )

    def _filter_pdd_buyers(self):
        """Return those that stand for buyers of a platform, to whom nobody writes."""
        # whoever writes a message need not be allowed to see the contacts
        return self.sudo().filtered("pdd_shop_id").with_env(self.env)

    @api.model
    def _create_delivery_contacts(self, parent, vals_list):
        """Create delivery addresses below one partner.

        Core brings the parent's commercial values (accounts, payment terms ...) to its new
        contacts one by one; here it is done for all of them at once, with the same result.
        """
        contacts = self.with_context(_partners_skip_fields_sync=True).create(vals_list)
        # read in the company the contacts are written in
        company_partner = parent.with_env(self.env).commercial_partner_id
        values = company_partner._get_commercial_values()
        if values:
            contacts.write(values)
        names = self._company_dependent_commercial_fields()
        # contacts are shared by the companies, whichever of them the user may see
        others = [("id", "!=", self.env.company.id)]
        for company in self.env["res.company"].sudo().search(others):
            shared = company_partner.with_company(company)
            contacts.with_company(company).write(
                shared._convert_fields_to_values(names)
            )
        return self.browse(contacts.ids)
