# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError

from ..const import ORDER_TO_SHIP
from .amounts import to_fen


class PddOrder(models.Model):
    """Changes of the platform applied to the sales order, kind by kind.

    ``_find_<kind>_edit`` returns a sentence when somebody has edited in Odoo what the change
    would overwrite; ``_apply_<kind>`` brings the sales order in line.
    """

    _inherit = "pdd.order"

    def _get_stage(self):
        """Return how far the order is; extended by add-ons that ship."""
        self.ensure_one()
        return "confirmed" if self.order_status == ORDER_TO_SHIP else "shipped"

    # --- address

    def _find_address_edit(self):
        partner = self.sale_order_id.partner_shipping_id
        if partner.pdd_shop_id == self.shop_id and partner.pdd_address_key:
            return ""
        return self.env._("The delivery address was changed in Odoo.")

    def _apply_address(self):
        """Send the parcel to the new receiver; the old address stays what it was."""
        contact = self._get_delivery_contacts(self.shop_id)[self]
        contact.write(
            {
                name: value
                for name, value in self._prepare_contact_vals("").items()
                if name in ("name", "phone", "street", "street2", "city", "state_id")
            }
        )
        self._write_receiver(contact)

    def _write_receiver(self, contact):
        """Let the sales order go to another contact; extended by add-ons that ship."""
        self.sale_order_id.partner_shipping_id = contact

    # --- notes and promise

    def _apply_memo(self):
        self.sale_order_id.pdd_memo = self._prepare_memo()

    def _find_promise_edit(self):
        change = self.change_ids.filtered(
            lambda c: c.kind == "promise" and c.state == "to_apply"
        )[-1:]
        old, _new = (change.diff or {}).get("last_ship_date", (False, False))
        commitment = self.sale_order_id.commitment_date
        if not commitment or not old or str(commitment) == old:
            return ""
        return self.env._("The delivery date was changed in Odoo.")

    def _apply_promise(self):
        self.sale_order_id.commitment_date = self.last_ship_date

    # --- amounts and goods

    def _find_edits(self):
        """Return what a person changed on the sales order, line by line; else no text.

        Compared is what the connector wrote last: product, unit, quantity and total.
        """
        self.ensure_one()
        sale_order, env = self.sale_order_id, self.env
        if sale_order._is_pdd_locked():
            return env._("The sales order is locked in Odoo: unlock it first.")
        if any(not line.sale_line_id for line in self.line_ids):
            return env._(
                "A line of the sales order is missing: it was removed in Odoo."
            )
        lines = sale_order.order_line.filtered(lambda line: not line.display_type)
        edits = [line._explain_pdd_edit() for line in lines]
        edits += [
            env._("added: %s", line.product_id.display_name or line.name)
            for line in lines - self.line_ids.sale_line_id
            if not line.pdd_made and not line.currency_id.is_zero(line.price_total)
        ]
        edits = [edit for edit in edits if edit]
        return edits and env._(
            "The sales order was edited in Odoo: %s", "; ".join(edits)
        )

    def _find_amount_edit(self):
        return self._find_edits() or ""

    def _apply_amount(self):
        """Price the lines again, so that the total is the new entitlement."""
        problems = self._get_amount_problems()
        if problems:
            raise UserError("\n".join(problems))
        self._set_shares()
        self._write_sale_lines(self.line_ids)
        self._write_fee_lines()
        total = self.sale_order_id.amount_total
        if self.currency_id.compare_amounts(total, self.entitled_amount):
            raise UserError(self._explain_total(self.sale_order_id))

    def _write_sale_lines(self, lines):
        """Bring the sales order lines of these lines in line with shares and cuts.

        What was delivered already stays on its line; only the price falls then. Extended
        by add-ons that plan deliveries for them.

        :raise UserError: a person has locked the sales order
        """
        self.ensure_one()
        with self.sale_order_id._pdd_unlocked():
            for line in lines.filtered("sale_line_id"):
                sale_line = line.sale_line_id
                pieces = sale_line.product_id.uom_id._compute_quantity(
                    line.quantity - line.cut_quantity,
                    sale_line.product_uom_id,
                    round=False,
                )
                self._write_priced(
                    sale_line,
                    max(pieces, sale_line.qty_delivered),
                    to_fen(line.share_amount - line.cut_amount),
                )

    def _write_priced(self, sale_line, quantity, total):
        """Write quantity and price of a line together: Odoo computes neither again.

        :param Decimal total: yuan, with the taxes that the line has
        """
        product = sale_line.product_id
        vals = {
            "product_uom_qty": quantity,
            "discount": 0.0,
            "pdd_made": sale_line._prepare_pdd_made(
                product, sale_line.product_uom_id, quantity, total
            ),
        }
        if quantity:  # of nothing, the price tells what it was
            vals["price_unit"] = self._get_price_unit(
                product, quantity, total, sale_line.tax_ids
            )
        sale_line.write(vals)

    def _write_fee_lines(self):
        """Bring the lines of postage and service fees in line."""
        others = self.sale_order_id.order_line - self.line_ids.sale_line_id
        taxes = self.with_company(self.company_id)._get_taxes(self.shop_id)
        with self.sale_order_id._pdd_unlocked():
            for product, fee in self._get_fees():
                line = others.filtered(lambda li, p=product: p and li.product_id == p)[
                    :1
                ]
                if line:
                    self._write_priced(line, 1.0, fee)
                elif fee:
                    vals = self._prepare_priced_vals(product, 1, fee, taxes)
                    line.create(dict(vals, order_id=self.sale_order_id.id))

    def _find_goods_edit(self):
        if any(not line.sale_line_id for line in self.line_ids):
            return self.env._(
                "The platform lists other goods than the sales order: change it by hand."
            )
        return self._find_edits()

    def _apply_goods(self):
        """Take over changed quantities and prices of the same goods."""
        self._apply_amount()
