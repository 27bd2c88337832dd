# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError

from ..const import ORDER_TO_SHIP


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

    def _find_amount_edit(self):
        """Return what a person changed on the lines that the connector had made."""
        fees = self.sale_order_id.order_line - self.line_ids.sale_line_id
        known = (self.shop_id.postage_product_id, self.shop_id.service_product_id)
        if any(line.product_id not in known for line in fees):
            return self.env._("Lines were added to the sales order in Odoo.")
        for line in self.line_ids:
            sale_line, currency = line.sale_line_id, self.currency_id
            if not sale_line:
                return self.env._("A line of the sales order was removed in Odoo.")
            expected = line.share_amount - line.cut_amount
            if currency.compare_amounts(sale_line.price_total, expected):
                return self.env._(
                    "The price of %s was changed in Odoo.", sale_line.product_id.name
                )
        return ""

    def _apply_amount(self):
        """Price the lines anew, so that the total is the new entitlement."""
        problems = self._get_amount_problems()
        if problems:
            raise UserError("\n".join(problems))
        self._set_shares()
        self._write_sale_lines(self.line_ids)
        self._write_fee_lines()
        total = self.sale_order_id.amount_total
        if self.currency_id.compare_amounts(total, self.entitled_amount):
            raise UserError(self._explain_total(self.sale_order_id))

    def _write_fee_lines(self):
        """Bring the lines of postage and service fees in line."""
        taxes = self._get_taxes(self.shop_id)
        mine = self.line_ids.sale_line_id
        for vals in self._prepare_fee_vals(taxes):
            lines = self.sale_order_id.order_line - mine
            line = lines.filtered(
                lambda li, v=vals: li.product_id.id == v["product_id"]
            )
            if line:
                line[:1].price_unit = vals["price_unit"]
            else:
                line.create(dict(vals, order_id=self.sale_order_id.id))

    def _find_goods_edit(self):
        if any(not line.sale_line_id for line in self.line_ids):
            return self.env._(
                "The platform lists other goods than the sales order: change it by hand."
            )
        return self._find_amount_edit()

    def _apply_goods(self):
        """Take over changed quantities and prices of the same goods."""
        self._apply_amount()
