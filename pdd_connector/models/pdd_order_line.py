# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from .. import pop
from ..placing import Goods
from .amounts import spread, to_fen

_lt = LazyTranslate(__name__)

NAME_LIMIT = 500


class PddOrderLine(models.Model):
    """What was bought: names, codes and price as they were at the purchase."""

    _name = "pdd.order.line"
    _description = "PDD Order Line"
    _order = "order_id, id"
    _log_access = False

    order_id = fields.Many2one(
        "pdd.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(related="order_id.shop_id")
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    sku_id = fields.Many2one(
        "pdd.sku", string="SKU", readonly=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one(related="sku_id.product_id")
    goods_name = fields.Char(string="Goods", readonly=True)
    spec = fields.Char(string="Specification", readonly=True)
    outer_id = fields.Char(string="Merchant Code", readonly=True)
    quantity = fields.Integer(readonly=True)
    price_unit = fields.Monetary(string="Unit Price", readonly=True)
    is_gift = fields.Boolean(string="Gift", readonly=True)
    is_left_gift = fields.Boolean(
        readonly=True,
        copy=False,
        help="The gift has an order of its own by now: it is to leave this one.",
    )

    # --- what Odoo made of it
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sales Order Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    share_amount = fields.Monetary(
        string="Share",
        readonly=True,
        copy=False,
        help="The line's share of the receivable amount, discounts spread by value.",
    )
    cut_quantity = fields.Integer(
        string="Pieces Refunded",
        readonly=True,
        copy=False,
        help="Refunded by pieces before shipping.",
    )
    cut_amount = fields.Monetary(
        string="Amount Refunded",
        readonly=True,
        copy=False,
        help="Taken off the line's share by refunds before shipping.",
    )

    _left_gift_idx = models.Index("(id) WHERE is_left_gift")

    @api.model
    def _prepare_item(self, row, *, is_gift=False):
        """Map an item of ``item_list`` or ``gift_list`` (price: yuan).

        :return dict: values of a line, plus the platform's ids of goods and SKU
        :raise ValueError: a field is missing or is not what the platform documents
        """
        item = {
            "platform_goods_id": pop.parse_text(row.get("goods_id")),
            "platform_sku_id": pop.parse_text(row.get("sku_id")),
            "goods_name": pop.parse_text(row.get("goods_name"), limit=NAME_LIMIT),
            "spec": pop.parse_text(row.get("goods_spec"), limit=NAME_LIMIT),
            "outer_id": pop.parse_text(row.get("outer_id")).strip(),
            "quantity": _positive(row.get("goods_count"), "goods_count"),
            "price_unit": 0.0 if is_gift else _yuan(row.get("goods_price")),
            "is_gift": is_gift,
        }
        if not item["platform_sku_id"] or not item["platform_goods_id"]:
            raise ValueError("item_list: goods_id or sku_id is missing")
        return item

    @api.model
    def _prepare_line_vals(self, order, item, skus):
        """Map an item of :meth:`_prepare_item` to the values of a line.

        :param dict skus: platform SKU id -> record
        """
        vals = {k: v for k, v in item.items() if not k.startswith("platform_")}
        return vals | {"order_id": order.id, "sku_id": skus[item["platform_sku_id"]].id}

    def _is_same_item(self, vals):
        """Return whether values of an item are about this line."""
        return self.sku_id.id == vals["sku_id"] and self.is_gift == vals["is_gift"]

    def _write_item(self, vals):
        """Write what differs; return whether quantity or price does."""
        changed = {
            name: value
            for name, value in vals.items()
            if name not in ("order_id", "sku_id") and self[name] != (value or False)
        }
        changed = {k: v for k, v in changed.items() if v or self[k]}
        if changed:
            self.write(changed)
        return bool(changed.keys() & {"quantity", "price_unit"})

    def _get_value(self):
        """Return the price of these lines before all discounts (Decimal yuan)."""
        return sum(
            (to_fen(line.price_unit) * line.quantity for line in self), to_fen(0)
        )

    def _prepare_goods(self, sku_id, left=None):
        """Return what is left of these lines, for a refund to be placed.

        :param str sku_id: the platform's SKU that the refund names
        :param dict left: line -> (Decimal yuan, pieces) that are left; else by the cuts
        :return list: one :class:`~..placing.Goods` per line
        """
        left = left or {
            line: (
                to_fen(line.share_amount - line.cut_amount),
                line.quantity - line.cut_quantity,
            )
            for line in self
        }
        return [
            Goods(
                key=line.id,
                money=left[line][0],
                pieces=left[line][1],
                is_named=bool(sku_id) and line.sku_id.sku_id == sku_id,
                is_gift=line.is_gift or not line.price_unit,
            )
            for line in self
        ]

    def _get_sku_issue(self):
        """Return the issue of a line whose SKU has no product."""
        label = self.outer_id or self.spec or self.goods_name
        name = _lt("SKU %s is not mapped: choose its product, or create it.", label)
        vals = {"sku_id": self.sku_id.id, "detail": self.goods_name}
        return "sku", str(self.sku_id.id), name, vals

    def _get_spread(self, total):
        """Spread an amount over these lines by their value, to the fen.

        :param Decimal total: yuan
        :return dict: line -> Decimal
        """
        weights = [line.price_unit * line.quantity for line in self]
        return dict(zip(self, spread(total, weights), strict=True))


def _positive(value, name):
    try:
        quantity = pop.parse_int(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not 0 < quantity < 1_000_000:
        raise ValueError(f"{name}: {quantity} is not a quantity")
    return quantity


def _yuan(value):
    try:
        return float(pop.parse_yuan(value))
    except ValueError as error:
        raise ValueError(f"goods_price: {error}") from None
