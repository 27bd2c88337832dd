# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.pdd_connector import pop
from odoo.fields import Command

from .pdd_flow_type import OF_ORDERS


class PddBillLine(models.Model):
    """What a movement means for the books: values only, nothing is written here."""

    _inherit = "pdd.bill.line"

    def _find_reason(self):
        """Return why a person should look at this movement, or False.

        Its flow type must be set before.
        """
        self.ensure_one()
        flow_type = self.flow_type_id
        if not flow_type:
            return "unknown_code"
        if flow_type.treatment not in OF_ORDERS and not flow_type.account_id:
            return "no_account"
        if not self.order_sn:
            return "no_order" if flow_type.needs_order else False
        if flow_type.treatment in OF_ORDERS and not self.order_id:
            return "unknown_order"
        return False

    def _prepare_counterparts(self):
        """Return the journal items a movement stands for, its own account left out.

        What no flow type knows goes to the suspense account of the journal, where it
        stays visible; it is never booked as something it may not be.

        :return list: dicts with account, balance (yuan, debit above zero) and more
        """
        self.ensure_one()
        flow_type = self.flow_type_id
        if not flow_type:
            return [self._prepare_suspense()]
        if flow_type.treatment in OF_ORDERS:
            account = self.company_id._get_pdd_receivable(flow_type.part)
            item = self._prepare_item(account, -self.amount)
            partner = self.shop_id._get_debtor()
            return [{**item, "partner_id": partner.id, "pdd_part": flow_type.part}]
        flow_type._check_account(flow_type.account_id)
        if flow_type.treatment == "reduction":
            return self._prepare_reduction()
        return [self._prepare_item(flow_type.account_id, -self.amount)]

    def _prepare_suspense(self):
        """Return the item of a movement nobody knows; it says nothing about a kind."""
        account = self.shop_id.journal_id.suspense_account_id
        item = self._prepare_item(account, -self.amount)
        return {**item, "partner_id": False, "analytic_distribution": False}

    def _prepare_item(self, account, balance):
        """Return one journal item.

        :param float balance: yuan, debit above zero
        """
        flow_type, currency = self.flow_type_id, self.currency_id
        company_currency = self.company_id.currency_id
        converted = balance
        if currency != company_currency:
            converted = currency._convert(
                balance, company_currency, self.company_id, self.occurred_date
            )
        analytic = flow_type.analytic_account_id
        return {
            "name": self._get_label(),
            "account_id": account.id,
            "partner_id": flow_type.partner_id.id,
            "currency_id": currency.id,
            "amount_currency": balance,
            "balance": converted,
            "analytic_distribution": {str(analytic.id): 100} if analytic else False,
            "display_type": "product",
            "tax_ids": [],
            "pdd_order_id": self.order_id.id,
        }

    def _get_label(self):
        """Return what the journal item is called: what happened, with which order."""
        return " ".join(filter(None, (self.flow_name, self.order_sn)))

    def _get_day_label(self):
        """Return what the movement is called in an entry of a day.

        Each transfer stays an item of its own: it meets another one elsewhere.
        """
        if self.treatment != "transfer":
            return self.flow_name
        return f"{self.flow_name} {pop.to_platform_text(self.occurred_at)[11:]}"

    # --- price reductions

    def _get_taxes(self):
        """Return the taxes a price reduction includes."""
        flow_type = self.flow_type_id
        if flow_type.tax_id:
            return flow_type.tax_id
        lines = self.order_id.sale_order_id.order_line.filtered("tax_ids")
        sets = {line.tax_ids for line in lines}
        return sets.pop() if len(sets) == 1 else self.company_id.account_sale_tax_id

    def _prepare_reduction(self):
        """Return the items of a price reduction: less revenue and less output tax."""
        account, currency = self.flow_type_id.account_id, self.currency_id
        item = self._prepare_item(account, -self.amount)
        Tax, company = self.env["account.tax"], self.company_id
        taxes = self._get_taxes().with_company(company)
        if not taxes:
            return [item]
        base = Tax._prepare_base_line_for_taxes_computation(
            item,
            price_unit=-self.amount,
            quantity=1.0,
            currency_id=currency,
            rate=currency._get_conversion_rate(
                company.currency_id, currency, company, self.occurred_date
            ),
            tax_ids=taxes,
            account_id=account,
            special_mode="total_included",
            is_refund=self.amount < 0,
            sign=1,
            partner_id=self.flow_type_id.partner_id,
        )
        Tax._add_tax_details_in_base_line(base, company)
        Tax._round_base_lines_tax_details([base], company)
        Tax._add_accounting_data_in_base_lines_tax_details([base], company)
        made = Tax._prepare_tax_lines([base], company)
        _base, update = made["base_lines_to_update"][0]
        tax_items = [self._prepare_tax_item(vals) for vals in made["tax_lines_to_add"]]
        # converted as a whole: what rounding leaves is not the tax's
        left = item["balance"] - sum(tax_item["balance"] for tax_item in tax_items)
        item.update(
            amount_currency=update["amount_currency"],
            balance=company.currency_id.round(left),
            tax_ids=[Command.set(taxes.ids)],
            tax_tag_ids=update["tax_tag_ids"],
        )
        return [item, *tax_items]

    def _prepare_tax_item(self, vals):
        """Return the item of a tax for the values Odoo's tax engine gives."""
        item = self._prepare_item(self.env["account.account"], 0.0)
        return {**item, **vals, "name": item["name"], "display_type": "tax"}
