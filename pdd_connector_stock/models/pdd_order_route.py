# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop


class RouteFacts(NamedTuple):
    """What routing looks at: weight in kg, volume in m³, amount in yuan."""

    shop: object
    province: str
    state_id: int
    city: str
    needs: dict
    weight: float
    volume: float
    amount: float
    consolidate_type: int | None
    depot_code: str


class Route(NamedTuple):
    """A decision: who decided, why, and which lines come from elsewhere."""

    rule: object
    reason: str
    elsewhere: dict


class FreeStock:
    """What is free in the warehouses, minus what this batch was promised.

    :param products: all products of the batch
    """

    def __init__(self, products):
        self._products = products.filtered("is_storable")
        self._free = {}

    def has(self, warehouse, needs):
        """Return whether all goods are free.

        :param dict needs: product -> quantity
        """
        free = self._of(warehouse)
        return all(free.get(p, quantity) >= quantity for p, quantity in needs.items())

    def take(self, warehouse, needs):
        """Promise goods to an order."""
        free = self._of(warehouse)
        for product, quantity in needs.items():
            if product in free:
                free[product] -= quantity

    def _of(self, warehouse):
        if warehouse not in self._free:
            products = self._products.with_context(warehouse_id=warehouse.id)
            self._free[warehouse] = {
                product.with_env(self._products.env): product.free_qty
                for product in products
            }
        return self._free[warehouse]


class PddOrder(models.Model):
    """Which warehouse and carrier serve the order, decided when it is made."""

    _inherit = "pdd.order"

    warehouse_rule_id = fields.Many2one(
        "pdd.warehouse.rule", readonly=True, copy=False, ondelete="set null"
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", readonly=True, copy=False, ondelete="set null"
    )
    route_reason = fields.Char(string="Routed Because", readonly=True, copy=False)

    def _make_sale_orders(self, shop):
        rules = self.env["pdd.warehouse.rule"]._get_rules(shop.company_id)
        self._forget_routes()
        if rules:
            self._write_routes(self._decide_routes(rules))
        ready = self._hold_archived_routes()
        return super(PddOrder, ready)._make_sale_orders(shop) if ready else None

    def _hold_archived_routes(self):
        """Hold orders whose rule leads to an archived warehouse; return the others."""
        problems = {order: order.warehouse_rule_id._get_archived() for order in self}
        held = {order: found for order, found in problems.items() if found}
        self._hold_all(
            {order: order._explain_archived(found) for order, found in held.items()}
        )
        return self - self.browse().union(*held)

    def _get_archived(self):
        return [*super()._get_archived(), *self.warehouse_rule_id._get_archived()]

    def _get_archived_now(self):
        """Let the rules of today decide: another one may come first by now."""
        rules = self.env["pdd.warehouse.rule"]._get_rules(self.company_id)
        rule = self._decide_routes(rules)[self].rule
        return [*self._get_archived_products(), *rule._get_archived()]

    def _forget_routes(self):
        """Drop what was decided when these orders were to be made before."""
        self.line_ids.filtered("warehouse_id").write({"warehouse_id": False})
        self.filtered("route_reason").write(
            {"warehouse_rule_id": False, "warehouse_id": False, "route_reason": False}
        )

    def _write_routes(self, routes):
        for order, route in routes.items():
            order.write(
                {
                    "warehouse_rule_id": route.rule.id,
                    "warehouse_id": route.rule.warehouse_id.id,
                    "route_reason": route.reason,
                }
            )
            for line, warehouse in route.elsewhere.items():
                line.warehouse_id = warehouse

    def _prepare_sale_order_vals(self, contact, taxes):
        vals = super()._prepare_sale_order_vals(contact, taxes)
        if self.warehouse_id:
            vals["warehouse_id"] = self.warehouse_id.id
        if self.warehouse_rule_id.carrier_id:
            vals["carrier_id"] = self.warehouse_rule_id.carrier_id.id
        return vals

    def _prepare_sale_line_vals(self, taxes):
        vals_list = super()._prepare_sale_line_vals(taxes)
        for line, vals in zip(self.line_ids, vals_list, strict=False):
            if line.warehouse_id:
                vals["pdd_warehouse_id"] = line.warehouse_id.id
        return vals_list

    # --- the decision, without side effect

    def _decide_routes(self, rules):
        """Decide for a batch of orders; nothing is written.

        :param rules: in order of their priority
        :return dict: order -> Route
        """
        stock = FreeStock(self.line_ids.product_id)
        routes = {}
        for order in self:
            facts = order._get_route_facts()
            route = order._decide_route(rules, facts, stock)
            order._take_stock(route, stock)
            routes[order] = route
        return routes

    def _take_stock(self, route, stock):
        """Promise the goods of each line in the warehouse that serves it."""
        for line in self.line_ids.filtered("product_id") if route.rule else ():
            warehouse = route.elsewhere.get(line, route.rule.warehouse_id)
            stock.take(warehouse, {line.product_id: line.quantity})

    def _decide_route(self, rules, facts, stock):
        """Return the route of one order: the first rule that fits, with the reason."""
        best = None
        for rule in rules:
            if best and rule.sequence != best.rule.sequence:
                break
            reasons = rule._explain_fit(facts)
            if reasons is None:
                continue
            on_stock = stock.has(rule.warehouse_id, facts.needs)
            if rule.stock_condition == "all" and not on_stock:
                continue
            if on_stock or not best:
                best = self._prepare_route(rule, reasons, on_stock, facts, stock)
            if on_stock:
                break
        return best or Route(rules.browse(), self.env._("No rule fits"), {})

    def _prepare_route(self, rule, reasons, on_stock, facts, stock):
        elsewhere = {}
        if on_stock:
            reasons = [*reasons, self.env._("all on stock")]
        elif rule.stock_condition == "split":
            elsewhere = self._split_lines(rule, stock)
            if elsewhere:
                names = ", ".join(sorted({w.name for w in elsewhere.values()}))
                reasons = [*reasons, self.env._("missing goods from %s", names)]
        why = ", ".join(reasons) or self.env._("fits every order")
        return Route(rule, f"{rule.name}: {why}", elsewhere)

    def _split_lines(self, rule, stock):
        """Return the lines that another warehouse serves: line -> warehouse."""
        elsewhere = {}
        for line in self.line_ids:
            need = {line.product_id: line.quantity}
            if stock.has(rule.warehouse_id, need):
                continue
            for warehouse in rule.split_warehouse_ids.filtered("active"):
                if stock.has(warehouse, need):
                    elsewhere[line] = warehouse
                    break
        return elsewhere

    def _get_route_facts(self):
        """Return what the rules look at."""
        self.ensure_one()
        needs = {}
        for line in self.line_ids.filtered("product_id"):
            needs[line.product_id] = needs.get(line.product_id, 0) + line.quantity
        return RouteFacts(
            shop=self.shop_id,
            province=self.province or "",
            state_id=self._get_state_id(self.env.ref("base.cn")),
            city=self.city or "",
            needs=needs,
            weight=sum(product.weight * count for product, count in needs.items()),
            volume=sum(product.volume * count for product, count in needs.items()),
            amount=self.receivable_amount,
            consolidate_type=self._get_consolidation(self.payload or {}),
            depot_code=self._get_depot_code(),
        )

    @api.model
    def _read_depot_code(self, payload):
        """Return the code of the platform's depot, an empty text without one."""
        depot = payload.get("order_depot_info")
        if not isinstance(depot, dict):
            return ""
        try:
            return pop.parse_text(depot.get("depot_code") or depot.get("depot_id"))
        except ValueError:
            return ""

    def _get_depot_code(self):
        self.ensure_one()
        return self._read_depot_code(self.payload or {})
