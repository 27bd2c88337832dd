# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Command


class PddOrderWriteOff(models.TransientModel):
    """Write off what is left open of orders: with a reason, and up to a limit."""

    _name = "pdd.order.write.off"
    _description = "Write Off Settlement Differences"

    order_ids = fields.Many2many(
        "pdd.order",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    company_id = fields.Many2one(related="order_ids.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    limit = fields.Monetary(related="company_id.pdd_write_off_limit")
    amount = fields.Monetary(compute="_compute_amount")
    reason = fields.Char(required=True)

    @api.depends("order_ids")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = sum(
                order._to_books(order.open_amount) for order in wizard.order_ids
            )

    def action_write_off(self):
        """Book one entry per order and reconcile what was open.

        :raise UserError: an order is above the limit or has nothing open
        """
        self.ensure_one()
        for company, orders in self.order_ids.grouped("company_id").items():
            orders._check_write_off(company)
            account = company.sudo()._get_pdd_write_off_account()  # made at first use
            vals_list = [
                self._prepare_entry_vals(order.with_company(company), account)
                for order in orders
            ]
            moves = self.env["account.move"].with_company(company).create(vals_list)
            moves._post(soft=False)
            # figures of the mirror follow from the entries
            orders.sudo()._reconcile_receivables()
        return {"type": "ir.actions.act_window_close"}

    def _prepare_entry_vals(self, order, account):
        items = order.item_ids.filtered(
            lambda item: item.pdd_part and item.parent_state == "posted"
        )
        lines = []
        for (part, receivable), some in items.grouped(
            lambda item: (item.pdd_part, item.account_id)
        ).items():
            line = self._prepare_item(
                order,
                receivable,
                -sum(some.mapped("amount_residual")),
                -sum(some.mapped("amount_residual_currency")),
            )
            if line["amount_currency"]:
                partner = some[0].partner_id
                lines.append({**line, "partner_id": partner.id, "pdd_part": part})
        difference = self._prepare_item(
            order,
            account,
            -sum(line["balance"] for line in lines),
            -sum(line["amount_currency"] for line in lines),
        )
        if difference["balance"] or difference["amount_currency"]:
            lines.append(difference)
        return {
            "move_type": "entry",
            "date": fields.Date.context_today(self),
            "ref": f"{order.order_sn}: {self.reason}",
            "pdd_shop_id": order.shop_id.id,
            "line_ids": [Command.create(line) for line in lines],
        }

    def _prepare_item(self, order, account, balance, amount_currency):
        """Return a journal item, at the rate at which it was booked before."""
        return {
            "name": self.reason,
            "account_id": account.id,
            "currency_id": order.currency_id.id,
            "amount_currency": order.currency_id.round(amount_currency),
            "balance": order.company_id.currency_id.round(balance),
            "pdd_order_id": order.id,
        }
