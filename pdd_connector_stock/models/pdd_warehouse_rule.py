# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector.const import CONSOLIDATION
from odoo.addons.pdd_connector.models.pdd_order_archived import Archived
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class PddWarehouseRule(models.Model):
    """Which warehouse and carrier serve an order: the first live rule that fits decides.

    An empty condition fits every order. Rules of the same priority compete: the one
    whose warehouse has all goods on stock wins.
    """

    _name = "pdd.warehouse.rule"
    _description = "PDD Warehouse Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        string="Priority",
        default=10,
        required=True,
        help="Lowest first. Among rules of the same priority the one whose warehouse "
        "has all goods on stock wins.",
    )
    is_live = fields.Boolean(
        string="Live",
        copy=False,
        help="Only live rules decide. Try a rule on the last orders first.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # --- conditions
    shop_ids = fields.Many2many(
        "pdd.shop", string="Shops", check_company=True, help="Empty: all shops."
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="Provinces",
        domain=[("country_id.code", "=", "CN")],
        help="Empty: all provinces.",
    )
    cities = fields.Char(
        help="Names of cities, separated by commas; the beginning is enough. "
        "Empty: all cities."
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        check_company=True,
        help="Fits when one of them is in the order.",
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        help="Fits when a product of one of them is in the order.",
    )
    min_weight = fields.Float(
        string="Weight From (kg)", digits="Stock Weight", help="0: no limit."
    )
    max_weight = fields.Float(
        string="Weight To (kg)", digits="Stock Weight", help="0: no limit."
    )
    min_volume = fields.Float(
        string="Volume From (m³)", digits="Volume", help="0: no limit."
    )
    max_volume = fields.Float(
        string="Volume To (m³)", digits="Volume", help="0: no limit."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    min_amount = fields.Monetary(
        string="Amount From", help="Receivable amount of the order; 0: no limit."
    )
    max_amount = fields.Monetary(string="Amount To", help="0: no limit.")
    consolidation = fields.Selection(
        [
            ("no", "Only ordinary parcels"),
            ("yes", "Only consolidated parcels"),
            ("type", "Only consolidated parcels of a type"),
        ],
        help="Empty: all parcels.",
    )
    consolidate_type = fields.Integer(
        string="Consolidation Type",
        help="The platform's code, for instance 1: Xinjiang.",
    )
    depot_codes = fields.Char(
        string="Platform Depots",
        help="Codes of depots (order_depot_info), separated by commas. "
        "Empty: whatever depot.",
    )
    stock_condition = fields.Selection(
        [
            ("ignore", "Whatever is on stock"),
            ("all", "Only when all goods are on stock"),
            ("split", "Missing goods come from other warehouses"),
        ],
        string="Stock",
        required=True,
        default="ignore",
        help="Splitting makes several parcels; the first one ships the order.",
    )

    # --- decision
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, check_company=True, ondelete="restrict"
    )
    split_warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Other Warehouses",
        check_company=True,
        help="Asked in this order for goods that the first warehouse lacks.",
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Delivery Method",
        check_company=True,
        ondelete="restrict",
    )
    hint = fields.Char(
        string="Handling Hint",
        translate=True,
        help="Shown on transfers and printed on the slip.",
    )

    @api.model
    def _get_rules(self, company, drafts=None):
        """Return the rules that decide for a company, in order.

        :param drafts: rules that are not live yet but shall be tried
        """
        live = Domain("company_id", "=", company.id) & Domain("is_live", "=", True)
        rules = self.search(live)
        return (rules | drafts).sorted() if drafts else rules

    def _get_archived(self):
        """Return what this rule leads to and is archived, as the core holds it."""
        place = self.warehouse_id.filtered(lambda warehouse: not warehouse.active)
        method = self.carrier_id.filtered(lambda carrier: not carrier.active)
        if not place and not method:
            return []
        sentence = _lt(
            "The routing rule %(rule)s leads to %(archived)s, which is archived: "
            "unarchive it, or choose another one in the rule.",
            rule=self.name,
            archived=place.name or method.name,
        )
        return [Archived(f"rule,{self.id}", sentence, {})]

    def action_try(self):
        """Show what these rules would have changed for the last orders."""
        wizard = self.env["pdd.warehouse.rule.try"].create(
            {"rule_ids": [fields.Command.set(self.ids)]}
        )
        wizard._try()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try on the Last Orders"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_go_live(self):
        self.is_live = True

    # --- conditions, each: None not asked for, text it fits, False it does not

    def _explain_fit(self, facts):
        """Return why the rule fits an order, or None when it does not.

        :param facts: see :meth:`pdd.order._get_route_facts`
        """
        self.ensure_one()
        if self.shop_ids and facts.shop not in self.shop_ids:
            return None
        reasons = [
            self._check_region(facts),
            self._check_goods(facts),
            self._check_range(facts.weight, "weight", self.env._("%.2f kg")),
            self._check_range(facts.volume, "volume", self.env._("%.3f m³")),
            self._check_range(facts.amount, "amount", self.env._("%.2f yuan")),
            self._check_consolidation(facts),
            self._check_depot(facts),
        ]
        if any(reason is False for reason in reasons):
            return None
        return [reason for reason in reasons if reason]

    def _check_region(self, facts):
        cities = _split(self.cities)
        if self.state_ids and facts.state_id not in self.state_ids.ids:
            return False
        if cities and not facts.city.startswith(tuple(cities)):
            return False
        if self.state_ids or cities:
            return f"{facts.province} {facts.city}".strip()
        return None

    def _check_goods(self, facts):
        if not self.product_ids and not self.category_ids:
            return None
        for product in facts.needs:
            path = product.categ_id.parent_path or ""
            categories = {int(part) for part in path.split("/") if part}
            if product in self.product_ids or categories & set(self.category_ids.ids):
                return product.display_name
        return False

    def _check_range(self, value, name, text):
        low, high = self[f"min_{name}"], self[f"max_{name}"]
        if not low and not high:
            return None
        if value < low or (high and value > high):
            return False
        return text % value

    def _check_consolidation(self, facts):
        kind = facts.consolidate_type
        if not self.consolidation:
            return None
        if self.consolidation == "no":
            return False if kind is not None else self.env._("ordinary parcel")
        if kind is None or (
            self.consolidation == "type" and kind != self.consolidate_type
        ):
            return False
        label = self.env._(CONSOLIDATION[kind]) if kind in CONSOLIDATION else kind
        return self.env._("consolidated: %s", label)

    def _check_depot(self, facts):
        codes = _split(self.depot_codes)
        if not codes:
            return None
        if facts.depot_code not in codes:
            return False
        return self.env._("depot %s", facts.depot_code)


def _split(text):
    """Return the parts of a text that a person separated by commas."""
    parts = (text or "").replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()]
