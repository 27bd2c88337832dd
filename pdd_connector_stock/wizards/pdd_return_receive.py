# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class PddReturnReceive(models.TransientModel):
    """Receive returned parcels blindly: scan the number, count, next parcel."""

    _name = "pdd.return.receive"
    _description = "Receive a Returned Parcel"

    scan = fields.Char(
        help="Tracking number on the parcel; an order or after-sale number also works.",
    )
    candidate_ids = fields.Many2many(
        "pdd.case", string="Candidates", compute="_compute_candidate_ids"
    )
    candidate_count = fields.Integer(compute="_compute_candidate_ids")
    case_id = fields.Many2one(
        "pdd.case",
        string="After-sale",
        compute="_compute_case_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', candidate_ids)]",
    )
    order_sn = fields.Char(related="case_id.order_sn")
    reason = fields.Char(related="case_id.reason")
    line_ids = fields.One2many(
        "pdd.return.receive.line",
        "receive_id",
        string="Goods",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    last_message = fields.Char(readonly=True)

    @api.depends("scan")
    def _compute_candidate_ids(self):
        for wizard in self:
            cases = wizard._find_cases()
            wizard.candidate_ids = cases
            wizard.candidate_count = len(cases)

    @api.depends("candidate_ids")
    def _compute_case_id(self):
        for wizard in self:
            cases = wizard.candidate_ids
            wizard.case_id = cases if len(cases) == 1 else wizard.case_id & cases

    @api.depends("case_id")
    def _compute_line_ids(self):
        for wizard in self:
            moves = wizard._get_receipts().move_ids.filtered(
                lambda move: move.state == "assigned"
            )
            wizard.line_ids = [Command.clear()] + [
                Command.create(
                    {"move_id": move.id, "good_quantity": move.product_uom_qty}
                )
                for move in moves
            ]

    def _get_receipts(self):
        """Return the receipts of the scanned parcel: all, unless each has its number.

        A buyer sends all back in one parcel; parcels called back come one by one.
        """
        text = (self.scan or "").strip()
        receipts = self.case_id._get_receipts()
        with_number = receipts.filtered(lambda r: r.carrier_tracking_ref == text)
        return with_number or receipts

    def _find_cases(self):
        """Return open cases a scan may mean: the exact number first.

        An unknown number may belong to a buyer who has not told it yet: then all cases
        that expect goods without a number are candidates.
        """
        Case = self.env["pdd.case"]
        text = (self.scan or "").strip()
        if not text:
            return Case
        waiting = Domain("return_picking_ids.state", "=", "assigned")
        waiting |= Domain("shared_picking_ids.state", "=", "assigned")
        for domain in (
            Domain("return_number", "=", text)
            | Domain("return_picking_ids.carrier_tracking_ref", "=", text),
            Domain("order_id.parcel_ids.tracking_number", "=", text),
            Domain("refund_id.order_sn", "=", text)
            | Domain("refund_id.after_sales_id", "=", text),
            Domain("back_state", "=", "expected"),
        ):
            cases = Case.search(waiting & domain, limit=20)
            if cases:
                return cases
        return Case

    def action_receive(self):
        """Book what was counted and wait for the next parcel."""
        self.ensure_one()
        if not self.case_id:
            raise UserError(
                self.env._(
                    "Scan the number of a parcel that is expected, or choose the "
                    "after-sale it belongs to."
                )
            )
        for line in self.line_ids:
            line._check_quantities()
        found = {
            line.move_id: (line.good_quantity, line.damaged_quantity)
            for line in self.line_ids
        }
        # the connector keeps cases; receiving needs the right to receive transfers
        case = self.case_id.sudo()
        case.with_company(case.company_id)._receive(found)
        message = self.env._("%s is received.", self.case_id.display_name)
        return self._open_next(message)

    def _open_next(self, message):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive Returns"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_last_message": message},
        }
