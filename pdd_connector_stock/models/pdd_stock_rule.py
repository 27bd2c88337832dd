# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict, namedtuple
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..formula import Terms

FORMULA_FIELDS = (
    *("active", "shop_id", "categ_id", "product_id", "sku_id", "warehouse_ids"),
    *("basis", "forecast_days", "count_returns"),
    *("share", "safety_qty", "cap_qty", "floor_qty"),
    *("guaranteed_qty", "lock_qty", "lock_start_date", "lock_end_date"),
)
PREVIEW_ROWS = 5
# which stock counts: ids of warehouses, basis, days of the forecast
Pool = namedtuple("Pool", "warehouses basis days returns")


class PddStockRule(models.Model):
    """How much of Odoo's stock a shop may offer.

    For a SKU the most specific rule of its shop counts: one for the SKU, for its
    product, for its category (the nearest one upwards), for the whole shop. Rules do not
    add up: the one that counts says all.
    """

    _name = "pdd.stock.rule"
    _description = "PDD Stock Rule"
    _order = "shop_id, scope desc, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    shop_id = fields.Many2one("pdd.shop", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    scope = fields.Selection(
        [
            ("1_shop", "Whole shop"),
            ("2_category", "Category"),
            ("3_product", "Product"),
            ("4_sku", "SKU"),
        ],
        compute="_compute_scope",
        store=True,
        help="The most specific rule counts.",
    )
    categ_id = fields.Many2one(
        "product.category", string="Category", ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", check_company=True, ondelete="cascade"
    )
    sku_id = fields.Many2one(
        "pdd.sku",
        string="SKU",
        ondelete="cascade",
        domain="[('shop_id', '=', shop_id)]",
    )

    # --- what is counted
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        "pdd_stock_rule_warehouse_rel",
        "rule_id",
        "warehouse_id",
        string="Warehouses",
        check_company=True,
        # a rule about a warehouse that is closed must not count all the others
        context={"active_test": False},
        help="Empty: all warehouses of the company.",
    )
    basis = fields.Selection(
        [
            ("free", "Free quantity"),
            ("forecast", "Forecast: free and what arrives soon"),
        ],
        required=True,
        default="free",
        help="Free: on hand and not promised to anyone. Forecast: also the receipts "
        "planned within the days below; a late supplier then means a late parcel.",
    )
    forecast_days = fields.Integer(string="Arrives Within (days)", default=3)
    count_returns = fields.Boolean(
        string="Count Agreed Returns",
        help="Off: goods that buyers send back count when they are received. On: as soon "
        "as their receipt is planned within the days above; some never arrive, or arrive "
        "damaged.",
    )

    # --- what of it is offered
    share = fields.Float(
        string="Share (%)",
        default=100.0,
        digits=(5, 2),
        required=True,
        help="Part of the quantity this shop may offer. Two shops that may each offer "
        "all sell faster and may sell the last piece twice within seconds.",
    )
    safety_qty = fields.Integer(
        string="Safety Quantity", help="Pieces that are never offered."
    )
    cap_qty = fields.Integer(string="Cap", help="Most pieces on offer; 0: no limit.")
    floor_qty = fields.Integer(string="Floor", help="Fewer pieces are shown as none.")
    guaranteed_qty = fields.Integer(
        string="Guaranteed",
        help="Pieces kept aside for each SKU of this rule; the other shops do not offer "
        "them. What is left over floats: each shop offers its share of it.",
    )

    # --- a campaign
    lock_qty = fields.Integer(
        string="Campaign Quantity",
        help="Pieces kept aside for a campaign, less those sold since its start.",
    )
    lock_start_date = fields.Datetime(string="Campaign From")
    lock_end_date = fields.Datetime(
        string="Campaign Until", help="Then the pieces left are released by themselves."
    )
    is_locked = fields.Boolean(
        string="Campaign Running",
        readonly=True,
        copy=False,
        help="As it was worked out last.",
    )

    # --- warnings
    speed_days = fields.Selection(
        [("7", "7 days"), ("14", "14 days"), ("30", "30 days")],
        string="Speed Over",
        required=True,
        default="14",
        help="Sales of so many days tell how fast the stock goes.",
    )
    warn_days = fields.Integer(
        help="Warn when the free pieces last for fewer days than the vendor's lead time "
        "and these together; 0: never.",
    )
    warn_qty = fields.Integer(
        string="Warn Below", help="Warn when fewer pieces are free; 0: never."
    )
    warn_user_id = fields.Many2one(
        "res.users",
        string="Buyer",
        check_company=True,
        help="Gets the activity. Empty: the product's responsible, then the shop's.",
    )
    make_orderpoint = fields.Boolean(
        string="Create Reordering Rules",
        help="Low products without a reordering rule get one that is ordered by hand: "
        "Odoo's replenishment then suggests what to buy.",
    )

    # --- preview
    preview_sku_ids = fields.Many2many(
        "pdd.sku",
        string="Try With",
        store=False,
        domain="[('shop_id', '=', shop_id), ('product_id', '!=', False)]",
        help="Nothing is saved or told: the table below works out these SKUs.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _scope_uniq = models.UniqueIndex(
        "(shop_id, COALESCE(categ_id, 0), COALESCE(product_id, 0), COALESCE(sku_id, 0))"
        " WHERE active",
        "The shop has an active rule for the same goods.",
    )
    _one_scope = models.Constraint(
        "CHECK(num_nonnulls(categ_id, product_id, sku_id) <= 1)",
        "A rule is about one category, one product, one SKU or the whole shop.",
    )
    _share_range = models.Constraint(
        "CHECK(share >= 0 AND share <= 100)", "The share must be from 0 to 100 %."
    )
    _quantities_positive = models.Constraint(
        "CHECK(safety_qty >= 0 AND cap_qty >= 0 AND floor_qty >= 0"
        " AND guaranteed_qty >= 0 AND lock_qty >= 0 AND forecast_days >= 0"
        " AND warn_days >= 0 AND warn_qty >= 0)",
        "Quantities and days of a stock rule must not be negative.",
    )
    _lock_order = models.Constraint(
        "CHECK(lock_end_date > lock_start_date)",
        "A campaign must end after its start.",
    )

    @api.depends("categ_id", "product_id", "sku_id")
    def _compute_scope(self):
        for rule in self:
            if rule.sku_id:
                rule.scope = "4_sku"
            elif rule.product_id:
                rule.scope = "3_product"
            else:
                rule.scope = "2_category" if rule.categ_id else "1_shop"

    @api.depends("scope", "shop_id", "categ_id", "product_id", "sku_id")
    def _compute_display_name(self):
        for rule in self:
            target = rule.sku_id or rule.product_id or rule.categ_id
            name = target.display_name or self.env._("Whole shop")
            rule.display_name = f"{rule.shop_id.name}: {name}"

    @api.depends(*FORMULA_FIELDS, "preview_sku_ids")
    def _compute_preview(self):
        for rule in self:
            rule.preview = rule._render_preview() if rule.shop_id else False

    @api.constrains("sku_id", "shop_id")
    def _check_sku_shop(self):
        for rule in self:
            if rule.sku_id and rule.sku_id.shop_id != rule.shop_id:
                raise ValidationError(
                    self.env._("The SKU of a stock rule must belong to its shop.")
                )

    @api.constrains("lock_qty", "lock_start_date", "lock_end_date")
    def _check_lock(self):
        for rule in self:
            if rule.lock_qty and not (rule.lock_start_date and rule.lock_end_date):
                raise ValidationError(
                    self.env._("Give the campaign's start and its end.")
                )

    # --- every change is worked out

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._mark_stock()
        rules._plan_locks()
        return rules

    def write(self, vals):
        shops = self._get_touched_shops()
        result = super().write(vals)
        if vals.keys() & set(FORMULA_FIELDS):
            self._mark_stock(shops)
            self._plan_locks()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_mark_stock(self):
        self._mark_stock()

    def _mark_stock(self, former_shops=None):
        """Have all SKUs worked out that these rules are, or were, about."""
        shops = self._get_touched_shops() | (former_shops or self.shop_id)
        origin = self[:1].display_name
        self.env["pdd.stock.mark"]._mark("rule", shops=shops, origin=origin)

    def _get_touched_shops(self):
        """Return the shops whose quantities depend on these rules.

        What is kept aside in one shop is missing in the company's other shops.
        """
        keeping = self.filtered(lambda rule: rule.guaranteed_qty or rule.lock_qty)
        # the other shops of the company, also those the user does not see
        others = self.env["pdd.shop"].sudo()
        return self.shop_id | others.search(
            [("company_id", "in", keeping.company_id.ids)]
        )

    def _plan_locks(self):
        """Wake the publisher when a campaign starts and when it ends."""
        moments = {*self.mapped("lock_start_date"), *self.mapped("lock_end_date")}
        future = [date for date in moments if date and date > fields.Datetime.now()]
        if future:
            # whoever writes rules need not know of the scheduled action
            self.env.ref("pdd_connector_stock.ir_cron_stock_publish").sudo()._trigger(
                future
            )

    @api.model
    def _turn_locks(self):
        """Mark the shops whose campaigns have started or ended since the last look."""
        now = fields.Datetime.now()
        running = Domain("lock_start_date", "<=", now) & Domain(
            "lock_end_date", ">", now
        )
        started = self.search(running & Domain("is_locked", "=", False))
        ended = self.search(~running & Domain("is_locked", "=", True))
        started.is_locked = True
        ended.is_locked = False
        (started + ended)._mark_stock()

    # --- which rule counts

    def _index(self):
        """Return the rules by shop: shop id -> scope and target -> rule."""
        index = defaultdict(dict)
        for rule in self.filtered("active"):
            target = rule.sku_id or rule.product_id or rule.categ_id
            index[rule.shop_id._origin.id][rule.scope, target._origin.id] = rule
        return index

    @api.model
    def _choose(self, index, fact):
        """Return the rule of a SKU, empty when its shop has none.

        :param dict index: see :meth:`_index`
        :param fact: a SKU with ``shop_id, id, product_id, categ_path``
        """
        rules = index.get(fact.shop_id, {})
        keys = [("4_sku", fact.id), ("3_product", fact.product_id)]
        keys += [("2_category", categ_id) for categ_id in reversed(fact.categ_path)]
        keys.append(("1_shop", False))
        return next((rules[key] for key in keys if key in rules), self.browse())

    def _get_pools(self):
        """Return which stock each rule counts: rule -> :class:`Pool`."""
        companies = self.company_id
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "in", companies.ids)]
        )
        all_ids = {
            company: frozenset(found.ids)
            for company, found in warehouses.grouped("company_id").items()
        }
        return {
            rule: Pool(
                frozenset(rule.warehouse_ids._origin.ids)
                or all_ids.get(rule.company_id, frozenset()),
                rule.basis,
                rule.forecast_days if rule.basis == "forecast" else 0,
                rule.basis == "forecast" and rule.count_returns,
            )
            for rule in self
        }

    def _is_lock_running(self, now):
        return bool(
            self.lock_qty
            and self.lock_start_date
            and self.lock_end_date
            and self.lock_start_date <= now < self.lock_end_date
        )

    def _get_terms(self, locked_qty=0):
        """Return the terms of this rule.

        :param int locked_qty: pieces a running campaign still keeps aside
        """
        self.ensure_one()
        return Terms(
            share=Decimal(str(self.share)) / 100,
            safety=self.safety_qty,
            cap=self.cap_qty,
            floor=self.floor_qty,
            guaranteed=self.guaranteed_qty + locked_qty,
        )

    # --- preview

    def _render_preview(self):
        """Return a table: chosen SKUs, what is told now and what this rule would tell."""
        rows = self._prepare_preview()
        return self.env["ir.qweb"]._render(
            "pdd_connector_stock.stock_rule_preview", {"rows": rows}
        )

    def _prepare_preview(self):
        """Work out the SKUs to try this rule with, as if it was saved; writes nothing.

        :return list: dicts with ``sku``, ``now``, ``then`` and the ``lines`` in between
        """
        # the stock of all warehouses counts, whoever writes the rule
        rule = self.sudo()
        Level = rule.env["pdd.stock.level"]
        skus = rule.preview_sku_ids._origin or rule._get_preview_skus()
        facts = Level._get_facts(sku_ids=skus[:PREVIEW_ROWS].ids)
        results = Level._get_results(facts, draft=rule)
        explain = rule.env["pdd.stock.publication"]._explain_inputs
        rows = []
        for fact in facts:
            result, sku = results[fact.id], skus.browse(fact.id)
            rows.append(
                {
                    "sku": sku.display_name,
                    "now": sku.published_qty,
                    "then": result.quantity if result.state == "ready" else None,
                    "lines": explain(result.inputs, result.quantity),
                    "is_other": result.rule and result.rule != rule,
                }
            )
        return rows

    def _get_preview_skus(self):
        """Return some SKUs this rule is about."""
        domain = Domain("shop_id", "=", self.shop_id._origin.id)
        if self.sku_id:
            domain &= Domain("id", "=", self.sku_id._origin.id)
        elif self.product_id:
            domain &= Domain("product_id", "=", self.product_id._origin.id)
        elif self.categ_id:
            categ_id = self.categ_id._origin.id
            domain &= Domain("product_id.categ_id", "child_of", categ_id)
        else:
            domain &= Domain("product_id.is_storable", "=", True)
        return self.env["pdd.sku"].search(domain, limit=PREVIEW_ROWS, order="id")
