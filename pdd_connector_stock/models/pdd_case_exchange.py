# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.const import EXCHANGE, REPAIR, RESEND
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import DETAIL_API


class PddCase(models.Model):
    """Exchanges, resends and repairs: an order at no price, linked to the case."""

    _inherit = "pdd.case"

    exchange_picking_ids = fields.One2many(
        "stock.picking",
        "pdd_exchange_case_id",
        string="Exchange Transfers",
        readonly=True,
        help="Made by hand, with Odoo's own exchange.",
    )
    has_exchange_transfer = fields.Boolean(
        compute="_compute_has_exchange_transfer",
        compute_sudo=True,  # who sees cases need not see transfers
    )
    is_exchange_noted = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="A person was told that the exchange ended after its parcel had left.",
    )

    @api.depends("exchange_picking_ids.state")
    def _compute_has_exchange_transfer(self):
        for case in self:
            case.has_exchange_transfer = bool(case._get_exchange_transfers())

    def _get_exchange_transfers(self):
        """Return what Odoo's own exchange sends, or has sent, for this case."""
        # who handles the case need not see transfers
        transfers = self.sudo().exchange_picking_ids
        return transfers.filtered(lambda picking: picking.state != "cancel")

    def action_create_exchange(self):
        """Create and confirm the order that brings the buyer another piece.

        Who may only read the case sees its order, but gives nothing away.
        """
        self.ensure_one()
        if self.has_exchange_transfer:
            return self._open_record(self._get_exchange_transfers()[-1])
        if not self.exchange_order_id:
            self.check_access("write")
            product = self._find_exchange_product()
            # the connector makes the documents; who handles the case need not sell
            self.sudo().with_company(self.company_id)._create_exchange(product)
        return self._open_record(self.exchange_order_id)

    def _create_exchange(self, product):
        lines = {product: self._get_return_quantity()}
        order = self.env["sale.order"].create(self._prepare_exchange_vals(lines))
        self.exchange_order_id = order
        order.action_confirm()

    def _review_exchange(self):
        """Cancel the order of an exchange that ended before anything was sent.

        The buyer may ask again: then another order can be created.
        """
        order = self.exchange_order_id
        if self.refund_id.state != "closed" or self.is_sent_again:
            return
        if self._get_exchange_transfers():
            self._note_exchange_by_hand()
        if not order:
            return
        if order.picking_ids.filtered(lambda picking: picking._is_with_buyer()):
            self._note_exchange_shipped()
        else:
            self._cancel_exchange()

    def _cancel_exchange(self):
        """Cancel the order of which nothing was sent; another one may be created."""
        order = self.exchange_order_id
        moves = order.order_line.move_ids
        order._action_cancel()
        moves._put_back()
        self.exchange_order_id = False
        self.message_post(
            body=self.env._(
                "The after-sale ended, nothing was sent: %s is cancelled.", order.name
            )
        )

    def _note_exchange_shipped(self):
        """Have a person look at an exchange that ended after its parcel had left, once."""
        self._note_exchange_ended(
            self.env._("The exchange ended, its parcel has left"),
            self.env._(
                "The platform closed this after-sale after %s was shipped: ask the "
                "carrier to bring the parcel back, or the buyer to keep and pay it.",
                self.exchange_order_id.name,
            ),
        )

    def _note_exchange_by_hand(self):
        """Have a person end what Odoo's own exchange still sends; it was made by hand."""
        transfers = self._get_exchange_transfers()
        self._note_exchange_ended(
            self.env._("The exchange ended, its transfer is still there"),
            self.env._(
                "The platform closed this after-sale: cancel %s if it has not left, else "
                "ask the carrier to bring the parcel back, or the buyer to pay it.",
                ", ".join(transfers.mapped("name")),
            ),
        )

    def _note_exchange_ended(self, summary, note):
        if self.is_exchange_noted:
            return
        self.is_exchange_noted = True
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=(self.user_id or self.shop_id.user_id or self.env.user).id,
        )

    def _find_exchange_product(self):
        """Return the product to send: of an exchange the one the buyer chose.

        :raise UserError: the kind sends nothing, or the product is not known
        """
        refund = self.refund_id
        if refund.after_sales_type not in (EXCHANGE, RESEND, REPAIR):
            raise UserError(self.env._("Nothing is sent for this kind of after-sale."))
        sku_id = refund.platform_sku_id
        if refund.after_sales_type == EXCHANGE:
            sku_id = self._read_exchange_sku() or sku_id
        sku = self.env["pdd.sku"].search(
            [("shop_id", "=", self.shop_id.id), ("sku_id", "=", sku_id)]
        )
        if not sku.product_id:
            raise UserError(
                self.env._("Map the SKU %s to a product first.", sku_id or "?")
            )
        return sku.product_id

    def _read_exchange_sku(self):
        """Ask the platform which SKU the buyer wants instead; nothing is locked yet."""
        with self.shop_id._user_errors():
            detail = self.shop_id._call(
                DETAIL_API,
                order_sn=self.order_sn,
                after_sales_id=int(self.refund_id.after_sales_id),
            )
        exchange = detail.get("exchange_shipping_detail")
        if not isinstance(exchange, dict):
            return ""
        return pop.parse_text(exchange.get("sku_id_exchange"))

    def _prepare_exchange_vals(self, lines):
        """Return a sales order at no price: money never moves in an exchange.

        :param dict lines: product -> quantity in the product's unit
        """
        sale_order = self.order_id.sale_order_id
        return {
            "company_id": self.company_id.id,
            "partner_id": sale_order.partner_id.id,
            "partner_invoice_id": sale_order.partner_invoice_id.id,
            "partner_shipping_id": sale_order.partner_shipping_id.id,
            "warehouse_id": sale_order.warehouse_id.id,
            "team_id": sale_order.team_id.id,
            "user_id": self.user_id.id or sale_order.user_id.id,
            "origin": f"{self.order_sn} / {self.refund_id.after_sales_id}",
            "pdd_case_id": self.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": 0.0,
                        "discount": 0.0,
                    }
                )
                for product, quantity in lines.items()
            ],
        }
