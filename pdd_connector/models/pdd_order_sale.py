# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..batches import by_company, do_safely
from .amounts import to_fen

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
# of sale_pdf_quote_builder, which comes with Sales
SEARCHED_DEFAULTS = ("quotation_document_ids",)


class PddOrder(models.Model):
    """The documents: sales orders to the fen, delivery addresses of masked receivers."""

    _inherit = "pdd.order"

    def _make_sale_orders(self, shop):
        """Create and confirm the sales orders of one shop's orders."""
        shop._get_buyer_partner()
        contacts = self._get_delivery_contacts(shop)
        taxes = self._get_taxes(shop)
        for order in self:
            order._set_shares()
        vals_list = [
            order._prepare_sale_order_vals(contacts[order], taxes) for order in self
        ]
        sale_orders = self._create_sale_orders(vals_list)
        made, wrong, held = self.browse(), self.env["sale.order"], {}
        for order, sale_order in zip(self, sale_orders, strict=True):
            if shop.currency_id.compare_amounts(
                sale_order.amount_total, order.entitled_amount
            ):
                held[order] = {"tax": order._explain_total(sale_order)}
                wrong += sale_order
            else:
                order.sale_order_id = sale_order
                order._link_lines(sale_order)
                made += order
        wrong.unlink()
        self._hold_all(held)
        made._confirm_sale_orders()
        made.write({"state": "done", "error_message": False})
        held = made.filtered("held_date")
        held.write(self._no_hold_vals())
        made._mark_credits()

    @api.model
    def _create_sale_orders(self, vals_list):
        """Create sales orders; defaults that cost a search are looked up once for all."""
        Order = self.env["sale.order"].with_context(pdd_distributions={}, **QUIET)
        defaults = Order.default_get(SEARCHED_DEFAULTS)
        return Order.create([defaults | vals for vals in vals_list])

    def _confirm_sale_orders(self):
        """Confirm the sales orders of these orders, all at once."""
        self.sale_order_id.action_confirm()
        self.sale_order_id._note_confirmation_locks()

    def _explain_total(self, sale_order):
        return self.env._(
            "Odoo's taxes make a total of %(total).2f, the platform says "
            "%(receivable).2f: use taxes that are included in the price "
            "(fiscal position of the shop).",
            total=sale_order.amount_total,
            receivable=self.entitled_amount,
        )

    def _link_lines(self, sale_order):
        """Link the lines to those of the sales order, which stand in the same order."""
        for line, sale_line in zip(
            self.line_ids, sale_order.order_line[: len(self.line_ids)], strict=True
        ):
            line.sale_line_id = sale_line

    def _prepare_sale_order_vals(self, contact, taxes):
        """Map an order to the values of its sales order.

        :param contact: delivery address of the receiver
        :param dict taxes: product -> taxes, see :meth:`_get_taxes`
        """
        self.ensure_one()
        shop = self.shop_id
        vals = {
            "name": self.order_sn,
            "client_order_ref": self.order_sn,
            "company_id": shop.company_id.id,
            "partner_id": shop.partner_id.id,
            "partner_invoice_id": shop.partner_id.id,
            "partner_shipping_id": contact.id,
            "fiscal_position_id": shop.fiscal_position_id.id
            or self._get_fiscal_position(shop).id,
            "payment_term_id": False,
            "team_id": shop.team_id.id,
            "user_id": shop.user_id.id,
            "date_order": self.confirm_date or fields.Datetime.now(),
            "commitment_date": self.last_ship_date,
            "pdd_shop_id": shop.id,
            "pdd_memo": self._prepare_memo(),
            "order_line": [
                Command.create(line) for line in self._prepare_sale_line_vals(taxes)
            ],
        }
        if shop.pricelist_id:
            vals["pricelist_id"] = shop.pricelist_id.id
        return vals

    def _prepare_memo(self):
        parts = []
        if self.buyer_memo:
            parts.append(self.env._("Buyer: %s", self.buyer_memo))
        if self.remark:
            parts.append(self.env._("Shop: %s", self.remark))
        return "\n".join(parts) or False

    def _prepare_sale_line_vals(self, taxes):
        """Return the sales order lines; their total is the receivable amount.

        The discounts are spread over the goods by value, to the fen; there is no line
        that plugs a difference.
        """
        vals_list = [
            self._prepare_priced_vals(
                self._get_line_product(line),
                line.quantity - line.cut_quantity,
                to_fen(line.share_amount - line.cut_amount),
                taxes,
            )
            for line in self.line_ids
        ]
        return vals_list + self._prepare_fee_vals(taxes)

    def _prepare_fee_vals(self, taxes):
        """Return the lines of postage and service fees, where there are any."""
        vals_list = []
        for product, fee in self._get_fees():
            if not fee:
                continue
            if not product:
                raise UserError(
                    self.env._(
                        "Choose the products for postage and service fees on the "
                        "shop %s.",
                        self.shop_id.name,
                    )
                )
            vals_list.append(self._prepare_priced_vals(product, 1, to_fen(fee), taxes))
        return vals_list

    def _get_fees(self):
        """Return what has sales order lines of its own: (product, yuan).

        Refunds are taken off the postage first, then off the service fees.
        """
        shop, cut = self.shop_id, to_fen(self.fee_cut_amount)
        of_postage = min(cut, to_fen(self.postage))
        return [
            (shop.postage_product_id, to_fen(self.postage) - of_postage),
            (shop.service_product_id, to_fen(self.service_fee) - cut + of_postage),
        ]

    def _set_shares(self):
        """Spread the receivable amount over the lines, less the refunds there were."""
        self.write({"fee_cut_amount": 0.0, "hand_cut_amount": 0.0})
        shares = self._get_shares()
        for line, share in shares.items():
            line.write(
                {"share_amount": float(share), "cut_amount": 0.0, "cut_quantity": 0}
            )
        for refund, placement in self._plan_refunds(shares).items():
            refund._keep_placement(placement and placement.to_json())
            refund.effect = "reduced"
        for refund in self.refund_ids.filtered(lambda r: r._is_handled_by_hand()):
            refund._keep_placement(refund.placement)

    def _get_shares(self):
        """Return each line's part of the receivable amount: line -> Decimal yuan."""
        fees = to_fen(self.postage) + to_fen(self.service_fee)
        return self.line_ids._get_spread(to_fen(self.receivable_amount) - fees)

    def _plan_refunds(self, shares):
        """Place all refunds of this order on its shares, from the beginning.

        :param dict shares: line -> Decimal yuan
        :return dict: refund -> :class:`~..placing.Placement`; no side effect
        """
        reduced = self.refund_ids.filtered(lambda refund: refund.effect == "reduced")
        refunds = (reduced | self._get_placeable())._filter_refunded()
        refunds = refunds.filtered(lambda refund: not refund._is_handled_by_hand())
        left = {line: (share, line.quantity) for line, share in shares.items()}
        fees, plan = to_fen(self.postage) + to_fen(self.service_fee), {}
        for refund in refunds.sorted(lambda r: (r._get_update_date(), r.id)):
            goods = self.line_ids._prepare_goods(refund.platform_sku_id, left)
            plan[refund] = placement = refund._place_on(goods, fees)
            fees -= placement.fees
            left = {
                line: (
                    money - placement.money.get(line.id, 0),
                    pieces - placement.pieces.get(line.id, 0),
                )
                for line, (money, pieces) in left.items()
            }
        return plan

    def _explain_unplaced_refunds(self):
        """Return why refunds of an order that is not made cannot be taken off it."""
        if self.sale_order_id or not self.refund_ids:
            return []
        plan = self._plan_refunds(self._get_shares())
        reasons = [refund._explain_unplaced(place) for refund, place in plan.items()]
        return [reason for reason in reasons if reason]

    def _get_line_product(self, line):
        """Return the product of a line; what has nothing to ship is a service."""
        if not self.related_order_sn:
            return line.product_id
        product = self.shop_id.difference_product_id
        if not product:
            raise UserError(
                self.env._(
                    "Choose the product for price differences on the shop %s.",
                    self.shop_id.name,
                )
            )
        return product

    @api.model
    def _prepare_priced_vals(self, product, quantity, total, taxes):
        """Return a sales order line whose total with taxes is ``total`` yuan (Decimal)."""
        return {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "product_uom_id": product.uom_id.id,
            "price_unit": self._get_price_unit(
                product, quantity, total, taxes[product]
            ),
            "discount": 0.0,
            "tax_ids": [Command.set(taxes[product].ids)],
            "pdd_made": self.env["sale.order.line"]._prepare_pdd_made(
                product, product.uom_id, quantity, total
            ),
        }

    @api.model
    def _get_price_unit(self, product, quantity, total, taxes):
        """Return the unit price, unrounded, that gives a total including all taxes.

        A sales order takes prices without the taxes that are not included in them:
        Odoo's tax engine works back from the total.
        """
        if not quantity:
            return 0.0
        price = float(total) / quantity
        if all(tax.price_include for tax in taxes):
            return price
        details = taxes._get_tax_details(
            price,
            quantity,
            rounding_method="round_globally",
            product=product,
            special_mode="total_included",
        )
        included = sum(
            data["tax_amount"]
            for data in details["taxes_data"]
            if data["tax"].price_include
        )
        return (details["total_excluded"] + included) / quantity

    def _get_taxes(self, shop):
        """Return the taxes of all products of the batch: product -> taxes."""
        products = (
            self.line_ids.product_id
            + shop.postage_product_id
            + shop.service_product_id
            + shop.difference_product_id
        )
        position = shop.fiscal_position_id or self._get_fiscal_position(shop)
        return {
            product: position.map_tax(
                product.taxes_id._filter_taxes_by_company(shop.company_id)
            )
            for product in products
        }

    @api.model
    def _get_fiscal_position(self, shop):
        return self.env["account.fiscal.position"]._get_fiscal_position(shop.partner_id)

    def _create_receivers(self, races):
        """Create the delivery addresses that the orders of a batch will need.

        The maker commits them before it goes on: whoever meets another worker at a new
        receiver waits for this short work alone, not for a batch that is then undone.

        :return bool: whether there was one to create
        """
        ready = self.filtered(
            lambda order: not order._is_cancelled() and not order._get_open_holds()
        )
        created = False
        for some in by_company(ready):
            for shop, orders in some.grouped("shop_id").items():
                created |= orders._create_missing_receivers(shop, races)
        return created

    def _create_missing_receivers(self, shop, races):
        """Create the delivery addresses of one shop; return whether one was missing."""
        shop._get_buyer_partner()
        _known, missing = self._find_receivers(shop)
        do_safely(
            self.browse().concat(*missing.values()),
            lambda some: some._get_delivery_contacts(some.shop_id),
            lambda order, error: None,  # making it will say what is wrong
            races,
        )
        return bool(missing)

    def _get_delivery_contacts(self, shop):
        """Return the delivery address of each order, created where it is new.

        One address per receiver key; an order without key has one of its own.

        :return dict: order -> partner
        """
        by_key, missing = self._find_receivers(shop)
        created = (
            self.env["res.partner"]
            .with_context(**QUIET)
            ._create_delivery_contacts(
                shop.partner_id,
                [order._prepare_contact_vals(key) for key, order in missing.items()],
            )
        )
        by_key |= {partner.pdd_address_key: partner for partner in created}
        return {order: by_key[order._get_receiver_key()] for order in self}

    def _find_receivers(self, shop):
        """Return the delivery addresses there are, and an order of each other receiver.

        :return tuple: ({receiver key: partner}, {receiver key: order})
        """
        by_order = {order._get_receiver_key(): order for order in self}
        Partner = self.env["res.partner"].with_context(active_test=False, **QUIET)
        known = Partner.search_fetch(
            [
                ("pdd_shop_id", "=", shop.id),
                ("pdd_address_key", "in", [*by_order]),
            ],
            ["pdd_address_key"],
        )
        by_key = {partner.pdd_address_key: partner for partner in known}
        return by_key, {
            key: order for key, order in by_order.items() if key not in by_key
        }

    def _get_receiver_key(self):
        return self.open_address_id or self.order_sn

    def _prepare_contact_vals(self, key):
        """Map the receiver (masked values only) to a delivery address."""
        self.ensure_one()
        # not env.ref, which looks every time whether the record still exists
        country = self.env["res.country"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id("base.cn")
        )
        return {
            "name": self.receiver_name_mask
            or self.env._("Receiver of %s", self.order_sn),
            "type": "delivery",
            "parent_id": self.shop_id.partner_id.id,
            "company_id": self.company_id.id,
            "pdd_shop_id": self.shop_id.id,
            "pdd_address_key": key,
            "phone": self.receiver_phone_mask,
            "street": self.receiver_address_mask,
            "street2": self.town,
            "city": self.city,
            "state_id": self._get_state_id(country),
            "country_id": country.id,
        }

    def _get_state_id(self, country):
        """Return the province; the platform's names may lack the official ending."""
        name = self.province
        states = country.state_ids.filtered(
            lambda s: name and s.name.startswith(name[:2])
        )
        return states[:1].id
