# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import uuid
from decimal import ROUND_DOWN, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from ..const import (
    CONFIRM_CANCELLED,
    GIFT_TO_CREATE,
    ORDER_STATUS,
    ORDER_TO_SHIP,
    REFUND_NONE,
    REFUND_REFUNDED,
    REFUND_STATUS,
    STEP_BOTH_PAID,
    TRADE_DEPOSIT,
)

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100
FEN = Decimal("0.01")
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}
# Two makers met at the same receiver or order: the later one tries again.
RACE_CONSTRAINTS = ("res_partner__pdd_address_uniq", "sale_order__pdd_order_uniq")


class PddOrder(models.Model):
    """The maker: from pending orders to confirmed sales orders, in batches."""

    _inherit = "pdd.order"

    # --- runner

    @api.model
    def _cron_make(self):
        """Make the sales orders of all pending orders."""
        self._make_pending(Domain.TRUE)

    @api.model
    def _make_pending(self, domain):
        """Make the pending orders of a domain, one transaction per batch.

        Any number of workers may run this at once: a batch is what one of them could
        lock.
        """
        domain &= Domain("state", "=", "pending")
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=self.search_count(domain))
        last_id = 0
        while time_left:
            batch = self.search(
                domain & Domain("id", ">", last_id), order="id", limit=BATCH_SIZE
            )
            if not batch:
                break
            last_id = batch[-1].id
            try:
                batch.try_lock_for_update().filtered_domain(domain)._make_safely()
            except (OperationalError, UniqueViolation):
                self.env.cr.rollback()  # another worker was faster; still pending
            time_left = commit_progress(len(batch))

    def _make_safely(self):
        """Make a batch; on an error halve it down to the order that is the cause.

        :raise OperationalError, UniqueViolation: another worker was faster
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._make()
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 one bad order must not stop the others
            if _is_race(error):
                raise
            if len(self) == 1:
                self._set_error(error)
                return
            middle = len(self) // 2
            self[:middle]._make_safely()
            self[middle:]._make_safely()

    def _set_error(self, error):
        """Keep an order that cannot be made, with a sentence for the operator."""
        if isinstance(error, UserError):
            message = error.args[0]
        else:
            reference = uuid.uuid4().hex[:8]
            _logger.error(
                "PDD order %s not made (reference %s)",
                self.order_sn,
                reference,
                exc_info=error,
            )
            message = self.env._(
                "Unexpected error: give the administrator the reference %s, "
                "it stands in the server log.",
                reference,
            )
        self.write({"state": "error", "error_message": message})

    def _release(self):
        """Let held and failed orders be made; what still forbids it holds them again."""
        orders = self.filtered(lambda order: order.state in ("held", "error"))
        orders = orders.filtered("line_ids")  # unreadable rows wait for the platform
        orders.write({"state": "pending", "error_message": False})
        if orders:
            self.env.ref("pdd_connector.ir_cron_order_make")._trigger()

    # --- one batch

    def _make(self):
        """Hold, cancel or turn into confirmed sales orders: a batch, set by set."""
        for shop, orders in self.grouped("shop_id").items():
            ready = orders._hold()
            if ready:
                shop._check_currency()
                ready.with_company(shop.company_id)._make_sale_orders(shop)

    def _hold(self):
        """Hold what must not be made, cancel what is refunded; return the rest."""
        ready, cancelled = self.browse(), self.browse()
        for order in self:
            if order._is_cancelled():
                cancelled += order
                continue
            reasons = order._get_hold_reasons()
            if reasons:
                order._set_held(reasons)
            else:
                ready += order
        cancelled.write({"state": "cancelled", **self._no_hold_vals()})
        return ready

    def _is_cancelled(self):
        """Return whether the order ended before it was shipped.

        The platform has no such status: a refunded order stays "to ship".
        """
        if self.confirm_status == CONFIRM_CANCELLED:
            return True
        return (
            self.order_status == ORDER_TO_SHIP and self.refund_status == REFUND_REFUNDED
        )

    def _get_hold_reasons(self):
        """Return why the order must wait: reason code -> detail.

        Extended by other modules; no side effect.
        """
        payload = self.payload or {}
        reasons = {}
        if self.order_status not in ORDER_STATUS:
            reasons["status"] = self.env._("Order status %s", self.order_status)
        if self.refund_status not in REFUND_STATUS:
            reasons["status"] = self.env._("After-sale status %s", self.refund_status)
        elif self.refund_status not in (REFUND_NONE, REFUND_REFUNDED):
            reasons["refund"] = ""
        if self.risk_control_status:
            reasons["risk"] = ""
        if self.trade_type == TRADE_DEPOSIT and not self._is_deposit_paid(payload):
            reasons["deposit"] = ""
        if "ship_hold" in (self.tags or "").split():
            reasons["ship_hold"] = ""
        if payload.get("gift_order_status") == GIFT_TO_CREATE and payload.get(
            "gift_list"
        ):
            reasons["gift"] = ""
        unmapped = self.line_ids.filtered(lambda line: not line.product_id)
        if unmapped:
            names = [
                f"{line.outer_id or ''} {line.spec or ''}".strip() for line in unmapped
            ]
            reasons["sku"] = ", ".join(names)
        problems = self._get_amount_problems()
        if problems:
            reasons["amount"] = "\n".join(problems)
        return reasons

    @api.model
    def _is_deposit_paid(self, payload):
        step = payload.get("step_order_info")
        status = step.get("step_trade_status") if isinstance(step, dict) else None
        return str(status) == str(STEP_BOTH_PAID)

    def _get_amount_problems(self):
        """Check the platform's identities to the fen; return the broken ones as text."""
        goods = sum(
            line.price_unit * line.quantity
            for line in self.line_ids
            if not line.is_gift
        )
        discounts = (
            self.platform_discount + self.seller_discount + self.capital_free_discount
        )
        fees = self.postage + self.service_fee
        problems = []
        for name, actual, expected in (
            ("goods_amount", self.goods_amount, goods - self.order_change_amount),
            ("discount_amount", self.discount_amount, discounts),
            (
                "pay_amount",
                self.pay_amount,
                self.goods_amount - self.discount_amount + fees,
            ),
        ):
            if self.currency_id.compare_amounts(actual, expected):
                problems.append(
                    self.env._(
                        "%(field)s is %(actual).2f, expected %(expected).2f",
                        field=name,
                        actual=actual,
                        expected=expected,
                    )
                )
        for name in ("pay_amount", "receivable_amount", "postage", "platform_discount"):
            if self.currency_id.compare_amounts(self[name], 0) < 0:
                problems.append(self.env._("%s is negative", name))
        return problems

    def _set_held(self, reasons):
        """Hold the order; it is checked again when the platform or the mapping moves."""
        detail = "\n".join(text for text in reasons.values() if text)
        self.write(
            {
                "state": "held",
                "hold_reasons": [Command.set(self._get_reason_ids(reasons))],
                "hold_detail": detail or False,
                "held_date": self.held_date or fields.Datetime.now(),
            }
        )

    @api.model
    def _get_reason_ids(self, codes):
        return [self.env.ref(f"pdd_connector.hold_reason_{code}").id for code in codes]

    @api.model
    def _no_hold_vals(self):
        return {
            "hold_reasons": [Command.clear()],
            "hold_detail": False,
            "held_date": False,
        }

    # --- documents

    def _make_sale_orders(self, shop):
        """Create and confirm the sales orders of one shop's orders."""
        shop._get_buyer_partner()
        contacts = self._get_delivery_contacts(shop)
        taxes = self._get_taxes(shop)
        vals_list = [
            order._prepare_sale_order_vals(contacts[order], taxes) for order in self
        ]
        sale_orders = self.env["sale.order"].with_context(**QUIET).create(vals_list)
        made, wrong = self.browse(), self.env["sale.order"]
        for order, sale_order in zip(self, sale_orders, strict=True):
            if shop.currency_id.compare_amounts(
                sale_order.amount_total, order.receivable_amount
            ):
                order._set_held({"amount": order._explain_total(sale_order)})
                wrong += sale_order
            else:
                order.sale_order_id = sale_order
                made += order
        wrong.unlink()
        made.sale_order_id.action_confirm()
        made.write({"state": "done", "error_message": False})
        held = made.filtered("held_date")
        held.write(self._no_hold_vals())

    def _explain_total(self, sale_order):
        return self.env._(
            "Odoo's taxes make a total of %(total).2f, the platform says "
            "%(receivable).2f: use taxes that are included in the price "
            "(fiscal position of the shop).",
            total=sale_order.amount_total,
            receivable=self.receivable_amount,
        )

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
        shop = self.shop_id
        lines = self.line_ids
        fees = [
            (shop.postage_product_id, self.postage),
            (shop.service_product_id, self.service_fee),
        ]
        goods_total = _fen(self.receivable_amount) - sum(_fen(fee) for _p, fee in fees)
        weights = [_fen(line.price_unit) * line.quantity for line in lines]
        vals_list = [
            self._prepare_priced_vals(line.product_id, line.quantity, share, taxes)
            for line, share in zip(lines, _spread(goods_total, weights), strict=True)
        ]
        for product, fee in fees:
            if fee:
                if not product:
                    raise UserError(
                        self.env._(
                            "Choose the products for postage and service fees on the "
                            "shop %s.",
                            shop.name,
                        )
                    )
                vals_list.append(
                    self._prepare_priced_vals(product, 1, _fen(fee), taxes)
                )
        return vals_list

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
        }

    @api.model
    def _get_price_unit(self, product, quantity, total, taxes):
        """Return the unit price, unrounded, that gives a total including all taxes.

        A sales order takes prices without the taxes that are not included in them:
        Odoo's tax engine works back from the total.
        """
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
            self.line_ids.product_id + shop.postage_product_id + shop.service_product_id
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

    def _get_delivery_contacts(self, shop):
        """Return the delivery address of each order, created where it is new.

        One address per receiver key; an order without key has one of its own.

        :return dict: order -> partner
        """
        keys = {order: order.open_address_id or order.order_sn for order in self}
        Partner = self.env["res.partner"].with_context(active_test=False, **QUIET)
        known = Partner.search_fetch(
            [
                ("pdd_shop_id", "=", shop.id),
                ("pdd_address_key", "in", [*keys.values()]),
            ],
            ["pdd_address_key"],
        )
        by_key = {partner.pdd_address_key: partner for partner in known}
        new = {key: order for order, key in keys.items() if key not in by_key}
        created = Partner.create(
            [order._prepare_contact_vals(key) for key, order in new.items()]
        )
        by_key |= {partner.pdd_address_key: partner for partner in created}
        return {order: by_key[key] for order, key in keys.items()}

    def _prepare_contact_vals(self, key):
        """Map the receiver (masked values only) to a delivery address."""
        self.ensure_one()
        country = self.env.ref("base.cn")
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


def _is_race(error):
    """Return whether another worker wrote the same receiver or order first."""
    return (
        isinstance(error, UniqueViolation)
        and error.diag.constraint_name in RACE_CONSTRAINTS
    )


def _fen(amount):
    """Return a float amount as Decimal yuan, exact to the fen."""
    return Decimal(str(amount or 0)).quantize(FEN)


def _spread(total, weights):
    """Spread an amount over weights, to the fen, the largest remainders first.

    :param Decimal total: yuan
    :param list weights: one Decimal per part; all zero: the first takes all
    :return list: one Decimal per part, their sum is ``total``
    """
    whole = sum(weights)
    if not whole:
        return [total, *[Decimal(0)] * (len(weights) - 1)]
    exact = [total * weight / whole for weight in weights]
    shares = [part.quantize(FEN, rounding=ROUND_DOWN) for part in exact]
    missing = int((total - sum(shares)) / FEN)
    order = sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])
    for index in order[:missing]:
        shares[index] += FEN
    return shares
