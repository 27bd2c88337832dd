# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..bill_file import Column, TableReader
from ..const import REPORT_COLUMNS, REPORTS


class PddReportHeading(models.Model):
    """A heading of a report the merchant backend exports, and what it stands for.

    The platform documents no report and renames columns without notice: headings are
    data. A unit in brackets does not belong to a heading.
    """

    _name = "pdd.report.heading"
    _description = "PDD Report Heading"
    _order = "report, field, sequence, id"

    name = fields.Char(string="Heading", required=True)
    report = fields.Selection(REPORTS, required=True)
    field = fields.Selection(
        [
            ("order_sn", "Order Number"),
            ("occurred_at", "Paid On"),
            ("amount", "Amount"),
            ("promised_date", "Promised Shipping"),
            ("shipping_date", "Shipped On"),
            ("reason", "Reason"),
            ("tracking_number", "Tracking Number"),
            ("date", "Day"),
        ],
        string="Stands For",
        required=True,
    )
    sequence = fields.Integer(default=10)

    _name_uniq = models.UniqueIndex(
        "(report, name)", "This heading has a meaning in this report already."
    )

    @api.model
    def _open_report(self, report, rows):
        """Return a reader of a report.

        :param str report: ``compensation`` or ``promotion``
        :param rows: iterable of ``(line, cells)``
        """
        headings = self.search([("report", "=", report)])
        columns = [Column(*column) for column in REPORT_COLUMNS[report]]
        return TableReader(
            rows,
            columns,
            {heading.name: heading.field for heading in headings},
            order_number=self.env["pdd.bill"]._get_order_pattern(),
        )
