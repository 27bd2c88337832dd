# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .. import pop

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
    error_message = fields.Text(
        readonly=True, help="Why the platform's latest data could not be read."
    )
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
        rows = self._rows_by_id(shop, rows)
        goods = self.search_fetch(
            [("shop_id", "=", shop.id), ("goods_id", "in", list(rows))],
            ["goods_id", "digest", "is_listed", "error_message"],
        )
        goods.last_seen_date = seen_date
        known = {record.goods_id: record for record in goods}
        was_unreadable = goods.filtered("error_message")
        to_create, skus = [], {}
        for goods_id, row in rows.items():
            record = known.get(goods_id, self.browse())
            if record.is_listed and record.digest == pop.digest_of(row):
                continue
            vals, skus[goods_id] = self._prepare_row(shop, goods_id, row)
            if record:
                record.write(vals)
            else:
                vals = {"name": goods_id, "goods_id": goods_id, **vals}
                to_create.append(
                    {**vals, "shop_id": shop.id, "last_seen_date": seen_date}
                )
        if was_unreadable:
            self._settle_unreadable(shop)
        known |= {record.goods_id: record for record in self.create(to_create)}
        self.env["pdd.sku"]._intake(
            shop,
            {known[key]: vals for key, vals in skus.items() if vals is not None},
        )

    @api.model
    def _rows_by_id(self, shop, rows):
        """Return the rows by goods id; what has none cannot be stored.

        They have no time of change: of two the first one counts, which stands nearer to
        the top of a list that is newest first.
        """
        by_id = {}
        for row in rows:
            try:
                goods_id = isinstance(row, dict) and pop.parse_text(row.get("goods_id"))
            except ValueError:
                goods_id = ""
            if goods_id:
                by_id.setdefault(goods_id, row)
            else:
                shop._report_unreadable("goods", "?", "goods_id: the value is missing")
        return by_id

    @api.model
    def _settle_unreadable(self, shop):
        """Close the issue about unreadable goods when there are none left."""
        if not self.search_count(
            [("shop_id", "=", shop.id), ("error_message", "!=", False)], limit=1
        ):
            self.env["pdd.issue"]._settle(shop, "unreadable", ["goods"])

    @api.model
    def _prepare_row(self, shop, goods_id, row):
        """Map a row; one that cannot be read is kept with the reason, not a crash.

        :return tuple: field values of the goods; of its SKUs, None if unreadable
        """
        Sku = self.env["pdd.sku"]
        kept = {
            "digest": pop.digest_of(row),
            "error_message": False,
            "is_listed": True,
        }
        try:
            vals = self._prepare_vals(row)
            skus = [
                Sku._prepare_vals(sku) for sku in pop.parse_objects(row, "sku_list")
            ]
        except ValueError as error:
            shop._report_unreadable("goods", goods_id, error)
            # without digest: it is read again, changed or not
            return {**kept, "digest": False, "error_message": str(error)}, None
        return {**kept, **vals}, skus

    @api.model
    def _prepare_vals(self, row):
        """Map an item of ``pdd.goods.list.get`` to field values.

        :raise ValueError: a field is not what the platform documents
        """
        name = pop.parse_field(row, "goods_name", pop.parse_text, limit=NAME_LIMIT)
        onsale = pop.parse_field(row, "is_onsale", pop.parse_int32, default=0)
        picture = "thumb_url" if row.get("thumb_url") else "image_url"
        codes = (
            pop.parse_field(sku, "outer_goods_id", pop.parse_text)
            for sku in pop.parse_objects(row, "sku_list")
        )
        return {
            "name": name or pop.parse_text(row.get("goods_id")),
            "image_url": pop.parse_field(row, picture, pop.parse_text),
            "is_onsale": onsale == 1,
            "quantity": pop.parse_field(
                row, "goods_quantity", pop.parse_int32, default=0
            ),
            "reserve_quantity": pop.parse_field(
                row, "goods_reserve_quantity", pop.parse_int32, default=0
            ),
            **self._prepare_create_date_vals(row),
            "outer_goods_id": next(codes, ""),
        }

    @api.model
    def _prepare_create_date_vals(self, row):
        """Return when the goods were listed; nothing where that cannot be."""
        moment = pop.parse_field(row, "created_at", pop.parse_time)
        if moment and not pop.is_past(moment, fields.Datetime.now()):
            return {}
        return {"platform_create_date": moment}

    # --- details

    def _fetch_detail(self):
        """Return the detail answer, or None when the platform does not know the goods."""
        self.ensure_one()
        try:
            return self.shop_id._call(DETAIL_API, goods_id=int(self.goods_id))
        except (pop.PddBusinessError, ValueError):
            return None

    def _intake_detail(self, detail, walk_date):
        """Write prices (fen on the wire) and pictures.

        :param detail: the answer; None when the platform refused it
        :param datetime walk_date: start of the latest walk through the list
        """
        self.detail_date = fields.Datetime.now()
        if detail is None:
            # refused although it is in the list: the list is right
            if not self.last_seen_date or self.last_seen_date < walk_date:
                self._set_unlisted()
            return
        try:
            status = pop.parse_field(
                detail, "status", pop.parse_int32, default=STATUS_ON_SALE
            )
            prices = self._prepare_detail(detail)
        except ValueError as error:
            self.error_message = str(error)
            self.shop_id._report_unreadable("goods", self.goods_id, error)
            return
        for sku in self.with_context(active_test=False).sku_ids:
            sku._write_changed(prices.get(sku.sku_id, {}))
        if status == STATUS_DELETED:
            self._set_unlisted()
        if self.error_message and self.digest:  # what is in the list could be read
            self.error_message = False
            self._settle_unreadable(self.shop_id)

    @api.model
    def _prepare_detail(self, detail):
        """Map the SKUs of a detail answer: platform SKU id -> field values."""
        Sku = self.env["pdd.sku"]
        return {
            pop.parse_field(row, "sku_id", pop.parse_text): Sku._prepare_detail_vals(
                row
            )
            for row in pop.parse_objects(detail, "sku_list")
        }

    def _set_unlisted(self):
        """Note that the platform has deleted the goods; their SKUs stay mapped."""
        self.write({"is_listed": False, "is_onsale": False})
        self.with_context(active_test=False).sku_ids._set_unlisted()
