# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from collections import defaultdict
from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2 import OperationalError
from psycopg2.extras import Json

from ..formula import plain
from .pdd_stock_publication import to_json

_logger = logging.getLogger(__name__)

ACTIVITY = "pdd_connector_stock.mail_activity_low_stock"
SPANS = (7, 14, 30)  # days
MOST_COVER = 365  # days; a longer time says no more than that there is plenty
TRIES = 5


class PddStockLevel(models.Model):
    """Days of cover: how long the free pieces last at the speed of the last days."""

    _inherit = "pdd.stock.level"

    sold_7_qty = fields.Integer(string="Sold in 7 Days", readonly=True)
    sold_14_qty = fields.Integer(string="Sold in 14 Days", readonly=True)
    sold_30_qty = fields.Integer(string="Sold in 30 Days", readonly=True)
    daily_qty = fields.Float(
        string="Pieces a Day",
        readonly=True,
        digits=(12, 2),
        help="Speed of the scarcest component over the days the rule says, all shops of "
        "the company together.",
    )
    cover_days = fields.Float(
        string="Cover (days)",
        readonly=True,
        digits=(12, 1),
        help="Free pieces divided by the pieces sold a day; empty without sales. More "
        "than a year is not told apart.",
    )
    cover_text = fields.Char(
        string="Days of Cover",
        compute="_compute_cover_text",
        help="How long the free pieces last at the speed of the last days; empty "
        "without sales.",
    )
    lead_days = fields.Integer(
        string="Lead Time (days)", readonly=True, help="Of the product's first vendor."
    )
    is_low = fields.Boolean(string="Low Stock", readonly=True)
    low_reason = fields.Selection(
        [
            ("short", "More promised than there is"),
            ("cover", "Sold out before a delivery can arrive"),
            ("quantity", "Below the fixed threshold"),
        ],
        readonly=True,
    )

    @api.depends("cover_days", "daily_qty")
    def _compute_cover_text(self):
        for level in self:
            text = f"{level.cover_days:.1f}"
            if level.cover_days >= MOST_COVER:
                text = self.env._("over a year")
            level.cover_text = text if level.daily_qty else False

    @api.model
    def _cron_cover(self):
        """Work out the cover of all levels, warn the buyers, propose what is sold out."""
        for attempt in range(TRIES):
            levels = self.search([("state", "=", "ready")])
            try:
                low = levels._compute_cover()
                break
            except OperationalError:
                self.env.cr.rollback()  # the publisher was at the same rows
                if attempt + 1 == TRIES:
                    raise
        self.env["ir.cron"]._commit_progress()
        low._propose_reordering()
        levels._warn_buyers()
        self.env["ir.cron"]._commit_progress()
        self.env["pdd.goods.offsale"]._propose()
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _compute_cover(self):
        """Write speed, cover and warning of these levels; return those that are low."""
        sold = self._get_sold_by_span()
        used = self._get_usage(sold)
        facts = self._get_facts(sku_ids=self.sku_id.ids)
        results = self._get_results(facts)
        lead = self._get_lead_days()
        rows = [
            {
                "id": level.id,
                **dict.fromkeys(("sold_7_qty", "sold_14_qty", "sold_30_qty"), 0),
                **{
                    f"sold_{d}_qty": n for d, n in sold.get(level.sku_id.id, {}).items()
                },
                **level._prepare_cover_vals(results.get(level.sku_id.id), used, lead),
            }
            for level in self
        ]
        self._write_cover(rows)
        return self.filtered("is_low")

    @api.model
    def _get_sold_by_span(self):
        """Return pieces sold by SKU and span: SKU id -> days -> pieces."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.sku_id, %s
                  FROM pdd_order AS orders
                  JOIN pdd_order_line AS line ON line.order_id = orders.id
                 WHERE orders.confirm_date >= %s AND orders.state != 'cancelled'
                 GROUP BY line.sku_id
                """,
                SQL(", ").join(
                    SQL(
                        "COALESCE(SUM(line.quantity) FILTER"
                        " (WHERE orders.confirm_date >= %s), 0)",
                        fields.Datetime.now() - timedelta(days=days),
                    )
                    for days in SPANS
                ),
                fields.Datetime.now() - timedelta(days=max(SPANS)),
            )
        )
        return {
            sku_id: dict(zip(SPANS, pieces, strict=True)) for sku_id, *pieces in rows
        }

    @api.model
    def _get_usage(self, sold):
        """Return pieces used by component: (company, component, days) -> pieces."""
        used = defaultdict(float)
        for sku in self.env["pdd.sku"].browse(sold).exists():
            for component, per in sku._get_components():
                for days, pieces in sold[sku.id].items():
                    used[sku.company_id.id, component, days] += float(pieces) * per
        return used

    def _get_lead_days(self):
        """Return days until a delivery of the first vendor.

        :return dict: (company id, component id) -> days
        """
        products = self._get_component_products()
        vendors = self.env["product.supplierinfo"].search(
            [("product_tmpl_id", "in", products.product_tmpl_id.ids)],
            order="sequence, id",
        )
        by_template = vendors.grouped("product_tmpl_id")
        lead = {}
        for company in self.company_id:
            for product in products:
                found = by_template.get(product.product_tmpl_id, vendors.browse())
                fitting = found.filtered(
                    lambda vendor, product=product, company=company: (
                        vendor.product_id in (product, vendor.product_id.browse())
                        and vendor.company_id in (company, company.browse())
                    )
                )
                lead[company.id, product.id] = fitting[:1].delay
        return lead

    def _get_component_products(self):
        """Return what these SKUs take from the stock: their products, or of kits the parts."""
        components = [
            component
            for level in self
            for component, _per in level.sku_id._get_components()
        ]
        return self.env["product.product"].browse(dict.fromkeys(components)).exists()

    def _prepare_cover_vals(self, result, used, lead):
        """Return speed, cover and warning of a level."""
        rule = self.rule_id
        days = int(rule.speed_days or SPANS[1])
        company_id = self.company_id.id
        parts = result.inputs.get("parts", ()) if result else ()
        leads = [lead.get((company_id, part["product"]), 0) for part in parts]
        speed, cover, lead_days = 0.0, None, max(leads, default=0)
        for part, part_lead in zip(parts, leads, strict=True):
            daily = used[company_id, part["product"], days] / days
            there = part["free"] - max(0.0, part["sold"])
            left = min(max(0.0, there / daily), MOST_COVER) if daily else None
            # of a kit the part decides that runs out first before it can be delivered
            if daily and (cover is None or left - part_lead < cover - lead_days):
                speed, cover, lead_days = daily / part["per"], left, part_lead
        reason = None
        if self.free_qty < self.sold_qty:
            reason = "short"
        elif rule.warn_qty and self.free_qty < rule.warn_qty:
            reason = "quantity"
        elif (
            rule.warn_days and cover is not None and cover < lead_days + rule.warn_days
        ):
            reason = "cover"
        return {
            "daily_qty": speed,
            "cover_days": cover,
            "lead_days": lead_days,
            "is_low": bool(reason),
            "low_reason": reason,
        }

    @api.model
    def _write_cover(self, rows):
        """Write what changed, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE pdd_stock_level AS level
                   SET sold_7_qty = row.sold_7_qty, sold_14_qty = row.sold_14_qty,
                       sold_30_qty = row.sold_30_qty, daily_qty = row.daily_qty,
                       cover_days = row.cover_days, lead_days = row.lead_days,
                       is_low = row.is_low, low_reason = row.low_reason
                  FROM jsonb_to_recordset(%s) AS row (id int, sold_7_qty int,
                       sold_14_qty int, sold_30_qty int, daily_qty numeric,
                       cover_days numeric, lead_days int, is_low boolean,
                       low_reason text)
                 WHERE level.id = row.id
                   AND (level.sold_7_qty, level.sold_14_qty, level.sold_30_qty,
                        level.daily_qty, level.cover_days, level.lead_days,
                        level.is_low, level.low_reason)
                       IS DISTINCT FROM
                       (row.sold_7_qty, row.sold_14_qty, row.sold_30_qty,
                        row.daily_qty, row.cover_days, row.lead_days,
                        row.is_low, row.low_reason)
                """,
                Json(rows, dumps=to_json),
            )
        )
        self.invalidate_model()

    # --- warnings

    def _propose_reordering(self):
        """Give low products without a reordering rule one; Odoo suggests the purchase.

        Only where the stock rule says so. Rules that exist are the buyer's: they stay.
        """
        wanted = self.filtered(lambda level: level.rule_id.make_orderpoint)
        Orderpoint = self.env["stock.warehouse.orderpoint"]
        known = set(
            Orderpoint.with_context(active_test=False)
            .search([("product_id", "in", wanted._get_component_products().ids)])
            .mapped(lambda rule: (rule.product_id.id, rule.company_id))
        )
        vals_list = []
        warehouses = wanted._get_reordering_warehouses()
        for level in wanted.sorted("daily_qty", reverse=True):
            warehouse = warehouses[level]
            # nobody buys a kit, but what is in it
            for product_id, per in level.sku_id._get_components() if warehouse else ():
                key = (product_id, level.company_id)
                if key not in known:
                    known.add(key)
                    vals = level._prepare_orderpoint_vals(warehouse, product_id, per)
                    vals_list.append(vals)
        Orderpoint.create(vals_list)

    def _get_reordering_warehouses(self):
        """Return where the goods are bought for: the rule's, else the company's first."""
        of_companies = self.env["stock.warehouse"].search(
            [("company_id", "in", self.company_id.ids)]
        )
        firsts = {
            company: warehouses[:1]
            for company, warehouses in of_companies.grouped("company_id").items()
        }
        return {
            level: level.rule_id.warehouse_ids.filtered("active")[:1]
            or firsts.get(level.company_id, of_companies.browse())
            for level in self
        }

    def _prepare_orderpoint_vals(self, warehouse, product_id, per):
        """Return a manual reordering rule that covers lead time and warning days.

        :param product_id: id of what is bought
        :param per: pieces of it in one SKU
        """
        days = self.lead_days + self.rule_id.warn_days
        quantity = ceil(max(self.daily_qty * days, self.rule_id.warn_qty) * per)
        return {
            "product_id": product_id,
            "company_id": self.company_id.id,
            "warehouse_id": warehouse.id,
            "location_id": warehouse.lot_stock_id.id,
            "trigger": "manual",
            "product_min_qty": quantity,
            "product_max_qty": quantity,
        }

    def _warn_buyers(self):
        """Leave one activity per low product, and end those that are low no more.

        All levels that are published are given: a product without any is not low.
        """
        low = self.filtered("is_low").grouped("product_id")
        activity_type = self.env.ref(ACTIVITY)
        open_activities = self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", activity_type.id),
                ("res_model", "=", "product.product"),
            ]
        )
        warned = set(open_activities.mapped("res_id"))
        open_activities.filtered(
            lambda activity: activity.res_id not in {product.id for product in low}
        ).unlink()
        for product, levels in low.items():
            if product.id not in warned:
                buyer = levels[0]._get_buyer()
                product.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY,
                    note=levels[0].with_context(lang=buyer.lang)._describe_low(),
                    user_id=buyer.id,
                )

    def _get_buyer(self):
        return (
            self.rule_id.warn_user_id
            or self.product_id.responsible_id
            or self.shop_id.user_id
            or self.env.user
        )

    def _describe_low(self):
        if self.low_reason == "short":
            return self.env._(
                "Pieces sold or promised that are not there: %s. Odoo's replenishment "
                "suggests the purchase.",
                plain(self.sold_qty - self.free_qty),
            )
        if not self.daily_qty:
            return self.env._(
                "Pieces free: %(free)s, fewer than %(least)s; none was sold lately. Odoo's "
                "replenishment suggests the purchase.",
                free=plain(self.free_qty),
                least=self.rule_id.warn_qty,
            )
        return self.env._(
            "Pieces free: %(free)s, sold a day: %(daily).1f, days of cover: %(cover).1f, "
            "days the vendor takes: %(lead)s. Odoo's replenishment suggests the purchase.",
            free=plain(self.free_qty),
            daily=self.daily_qty,
            cover=self.cover_days,
            lead=self.lead_days,
        )
