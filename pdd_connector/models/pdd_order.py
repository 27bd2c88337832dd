# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import json
import logging
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import pop
from ..const import (
    CIPHER_FIELDS,
    GIFT_CREATED,
    ORDER_STATUS,
    REFUND_STATUS,
    REMARK_TAG,
)

_logger = logging.getLogger(__name__)

TEXT_LIMIT = 10_000
AMOUNTS = (  # yuan; the platform's names are ours
    "goods_amount",
    "order_change_amount",
    "discount_amount",
    "platform_discount",
    "seller_discount",
    "capital_free_discount",
    "postage",
    "pay_amount",
)
REQUIRED_AMOUNTS = ("goods_amount", "pay_amount")
STATUSES = (
    "order_status",
    "refund_status",
    "after_sales_status",
    "confirm_status",
    "risk_control_status",
    "trade_type",
)
REQUIRED_STATUSES = ("order_status", "refund_status")
TIMES = {
    "created_time": "platform_create_date",
    "pay_time": "pay_date",
    "confirm_time": "confirm_date",
    "last_ship_time": "last_ship_date",
    "shipping_time": "shipping_date",
    "receive_time": "receive_date",
    "updated_at": "platform_update_date",
}
TEXTS = {
    "buyer_memo": TEXT_LIMIT,
    "remark": TEXT_LIMIT,
    "tracking_number": 200,
    "open_address_id": 200,
    "province": 100,
    "city": 100,
    "town": 100,
    "receiver_name_mask": 200,
    "receiver_phone_mask": 100,
    "receiver_address_mask": 1000,
}
KEPT_FIELDS = (  # the platform blanks them after shipping
    "open_address_id",
    "receiver_cipher",
    *(name for name in TEXTS if name.startswith("receiver_")),
)


class PddOrder(models.Model):
    """An order as the platform shows it, and what Odoo made of it.

    Intake writes the platform's side (payload, digest, platform time), the maker
    writes state and sales order. An error of the maker loses no fact.
    """

    _name = "pdd.order"
    _description = "PDD Order"
    _order = "confirm_date desc, id desc"
    _rec_name = "order_sn"
    _check_company_auto = True

    order_sn = fields.Char(string="Order Number", required=True, readonly=True)
    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    payload = fields.Json(
        readonly=True, exportable=False, export_string_translation=False
    )
    digest = fields.Char(readonly=True, exportable=False)

    # --- the platform's states: codes, shown by the tables of const
    order_status = fields.Integer(readonly=True, index=True)
    refund_status = fields.Integer(readonly=True)
    after_sales_status = fields.Integer(readonly=True)
    confirm_status = fields.Integer(readonly=True)
    risk_control_status = fields.Integer(readonly=True)
    trade_type = fields.Integer(readonly=True)
    order_status_label = fields.Char(
        string="Platform Status", compute="_compute_labels"
    )
    refund_status_label = fields.Char(string="After-sale", compute="_compute_labels")

    # --- times
    platform_create_date = fields.Datetime(string="Ordered On", readonly=True)
    pay_date = fields.Datetime(string="Paid On", readonly=True)
    confirm_date = fields.Datetime(string="Deal On", readonly=True, index=True)
    last_ship_date = fields.Datetime(
        string="Ship By",
        readonly=True,
        help="Promised to the buyer; later costs a fine.",
    )
    shipping_date = fields.Datetime(string="Shipped On", readonly=True)
    receive_date = fields.Datetime(string="Received On", readonly=True)
    platform_update_date = fields.Datetime(string="Changed On", readonly=True)

    # --- amounts
    goods_amount = fields.Monetary(readonly=True)
    order_change_amount = fields.Monetary(
        string="Price Cut", readonly=True, help="Made by the shop on this order."
    )
    discount_amount = fields.Monetary(string="All Discounts", readonly=True)
    platform_discount = fields.Monetary(
        readonly=True, help="Paid to the shop by the platform."
    )
    seller_discount = fields.Monetary(string="Shop Discount", readonly=True)
    capital_free_discount = fields.Monetary(
        string="Group Leader Discount", readonly=True
    )
    postage = fields.Monetary(readonly=True)
    service_fee = fields.Monetary(string="Service Fees", readonly=True)
    pay_amount = fields.Monetary(string="Paid by Buyer", readonly=True)
    receivable_amount = fields.Monetary(
        readonly=True, help="What the shop is entitled to: paid + platform discount."
    )

    # --- receiver: masks to read, ciphertext to hand on, never plain text
    open_address_id = fields.Char(
        string="Receiver Key", readonly=True, exportable=False, index="btree_not_null"
    )
    receiver_name_mask = fields.Char(string="Receiver", readonly=True, exportable=False)
    receiver_phone_mask = fields.Char(string="Phone", readonly=True, exportable=False)
    receiver_address_mask = fields.Char(
        string="Address", readonly=True, exportable=False
    )
    receiver_cipher = fields.Json(
        readonly=True,
        exportable=False,
        export_string_translation=False,
        help="Ciphertexts; the platform shows them only while the order waits to ship.",
    )
    province = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    town = fields.Char(string="District", readonly=True)

    # --- notes, shipping
    buyer_memo = fields.Text(string="Buyer's Note", readonly=True)
    remark = fields.Text(string="Shop's Note", readonly=True)
    remark_tag = fields.Integer(readonly=True)
    remark_tag_label = fields.Char(string="Note Colour", compute="_compute_labels")
    tags = fields.Char(readonly=True, help="The platform's tags that are set.")
    logistics_id = fields.Integer(string="Carrier ID", readonly=True)
    tracking_number = fields.Char(readonly=True)

    line_ids = fields.One2many("pdd.order.line", "order_id", readonly=True)

    # --- Odoo's side
    state = fields.Selection(
        [
            ("pending", "To make"),
            ("held", "Held"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("error", "Error"),
        ],
        required=True,
        readonly=True,
        default="pending",
        copy=False,
    )
    hold_reasons = fields.Many2many("pdd.hold.reason", readonly=True, copy=False)
    hold_detail = fields.Text(string="Details", readonly=True, copy=False)
    held_date = fields.Datetime(string="Held Since", readonly=True, copy=False)
    error_message = fields.Text(readonly=True, copy=False)
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _order_sn_uniq = models.Constraint(
        "UNIQUE(shop_id, order_sn)", "This order number already exists in this shop."
    )
    _pending_idx = models.Index("(shop_id, id) WHERE state = 'pending'")
    _waiting_idx = models.Index("(shop_id, state) WHERE state IN ('held', 'error')")

    @api.depends("order_status", "refund_status", "remark_tag")
    @api.depends_context("lang")
    def _compute_labels(self):
        for order in self:
            order.order_status_label = self._label(ORDER_STATUS, order.order_status)
            order.refund_status_label = self._label(REFUND_STATUS, order.refund_status)
            order.remark_tag_label = order.remark_tag and self._label(
                REMARK_TAG, order.remark_tag
            )

    def _label(self, table, code):
        """Return the label of a platform code; a code we do not know is shown as such."""
        if code in table:
            return self.env._(table[code])
        return self.env._("Unknown (%s)", code)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        if self.sale_order_id:
            raise UserError(
                self.env._("An order that has a sales order cannot be deleted.")
            )

    # --- buttons

    def action_retry(self):
        """Try once more to make the sales orders of these orders."""
        # the connector makes the documents, whoever presses the button
        self.sudo()._release()

    def action_view_sale_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "view_mode": "form",
        }

    # --- intake

    @api.model
    def _intake(self, shop, rows):
        """Write one page of orders: new ones, and what changed of known ones.

        :param shop: the shop they belong to
        :param list rows: orders as the list APIs and the detail API return them
        :return: the orders that were created or changed
        """
        rows = self._newest_rows(shop, rows)
        known = {
            order.order_sn: order
            for order in self.search_fetch(
                [("shop_id", "=", shop.id), ("order_sn", "in", list(rows))],
                ["order_sn", "digest", "platform_update_date", "state"],
            )
        }
        to_create, changed, items = [], self.browse(), {}
        for order_sn, row in rows.items():
            vals = self._prepare_row_vals(row)
            order = known.get(order_sn)
            if not order:
                vals.update(shop_id=shop.id, currency_id=shop.currency_id.id)
                to_create.append(vals)
            elif order._is_news(vals):
                changed += order
                order._write_row(vals)
            else:
                continue
            items[order_sn] = row
        touched = changed + self.create(to_create)
        touched._write_lines(shop, items)
        if touched.filtered(lambda order: order.state == "pending"):
            self.env.ref("pdd_connector.ir_cron_order_make")._trigger()
        return touched

    @api.model
    def _newest_rows(self, shop, rows):
        """Return the newest row of each order that belongs to Odoo, by order number."""
        newest = {}
        for row in rows:
            order_sn = isinstance(row, dict) and pop.parse_text(row.get("order_sn"))
            if not order_sn:
                _logger.warning("PDD shop %s: a row without order number", shop.id)
                continue
            if self._is_before_start(shop, row):
                continue
            other = newest.get(order_sn)
            if not other or str(row.get("updated_at")) >= str(other.get("updated_at")):
                newest[order_sn] = row
        return newest

    @api.model
    def _is_before_start(self, shop, row):
        """Return whether the deal is older than the shop's start in Odoo."""
        try:
            confirm_date = pop.parse_time(row.get("confirm_time"))
        except ValueError:
            return False
        return bool(confirm_date and confirm_date < shop.import_from_date)

    def _is_news(self, vals):
        """Return whether a row differs from what we have and is not older."""
        self.ensure_one()
        if vals["digest"] == self.digest:
            return False
        new, old = vals.get("platform_update_date"), self.platform_update_date
        return not new or not old or new >= old

    @api.model
    def _prepare_row_vals(self, row):
        """Map a row; one that cannot be read becomes an order in error, not a crash."""
        vals = {"digest": _digest(row), "payload": self._prepare_payload(row)}
        try:
            vals.update(self._prepare_vals(row))
        except ValueError as error:
            _logger.warning("PDD order %s not read: %s", row.get("order_sn"), error)
            vals.update(
                order_sn=pop.parse_text(row.get("order_sn")),
                state="error",
                error_message=self.env._(
                    "The platform sent a field that cannot be read: %s. Check the order "
                    "in the merchant backend; it is read again when it changes there.",
                    error,
                ),
            )
        return vals

    @api.model
    def _prepare_payload(self, row):
        """Return what is kept of a row as it came: all but the ciphertexts."""
        kept = {name: value for name, value in row.items() if name not in CIPHER_FIELDS}
        return pop.storable(kept)

    @api.model
    def _prepare_vals(self, row):
        """Map an order of the list and detail APIs to field values.

        Amounts: yuan; times: text in UTC+8. The platform's types are loose.

        :raise ValueError: names the field that is missing or cannot be read
        """
        vals = {"order_sn": pop.parse_text(row.get("order_sn")), "state": "pending"}
        vals["error_message"] = False
        for name in STATUSES:
            default = {} if name in REQUIRED_STATUSES else {"default": 0}
            vals[name] = _read(row, name, pop.parse_int32, **default)
        for name, target in TIMES.items():
            vals[target] = _read(row, name, pop.parse_time) or False
        for name, limit in TEXTS.items():
            vals[name] = _read(row, name, pop.parse_text, limit=limit)
        vals.update(self._prepare_amount_vals(row))
        vals["remark_tag"] = _read(row, "remark_tag", pop.parse_int32, default=0)
        vals["logistics_id"] = _read(row, "logistics_id", pop.parse_int32, default=0)
        vals["receiver_cipher"] = {
            name: row[name] for name in CIPHER_FIELDS if pop.cipher_kind(row.get(name))
        }
        vals["tags"] = " ".join(
            pop.parse_text(tag.get("name"))
            for tag in pop.parse_objects(row, "order_tag_list")
            if str(tag.get("value")) == "1"
        )
        self._prepare_items(row)  # an unreadable item makes the row unreadable
        return vals

    @api.model
    def _prepare_amount_vals(self, row):
        amounts = {}
        for name in AMOUNTS:
            default = {} if name in REQUIRED_AMOUNTS else {"default": Decimal(0)}
            amounts[name] = _read(row, name, pop.parse_yuan, negative=True, **default)
        amounts["service_fee"] = sum(
            (
                _read(fee, "service_fee", pop.parse_yuan, default=Decimal(0))
                for fee in pop.parse_objects(row, "service_fee_detail")
            ),
            Decimal(0),
        )
        amounts["receivable_amount"] = (
            amounts["pay_amount"] + amounts["platform_discount"]
        )
        return {name: float(amount) for name, amount in amounts.items()}

    @api.model
    def _prepare_items(self, row):
        """Return the items of an order, then the gifts to pack with it.

        :raise ValueError: there is none, or one cannot be read
        """
        Line = self.env["pdd.order.line"]
        items = [
            Line._prepare_item(item) for item in pop.parse_objects(row, "item_list")
        ]
        if not items:
            raise ValueError("item_list: is empty")
        if row.get("gift_order_status") in (None, GIFT_CREATED):
            items += [
                Line._prepare_item(gift, is_gift=True)
                for gift in pop.parse_objects(row, "gift_list")
            ]
        return items

    def _write_row(self, vals):
        """Write the platform's side of a known order; an order that is made stays made."""
        self.ensure_one()
        # receiver data vanish after shipping: what was known is kept
        vals = {name: v for name, v in vals.items() if v or name not in KEPT_FIELDS}
        if self.state in ("done", "cancelled"):
            vals.pop("state", None)
            vals.pop("error_message", None)
        self.write(vals)

    def _write_lines(self, shop, rows):
        """Write the lines of new orders, and of changed ones that are not made yet."""
        items_by_order = {}
        for order in self:
            if order.state in ("error", "done", "cancelled"):
                continue
            items_by_order[order] = self._prepare_items(rows[order.order_sn])
        every_item = [item for items in items_by_order.values() for item in items]
        skus = self.env["pdd.sku"]._get_or_create(shop, every_item)
        self.line_ids.filtered(lambda line: line.order_id in items_by_order).unlink()
        self.env["pdd.order.line"].create(
            [
                {
                    "order_id": order.id,
                    "sku_id": skus[item["platform_sku_id"]].id,
                    **{k: v for k, v in item.items() if not k.startswith("platform_")},
                }
                for order, items in items_by_order.items()
                for item in items
            ]
        )


def _read(row, name, parse, **options):
    """Parse one field; the error names it."""
    try:
        return parse(row.get(name), **options)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _digest(row):
    """Return a digest of what an order says.

    Ciphertexts change from call to call for the same text: only whether they are
    there counts.
    """
    stable = {k: bool(v) if k in CIPHER_FIELDS else v for k, v in row.items()}
    text = json.dumps(stable, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
