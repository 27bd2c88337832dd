# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..bill_file import BillFileError, open_rows
from ..const import REPORTS


class PddReportUpload(models.TransientModel):
    """Upload a report that explains what the bill leaves open."""

    _name = "pdd.report.upload"
    _description = "Upload a PDD Report"

    report = fields.Selection(REPORTS, required=True, default="compensation")
    shop_id = fields.Many2one(
        "pdd.shop",
        required=True,
        default=lambda self: self.env["pdd.shop"].search(Domain.TRUE, limit=1),
    )
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    replace = fields.Boolean(
        help="Days that are booked with other costs are booked anew."
    )

    def action_upload(self):
        """Read the report and use it; a wrong one changes nothing.

        :raise UserError: names line, column and the next step
        """
        self.ensure_one()
        self.env["pdd.bill"].check_access("read")  # for accountants only
        self.shop_id.check_access("read")
        # reports are part of the mirror, as bills are
        wizard = self.sudo()
        try:
            with open_rows(io.BytesIO(base64.b64decode(self.file))) as rows:
                reader = wizard.env["pdd.report.heading"]._open_report(
                    self.report, rows
                )
                return getattr(wizard, f"_take_{self.report}")(reader)
        except BillFileError as error:
            raise UserError(self.env["pdd.bill"]._explain(error)) from error

    def _take_compensation(self, reader):
        rows = self.env["pdd.compensation"]._take(self.shop_id, reader)
        self.shop_id._link_compensations()
        return self._open("pdd_compensation_action", rows)

    def _take_promotion(self, reader):
        Day = self.env["pdd.promotion.day"]
        days = Day._add_up(reader)
        return self._open(
            "pdd_promotion_day_action",
            Day._take(self.shop_id, days, replace=self.replace),
        )

    def _open(self, action, records):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"pdd_connector_finance.{action}"
        )
        return {**action, "domain": [("id", "in", records.ids)], "context": {}}
