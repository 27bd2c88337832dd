# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import json
import logging

from odoo import api, fields, models

from .. import pop

_logger = logging.getLogger(__name__)

DETAIL_API = "pdd.goods.detail.get"
STATUS_ON_SALE, STATUS_DELETED = 1, 4
NAME_LIMIT = 500


class PddGoods(models.Model):
    """A listing of a shop as the platform shows it (mirror, read-only)."""

    _name = "pdd.goods"
    _description = "PDD Goods"
    _order = "shop_id, id desc"
    _rec_names_search = ["name", "goods_id", "outer_goods_id"]

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    goods_id = fields.Char(string="Goods ID", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    outer_goods_id = fields.Char(string="Merchant Goods Code", readonly=True)
    image_url = fields.Char(string="Picture", readonly=True)
    is_onsale = fields.Boolean(string="On Sale", readonly=True)
    is_listed = fields.Boolean(
        string="Listed",
        default=True,
        readonly=True,
        help="Off once the platform says the goods are deleted.",
    )
    quantity = fields.Integer(string="Platform Stock", readonly=True)
    reserve_quantity = fields.Integer(readonly=True)
    platform_create_date = fields.Datetime(string="Listed On", readonly=True)
    last_seen_date = fields.Datetime(readonly=True)
    detail_date = fields.Datetime(string="Prices Read On", readonly=True)
    digest = fields.Char(readonly=True, exportable=False)
    sku_ids = fields.One2many("pdd.sku", "goods_id", string="SKUs", readonly=True)
    sku_count = fields.Integer(string="Number of SKUs", compute="_compute_sku_counts")
    unmapped_count = fields.Integer(
        string="SKUs Not Mapped", compute="_compute_sku_counts"
    )

    _goods_uniq = models.Constraint(
        "UNIQUE(shop_id, goods_id)", "These goods already exist in this shop."
    )
    _detail_idx = models.Index("(shop_id, detail_date NULLS FIRST, id)")

    @api.depends("sku_ids.product_id")
    def _compute_sku_counts(self):
        counts = {
            goods: (count, mapped)
            for goods, count, mapped in self.env["pdd.sku"]._read_group(
                [("goods_id", "in", self.ids)],
                ["goods_id"],
                ["__count", "product_id:count"],
            )
        }
        for goods in self:
            count, mapped = counts.get(goods, (0, 0))
            goods.sku_count = count
            goods.unmapped_count = count - mapped

    def action_view_skus(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_action"
        )
        action["domain"] = [("goods_id", "=", self.id)]
        return action

    # --- intake

    @api.model
    def _intake(self, shop, rows, seen_date):
        """Write one page of the goods list.

        :param shop: the shop
        :param list rows: items of ``goods_list``
        :param datetime seen_date: start of the walk
        """
        rows = self._rows_by_id(rows)
        known = {
            goods.goods_id: goods
            for goods in self.search_fetch(
                [("shop_id", "=", shop.id), ("goods_id", "in", list(rows))],
                ["goods_id", "digest"],
            )
        }
        self.browse([goods.id for goods in known.values()]).last_seen_date = seen_date
        to_create, skus = [], {}
        for goods_id, row in rows.items():
            goods, digest = known.get(goods_id), _digest(row)
            if goods and goods.digest == digest:
                continue
            try:
                vals = dict(self._prepare_vals(row), digest=digest)
                skus[goods_id] = self._prepare_skus(row)
            except ValueError as error:
                _logger.warning("PDD goods %s not read: %s", goods_id, error)
                continue
            if goods:
                goods.write(vals)
            else:
                vals.update(shop_id=shop.id, goods_id=goods_id)
                to_create.append(dict(vals, last_seen_date=seen_date))
        known |= {goods.goods_id: goods for goods in self.create(to_create)}
        self.env["pdd.sku"]._intake(
            shop, {known[goods_id]: vals_list for goods_id, vals_list in skus.items()}
        )

    @api.model
    def _rows_by_id(self, rows):
        """Return the rows by goods id; what has none cannot be stored and is logged."""
        by_id = {}
        for row in rows:
            goods_id = row.get("goods_id") if isinstance(row, dict) else None
            if isinstance(goods_id, str | int) and goods_id:
                by_id[pop.parse_text(goods_id)] = row
            else:
                _logger.warning("PDD goods: a row without goods_id")
        return by_id

    @api.model
    def _prepare_skus(self, row):
        """Map the SKUs of an item of the goods list.

        :raise ValueError: one of them is not what the platform documents
        """
        Sku = self.env["pdd.sku"]
        return [Sku._prepare_vals(sku) for sku in pop.parse_objects(row, "sku_list")]

    @api.model
    def _prepare_vals(self, row):
        """Map an item of ``pdd.goods.list.get`` to field values.

        :raise ValueError: a field is not what the platform documents
        """
        return {
            "name": pop.parse_text(row.get("goods_name"), limit=NAME_LIMIT)
            or pop.parse_text(row.get("goods_id")),
            "image_url": pop.parse_text(row.get("thumb_url") or row.get("image_url")),
            "is_onsale": pop.parse_int32(row.get("is_onsale"), default=0) == 1,
            "is_listed": True,
            "quantity": pop.parse_int32(row.get("goods_quantity"), default=0),
            "reserve_quantity": pop.parse_int32(
                row.get("goods_reserve_quantity"), default=0
            ),
            "platform_create_date": pop.parse_time(row.get("created_at")),
            "outer_goods_id": next(
                (
                    pop.parse_text(sku.get("outer_goods_id"))
                    for sku in pop.parse_objects(row, "sku_list")
                ),
                "",
            ),
        }

    # --- details

    def _fetch_detail(self):
        """Return the detail answer, or None when the platform does not know the goods."""
        self.ensure_one()
        try:
            return self.shop_id._call(DETAIL_API, goods_id=int(self.goods_id))
        except (pop.PddBusinessError, ValueError):
            return None

    def _intake_detail(self, detail):
        """Write prices (fen on the wire) and pictures; None: no longer on the platform."""
        self.detail_date = fields.Datetime.now()
        if detail is None:
            self.write({"is_listed": False, "is_onsale": False})
            return
        status = pop.parse_int32(detail.get("status"), default=STATUS_ON_SALE)
        if status == STATUS_DELETED:
            self.write({"is_listed": False, "is_onsale": False})
        try:
            prices = {
                pop.parse_text(row.get("sku_id")): self.env[
                    "pdd.sku"
                ]._prepare_detail_vals(row)
                for row in pop.parse_objects(detail, "sku_list")
            }
        except ValueError as error:
            _logger.warning("PDD goods %s: detail not read: %s", self.goods_id, error)
            return
        for sku in self.with_context(active_test=False).sku_ids:
            sku._write_changed(prices.get(sku.sku_id, {}))


def _digest(row):
    text = json.dumps(row, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
