# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError

from ..const import COMPANIES_API


class PddLogisticsCompany(models.Model):
    """A carrier as Pinduoduo numbers it; Odoo's delivery methods point to it.

    The table belongs to the platform, hence to no company and no shop.
    """

    _name = "pdd.logistics.company"
    _description = "PDD Logistics Company"
    _order = "sequence, logistics_id"
    _rec_names_search = ["name", "code"]

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    logistics_id = fields.Integer(
        string="Platform's ID", required=True, readonly=True, aggregator=None
    )
    code = fields.Char(
        help="Names the carrier in electronic waybills and traces. "
        "Filled by a refresh from Pinduoduo."
    )
    is_available = fields.Boolean(
        string="Available",
        default=True,
        readonly=True,
        help="Whether Pinduoduo takes parcels of this carrier.",
    )
    carrier_ids = fields.One2many(
        "delivery.carrier", "pdd_logistics_id", string="Delivery Methods"
    )

    _logistics_id_uniq = models.Constraint(
        "UNIQUE(logistics_id)", "This carrier of Pinduoduo exists already."
    )

    def action_refresh(self):
        """Read the platform's carriers through any shop that may call."""
        shop = self.env["pdd.shop"].search([("state", "=", "authorised")], limit=1)
        if not shop:
            raise UserError(
                self.env._("Authorise a shop first: its connection reads the carriers.")
            )
        with shop._user_errors():
            rows = self._fetch(shop)
        # the platform's own table: whoever asks, the connector writes it
        self.sudo()._intake(rows)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_refresh(self):
        """Read the carriers; without a shop that may call there is nothing to do."""
        if self.env["pdd.shop"].search_count([("state", "=", "authorised")], limit=1):
            self.action_refresh()

    @api.model
    def _fetch(self, shop):
        """Ask for the carriers; nothing is locked yet."""
        return pop.parse_objects(shop._call(COMPANIES_API), "logistics_companies")

    @api.model
    def _intake(self, rows):
        """Write the platform's carriers; what a row lacks stays as it was."""
        known = {company.logistics_id: company for company in self.search([])}
        to_create = []
        for vals in map(self._prepare_vals, rows):
            company = known.get(vals["logistics_id"])
            if company:
                company.write(vals)
            else:
                to_create.append(vals)
        self.create(to_create)

    @api.model
    def _prepare_vals(self, row):
        vals = {
            "logistics_id": pop.parse_int32(row.get("id")),
            "is_available": str(row.get("available")) == "1",
        }
        texts = {"name": row.get("logistics_company"), "code": row.get("code")}
        vals.update({name: pop.parse_text(v) for name, v in texts.items() if v})
        return vals

    @api.model
    def _get_by_code(self):
        """Return the carriers by the code that waybills and traces use."""
        companies = self.search([("code", "!=", False)])
        return {company.code: company for company in companies}
