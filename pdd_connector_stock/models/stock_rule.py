# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class StockRule(models.Model):
    _inherit = "stock.rule"

    @api.model
    def _search_rule_for_warehouses(
        self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain
    ):
        """Search once for all lines of a launch that have the same routes.

        The answer depends on the routes, the warehouses and the domain alone, and no rule
        changes while orders are confirmed. The memory lives as long as the launch.
        """
        memory = self.env.context.get("pdd_rules")
        search = super()._search_rule_for_warehouses
        if memory is None:
            return search(
                route_ids, packaging_uom_id, product_id, warehouse_ids, domain
            )
        routes = product_id.route_ids | product_id.categ_id.total_route_ids
        routes |= warehouse_ids.route_ids.filtered(
            lambda route: self._filter_warehouse_routes(
                product_id, warehouse_ids, route
            )
        )
        if route_ids:
            routes |= route_ids
        if packaging_uom_id:
            routes |= packaging_uom_id.package_type_id.route_ids
        key = (frozenset(routes.ids), frozenset(warehouse_ids.ids), repr(domain))
        if key not in memory:
            memory[key] = search(
                route_ids, packaging_uom_id, product_id, warehouse_ids, domain
            )
        return memory[key]
