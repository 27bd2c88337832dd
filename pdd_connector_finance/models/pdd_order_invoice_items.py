# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command

COMPUTED_FROM = (
    *("product_id", "product_uom_id", "quantity", "price_unit", "discount"),
    *("tax_ids", "analytic_distribution", "account_id"),
)
MERGED_BY = (
    *("product_id", "product_uom_id", "tax_ids", "account_id"),
    "analytic_distribution",
)
AMOUNTS = ("price_subtotal", "price_total", "amount_currency", "balance")
ADDED_UP = ("quantity", "price_unit", *AMOUNTS)
COPIED = (  # from the invoice: Odoo would write some of them one step later
    *("partner_id", "currency_id", "date", "invoice_date", "ref"),
)
TAKEN = (  # of the values of an invoice line, as they are
    *("name", "product_id", "product_uom_id", "quantity", "price_unit", "discount"),
    *("tax_ids", "sale_line_ids", "analytic_distribution", "sequence"),
)


class PddOrder(models.Model):
    """The journal items of an invoice or credit note, complete.

    Odoo's tax engine computes them as it does for an invoice entered by hand; given
    complete, they need not be derived once more for each line that is added.
    """

    _inherit = "pdd.order"

    @api.model
    def _prepare_invoice_items(self, vals, lines, terms):
        """Return the journal items of an invoice or credit note.

        :param dict vals: values of the invoice itself
        :param list lines: values of its lines
        :param list terms: receivables, see ``account.move.pdd_terms``
        :return list: commands
        """
        company = self.env["res.company"].browse(vals["company_id"])
        base_lines = self._prepare_base_lines(vals, lines, company)
        made = self.env["account.tax"]._prepare_tax_lines(base_lines, company)
        items = [
            self._prepare_product_item(line, base_line, amounts)
            for line, (base_line, amounts) in zip(
                lines, made["base_lines_to_update"], strict=True
            )
        ]
        if vals.get("pdd_is_summary"):
            items = self._merge_product_items(items)
        items += [{**tax, "display_type": "tax"} for tax in made["tax_lines_to_add"]]
        owed = [
            -sum(item[name] for item in items)
            for name in ("balance", "amount_currency")
        ]
        items += self._prepare_term_items(vals, terms, company, *owed)
        common = {name: vals[name] for name in COPIED} | {"parent_state": "draft"}
        return [Command.create({**common, **item}) for item in items]

    @api.model
    def _prepare_base_lines(self, vals, lines, company):
        """Return the lines with their taxes, computed; equal lines are computed once.

        Where taxes are rounded over the whole invoice, each line counts.
        """
        is_per_line = company.tax_calculation_rounding_method == "round_per_line"
        known, base_lines = {}, []
        for number, line in enumerate(lines):
            key = str([line.get(name) for name in COMPUTED_FROM])
            key = key if is_per_line else number
            if key not in known:
                known[key] = self._prepare_base_line(vals, line, company)
            base_lines.append(known[key])
        Tax, each = self.env["account.tax"], [*known.values()]
        Tax._add_tax_details_in_base_lines(each, company)
        Tax._round_base_lines_tax_details(each, company)
        Tax._add_accounting_data_in_base_lines_tax_details(each, company)
        return base_lines

    @api.model
    def _merge_product_items(self, items):
        """Return one item per product, taxes and account; amounts are added up."""
        merged = {}
        for item in items:
            key = str([item.get(name) for name in MERGED_BY])
            gross = item["price_unit"] * item["quantity"] * (1 - item["discount"] / 100)
            known = merged.setdefault(
                key, {**item, **dict.fromkeys(ADDED_UP, 0.0), "sale_line_ids": []}
            )
            for name in ADDED_UP:
                known[name] += gross if name == "price_unit" else item[name]
            known["sale_line_ids"] += item["sale_line_ids"]
        for item in merged.values():
            for name in AMOUNTS:
                item[name] = round(item[name], 2)
            product = self.env["product.product"].browse(item["product_id"])
            item.update(
                name=product.display_name,
                price_unit=item["price_unit"] / item["quantity"],
                discount=0.0,
            )
        return [*merged.values()]

    @api.model
    def _prepare_base_line(self, vals, line, company):
        """Return a line for the tax engine."""
        env, is_refund = self.env, vals["move_type"] == "out_refund"
        currency = env["res.currency"].browse(vals["currency_id"])
        product = env["product.product"].browse(line["product_id"])
        return env["account.tax"]._prepare_base_line_for_taxes_computation(
            line,
            product_id=product,
            product_uom_id=env["uom.uom"].browse(line["product_uom_id"]),
            tax_ids=env["account.tax"].browse(line["tax_ids"][0][2]),
            account_id=self._get_income_account(vals, line, product),
            partner_id=env["res.partner"].browse(vals["partner_id"]),
            currency_id=currency,
            rate=currency._get_conversion_rate(
                company.currency_id, currency, company, vals["invoice_date"]
            ),
            sign=1 if is_refund else -1,
            is_refund=is_refund,
            analytic_distribution=line.get("analytic_distribution"),
        )

    @api.model
    def _get_income_account(self, vals, line, product):
        """Return the account of a line: its own, the product's or the journal's."""
        if line.get("account_id"):
            return self.env["account.account"].browse(line["account_id"])
        position = self.env["account.fiscal.position"].browse(
            vals.get("fiscal_position_id") or []
        )
        accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=position)
        journal = self.env["account.journal"].browse(vals["journal_id"])
        return accounts["income"] or journal.default_account_id

    @api.model
    def _prepare_product_item(self, line, base_line, amounts):
        details = base_line["tax_details"]
        return {
            **{name: line[name] for name in TAKEN if name in line},
            **amounts,
            "display_type": "product",
            "account_id": base_line["account_id"].id,
            "price_subtotal": details["total_excluded_currency"]
            + details["delta_total_excluded_currency"],
            "price_total": details["total_included_currency"],
        }

    @api.model
    def _prepare_term_items(self, vals, terms, company, balance, amount_currency):
        """Return the receivables: as the parts say, the first takes what they leave.

        What is left can only be cents of a conversion: an invoice whose total differs
        from its parts is not posted.

        :param float balance: of all receivables, in the company's currency
        :param float amount_currency: the same in the currency of the invoice
        """
        sign = -1 if vals["move_type"] == "out_refund" else 1
        rate = balance / amount_currency if amount_currency else 1.0
        items = []
        for order_id, part, amount in terms:
            own = company.currency_id.round(amount * sign * rate)
            items.append(
                {
                    "display_type": "payment_term",
                    "account_id": company._get_pdd_receivable(part).id,
                    "date_maturity": vals["invoice_date_due"],
                    "pdd_order_id": order_id,
                    "pdd_part": part,
                    "balance": own,
                    "amount_currency": amount * sign,
                }
            )
        if not items:
            return items  # an invoice without money brings the cost alone
        first = items[0]
        first["balance"] += balance - sum(item["balance"] for item in items)
        first["amount_currency"] += amount_currency - sum(
            item["amount_currency"] for item in items
        )
        for name in ("balance", "amount_currency"):
            first[name] = company.currency_id.round(first[name])
        return items
