# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..models.pdd_bill_line_post import BATCH_SIZE


class PddBillPreview(models.TransientModel):
    """What posting a bill would book, by flow type and account; nothing is posted."""

    _name = "pdd.bill.preview"
    _description = "Preview of Posting a PDD Bill"

    bill_id = fields.Many2one("pdd.bill", required=True, readonly=True)
    line_ids = fields.One2many("pdd.bill.preview.line", "preview_id", readonly=True)
    problem_count = fields.Integer(string="To Look At", readonly=True)

    @api.model
    def _sum_up(self, bill):
        """Add up what posting the movements that wait would write, a batch at a time.

        :return tuple: ({(flow type, code, account, reason): (count, balance in yuan)},
            number of movements that need a look)
        """
        figures, problems, last_id = {}, 0, 0
        while lines := self._get_batch(bill, last_id):
            last_id = lines[-1].id
            lines._set_flow_types()
            for line in lines:
                reason = line._find_reason()
                problems += bool(reason)
                items = [] if reason == "no_account" else line._prepare_counterparts()
                for item in items or [{"account_id": False, "balance": 0.0}]:
                    account_id = item["account_id"]
                    key = (line.flow_type_id.id, line.flow_code, account_id, reason)
                    count, total = figures.get(key, (0, 0.0))
                    figures[key] = (count + 1, total + item["balance"])
            self.env.invalidate_all()  # a bill has any number of them
        return figures, problems

    @api.model
    def _get_batch(self, bill, last_id):
        domain = Domain("bill_id", "=", bill.id) & Domain("id", ">", last_id)
        domain &= Domain("state", "in", ("pending", "held"))
        Line = self.env["pdd.bill.line"].with_company(bill.company_id)
        return Line.search(domain, order="id", limit=BATCH_SIZE)

    @api.model
    def _make(self, bill):
        """Create the preview of a bill's movements that wait."""
        bill.shop_id._get_bill_journal()
        figures, problems = self._sum_up(bill)
        return self.create(
            {
                "bill_id": bill.id,
                "problem_count": problems,
                "line_ids": [
                    Command.create(
                        {
                            "flow_type_id": flow_type_id,
                            "flow_code": flow_code,
                            "account_id": account_id,
                            "reason": reason,
                            "count": count,
                            "debit": round(max(total, 0.0), 2),
                            "credit": round(max(-total, 0.0), 2),
                        }
                    )
                    for (flow_type_id, flow_code, account_id, reason), (
                        count,
                        total,
                    ) in figures.items()
                ],
            }
        )


class PddBillPreviewLine(models.TransientModel):
    _name = "pdd.bill.preview.line"
    _description = "Line of a PDD Posting Preview"
    _order = "flow_code, id"

    preview_id = fields.Many2one(
        "pdd.bill.preview", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="preview_id.bill_id.currency_id")
    flow_type_id = fields.Many2one("pdd.flow.type", readonly=True)
    flow_code = fields.Char(string="Code", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    reason = fields.Selection(
        lambda self: self.env["pdd.bill.line"]._fields["reason"].selection,
        string="Look At",
        readonly=True,
    )
    count = fields.Integer(string="Items", readonly=True)
    debit = fields.Monetary(readonly=True)
    credit = fields.Monetary(readonly=True)
