# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..batches import by_company, do_safely
from .amounts import to_fen
from .sale_order import number_in

_lt = LazyTranslate(__name__)


class PddOrder(models.Model):
    """Sales orders that were there before: taken over, not made a second time.

    Somebody has typed or imported them, or the connector was uninstalled and installed
    again. A sales order of the company with this order's number in its name or customer
    reference is taken over when goods, amounts and total agree; else the order is held,
    with both shown.
    """

    _inherit = "pdd.order"

    match_sale_order_ids = fields.Many2many(
        "sale.order",
        string="Sales Orders With This Number",
        compute="_compute_match_sale_order_ids",
        compute_sudo=True,  # that there are some is shown to all who see the order
        help="They carry this order's number in their name or customer reference.",
    )

    @api.depends("state", "hold_reasons")
    def _compute_match_sale_order_ids(self):
        waiting = self.filtered(
            lambda order: "double" in order.hold_reasons.mapped("code")
        )
        (self - waiting).match_sale_order_ids = False
        for order, sale_orders in waiting._find_sale_orders().items():
            order.match_sale_order_ids = sale_orders

    # --- the decision of a person

    def action_take_over(self):
        """Use the one sales order with this number as it is, whatever differs.

        A quotation is confirmed. Nothing of the sales order is changed.
        """
        self.check_access("read")
        if not self.env.user.has_group("pdd_connector.group_pdd_manager"):
            raise AccessError(
                self.env._("Ask a Pinduoduo manager to use an existing sales order.")
            )
        # a manager decides; the connector writes the orders
        for orders in by_company(self.sudo()):
            found = orders._find_sale_orders()
            for order in orders.filtered(lambda o: o.state == "held"):
                order._take_over_chosen(found[order])

    def _take_over_chosen(self, sale_orders):
        """Take over what a person has chosen."""
        self.ensure_one()
        if len(sale_orders) != 1 or sale_orders._get_pdd_owners():
            raise UserError(self._explain_matches(sale_orders))
        self._set_shares()
        # two lines of one product have the product's lines in the same order
        pairs = self._pair_lines(sale_orders) or {}
        self._adopt_sale_order(sale_orders, pairs)
        sale_orders.message_post(
            body=self.env._(
                "%(user)s uses this sales order for Pinduoduo's order %(order)s.",
                user=self.env.user.name,
                order=self.order_sn,
            )
        )

    # --- a batch

    def _take_over_safely(self, races):
        """Take over what agrees, hold what does not; return the orders left to make."""
        left = self.browse()
        for orders in by_company(self):
            found = orders._find_sale_orders()
            matched = orders.filtered(lambda order, f=found: f[order])
            do_safely(
                matched,
                lambda some, f=found: some._take_over_matches(f),
                lambda order, error: order._set_error(error),
                races,
            )
            left += orders - matched
        return left

    def _find_sale_orders(self):
        """Return the living sales orders with the numbers of these orders.

        Found by two indexes of ours, in one statement for all orders of a company.

        :return dict: order -> sales orders
        """
        found = dict.fromkeys(self, self.env["sale.order"])
        if not self:
            return found
        SaleOrder = self.env["sale.order"]
        SaleOrder.flush_model(["name", "client_order_ref", "company_id", "state"])
        rows = self.env.execute_query(
            SQL(" UNION ").join(
                SQL(
                    "SELECT %(number)s, id FROM sale_order WHERE company_id = "
                    "ANY(%(companies)s) AND %(number)s = ANY(%(numbers)s) "
                    "AND state != 'cancel'",
                    number=SQL(number_in(column)),
                    companies=self.company_id.ids,
                    numbers=self.mapped("order_sn"),
                )
                for column in ("name", "client_order_ref")
            )
        )
        ids_by_number = {}
        for number, sale_order_id in sorted(rows):
            ids_by_number.setdefault(number, []).append(sale_order_id)
        for order in self:
            sale_orders = SaleOrder.browse(ids_by_number.get(order.order_sn, ()))
            found[order] = sale_orders.filtered(
                lambda sale, o=order: sale.company_id == o.company_id
            )
        return found

    def _take_over_matches(self, found):
        """Take over the sales orders that agree, hold the others.

        :param dict found: order -> sales orders with its number, one at least
        """
        held = {}
        # what cannot be compared is held for its own reason
        unclear = self.filtered(
            lambda order: order._get_open_holds().keys() & {"sku", "amount"}
        )
        for order in self - unclear:
            sale_orders = found[order]
            differences = order._compare_sale_orders(sale_orders)
            if differences:
                held[order] = {"double": differences}
            else:
                order._adopt_sale_order(sale_orders, order._pair_lines(sale_orders))
        self._hold_all(held)
        unclear._hold()

    # --- does it agree

    def _compare_sale_orders(self, sale_orders):
        """Return what keeps these sales orders from being taken over, as a text."""
        self.ensure_one()
        self._set_shares()
        if (
            len(sale_orders) == 1
            and not sale_orders._get_pdd_owners()
            and sale_orders.state == "sale"
            and sale_orders.currency_id == self.currency_id
            and self._agrees(sale_orders)
        ):
            return ""
        return self._explain_matches(sale_orders)

    def _agrees(self, sale_order):
        """Return whether goods, amounts and total are those of this order.

        What was refunded may have been taken off already, by whichever rule: then the
        sales order's lines say how.
        """
        pairs = self._pair_lines(sale_order)
        if pairs is None:
            return False
        total = to_fen(sale_order.amount_total)
        if total == to_fen(self.entitled_amount):
            return self._has_shares_of(pairs) or self._take_cuts_from(pairs)
        return self._take_cuts_from(pairs)

    def _pair_lines(self, sale_order):
        """Return line -> sales order line; None where the goods are others."""
        left = sale_order.order_line.filtered(
            lambda line: not line.display_type and line.product_uom_qty
        )
        pairs = {}
        for line in self.line_ids:
            product = self._get_line_product(line)
            wanted = (line.quantity - line.cut_quantity, line.quantity)
            match = next(
                (
                    sale_line
                    for sale_line in left.sorted(
                        lambda li, p=line: (
                            abs(li.price_total - p.share_amount + p.cut_amount),
                            li.id,
                        )
                    )
                    if sale_line.product_id == product
                    and sale_line._get_pdd_pieces() in wanted
                ),
                None,
            )
            if match is None:
                if line.quantity == line.cut_quantity:
                    continue  # refunded as a whole: it may be gone
                return None
            pairs[line] = match
            left -= match
        fees = sum(to_fen(fee) for _product, fee in self._get_fees())
        if any(line.product_id.type != "service" for line in left):
            return None
        return pairs if to_fen(sum(left.mapped("price_total"))) == fees else None

    def _has_shares_of(self, pairs):
        return all(
            to_fen(sale_line.price_total) == to_fen(line.share_amount - line.cut_amount)
            for line, sale_line in pairs.items()
        )

    def _take_cuts_from(self, pairs):
        """Take the cuts of refunds from the lines of a sales order; return whether.

        Before an invoice, refunds of shipped orders lower the sales order as well.
        """
        refunds = self.refund_ids._filter_refunded()
        cuts = {
            line: to_fen(line.share_amount)
            - (to_fen(pairs[line].price_total) if line in pairs else 0)
            for line in self.line_ids
        }
        total = sum(to_fen(refund._get_cut_amount()) for refund in refunds)
        if not refunds or min(cuts.values()) < 0 or sum(cuts.values()) != total:
            return False
        self.write({"fee_cut_amount": 0.0, "hand_cut_amount": 0.0})
        for line, cut in cuts.items():
            line.cut_amount = float(cut)
        # by another rule than ours: it is not placed again
        refunds.write({"effect": "reduced", "placement": False})
        return True

    def _explain_matches(self, sale_orders):
        """Return both sides and the next step, for the person who compares."""
        mine = self._describe_lines()
        parts = [
            self.env._(
                "Pinduoduo: %(lines)s; total %(total).2f",
                lines=mine.replace("\n", ", "),
                total=self.entitled_amount,
            )
        ]
        parts += [sale_order._describe_for_pdd() for sale_order in sale_orders]
        if len(sale_orders) > 1:
            step = self.env._(
                "Several sales orders have this number: cancel those that are too "
                "many, or take the number off them, then press Try Again."
            )
        elif sale_orders._get_pdd_owners():
            step = self.env._(
                "This sales order belongs to %s already: release it there, or look for "
                "a shop that was connected twice.",
                ", ".join(
                    f"{order.shop_id.name} {order.order_sn}"
                    for order in sale_orders._get_pdd_owners()
                ),
            )
        elif sale_orders.state != "sale":
            step = self.env._(
                "It is a quotation: confirm it, or cancel it, then press Try Again. "
                "A manager may press Use This Sales Order, which confirms it."
            )
        else:
            step = self.env._(
                "They differ: correct the sales order, or cancel it, then press Try "
                "Again. A manager may press Use This Sales Order to keep it as it is."
            )
        return "\n".join([*parts, step])

    # --- taking over

    def _adopt_sale_order(self, sale_order, pairs):
        """Link an order to its sales order; what the platform says now follows.

        Transfers and invoices there are stay as they are. Extended by the sibling
        add-ons.

        :param dict pairs: line -> sales order line
        """
        self.ensure_one()
        self._take_over_receiver(sale_order.partner_shipping_id)
        sale_order.write(self._prepare_take_over_vals(sale_order))
        self.write(
            {
                "sale_order_id": sale_order.id,
                "state": "done",
                "error_message": False,
                **self._no_hold_vals(),
            }
        )
        for line, sale_line in pairs.items():
            line.sale_line_id = sale_line
        sale_order.order_line._take_as_pdd_made()
        if sale_order.state in ("draft", "sent"):
            self._confirm_sale_orders()
        self._mark_credits()
        sale_order._message_log(
            body=self.env._(
                "Taken over by the Pinduoduo connector: this is order %(order)s of the "
                "shop %(shop)s.",
                order=self.order_sn,
                shop=self.shop_id.name,
            )
        )
        self._review_made()

    def _prepare_take_over_vals(self, sale_order):
        """Return what is written on a sales order: what a person entered stays."""
        vals = {"pdd_shop_id": self.shop_id.id}
        if not sale_order.client_order_ref:
            vals["client_order_ref"] = self.order_sn
        if not sale_order.pdd_memo:
            vals["pdd_memo"] = self._prepare_memo()
        if not sale_order.commitment_date and self._is_to_ship():
            vals["commitment_date"] = self.last_ship_date
        return vals

    def _take_over_receiver(self, contact):
        """Use the delivery address that was this receiver's before."""
        shop, key = self.shop_id, self._get_receiver_key()
        if (
            contact.type == "delivery"
            and contact.parent_id == shop._get_buyer_partner()
            and not contact.pdd_address_key
            and not self._find_receivers(shop)[0]
        ):
            contact.write({"pdd_shop_id": shop.id, "pdd_address_key": key})
