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
            wizard.amount = sum(wizard.order_ids.mapped("open_amount"))

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
        lines, total = [], 0.0
        for (part, receivable), some in items.grouped(
            lambda item: (item.pdd_part, item.account_id)
        ).items():
            left = order.currency_id.round(sum(some.mapped("amount_residual")))
            if not left:
                continue
            total += left
            lines.append(
                {
                    "name": self.reason,
                    "account_id": receivable.id,
                    "partner_id": some[0].partner_id.id,
                    "balance": -left,
                    "pdd_order_id": order.id,
                    "pdd_part": part,
                }
            )
        if order.currency_id.round(total):
            lines.append(
                {
                    "name": self.reason,
                    "account_id": account.id,
                    "balance": total,
                    "pdd_order_id": order.id,
                }
            )
        return {
            "move_type": "entry",
            "date": fields.Date.context_today(self),
            "ref": f"{order.order_sn}: {self.reason}",
            "pdd_shop_id": order.shop_id.id,
            "line_ids": [Command.create(line) for line in lines],
        }
