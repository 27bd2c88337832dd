# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop

from ..const import TEMPLATE_API


class PddWaybillTemplate(models.Model):
    """A layout of transport labels, as the platform offers it for a carrier."""

    _name = "pdd.waybill.template"
    _description = "PDD Waybill Template"
    _order = "logistics_id, id"

    platform_id = fields.Char(string="Platform's ID", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    url = fields.Char(required=True, readonly=True)
    logistics_id = fields.Many2one(
        "pdd.logistics.company",
        string="Carrier",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )

    _platform_id_uniq = models.Constraint(
        "UNIQUE(platform_id)", "This template exists already."
    )

    @api.model
    def _fetch(self, shop):
        """Ask for the templates of all carriers; nothing is locked yet.

        :return list: rows with the carrier's code in them
        """
        result = shop._call(TEMPLATE_API).get("result")
        datas = pop.parse_objects(result if isinstance(result, dict) else {}, "datas")
        return [
            {"wp_code": data.get("wp_code"), **row}
            for data in datas
            for row in pop.parse_objects(data, "standard_templates")
        ]

    @api.model
    def _intake(self, rows):
        """Write templates of carriers that are known by their code."""
        carriers = self.env["pdd.logistics.company"]._get_by_code()
        known = {template.platform_id: template for template in self._search_all()}
        to_create = []
        for row in rows:
            carrier = carriers.get(row.get("wp_code"))
            if not carrier:
                continue
            vals = {
                "platform_id": pop.parse_text(row.get("standard_template_id")),
                "name": pop.parse_text(row.get("standard_template_name")),
                "url": pop.parse_text(row.get("standard_template_url")),
                "logistics_id": carrier.id,
            }
            template = known.get(vals["platform_id"])
            if template:
                template.write(vals)
            else:
                to_create.append(vals)
        self.create(to_create)

    @api.model
    def _search_all(self):
        return self.search([("platform_id", "!=", False)])
