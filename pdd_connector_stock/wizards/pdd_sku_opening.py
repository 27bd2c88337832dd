# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

MOST_TYPED = 200  # products in one dialog
NAMED = 5  # products named in a sentence


class PddSkuOpening(models.TransientModel):
    """Confirm how many pieces of the products of some SKUs there are, zero included.

    Until then nothing of them is published. What is more than zero becomes an inventory
    count of Odoo; components are counted instead of kits.
    """

    _name = "pdd.sku.opening"
    _description = "Confirm Opening Quantities"

    sku_ids = fields.Many2many(
        "pdd.sku", string="SKUs", default=lambda self: self._default_sku_ids()
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._get_warehouse(self._default_sku_ids()),
    )
    basis = fields.Selection(
        [
            ("typed", "As typed below"),
            ("platform", "As Pinduoduo shows it, and what is still to be shipped"),
            ("zero", "Zero: nothing is in the warehouse"),
        ],
        string="Quantities",
        required=True,
        default="typed",
    )
    line_ids = fields.One2many(
        "pdd.sku.opening.line",
        "opening_id",
        string="Products",
        default=lambda self: self._default_line_ids(),
    )
    product_count = fields.Integer(compute="_compute_product_count")
    is_too_long = fields.Boolean(compute="_compute_product_count")

    @api.model
    def _default_sku_ids(self):
        return self.env["pdd.sku"].browse(self.env.context.get("active_ids", []))

    @api.model
    def _default_line_ids(self):
        skus = self._default_sku_ids()
        products = self._get_open_products(skus, self._get_warehouse(skus))
        return [
            Command.create({"product_id": product.id, **vals})
            for product, vals in self._propose(skus, products[:MOST_TYPED]).items()
        ]

    @api.depends("sku_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.sku_ids.company_id[:1]

    @api.depends("sku_ids", "warehouse_id")
    def _compute_product_count(self):
        for wizard in self:
            products = self._get_open_products(wizard.sku_ids, wizard.warehouse_id)
            wizard.product_count = len(products)
            wizard.is_too_long = len(products) > MOST_TYPED

    def action_confirm(self):
        """Count the products and have their SKUs published."""
        self.ensure_one()
        self.sku_ids.check_access("write")
        products = self._get_open_products(self.sku_ids, self.warehouse_id)
        if not products:
            raise UserError(
                self.env._(
                    "Nothing to confirm: the products of these SKUs are known in %s, or "
                    "are not tracked in inventory.",
                    self.warehouse_id.display_name,
                )
            )
        self._confirm(self.sku_ids, self.warehouse_id, self._get_quantities(products))
        return {"type": "ir.actions.act_window_close"}

    def _get_quantities(self, products):
        """Return what is confirmed: product -> pieces."""
        if self.basis != "typed":
            return self._get_quantities_of(self.basis, self.sku_ids, products)
        if self.is_too_long:
            raise UserError(
                self.env._(
                    "Products: %(count)s, too many to type. Choose another way, or select "
                    "SKUs of at most %(most)s.",
                    count=len(products),
                    most=MOST_TYPED,
                )
            )
        typed = {line.product_id: line.quantity for line in self.line_ids}
        return {product: typed[product] for product in products if product in typed}

    # --- which products, how many pieces

    @api.model
    def _get_warehouse(self, skus):
        """Return where SKUs are counted: the first warehouse of their rule."""
        companies = skus.company_id
        if len(companies) > 1:
            raise UserError(self.env._("Select SKUs of one company at a time."))
        rules = skus.shop_id.stock_rule_ids.sorted("scope")
        found = rules.warehouse_ids.filtered("active")
        return found[:1] or self.env["stock.warehouse"].search(
            [("company_id", "=", companies.id)], limit=1
        )

    @api.model
    def _get_open_products(self, skus, warehouse):
        """Return what SKUs take from the stock and nobody has counted there."""
        ids = {p for sku in skus for p, _per in sku._get_components()} - {False}
        known = self.env["pdd.stock.opening"]._get_known(ids, warehouse.ids)
        products = self.env["product.product"].browse(
            sorted(ids - {product_id for product_id, _warehouse in known})
        )
        return products.filtered("is_storable")

    @api.model
    def _get_quantities_of(self, basis, skus, products):
        """Return the quantities of a choice that needs no typing: product -> pieces."""
        if basis == "zero":
            return dict.fromkeys(products, 0.0)
        proposed = self._propose(skus, products)
        return {product: vals["quantity"] for product, vals in proposed.items()}

    @api.model
    def _propose(self, skus, products):
        """Return values of lines: what the shops show and what is still to be shipped.

        Where several SKUs show the same product, it is the one that shows most.
        """
        # figures of the company's stock, whoever counts; nothing is written
        Level = self.env["pdd.stock.level"].sudo()
        results = Level._get_results(Level._get_facts(sku_ids=skus.ids))
        shown, to_ship = defaultdict(float), defaultdict(float)
        for sku in skus:
            for product_id, per in sku._get_components():
                pieces = sku.platform_qty * per
                shown[product_id] = max(shown[product_id], pieces)
        for result in results.values():
            for part in result.inputs.get("parts", ()):
                to_ship[part["product"]] = (
                    part["reserved"] + part["promised"] + max(0.0, part["sold"])
                )
        return {
            product: {
                "shown_qty": shown[product.id],
                "to_ship_qty": to_ship[product.id],
                "quantity": shown[product.id] + to_ship[product.id],
            }
            for product in products
        }

    # --- confirm

    @api.model
    def _confirm(self, skus, warehouse, quantities):
        """Count products and have the SKUs computed.

        :param dict quantities: product -> pieces, in the product's unit
        :raise UserError: the user may not count, or the products need lots
        """
        there = {p: pieces for p, pieces in quantities.items() if pieces > 0}
        self._check_may_count(there)
        # the count is the user's, with the rights of Inventory; that it was confirmed is
        # kept by the connector
        self.env["pdd.stock.opening"].sudo()._confirm(warehouse, quantities)
        self._count(warehouse, there)
        self.env["pdd.stock.mark"]._mark("opening", skus=skus.filtered("product_id"))

    @api.model
    def _check_may_count(self, quantities):
        """Raise unless the user may put these quantities on hand."""
        if not quantities:
            return
        if not self.env.user.has_group("stock.group_stock_user"):
            raise UserError(
                self.env._(
                    "Only users of Inventory may count goods: ask one of them, or "
                    "confirm zero."
                )
            )
        tracked = [p.display_name for p in quantities if p.tracking != "none"]
        if tracked:
            raise UserError(
                self.env._(
                    "Count these products in Inventory, Physical Inventory, with their "
                    "lots or serial numbers: %s",
                    ", ".join(tracked[:NAMED]),
                )
            )

    @api.model
    def _count(self, warehouse, quantities):
        quants = self.env["stock.quant"].with_context(
            inventory_mode=True, inventory_name=self.env._("Opening quantity")
        )
        quants.create(
            [
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": pieces,
                }
                for product, pieces in quantities.items()
            ]
        ).action_apply_inventory()
