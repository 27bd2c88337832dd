# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import ORDER_STATUS, ORDER_TO_SHIP, REFUND_STATUS, REMARK_TAG
from .labels import label_of


class PddOrder(models.Model):
    """An order as the platform shows it, and what Odoo made of it.

    Intake writes the platform's side (payload, digest, platform time), the maker
    writes state and sales order. An error of the maker loses no fact.
    """

    _name = "pdd.order"
    _description = "PDD Order"
    _order = "confirm_date desc, id desc"
    _rec_name = "order_sn"
    _check_company_auto = True

    order_sn = fields.Char(string="Order Number", required=True, readonly=True)
    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    payload = fields.Json(
        readonly=True, exportable=False, export_string_translation=False
    )
    digest = fields.Char(readonly=True, exportable=False)

    # --- the platform's states: codes, shown by the tables of const
    order_status = fields.Integer(readonly=True, index=True)
    refund_status = fields.Integer(readonly=True)
    after_sales_status = fields.Integer(readonly=True)
    confirm_status = fields.Integer(readonly=True)
    risk_control_status = fields.Integer(readonly=True)
    trade_type = fields.Integer(readonly=True)
    order_status_label = fields.Char(
        string="Platform Status", compute="_compute_labels"
    )
    refund_status_label = fields.Char(string="After-sale", compute="_compute_labels")

    # --- times
    platform_create_date = fields.Datetime(string="Ordered On", readonly=True)
    pay_date = fields.Datetime(string="Paid On", readonly=True)
    confirm_date = fields.Datetime(string="Deal On", readonly=True, index=True)
    last_ship_date = fields.Datetime(
        string="Ship By",
        readonly=True,
        help="Promised to the buyer; later costs a fine.",
    )
    shipping_date = fields.Datetime(string="Shipped On", readonly=True)
    receive_date = fields.Datetime(string="Received On", readonly=True)
    platform_update_date = fields.Datetime(string="Changed On", readonly=True)

    # --- amounts
    goods_amount = fields.Monetary(readonly=True)
    order_change_amount = fields.Monetary(
        string="Price Cut", readonly=True, help="Made by the shop on this order."
    )
    discount_amount = fields.Monetary(string="All Discounts", readonly=True)
    platform_discount = fields.Monetary(
        readonly=True, help="Paid to the shop by the platform."
    )
    seller_discount = fields.Monetary(string="Shop Discount", readonly=True)
    capital_free_discount = fields.Monetary(
        string="Group Leader Discount", readonly=True
    )
    postage = fields.Monetary(readonly=True)
    service_fee = fields.Monetary(string="Service Fees", readonly=True)
    pay_amount = fields.Monetary(string="Paid by Buyer", readonly=True)
    receivable_amount = fields.Monetary(
        readonly=True, help="What the shop is entitled to: paid + platform discount."
    )

    refunded_amount = fields.Monetary(
        compute="_compute_refunded_amount",
        store=True,
        help="Paid back to the buyer by all after-sales of this order.",
    )
    fee_cut_amount = fields.Monetary(
        string="Fees Refunded",
        readonly=True,
        copy=False,
        help="Taken off postage and service fees by refunds before the invoice.",
    )
    hand_cut_amount = fields.Monetary(
        string="Refunds Handled by Hand",
        readonly=True,
        copy=False,
        help="Refunds that a person has taken off the sales order.",
    )
    entitled_amount = fields.Monetary(
        string="Sales Order Total",
        compute="_compute_entitled_amount",
        help="Receivable amount minus what was refunded before shipping.",
    )

    # --- receiver: masks to read, ciphertext to hand on, never plain text
    open_address_id = fields.Char(
        string="Receiver Key", readonly=True, exportable=False, index="btree_not_null"
    )
    receiver_name_mask = fields.Char(string="Receiver", readonly=True, exportable=False)
    receiver_phone_mask = fields.Char(string="Phone", readonly=True, exportable=False)
    receiver_address_mask = fields.Char(
        string="Address", readonly=True, exportable=False
    )
    receiver_cipher = fields.Json(
        readonly=True,
        exportable=False,
        export_string_translation=False,
        help="Ciphertexts; the platform shows them only while the order waits to ship.",
    )
    province = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    town = fields.Char(string="District", readonly=True)

    # --- notes, shipping
    buyer_memo = fields.Text(string="Buyer's Note", readonly=True)
    remark = fields.Text(string="Shop's Note", readonly=True)
    remark_tag = fields.Integer(readonly=True)
    remark_tag_label = fields.Char(string="Note Colour", compute="_compute_labels")
    tags = fields.Char(readonly=True, help="The platform's tags that are set.")
    logistics_id = fields.Integer(string="Carrier ID", readonly=True)
    tracking_number = fields.Char(readonly=True)

    line_ids = fields.One2many("pdd.order.line", "order_id", readonly=True)
    refund_ids = fields.One2many(
        "pdd.refund", "order_id", string="After-sales", readonly=True
    )
    refund_count = fields.Integer(
        string="Number of After-sales", compute="_compute_refund_count"
    )
    change_ids = fields.One2many(
        "pdd.order.change", "order_id", string="Changes", readonly=True
    )
    related_order_sn = fields.Char(
        string="Main Order Number",
        readonly=True,
        help="This order pays a difference or a surcharge of that order: it has nothing "
        "to ship itself.",
    )
    related_order_id = fields.Many2one(
        "pdd.order",
        string="Main Order",
        compute="_compute_related_order_id",
        help="The order this one belongs to.",
    )

    # --- Odoo's side
    state = fields.Selection(
        [
            ("pending", "To make"),
            ("held", "Held"),
            ("done", "Sales order made"),
            ("cancelled", "Cancelled"),
            ("error", "Error"),
        ],
        required=True,
        readonly=True,
        default="pending",
        copy=False,
    )
    hold_reasons = fields.Many2many("pdd.hold.reason", readonly=True, copy=False)
    hold_detail = fields.Text(string="Details", readonly=True, copy=False)
    held_date = fields.Datetime(string="Held Since", readonly=True, copy=False)
    release_date = fields.Datetime(
        string="Check Again On",
        readonly=True,
        copy=False,
        help="Then the hold ends by itself, for instance of a presale.",
    )
    overridden_holds = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Holds a person has lifted: reason -> what was known then.",
    )
    release_note = fields.Char(readonly=True, copy=False)
    release_user_id = fields.Many2one(
        "res.users", string="Released By", readonly=True, copy=False
    )
    issue_ids = fields.Many2many(
        "pdd.issue",
        "pdd_issue_order_rel",
        "order_id",
        "issue_id",
        string="Trouble",
        readonly=True,
        copy=False,
    )
    error_message = fields.Text(readonly=True, copy=False)
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _order_sn_uniq = models.Constraint(
        "UNIQUE(shop_id, order_sn)", "This order number already exists in this shop."
    )
    _pending_idx = models.Index("(shop_id, id) WHERE state = 'pending'")
    _waiting_idx = models.Index("(shop_id, state) WHERE state IN ('held', 'error')")

    @api.depends("order_status", "refund_status", "remark_tag")
    @api.depends_context("lang")
    def _compute_labels(self):
        for order in self:
            status, refund_status = order.order_status, order.refund_status
            order.order_status_label = label_of(self.env, ORDER_STATUS, status)
            order.refund_status_label = label_of(self.env, REFUND_STATUS, refund_status)
            tag = order.remark_tag
            order.remark_tag_label = tag and label_of(self.env, REMARK_TAG, tag)

    @api.depends("refund_ids.after_sales_status", "refund_ids.refund_amount")
    def _compute_refunded_amount(self):
        for order in self:
            refunded = order.refund_ids._filter_refunded()
            order.refunded_amount = sum(refunded.mapped("refund_amount"))

    @api.depends(
        "receivable_amount", "line_ids.cut_amount", "fee_cut_amount", "hand_cut_amount"
    )
    def _compute_entitled_amount(self):
        for order in self:
            cut = sum(order.line_ids.mapped("cut_amount"))
            cut += order.fee_cut_amount + order.hand_cut_amount
            order.entitled_amount = order.receivable_amount - cut

    @api.depends("refund_ids")
    def _compute_refund_count(self):
        for order in self:
            order.refund_count = len(order.refund_ids)

    @api.depends("related_order_sn", "gift_main_sn")
    def _compute_related_order_id(self):
        for shop, orders in self.grouped("shop_id").items():
            numbers = {
                order: order.related_order_sn or order.gift_main_sn for order in orders
            }
            by_sn = self._by_order_sn(shop, numbers.values())
            for order, order_sn in numbers.items():
                order.related_order_id = by_sn.get(order_sn)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        if self.sale_order_id:
            raise UserError(
                self.env._("An order that has a sales order cannot be deleted.")
            )

    # --- buttons

    def action_retry(self):
        """Try once more to make the sales orders of these orders."""
        self.check_access("read")
        # the connector makes the documents, whoever presses the button
        return self.sudo()._release_by_hand()

    def action_write_note(self):
        """Write a note that the platform shows as well."""
        self.ensure_one()
        tag_name = (self.payload or {}).get("remark_tag_name")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Note"),
            "res_model": "pdd.order.note",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_order_id": self.id,
                "default_note": self.remark or False,
                "default_tag": str(self.remark_tag or "") if tag_name else False,
                "default_tag_name": tag_name or False,
            },
        }

    def action_view_refunds(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_refund_action"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        return action

    def action_view_sale_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "view_mode": "form",
        }

    # --- business methods

    @api.model
    def _by_order_sn(self, shop, order_sns):
        """Return the mirrored orders of a shop by their numbers.

        :param order_sns: order numbers; empty ones are skipped
        :return dict: order number -> record
        """
        wanted = [order_sn for order_sn in order_sns if order_sn]
        orders = wanted and self.search_fetch(
            [("shop_id", "=", shop.id), ("order_sn", "in", wanted)],
            ["order_sn", "order_status"],
        )
        return {order.order_sn: order for order in orders}

    def _is_fulfilable(self):
        """Return whether the parcel may be packed and shipped now."""
        self.ensure_one()
        return (
            self.state == "done"
            and self.order_status == ORDER_TO_SHIP
            and not self.related_order_sn
            and not self._has_running_after_sale()
        )
