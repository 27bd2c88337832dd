# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PddBillLine(models.Model):
    """One movement of a shop's account, as the platform wrote it.

    The platform gives its movements no number: a movement is known by all it says and
    by its place among equal ones of the same second. So a file may come twice, and
    files may overlap.
    """

    _name = "pdd.bill.line"
    _description = "PDD Bill Line"
    _order = "occurred_at desc, id desc"
    _rec_name = "flow_name"
    _log_access = False

    bill_id = fields.Many2one(
        "pdd.bill", required=True, readonly=True, index=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    line_number = fields.Integer(string="Line in File", readonly=True)
    occurred_at = fields.Datetime(required=True, readonly=True)
    occurred_date = fields.Date(
        string="Day", required=True, readonly=True, help="Day in Shanghai."
    )
    order_sn = fields.Char(string="Order Number", readonly=True)
    order_source = fields.Selection(
        [
            ("file", "The bill"),
            ("remark", "The remark"),
            ("report", "The compensation report"),
            ("person", "A person"),
        ],
        string="Order Number From",
        readonly=True,
    )
    order_id = fields.Many2one(
        "pdd.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    flow_code = fields.Char(string="Code", readonly=True)
    flow_name = fields.Char(string="Description", readonly=True)
    flow_type_id = fields.Many2one(
        "pdd.flow.type", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    treatment = fields.Selection(related="flow_type_id.treatment")
    part = fields.Selection(related="flow_type_id.part")
    kind = fields.Char(string="Type on Bill", readonly=True)
    remark = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Below zero for what the platform took."
    )
    digest = fields.Char(required=True, readonly=True, exportable=False)
    ordinal = fields.Integer(
        required=True, readonly=True, help="Place among equal movements."
    )

    # --- Odoo's side
    state = fields.Selection(
        [
            ("pending", "To post"),
            ("posted", "Posted"),
            ("unknown", "Unknown code"),
            ("held", "Held"),
            ("zero", "No amount"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    reason = fields.Selection(
        [
            ("unknown_code", "No flow type knows this code"),
            ("unknown_order", "The order is not in Odoo"),
            ("no_order", "No order number"),
            ("no_account", "The flow type has no account"),
            ("error", "It could not be posted"),
        ],
        readonly=True,
    )
    error_message = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    _identity_uniq = models.UniqueIndex(
        "(shop_id, digest, amount, ordinal)", "This movement is known already."
    )
    _pending_idx = models.Index(
        "(shop_id, occurred_date, id) WHERE state IN ('pending', 'held')"
    )
    _day_idx = models.Index("(shop_id, occurred_date)")
    _order_sn_idx = models.Index("(shop_id, order_sn) WHERE order_sn IS NOT NULL")
    _posted_idx = models.Index("(bill_id, id) WHERE move_id IS NOT NULL")
    _unlinked_idx = models.Index(
        "(shop_id, id) WHERE order_id IS NULL AND order_sn IS NOT NULL"
    )
    _reason_idx = models.Index("(shop_id, reason) WHERE reason IS NOT NULL")

    @api.depends("flow_code", "flow_name", "order_sn")
    def _compute_display_name(self):
        for line in self:
            parts = (line.flow_code, line.flow_name, line.order_sn)
            line.display_name = " ".join(part for part in parts if part)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.filtered("move_id"):
            raise UserError(
                self.env._("Undo the posting of a bill before you delete its lines.")
            )

    def action_view_move(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
