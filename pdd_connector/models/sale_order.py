# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

KEEPS_LOCK = "pdd_keeps_lock"  # context: the connector unlocks and locks again

ORDER_SN = "[0-9]{6}-[0-9]{6,}"  # orders.md 0: YYMMDD- and 15 digits


def number_in(column):
    """Return the SQL of the platform's order number in a column of sales orders."""
    return f"substring({column}, '{ORDER_SN}')"


def _number_index(column):
    number = number_in(column)
    return models.Index(f"(company_id, {number}) WHERE {number} IS NOT NULL")


class SaleOrder(models.Model):
    _inherit = "sale.order"
    _has_pdd_texts = True

    pdd_shop_id = fields.Many2one(
        "pdd.shop",
        string="Pinduoduo Shop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    pdd_order_ids = fields.One2many(
        "pdd.order",
        "sale_order_id",
        string="Pinduoduo Orders",
        groups="pdd_connector.group_pdd_user",
    )
    pdd_order_count = fields.Integer(
        string="Number of Pinduoduo Orders",
        compute="_compute_pdd_order_count",
        groups="pdd_connector.group_pdd_user",
    )
    pdd_memo = fields.Text(
        string="Notes from Pinduoduo",
        readonly=True,
        copy=False,
        help="What buyer and shop wrote on the platform's order.",
    )

    pdd_is_locked_at_confirmation = fields.Boolean(
        string="Locked at Confirmation",
        readonly=True,
        copy=False,
        help="Odoo locked the order when it was confirmed, no person did: what changes on "
        "Pinduoduo goes through, and the order is locked again.",
    )

    _pdd_order_uniq = models.UniqueIndex(
        "(pdd_shop_id, client_order_ref) "
        "WHERE pdd_shop_id IS NOT NULL AND state != 'cancel'",
        "This Pinduoduo order has a sales order already.",
    )

    # dropped with the add-on; sales orders without such a number are not in them
    _pdd_name_idx = _number_index("name")
    _pdd_ref_idx = _number_index("client_order_ref")

    @api.depends("pdd_order_ids")
    def _compute_pdd_order_count(self):
        for order in self:
            order.pdd_order_count = len(order.pdd_order_ids)

    def _compute_sale_order_template_id(self):
        """Give no quotation template to orders of a shop.

        It would add its terms and payment, and write to the buyer.
        """
        ours = self._filter_to_pdd_buyers()
        ours.sale_order_template_id = False
        return super(SaleOrder, self - ours)._compute_sale_order_template_id()

    def _send_order_notification_mail(self, mail_template, **kwargs):
        """Write nothing to buyers of a platform, not even a mail that is then dropped."""
        if self._filter_to_pdd_buyers():
            return None
        return super()._send_order_notification_mail(mail_template, **kwargs)

    def _filter_to_pdd_buyers(self):
        """Return the orders of shops' buyers, those of after-sales among them."""
        # whoever sells need not be allowed to see the contacts
        ours = self.sudo().filtered(
            lambda order: order.pdd_shop_id or order.partner_id.pdd_shop_id
        )
        return ours.with_env(self.env)

    def action_view_pdd_orders(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_action"
        )
        action["domain"] = [("sale_order_id", "in", self.ids)]
        action["context"] = {}
        if len(self.pdd_order_ids) == 1:
            action["view_mode"] = "form"
            action["views"] = [(False, "form")]
            action["res_id"] = self.pdd_order_ids.id
        return action

    def _get_pdd_owners(self):
        """Return the platform's orders that have these sales orders."""
        # also those of shops that the reader may not see
        return self.sudo().pdd_order_ids

    def _describe_for_pdd(self):
        """Return what this sales order sells, beside what the platform says."""
        self.ensure_one()
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        lines = ", ".join(
            f"{line.product_uom_qty:g} x {line.product_id.display_name} "
            f"{line.price_total:.2f}"
            for line in self.order_line
            if not line.display_type
        )
        return self.env._(
            "%(name)s (%(state)s): %(lines)s; total %(total).2f",
            name=self.name,
            state=state,
            lines=lines,
            total=self.amount_total,
        )

    def _prepare_confirmation_values(self):
        """Keep the moment of the deal: orders of a shop are dated by the platform."""
        values = super()._prepare_confirmation_values()
        if self and all(order.pdd_shop_id for order in self):
            values.pop("date_order", None)
        return values

    def write(self, vals):
        """Know a lock that a person sets from one that comes with the confirmation."""
        if "locked" in vals and not self.env.context.get(KEEPS_LOCK):
            vals = {**vals, "pdd_is_locked_at_confirmation": False}
        return super().write(vals)

    def _note_confirmation_locks(self):
        """Note on orders just confirmed that their locks are Odoo's, not a person's."""
        self.filtered("locked").pdd_is_locked_at_confirmation = True

    def _is_pdd_locked(self):
        """Return whether a person has locked this order."""
        self.ensure_one()
        return self.locked and not self.pdd_is_locked_at_confirmation

    @contextmanager
    def _pdd_unlocked(self):
        """Unlock orders that were locked at their confirmation while they are changed.

        :raise UserError: names the orders that a person has locked
        """
        by_hand = self.filtered(lambda order: order._is_pdd_locked())
        if by_hand:
            raise UserError(
                self.env._(
                    "These sales orders are locked: %s. Unlock them, then try again.",
                    ", ".join(by_hand.mapped("name")),
                )
            )
        locked = self.filtered("locked")
        locked = locked.with_context(**{KEEPS_LOCK: True, "tracking_disable": True})
        locked.locked = False
        yield
        locked.locked = True
