# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .. import pop

NAME_LIMIT = 500
QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True}


class PddSku(models.Model):
    """A variant of a listing, and the product it stands for.

    A known SKU keeps its product whatever becomes of its merchant code: the platform
    shows a changed code only after an audit and order lines keep the code of their day.
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
    outer_id = fields.Char(
        string="Merchant Code", readonly=True, index=True, tracking=True
    )
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
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('sale_ok', '=', True)]",
    )
    mapping_method = fields.Selection(
        [
            ("code", "Internal reference"),
            ("barcode", "Barcode"),
            ("manual", "By hand"),
            ("created", "Product created"),
        ],
        string="Mapped By",
        readonly=True,
    )
    mapping_date = fields.Datetime(string="Mapped On", readonly=True)
    candidate_count = fields.Integer(
        string="Products with This Code",
        readonly=True,
        help="More than one: choose the right product.",
    )
    mapping_state = fields.Selection(
        [
            ("mapped", "Mapped"),
            ("ambiguous", "Several products"),
            ("unmapped", "Not mapped"),
        ],
        string="Mapping",
        compute="_compute_mapping_state",
        store=True,
        index=True,
    )
    waiting_count = fields.Integer(
        string="Orders Waiting",
        compute="_compute_waiting_count",
        help="Held orders that contain this SKU while it has no product.",
    )
    can_be_kit = fields.Boolean(compute="_compute_can_be_kit")

    _sku_uniq = models.Constraint(
        "UNIQUE(shop_id, sku_id)", "This SKU already exists in this shop."
    )
    _unmapped_idx = models.Index("(outer_id) WHERE product_id IS NULL")

    @api.depends("name", "goods_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for sku in self:
            parts = (sku.goods_id.name, sku.name)
            sku.display_name = " / ".join(part for part in parts if part) or sku.sku_id

    @api.depends("product_id", "candidate_count")
    def _compute_mapping_state(self):
        for sku in self:
            if sku.product_id:
                sku.mapping_state = "mapped"
            elif sku.candidate_count > 1:
                sku.mapping_state = "ambiguous"
            else:
                sku.mapping_state = "unmapped"

    def _compute_waiting_count(self):
        counts = dict(
            self.env["pdd.order.line"]._read_group(
                [
                    ("sku_id", "in", self.ids),
                    ("sku_id.product_id", "=", False),
                    ("order_id.state", "=", "held"),
                ],
                ["sku_id"],
                ["order_id:count_distinct"],
            )
        )
        for sku in self:
            sku.waiting_count = counts.get(sku, 0)

    def _compute_can_be_kit(self):
        self.can_be_kit = "mrp.bom" in self.env

    def write(self, vals):
        if "product_id" not in vals:
            return super().write(vals)
        vals = {"mapping_method": "manual", **vals}
        vals["mapping_date"] = fields.Datetime.now()
        if not vals["product_id"]:
            vals["mapping_method"] = False
        result = super().write(vals)
        if vals["product_id"] and not self.env.context.get("pdd_release_later"):
            self._after_mapping()
        return result

    # --- buttons

    def action_match(self):
        """Look for products by merchant code and barcode once more."""
        # which product has which code is not the operator's to read in all companies
        self.sudo()._match()

    def action_view_waiting_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_action"
        )
        action["domain"] = [("line_ids.sku_id", "=", self.id), ("state", "=", "held")]
        return action

    # --- intake

    @api.model
    def _intake(self, shop, vals_by_goods):
        """Write the SKUs of some goods and map the new ones.

        :param dict vals_by_goods: goods record -> list of :meth:`_prepare_vals`
        """
        wanted = {
            vals["sku_id"]: dict(vals, goods_id=goods.id)
            for goods, vals_list in vals_by_goods.items()
            for vals in vals_list
            if vals["sku_id"]
        }
        known = self.with_context(active_test=False).search_fetch(
            [("shop_id", "=", shop.id), ("sku_id", "in", list(wanted))]
        )
        for sku in known.with_context(**QUIET):
            sku._write_changed(wanted.pop(sku.sku_id))
        created = self.with_context(**QUIET).create(
            [dict(vals, shop_id=shop.id) for vals in wanted.values()]
        )
        (created + known.filtered(lambda sku: not sku.product_id))._match()

    @api.model
    def _prepare_vals(self, row):
        """Map an item of ``sku_list`` of the goods list to field values.

        :raise ValueError: a field is not what the platform documents
        """
        return {
            "sku_id": pop.parse_text(row.get("sku_id")),
            "name": pop.parse_text(row.get("spec"), limit=NAME_LIMIT),
            "outer_id": pop.parse_text(row.get("outer_id")).strip(),
            "spec_details": row.get("spec_details") or False,
            "platform_qty": pop.parse_int32(row.get("sku_quantity"), default=0),
            "reserve_qty": pop.parse_int32(row.get("reserve_quantity"), default=0),
            "is_onsale": pop.parse_int32(row.get("is_sku_onsale"), default=0) == 1,
        }

    @api.model
    def _prepare_detail_vals(self, row):
        """Map an item of ``sku_list`` of the goods detail (prices: fen).

        :raise ValueError: a field is not what the platform documents
        """
        vals = {
            name: float(pop.parse_fen(row[source]))
            for name, source in (
                ("group_price", "multi_price"),
                ("single_price", "price"),
            )
            if row.get(source) is not None
        }
        if row.get("thumb_url"):
            vals["image_url"] = pop.parse_text(row["thumb_url"])
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
                        "outer_id": item["outer_id"],
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

    # --- mapping

    def _get_specifications(self):
        """Return what tells this SKU from its siblings: attribute name -> value."""
        self.ensure_one()
        specs = {}
        for detail in self.spec_details or []:
            name, value = detail.get("parent_name"), detail.get("spec_name")
            if name and value:
                specs[pop.parse_text(name)] = pop.parse_text(value)
        return specs or {self.env._("Specification"): self.name or self.sku_id}

    @api.model
    def _domain_unmapped(self):
        return Domain("product_id", "=", False)

    def _match(self):
        """Map SKUs to the one product that has their code, first by internal reference.

        Nothing is guessed: a code of several products is counted and left to a person.
        """
        unmapped = self.filtered(lambda sku: not sku.product_id and sku.outer_id)
        for company, skus in unmapped.grouped("company_id").items():
            rest = skus._match_by("default_code", "code", company)
            rest._match_by("barcode", "barcode", company)

    def _match_by(self, field, method, company):
        """Map by one field of the product; return the SKUs that found none."""
        if not self:
            return self
        products = self.env["product.product"].search_fetch(
            Domain(field, "in", self.mapped("outer_id"))
            & Domain("company_id", "in", (False, company.id)),
            [field],
        )
        by_code = defaultdict(products.browse)
        for product in products:
            by_code[product[field]] += product
        mapped, rest = self.browse(), self.browse()
        for sku in self.with_context(pdd_release_later=True, **QUIET):
            found = by_code[sku.outer_id]
            if len(found) == 1:
                sku.write({"product_id": found.id, "mapping_method": method})
                mapped += sku
            elif found:
                sku.candidate_count = len(found)
            else:
                rest += sku
        mapped._after_mapping()
        return rest

    @api.model
    def _match_codes(self, codes):
        """Match the unmapped SKUs that carry one of these codes (of new products)."""
        codes = [code for code in codes if code]
        if codes:
            self.search(
                Domain("outer_id", "in", codes) & self._domain_unmapped()
            )._match()

    def _after_mapping(self):
        """Release the orders that waited for these SKUs."""
        # the operator maps; the connector makes the orders
        orders = self.env["pdd.order"].sudo()
        orders.search(
            [("line_ids.sku_id", "in", self.ids), ("state", "=", "held")]
        )._release()
