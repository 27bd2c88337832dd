# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import (
    AFTER_SALES_CLASS,
    AFTER_SALES_REFUNDED,
    AFTER_SALES_STATUS,
    AFTER_SALES_TYPE,
    PART_BY_PIECES,
    REFUND_OPERATOR,
)
from ..placing import by_hand, place
from .amounts import FEN, to_fen
from .labels import label_of


class PddRefund(models.Model):
    """An after-sale (售后) as the platform shows it (mirror, read-only).

    One row per ``after_sales_id``; an order may have several. A case that is withdrawn
    and asked for again keeps its number. Money has moved only in the state *done*.
    """

    _name = "pdd.refund"
    _description = "PDD After-sale"
    _order = "platform_update_date desc, id desc"
    _rec_name = "after_sales_id"
    _rec_names_search = ["after_sales_id", "order_sn", "tracking_number"]
    _check_company_auto = True

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    after_sales_id = fields.Char(
        string="After-sale Number", required=True, readonly=True
    )
    order_sn = fields.Char(string="Order Number", required=True, readonly=True)
    order_id = fields.Many2one(
        "pdd.order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty while the order itself has not been read.",
    )
    after_sales_type = fields.Integer(
        readonly=True,
        help="2 refund only, 3 return and refund, 4 exchange, 5 resend, 6 repair.",
    )
    after_sales_status = fields.Integer(readonly=True)
    type_label = fields.Char(string="Type", compute="_compute_labels")
    status_label = fields.Char(string="Platform Status", compute="_compute_labels")
    operator_label = fields.Char(string="Last Moved By", compute="_compute_labels")
    state = fields.Selection(
        [
            ("open", "Running"),
            ("paying", "Refunding"),
            ("done", "Done"),
            ("closed", "Closed"),
            ("unknown", "Unknown status"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        help="Running and refunding cases stop the parcel; money moved only when done.",
    )

    refund_amount = fields.Monetary(readonly=True)
    order_amount = fields.Monetary(string="Paid by Buyer", readonly=True)
    discount_amount = fields.Monetary(readonly=True)
    goods_price = fields.Monetary(string="Unit Price", readonly=True)
    quantity = fields.Integer(readonly=True)
    part_after_sales_type = fields.Integer(
        readonly=True, help="1 by pieces, 2 by ratio; from the detail call."
    )
    part_after_sales_value = fields.Integer(readonly=True)
    platform_sku_id = fields.Char(string="SKU ID", readonly=True)
    outer_id = fields.Char(string="Merchant Code", readonly=True)
    goods_name = fields.Char(string="Goods", readonly=True)
    reason = fields.Char(readonly=True)
    remark = fields.Text(string="Buyer's Words", readonly=True, exportable=False)
    tracking_number = fields.Char(string="Return Tracking Number", readonly=True)
    shipping_name = fields.Char(string="Return Carrier", readonly=True)

    platform_create_date = fields.Datetime(string="Asked On", readonly=True)
    confirm_date = fields.Datetime(string="Deal On", readonly=True)
    platform_update_date = fields.Datetime(string="Changed On", readonly=True)
    expire_date = fields.Datetime(
        string="Act Before",
        readonly=True,
        help="While the shop must act; afterwards the platform decides.",
    )
    speed_refund_flag = fields.Integer(string="Fast Refund", readonly=True)
    speed_refund_status = fields.Char(readonly=True)
    user_shipping_status = fields.Char(
        readonly=True, help="1: the buyer says not received, 2: received."
    )
    dispute_refund_status = fields.Integer(readonly=True)
    refund_operator_role = fields.Integer(readonly=True)
    is_shipped = fields.Boolean(
        string="After Shipping",
        readonly=True,
        help="The parcel was shipped when the after-sale was last read.",
    )

    effect = fields.Selection(
        [
            ("cancelled", "Order cancelled"),
            ("reduced", "Order reduced"),
            ("credit", "Credit note"),
        ],
        readonly=True,
        copy=False,
        help="What the refunded money did to the documents. Before shipping the sales "
        "order changes; afterwards a credit note is due.",
    )

    placement = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What it took off the order before shipping: per line pieces and yuan.",
    )

    payload = fields.Json(
        readonly=True, exportable=False, export_string_translation=False
    )
    digest = fields.Char(readonly=True, exportable=False)
    detail_digest = fields.Char(
        readonly=True, exportable=False, help="Of the list row the detail belongs to."
    )
    problem = fields.Char(
        readonly=True, help="Fields that contradict each other or cannot be read."
    )

    _after_sales_uniq = models.Constraint(
        "UNIQUE(shop_id, after_sales_id)", "This after-sale already exists."
    )
    _order_sn_idx = models.Index("(shop_id, order_sn)")
    _detail_due_idx = models.Index(
        "(shop_id, id) WHERE detail_digest IS DISTINCT FROM digest"
    )

    @api.depends("after_sales_status")
    def _compute_state(self):
        for refund in self:
            refund.state = AFTER_SALES_CLASS.get(refund.after_sales_status, "unknown")

    @api.depends("after_sales_type", "after_sales_status", "refund_operator_role")
    @api.depends_context("lang")
    def _compute_labels(self):
        env = self.env
        for refund in self:
            status, kind = refund.after_sales_status, refund.after_sales_type
            refund.status_label = label_of(env, AFTER_SALES_STATUS, status)
            refund.type_label = label_of(env, AFTER_SALES_TYPE, kind)
            role = refund.refund_operator_role
            refund.operator_label = role and label_of(env, REFUND_OPERATOR, role)

    # --- business methods

    def _filter_refunded(self):
        """Return the after-sales whose money has gone back to the buyer."""
        return self.filtered(lambda r: r.after_sales_status == AFTER_SALES_REFUNDED)

    def _get_update_date(self):
        """Return when the platform changed the case last."""
        self.ensure_one()
        return self.platform_update_date or self.create_date

    def _get_cut_amount(self):
        """Return what this refund takes off its order (yuan): the buyer's money.

        Extended where the platform's part is known as well.
        """
        self.ensure_one()
        return self.refund_amount

    def _get_pieces(self):
        """Return how many pieces are given back, 0 when nothing says it.

        By pieces: the detail of a return and refund (refunds.md 2). The money says it too:
        the buyer got back all he paid for the named goods, or the price of
        ``goods_number`` pieces of them.
        """
        self.ensure_one()
        if self.part_after_sales_type == PART_BY_PIECES:
            return max(self.part_after_sales_value, 0)
        lines = self.order_id.line_ids.filtered(
            lambda line: line.sku_id.sku_id == self.platform_sku_id and not line.is_gift
        )
        pieces = sum(lines.mapped("quantity"))
        paid = self.order_id._get_buyers_part(lines)
        if not paid:
            return 0
        for count in (pieces, self.quantity):
            value = paid * count / pieces
            is_value = abs(to_fen(self.refund_amount) - value) <= FEN * count
            if 0 < count <= pieces and is_value:
                return count
        return pieces if to_fen(self.refund_amount) > paid else 0

    def _place(self, before=None):
        """Return what this refund takes off its order.

        After shipping it takes no further pieces: the goods have left.

        :param dict before: what of it is among the cuts of the order already; that is
            given back first, so a refund may be placed again when more is known of it
        :return: a :class:`~..placing.Placement`
        """
        self.ensure_one()
        order, before = self.order_id, before or {}
        goods = order.line_ids._prepare_goods(self.platform_sku_id)
        for row in goods:
            pieces, money = before.get("lines", {}).get(str(row.key), (0, 0))
            row.pieces += pieces
            row.money += to_fen(money)
        fees = to_fen(order.postage + order.service_fee - order.fee_cut_amount)
        fees += to_fen(before.get("fees"))
        return self._place_on(goods, fees)

    def _place_on(self, goods, fees):
        """Place this refund on what is left of an order; no side effect.

        :param list goods: see :meth:`pdd.order.line._prepare_goods`
        :param Decimal fees: yuan of postage and fees that are left
        """
        pieces = self._get_pieces()
        if self.is_shipped:
            named = {str(row.key) for row in goods if row.is_named}
            taken = (self.placement or {}).get("lines", {})
            pieces = sum(row[0] for key, row in taken.items() if key in named)
        return place(to_fen(self._get_cut_amount()), pieces, goods, fees)

    def _keep_placement(self, after, before=None):
        """Take what was placed off the shares of the order's lines and off its fees.

        :param after: :meth:`~..placing.Placement.to_json`; False takes nothing, as of a
            refund that is not granted any more
        :param dict before: what of it is among the cuts of the order already
        :return: the lines that changed
        """
        self.ensure_one()
        order, after, before = self.order_id, after or {}, before or {}
        for name, part in (("fee_cut_amount", "fees"), ("hand_cut_amount", "hand")):
            change = to_fen(after.get(part)) - to_fen(before.get(part))
            if change:
                order[name] = float(to_fen(order[name]) + change)
        changed = order.line_ids.browse()
        for line in order.line_ids:
            old_pieces, old_money = before.get("lines", {}).get(str(line.id), (0, 0))
            pieces, money = after.get("lines", {}).get(str(line.id), (0, 0))
            change = to_fen(money) - to_fen(old_money)
            if change or pieces != old_pieces:
                line.cut_quantity += pieces - old_pieces
                line.cut_amount = float(to_fen(line.cut_amount) + change)
                changed += line
        self.placement = after or False
        return changed

    def _apply(self):
        """Take this refund off the sales order, as a person decided.

        :raise UserError: it cannot be taken off as a whole, or the order is locked
        """
        self.ensure_one()
        placement = self._place(self.placement)
        reason = self._explain_unplaced(placement)
        if reason:
            raise UserError(reason)
        self.order_id._take_refund(self, placement)

    def _keep_by_hand(self):
        """Note that a person has taken this refund off the sales order."""
        self.ensure_one()
        self._keep_placement(by_hand(to_fen(self._get_cut_amount())), self.placement)
        self.effect = "reduced"

    def _is_handled_by_hand(self):
        """Return whether a person has taken this refund off the sales order."""
        self.ensure_one()
        return bool(to_fen((self.placement or {}).get("hand")))

    def _explain_unplaced(self, placement):
        """Return why a refund cannot be taken off its order as a whole, else no text."""
        self.ensure_one()
        if not placement or placement.is_complete:
            return ""
        if placement.rest:
            return self.env._(
                "After-sale %(number)s gives back %(amount).2f, that is %(rest).2f more "
                "than the order has left: compare its refunds with the merchant backend.",
                number=self.after_sales_id,
                amount=self.refund_amount,
                rest=placement.rest,
            )
        return self.env._(
            "After-sale %(number)s gives back all pieces, but %(rest).2f of their price "
            "stay: change the sales order by hand, then ignore this change.",
            number=self.after_sales_id,
            rest=placement.stuck,
        )

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "pdd.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }
