# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector.const import (
    AFTER_SALES_REFUNDED,
    ORDER_RECEIVED,
    ORDER_TO_SHIP,
    REFUND_ONLY,
    RETURN_AND_REFUND,
)

from ..const import RECALL, RETURN_AGREED


class PddCase(models.Model):
    """What an after-sale means for parcels and stock, until all of it is settled.

    The mirror (`pdd.refund`) says what the platform thinks; the case has four legs:
    money, parcel out, parcel back, stock. It closes only when all of them agree.
    """

    _name = "pdd.case"
    _description = "PDD After-sale Case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "is_closed, opened_date, id"
    _rec_name = "refund_id"
    _check_company_auto = True

    refund_id = fields.Many2one(
        "pdd.refund",
        string="After-sale",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one(
        related="refund_id.order_id", store=True, index="btree_not_null"
    )
    order_sn = fields.Char(related="refund_id.order_sn")
    shop_id = fields.Many2one(related="refund_id.shop_id", store=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    type_label = fields.Char(related="refund_id.type_label")
    status_label = fields.Char(related="refund_id.status_label")
    refund_amount = fields.Monetary(related="refund_id.refund_amount", store=True)
    reason = fields.Char(related="refund_id.reason")
    goods_name = fields.Char(related="refund_id.goods_name")
    return_number = fields.Char(
        string="Return Tracking Number",
        related="refund_id.tracking_number",
        store=True,
        index="btree_not_null",
    )
    expire_date = fields.Datetime(related="refund_id.expire_date")
    reason_id = fields.Many2one(
        "pdd.case.reason",
        string="Reason Class",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        ondelete="set null",
        tracking=True,
    )
    user_id = fields.Many2one("res.users", string="Responsible", tracking=True)
    opened_date = fields.Datetime(readonly=True, default=fields.Datetime.now)
    age_days = fields.Integer(string="Age (days)", compute="_compute_age_days")

    # --- documents
    return_picking_ids = fields.One2many(
        "stock.picking",
        "pdd_case_id",
        string="Expected Receipts",
        readonly=True,
        help="One for each transfer that brought the buyer goods.",
    )
    return_picking_count = fields.Integer(
        string="Receipts",
        compute="_compute_return_picking_count",
        compute_sudo=True,  # who sees cases need not see transfers
        help="Without cancelled ones.",
    )
    exchange_order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    action_ids = fields.One2many(related="refund_id.action_ids", string="Actions")
    good_quantity = fields.Float(readonly=True, digits="Product Unit")
    damaged_quantity = fields.Float(readonly=True, digits="Product Unit")
    missing_quantity = fields.Float(readonly=True, digits="Product Unit")
    loss_amount = fields.Monetary(
        readonly=True,
        currency_field="company_currency_id",
        help="Cost of what came back damaged or not at all.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    received_date = fields.Datetime(readonly=True)

    # --- what a person found out
    intercept_state = fields.Selection(
        [
            ("todo", "Carrier to be asked"),
            ("asked", "Carrier asked"),
            ("done", "Coming back"),
            ("failed", "Could not be stopped"),
        ],
        string="Intercept",
        readonly=True,
        copy=False,
        tracking=True,
    )
    intercept_date = fields.Datetime(string="Intercept Since", readonly=True)
    is_written_off = fields.Boolean(
        string="Nothing Comes Back",
        readonly=True,
        copy=False,
        tracking=True,
        help="A person has given up waiting for the goods.",
    )

    # --- legs
    money_state = fields.Selection(
        [
            ("none", "No money"),
            ("open", "Not refunded yet"),
            ("paid", "Refunded"),
            ("dropped", "Not refunded"),
        ],
        string="Money",
        compute="_compute_legs",
        store=True,
    )
    out_state = fields.Selection(
        [
            ("house", "In the house"),
            ("way", "On the way"),
            ("exchange", "Exchange to be shipped"),
            ("delivered", "With the buyer"),
            ("recalled", "Called back"),
        ],
        string="Parcel Out",
        compute="_compute_legs",
        store=True,
    )
    back_state = fields.Selection(
        [
            ("none", "Not expected"),
            ("expected", "Expected"),
            ("way", "On the way"),
            ("received", "Received"),
            ("lost", "Given up"),
        ],
        string="Parcel Back",
        compute="_compute_legs",
        store=True,
    )
    stock_state = fields.Selection(
        [
            ("none", "Untouched"),
            ("waiting", "To be booked"),
            ("done", "Booked"),
            ("loss", "Loss"),
        ],
        string="Stock",
        compute="_compute_legs",
        store=True,
    )
    is_closed = fields.Boolean(
        string="Closed", compute="_compute_legs", store=True, index=True
    )
    closed_date = fields.Datetime(compute="_compute_legs", store=True)
    open_legs = fields.Char(
        string="Still Open", compute="_compute_open_legs", help="What keeps it open."
    )

    _refund_uniq = models.Constraint(
        "UNIQUE(refund_id)", "This after-sale has a case already."
    )

    @api.depends("refund_id.reason")
    def _compute_reason_id(self):
        classes = self.env["pdd.case.reason"]._get_classes()
        for case in self:
            case.reason_id = case.reason_id or classes._classify(case.reason)

    @api.depends("opened_date", "closed_date")
    def _compute_age_days(self):
        now = fields.Datetime.now()
        for case in self:
            end = case.closed_date or now
            case.age_days = (end - (case.opened_date or now)).days

    @api.depends(
        "refund_id.after_sales_status",
        "refund_id.after_sales_type",
        "refund_id.tracking_number",
        "refund_id.state",
        "refund_id.order_id.order_status",
        "refund_id.order_id.parcel_ids",
        "refund_id.refund_amount",
        "return_picking_ids.state",
        "return_picking_ids.pdd_shared_case_ids",
        "shared_picking_ids.state",
        "exchange_order_id.picking_ids.state",
        "exchange_picking_ids.state",
        "intercept_state",
        "is_written_off",
        "is_settled_by_hand",
        "received_amount",
        "loss_amount",
    )
    def _compute_legs(self):
        for case in self:
            case.money_state = case._get_money_state()
            case.out_state = case._get_out_state()
            case.back_state = case._get_back_state()
            case.stock_state = case._get_stock_state()
            case.balance_state = case._get_balance_state()
            case.is_closed = not case._get_open_legs()
            since = case.closed_date or fields.Datetime.now()
            case.closed_date = case.is_closed and since

    @api.depends(
        "money_state", "out_state", "back_state", "stock_state", "balance_state"
    )
    @api.depends_context("lang")
    def _compute_open_legs(self):
        for case in self:
            names = [
                case._fields[name]._description_string(self.env)
                for name in case._get_open_legs()
            ]
            case.open_legs = ", ".join(names)

    @api.depends("return_picking_ids.state", "shared_picking_ids.state")
    def _compute_return_picking_count(self):
        for case in self:
            receipts = case._get_receipts()
            case.return_picking_count = len(
                receipts.filtered(lambda receipt: receipt.state != "cancel")
            )

    # --- buttons

    def action_view_receipts(self):
        self.ensure_one()
        receipts = self._get_receipts()
        if len(receipts) == 1:
            return self._open_record(receipts)
        of_case = [("id", "in", receipts.ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receipts"),
            "res_model": "stock.picking",
            "view_mode": "list,form",
            "domain": of_case,
        }

    def action_view_refund(self):
        return self._open_record(self.refund_id)

    def _open_record(self, record):
        """Open a document; who may not see it reads its name."""
        self.ensure_one()
        if not self.env.user._may_open_pdd(record._name):
            return self._name_record(record)
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    def _name_record(self, record):
        # the name is shown on the case as well
        name = record.sudo().display_name or ""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%s handles this case; you have no right to open it.", name
                )
                if name
                else self.env._("There is no document of this case to open."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # --- legs

    def _is_about_money(self):
        return self.refund_id.after_sales_type in (REFUND_ONLY, RETURN_AND_REFUND)

    def _is_running(self):
        return self.refund_id.state in ("open", "paying", "unknown")

    def _get_money_state(self):
        if self._is_running():
            return "open" if self._is_about_money() else "none"
        if self.refund_id.after_sales_status == AFTER_SALES_REFUNDED:
            return "paid"
        return "dropped" if self._is_about_money() else "none"

    def _get_out_state(self):
        if self.intercept_state == "done":
            return "recalled"
        order = self.refund_id.order_id
        if not self._is_about_money() and self._is_running():
            return "exchange"
        if order.order_status == ORDER_RECEIVED:
            return "delivered"
        if order.parcel_ids or order.order_status != ORDER_TO_SHIP:
            return "way"
        return "house"

    def _get_back_state(self):
        if self._has_received() and not self._get_open_receipts():
            return "received"
        if self.is_written_off:
            return "lost"
        if not self._expects_goods():
            return "none"
        return "way" if self.refund_id.tracking_number else "expected"

    def _expects_goods(self):
        """Return whether goods should come back."""
        if self.intercept_state == "done" or self.refund_id.tracking_number:
            return True
        status = self.refund_id.after_sales_status
        if self._is_running():
            return status in (RETURN_AGREED, RECALL)
        return (
            self.refund_id.after_sales_type == RETURN_AND_REFUND
            and status == AFTER_SALES_REFUNDED
        )

    def _get_stock_state(self):
        if self.back_state == "received":
            return "loss" if self.loss_amount else "done"
        if self.back_state == "lost":
            return "loss"
        return "none" if self.back_state == "none" else "waiting"

    def _get_open_legs(self):
        """Return the names of the legs that are not settled yet.

        A refund that was paid while the parcel is on its way is only settled when a
        person knows what became of the parcel.
        """
        legs = []
        if self.money_state == "open":
            legs.append("money_state")
        if self.out_state == "exchange" or (
            self.out_state == "way"
            and self.money_state == "paid"
            and self.back_state == "none"
            and self.intercept_state != "failed"
        ):
            legs.append("out_state")
        if self.back_state in ("expected", "way"):
            legs.append("back_state")
        if self.stock_state == "waiting":
            legs.append("stock_state")
        return legs
