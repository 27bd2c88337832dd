# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.models.amounts import spread, to_fen
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

    def _prepare_reduction(self):
        """Return the items of a price reduction: less revenue and less output tax."""
        return [
            item
            for taxes, amount in self._get_taxed_parts()
            for item in self._prepare_taxed_part(taxes, amount)
        ]

    def _get_taxed_parts(self):
        """Return what is taxed how of a price reduction: list of (taxes, yuan).

        As the goods of the order are, in proportion to what they come to; what bears no
        tax has none to give back.
        """
        flow_type, weights = self.flow_type_id, defaultdict(float)
        if flow_type.tax_id:
            return [(flow_type.tax_id, self.amount)]
        for line in self.order_id.sale_order_id.order_line:
            if not line.display_type:
                weights[line.tax_ids] += line.price_total
        if not weights:
            return [(self.company_id.account_sale_tax_id, self.amount)]
        parts = spread(to_fen(abs(self.amount)), [*weights.values()])
        sign = -1 if self.amount < 0 else 1
        return [
            (taxes, float(part * sign))
            for taxes, part in zip(weights, parts, strict=True)
            if part
        ]

    def _prepare_taxed_part(self, taxes, amount):
        """Return the items of a part of a price reduction: without tax, and the tax."""
        account, currency = self.flow_type_id.account_id, self.currency_id
        item = self._prepare_item(account, -amount)
        Tax, company = self.env["account.tax"], self.company_id
        taxes = taxes.with_company(company)
        if not taxes:
            return [item]
        base = Tax._prepare_base_line_for_taxes_computation(
            item,
            price_unit=-amount,
            quantity=1.0,
            currency_id=currency,
            rate=currency._get_conversion_rate(
                company.currency_id, currency, company, self.occurred_date
            ),
            tax_ids=taxes,
            account_id=account,
            special_mode="total_included",
            is_refund=amount < 0,
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
