# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class PddCase(models.Model):
    """Goods and money must agree: what came back is paid for, or goes out again.

    An after-sale that ends without a refund once the goods are here leaves a buyer
    without either. Nobody but a person can end that.
    """

    _inherit = "pdd.case"

    balance_state = fields.Selection(
        [
            ("agree", "Money and goods agree"),
            ("kept", "Goods here, nothing refunded"),
            ("amount", "Refunded otherwise than asked"),
        ],
        string="Goods and Money",
        compute="_compute_legs",
        store=True,
    )
    balance_message = fields.Char(
        string="Next Step", compute="_compute_balance_message"
    )
    is_settled_by_hand = fields.Boolean(
        string="Settled by Hand",
        readonly=True,
        copy=False,
        tracking=True,
        help="A person has refunded the goods, or made sure that the amount is right.",
    )
    is_sent_again = fields.Boolean(
        string="Goods Sent Again",
        readonly=True,
        copy=False,
        tracking=True,
        help="The exchange order brings the buyer what came back.",
    )
    received_amount = fields.Monetary(
        readonly=True, help="What the buyer asked for when the goods arrived."
    )

    @api.depends("balance_state", "back_state", "refund_id.state")
    @api.depends_context("lang")
    def _compute_balance_message(self):
        for case in self:
            case.balance_message = case._get_balance_message()

    def _get_balance_message(self):
        """Return what has happened and the next step, False when nothing is left."""
        env, refund = self.env, self.refund_id
        if self.balance_state == "kept" and self.is_sent_again:
            return env._(
                "The goods are to be sent to the buyer again: ship their order."
            )
        if self.balance_state == "kept":
            return env._(
                "The goods are here and the after-sale has ended without a refund "
                "(%s): send the goods again, or refund the buyer in the merchant backend "
                "and press Settled by Hand.",
                refund.status_label,
            )
        if self.balance_state == "amount":
            return env._(
                "When the goods arrived the buyer asked for %(asked)s, refunded were "
                "%(paid)s: compare with the merchant backend, then press Settled by "
                "Hand.",
                asked=self.currency_id.format(self.received_amount),
                paid=self.currency_id.format(refund.refund_amount),
            )
        if refund.state == "closed" and self.back_state in ("expected", "way"):
            return env._(
                "The after-sale has ended without a refund (%s) while the parcel is on "
                "its way back: receive it, then send the goods again or refund them.",
                refund.status_label,
            )
        return False

    # --- leg

    def _get_balance_state(self):
        """Return whether what came back and what was paid agree."""
        if (
            self.is_settled_by_hand
            or self._is_running()
            or self.back_state != "received"
        ):
            return "agree"
        if self.money_state == "paid":
            return "amount" if self._has_other_amount() else "agree"
        is_exchanged = self.refund_id.state == "done"  # a new piece or a repaired one
        serves_another = self._get_receipts().pdd_shared_case_ids - self
        if is_exchanged or serves_another or self._has_sent_instead():
            return "agree"
        return "kept"

    def _has_other_amount(self):
        """Return whether another amount was paid than was asked for at the receipt."""
        asked = self.received_amount
        return bool(asked) and bool(
            self.currency_id.compare_amounts(asked, self.refund_id.refund_amount)
        )

    def _has_sent_instead(self):
        """Return whether the buyer was sent something for what came back."""
        sent = self.exchange_order_id.picking_ids | self.exchange_picking_ids
        return any(picking._is_with_buyer() for picking in sent)

    def _get_open_legs(self):
        legs = super()._get_open_legs()
        return legs if self.balance_state == "agree" else [*legs, "balance_state"]

    # --- what follows

    def _review_balance(self):
        """Show in trouble what does not agree, and end it there once it does."""
        for case in self:
            if case._is_running() or case.money_state == "paid":
                case._reopen_balance()
            if case.balance_state == "agree":
                case.env["pdd.issue"]._settle(case.shop_id, "case", [case.id])
            else:
                case._report_balance()

    def _reopen_balance(self):
        """Take back what a person decided before the buyer asked, or got paid, again."""
        if self.is_sent_again and not self._has_sent_instead():
            self._cancel_exchange()
        if self.is_sent_again:
            self.is_sent_again = False
        if self._is_running() and self.is_settled_by_hand:
            self.is_settled_by_hand = False

    def _report_balance(self):
        name = _lt(
            "After-sale %(number)s of order %(order)s: the goods are back, and the money "
            "does not agree. Open the case, it names the next step.",
            number=self.refund_id.after_sales_id,
            order=self.order_sn,
        )
        self.env["pdd.issue"]._report(
            self.shop_id, "case", self, name, detail=self.balance_message or None
        )

    # --- buttons

    def action_settle_by_hand(self):
        """Note that the buyer was refunded outside, or that the amount is right."""
        self.check_access("write")
        # the connector keeps cases; who pressed the button stands in the chatter
        cases = self.sudo().filtered(lambda case: case.balance_state != "agree")
        cases.is_settled_by_hand = True
        cases._review_balance()

    def action_send_again(self):
        """Create and confirm the order that brings the buyer back what came."""
        self.ensure_one()
        self.check_access("write")
        # the connector makes the documents; who handles the case need not sell
        case = self.sudo().with_company(self.company_id)
        if not case.is_sent_again and case.balance_state == "kept":
            case._create_send_again()
        return self._open_record(case.exchange_order_id)

    def _create_send_again(self):
        lines = self._get_lines_to_send_again()
        if not lines:
            raise UserError(self.env._("Nothing came back that could be sent again."))
        order = self.env["sale.order"].create(self._prepare_exchange_vals(lines))
        self.write({"exchange_order_id": order.id, "is_sent_again": True})
        order.action_confirm()

    def _get_lines_to_send_again(self):
        """Return all that came back: product -> quantity in the product's unit."""
        moves = self._get_receipts().move_ids.filtered(lambda move: not move.scrap_id)
        lines = defaultdict(float)
        for move, quantity in self._get_came(moves).items():
            product = move.product_id
            lines[product] += move.product_uom._compute_quantity(
                quantity, product.uom_id
            )
        return {product: quantity for product, quantity in lines.items() if quantity}
