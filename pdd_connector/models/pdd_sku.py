# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .. import pop

NAME_LIMIT = 500
QUIET = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "tracking_disable": True,
}


class PddSku(models.Model):
    """A variant of a listing as the platform shows it (mirror).

    Which product it stands for is in pdd_sku_match.py.
    """

    _name = "pdd.sku"
    _description = "PDD SKU"
    _inherit = ["mail.thread"]
    _order = "goods_id desc, id"
    _rec_name = "name"
    _rec_names_search = ["name", "sku_id", "outer_id", "goods_id.name"]
    _check_company_auto = True

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    active = fields.Boolean(
        default=True, help="Archive SKUs that shall never be mapped."
    )
    goods_id = fields.Many2one(
        "pdd.goods",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sku_id = fields.Char(string="SKU ID", required=True, readonly=True)
    name = fields.Char(string="Specification", readonly=True)
    outer_id = fields.Char(string="Merchant Code", readonly=True, index=True)
    spec_details = fields.Json(readonly=True, export_string_translation=False)
    image_url = fields.Char(string="Picture", readonly=True)
    group_price = fields.Monetary(readonly=True)
    single_price = fields.Monetary(readonly=True)
    platform_qty = fields.Integer(string="Platform Stock", readonly=True)
    reserve_qty = fields.Integer(
        string="Reserved on Platform",
        readonly=True,
        help="Held by promotions or unpaid orders.",
    )
    is_onsale = fields.Boolean(string="On Sale", readonly=True)
    is_listed = fields.Boolean(
        string="Listed",
        default=True,
        readonly=True,
        help="Off once the platform shows it no longer; its mapping is kept.",
    )

    _sku_uniq = models.Constraint(
        "UNIQUE(shop_id, sku_id)", "This SKU already exists in this shop."
    )

    @api.depends("name", "goods_id.name")
    def _compute_display_name(self):
        for sku in self:
            parts = (sku.goods_id.name, sku.name)
            sku.display_name = " / ".join(part for part in parts if part) or sku.sku_id

    # --- intake of the goods list

    @api.model
    def _intake(self, shop, vals_by_goods):
        """Write the SKUs of some goods and map those that have no product.

        :param dict vals_by_goods: goods record -> list of :meth:`_prepare_vals`, all
            the SKUs that these goods have
        """
        wanted = {
            vals["sku_id"]: dict(vals, goods_id=goods.id)
            for goods, vals_list in vals_by_goods.items()
            for vals in vals_list
        }
        goods_ids = [goods.id for goods in vals_by_goods]
        known = self.with_context(active_test=False).search_fetch(
            Domain("shop_id", "=", shop.id)
            & (
                Domain("sku_id", "in", list(wanted))
                | Domain("goods_id", "in", goods_ids)
            )
        )
        for sku in known.filtered(lambda sku: sku.sku_id in wanted):
            sku._write_changed(wanted.pop(sku.sku_id))
            known -= sku
        known._set_unlisted()
        self.with_context(**QUIET).create(
            [dict(vals, shop_id=shop.id) for vals in wanted.values()]
        )
        unmapped = Domain("goods_id", "in", goods_ids) & self._domain_unmapped()
        self.search(unmapped)._match()

    @api.model
    def _prepare_vals(self, row):
        """Map an item of ``sku_list`` of the goods list to field values.

        :raise ValueError: a field is not what the platform documents
        """
        sku_id = pop.parse_field(row, "sku_id", pop.parse_text)
        if not sku_id:
            raise ValueError("sku_id: the value is missing")
        details = pop.parse_objects(row, "spec_details")
        code = pop.parse_field(row, "outer_id", pop.parse_text)
        onsale = pop.parse_field(row, "is_sku_onsale", pop.parse_int32, default=0)
        return {
            "sku_id": sku_id,
            "name": pop.parse_field(row, "spec", pop.parse_text, limit=NAME_LIMIT),
            "outer_id": code.strip() or False,
            "spec_details": pop.storable(details) or False,
            "platform_qty": pop.parse_field(
                row, "sku_quantity", pop.parse_int32, default=0
            ),
            "reserve_qty": pop.parse_field(
                row, "reserve_quantity", pop.parse_int32, default=0
            ),
            "is_onsale": onsale == 1,
            "is_listed": True,
        }

    @api.model
    def _prepare_detail_vals(self, row):
        """Map an item of ``sku_list`` of the goods detail (prices: fen).

        :raise ValueError: a field is not what the platform documents
        """
        vals = {}
        for name, source in (("group_price", "multi_price"), ("single_price", "price")):
            price = pop.parse_field(row, source, pop.parse_fen, default=None)
            if price is not None:
                vals[name] = float(price)
        if row.get("thumb_url"):
            vals["image_url"] = pop.parse_field(row, "thumb_url", pop.parse_text)
        return vals

    def _write_changed(self, vals):
        """Write only the values that differ."""
        self.ensure_one()
        changed = {}
        for name, value in vals.items():
            field = self._fields[name]
            old = field.convert_to_write(self[name], self)
            if (old or False) != (value or False):
                changed[name] = value
        if changed:
            self.write(changed)

    def _set_unlisted(self):
        """Note that the platform shows these SKUs no longer; they stay mapped."""
        listed = self.filtered("is_listed")
        listed.write({"is_listed": False, "is_onsale": False})

    # --- intake of orders

    @api.model
    def _get_or_create(self, shop, items):
        """Return the SKUs of order lines by platform id.

        A SKU that the goods list has not shown yet is created from the line, so that it
        can be mapped.

        :param list items: dicts of :meth:`~.PddOrderLine._prepare_item`
        :return dict: platform SKU id -> record
        """
        keys = {item["platform_sku_id"]: item for item in items}
        known = self.with_context(active_test=False).search_fetch(
            [("shop_id", "=", shop.id), ("sku_id", "in", list(keys))], ["sku_id"]
        )
        by_key = {sku.sku_id: sku for sku in known}
        missing = [item for key, item in keys.items() if key not in by_key]
        if missing:
            goods = self._get_or_create_goods(shop, missing)
            created = self.with_context(**QUIET).create(
                [
                    {
                        "shop_id": shop.id,
                        "goods_id": goods[item["platform_goods_id"]].id,
                        "sku_id": item["platform_sku_id"],
                        "name": item["spec"],
                        "outer_id": item["outer_id"] or False,
                    }
                    for item in missing
                ]
            )
            created._match()
            by_key.update({sku.sku_id: sku for sku in created})
        return by_key

    def _get_or_create_goods(self, shop, items):
        Goods = self.env["pdd.goods"]
        names = {item["platform_goods_id"]: item["goods_name"] for item in items}
        known = Goods.search_fetch(
            [("shop_id", "=", shop.id), ("goods_id", "in", list(names))], ["goods_id"]
        )
        by_key = {goods.goods_id: goods for goods in known}
        created = Goods.create(
            [
                {"shop_id": shop.id, "goods_id": key, "name": name or key}
                for key, name in names.items()
                if key not in by_key
            ]
        )
        return by_key | {goods.goods_id: goods for goods in created}

    def _get_specifications(self):
        """Return what tells this SKU from its siblings: attribute name -> value."""
        self.ensure_one()
        specs = {}
        for detail in self.spec_details or []:
            name, value = detail.get("parent_name"), detail.get("spec_name")
            if isinstance(name, str) and isinstance(value, str) and name and value:
                specs[name] = value
        return specs or {self.env._("Specification"): self.name or self.sku_id}

    def _get_list_price(self):
        """Return the sales price of a new product, in the company's currency."""
        self.ensure_one()
        price = self.group_price or self.single_price
        today = fields.Date.context_today(self)
        currency = self.company_id.currency_id
        return self.currency_id._convert(price, currency, self.company_id, today)
