# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Command, Domain


class PddShop(models.Model):
    """Taxes of a shop: the platform's prices include them, those of a company may not.

    A total cannot always be reached by a price without tax: 100.00 with 13 % is 88.49 or
    88.50 before tax, which gives 99.99 or 100.01. With taxes that are included in the
    price each total is exact.
    """

    _inherit = "pdd.shop"

    has_excluded_taxes = fields.Boolean(compute="_compute_has_excluded_taxes")

    @api.depends("fiscal_position_id.tax_ids", "company_id")
    def _compute_has_excluded_taxes(self):
        for shop in self:
            # which taxes a company has is not the operator's to read
            shop.has_excluded_taxes = bool(shop.sudo()._get_excluded_taxes())

    def action_include_taxes(self):
        """Give the shop a fiscal position with taxes that are included in the price.

        The taxes are copies of the company's sale taxes, with the same accounts and tags.
        Orders that waited for it are made.
        """
        notice = None
        for shop in self:
            position = shop._get_including_position()
            shop.fiscal_position_id = position
            for tax in shop._get_excluded_taxes():
                shop._include_tax(tax, position)
            notice = shop._release_tax_holds() or notice
        return notice

    def _include_tax(self, tax, position):
        """Let a fiscal position map a tax to one that is included in the price.

        The copy may be there already: of another shop's position, of an installation
        before this one, or made by hand.
        """
        included = self._find_included_tax(tax)
        if included:
            included.write(
                {
                    "active": True,
                    "fiscal_position_ids": [Command.link(position.id)],
                    "original_tax_ids": [Command.link(tax.id)],
                }
            )
            return
        tax.copy(
            {
                "name": self._get_free_tax_name(tax),
                "price_include_override": "tax_included",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )

    def _find_included_tax(self, tax):
        """Return the copy of a tax that an earlier installation has made, if any."""
        names = {
            self.with_context(lang=code)._get_included_name(tax)
            for code, _name in self.env["res.lang"].get_installed()
        }
        similar = tax.with_context(active_test=False).search(
            Domain("company_id", "=", tax.company_id.id)
            & Domain("type_tax_use", "=", tax.type_tax_use)
            & Domain("tax_scope", "=", tax.tax_scope)
            & Domain("country_id", "=", tax.country_id.id)
            & Domain("amount_type", "=", tax.amount_type)
            & Domain("amount", "=", tax.amount)
            & Domain("price_include_override", "=", "tax_included")
        )
        ours = similar.filtered(
            lambda copy: (
                copy != tax
                and (copy.original_tax_ids == tax or copy.name in names)
                and not (copy.original_tax_ids - tax)
            )
        )
        return ours.sorted(lambda copy: (not copy.active, copy.id))[:1]

    def _get_included_name(self, tax):
        return self.env._("%s included", tax.with_context(lang=self.env.lang).name)

    def _get_free_tax_name(self, tax):
        """Return a name for a copy that no tax of the company has: they are unique."""
        name = self._get_included_name(tax)
        taxes = tax.with_context(active_test=False).search(
            Domain("company_id", "child_of", tax.company_id.root_id.id)
            & Domain("type_tax_use", "=", tax.type_tax_use)
            & Domain("name", "=like", f"{name}%")
        )
        known, free, number = set(taxes.mapped("name")), name, 2
        while free in known:
            free, number = f"{name} {number}", number + 1
        return free

    def _get_excluded_taxes(self):
        """Return the company's sale taxes the shop would add to the price."""
        self.ensure_one()
        taxes = self.env["account.tax"].search(
            Domain("type_tax_use", "=", "sale")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("amount_type", "=", "percent")
        )
        # copies belong to a fiscal position; those of other positions are not ours
        plain = taxes.filtered(
            lambda tax: not tax.price_include and not tax.original_tax_ids
        )
        position = self.fiscal_position_id
        return plain.filtered(lambda tax: not position._includes(tax))

    def _get_including_position(self):
        """Return the fiscal position shared by the shops of a company."""
        position = self.env["account.fiscal.position"].search(
            Domain("is_pdd_including", "=", True)
            & Domain("company_id", "=", self.company_id.id),
            limit=1,
        )
        if not position:
            position = self._find_earlier_position()
            position.is_pdd_including = True
        return position or position.create(
            {
                "name": self.env._("Pinduoduo: prices include taxes"),
                "company_id": self.company_id.id,
                "is_pdd_including": True,
            }
        )

    def _find_earlier_position(self):
        """Return the fiscal position an earlier installation has made."""
        names = {
            self.with_context(lang=code).env._("Pinduoduo: prices include taxes")
            for code, _name in self.env["res.lang"].get_installed()
        }
        return self.env["account.fiscal.position"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("name", "in", [*names]),
            order="id",
            limit=1,
        )

    def _release_tax_holds(self):
        """Let the orders be made whose total could not be reached before."""
        # an accountant sets the taxes; the connector makes the orders
        issues = self.env["pdd.issue"].sudo()
        domain = Domain("shop_id", "=", self.id) & Domain("cause", "=", "tax")
        waiting = issues.search(domain & Domain("state", "=", "open")).order_ids
        return waiting._release_by_hand()
