# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from odoo import api, models

from .. import pop
from ..const import CIPHER_FIELDS, RELATED_NOTHING_TO_SHIP
from .row_age import ASK, ASK_AND_TAKE, SKIP, TAKE, newest_first, read_change

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
    "shipping_time": "shipping_date",
    "receive_time": "receive_date",
}
PROMISES = {"last_ship_time": "last_ship_date"}
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
PLATFORM_FIELDS = (  # a difference in one of them is news
    *STATUSES,
    *TIMES.values(),
    *PROMISES.values(),
    *TEXTS,
    *AMOUNTS,
    "service_fee",
    "receivable_amount",
    "remark_tag",
    "logistics_id",
    "tags",
)


class PddOrder(models.Model):
    """From the platform's rows to the mirror; what follows is told by one hook."""

    _inherit = "pdd.order"

    @api.model
    def _intake(self, shop, rows):
        """Write one page of orders: new ones, and what changed of known ones.

        :param shop: the shop they belong to
        :param list rows: orders as the list APIs return them, newest first; with
            ``pdd_in_full`` in the context as the detail API does
        :return: the orders that were created or changed
        """
        shop = shop.with_company(shop.company_id)
        return self.with_company(shop.company_id)._intake_page(shop, rows)

    @api.model
    def _intake_page(self, shop, rows):
        """Do that in the environment of the shop's company."""
        now = shop._get_platform_now()
        rows, unclear_sns = self._newest_rows(shop, rows, now)
        to_create, changed, same, before = [], self.browse(), self.browse(), {}
        for order, vals, verdict in self._compare_rows(shop, rows, now):
            if verdict in (ASK, ASK_AND_TAKE):
                unclear_sns.add(order.order_sn)
            if not order:
                to_create.append(vals)
            elif not vals:
                same += order
                unclear_sns.discard(order.order_sn)
            elif verdict in (TAKE, ASK_AND_TAKE):
                before[order.id] = order._write_row(vals)
                changed += order
        self._ask_unclear(shop, unclear_sns, now)
        created = self.create(to_create)
        touched = changed + created
        touched._write_lines(shop, rows, before)
        if created:
            self.env["pdd.refund"]._link(shop, created)
        changed._follow(lambda orders: orders._after_status_change(before))
        (touched + same._note_detail(now))._report_unreadable()
        if touched.filtered(lambda order: order.state == "pending"):
            self.env.ref("pdd_connector.ir_cron_order_make")._trigger()
        return touched

    @api.model
    def _compare_rows(self, shop, rows, now):
        """Compare rows with the orders we know.

        :param dict rows: order number -> row
        :param datetime now: the platform's time, naive UTC
        :return: (order, empty for a new one; values of the row, none where it says what
            is known; a verdict of :func:`~.row_age.judge_row`) of each
        """
        known = {
            order.order_sn: order
            for order in self.search_fetch(
                [("shop_id", "=", shop.id), ("order_sn", "in", list(rows))],
                [
                    "order_sn",
                    "digest",
                    "doubted_digest",
                    "platform_update_date",
                    "state",
                ],
            )
        }
        for order_sn, row in rows.items():
            order, digest = known.get(order_sn, self.browse()), self._digest_row(row)
            if order and order._is_row_known(digest):
                yield order, None, SKIP
                continue
            vals = self._prepare_row_vals(row, digest, now)
            if not order:
                vals.update(shop_id=shop.id, currency_id=shop.currency_id.id)
            yield order, vals, order._judge_row(vals, now) if order else TAKE

    @api.model
    def _newest_rows(self, shop, rows, now):
        """Find the newest row of each order that belongs to Odoo.

        :param list rows: newest first
        :param datetime now: the platform's time, naive UTC
        :return tuple: {order number: row}; the numbers of orders with a row whose time
            cannot be
        """
        ours, unclear_sns = [], set()
        for row in rows:
            order_sn = self._read_order_sn(row)
            if not order_sn:
                _logger.warning("PDD shop %s: a row without order number", shop.id)
                shop._report_unreadable("order", "", "order_sn: the value is missing")
                continue
            if not self._is_before_start(shop, row, now):
                date, is_undated = read_change(row.get("updated_at"), now)
                ours.append((order_sn, datetime.min if is_undated else date, row))
                if is_undated:
                    unclear_sns.add(order_sn)
        newest = newest_first(ours, itemgetter(0), itemgetter(1))
        return {sn: row for sn, (_sn, _date, row) in newest.items()}, unclear_sns

    @api.model
    def _read_order_sn(self, row):
        try:
            return pop.parse_text(row.get("order_sn")).strip()
        except (AttributeError, ValueError):
            return ""

    @api.model
    def _is_before_start(self, shop, row, now):
        """Return whether the deal is older than the shop's start in Odoo."""
        confirm_date = pop.parse_past(row.get("confirm_time"), now)
        return bool(confirm_date and confirm_date < shop.import_from_date)

    @api.model
    def _digest_row(self, row):
        """Return a digest of what an order says, the same for list and detail.

        They differ in types and in fields without value. Ciphertexts change from call
        to call for the same text: only whether they are there counts.
        """
        return pop.digest_of(
            {
                k: bool(v) if k in CIPHER_FIELDS else _as_text(v)
                for k, v in row.items()
                if v not in (None, "")
            }
        )

    @api.model
    def _prepare_row_vals(self, row, digest, now):
        """Map a row; one that cannot be read becomes an order in error, not a crash.

        :param datetime now: the platform's time, naive UTC
        """
        vals = {
            "digest": digest,
            "payload": self._prepare_payload(row),
            **self._prepare_age_vals(row, digest, now),
        }
        try:
            vals.update(self._prepare_vals(row, now))
        except ValueError as error:
            _logger.warning("PDD order %s not read: %s", row.get("order_sn"), error)
            vals.update(
                order_sn=self._read_order_sn(row),
                is_incomplete=True,
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
    def _prepare_vals(self, row, now):
        """Map an order of the list and detail APIs to field values.

        Amounts: yuan; times: text in UTC+8. The platform's types are loose. A time that
        cannot be is left out: what was known before stays.

        :param datetime now: the platform's time, naive UTC
        :raise ValueError: names the field that is missing or cannot be read
        """
        read = pop.parse_field
        vals = {"order_sn": self._read_order_sn(row), "state": "pending"}
        vals.update(error_message=False, is_incomplete=False)
        for name in STATUSES:
            default = {} if name in REQUIRED_STATUSES else {"default": 0}
            vals[name] = read(row, name, pop.parse_int32, **default)
        for times, can_be in ((TIMES, pop.is_past), (PROMISES, pop.is_promise)):
            for name, target in times.items():
                moment = read(row, name, pop.parse_time)
                if not moment or can_be(moment, now):
                    vals[target] = moment or False
        for name, limit in TEXTS.items():
            vals[name] = read(row, name, pop.parse_text, limit=limit)
        vals.update(self._prepare_amount_vals(row))
        vals["remark_tag"] = read(row, "remark_tag", pop.parse_int32, default=0)
        vals["logistics_id"] = read(row, "logistics_id", pop.parse_int32, default=0)
        vals["receiver_cipher"] = {
            name: row[name] for name in CIPHER_FIELDS if pop.cipher_kind(row.get(name))
        }
        vals["tags"] = " ".join(
            pop.parse_text(tag.get("name"))
            for tag in pop.parse_objects(row, "order_tag_list")
            if str(tag.get("value")) == "1"
        )
        vals["related_order_sn"] = self._prepare_related_order_sn(row)
        self._prepare_items(row)  # an unreadable item makes the row unreadable
        return vals

    @api.model
    def _prepare_amount_vals(self, row):
        amounts = {}
        for name in AMOUNTS:
            default = {} if name in REQUIRED_AMOUNTS else {"default": Decimal(0)}
            amounts[name] = pop.parse_field(
                row, name, pop.parse_yuan, negative=True, **default
            )
        amounts["service_fee"] = sum(
            (
                pop.parse_field(fee, "service_fee", pop.parse_yuan, default=Decimal(0))
                for fee in pop.parse_objects(row, "service_fee_detail")
            ),
            Decimal(0),
        )
        amounts["receivable_amount"] = (
            amounts["pay_amount"] + amounts["platform_discount"]
        )
        return {name: float(amount) for name, amount in amounts.items()}

    @api.model
    def _prepare_related_order_sn(self, row):
        """Return the main order of an order that has nothing to ship, else no text.

        Such are the price difference order and the surcharge for SF (orders.md 2.4).
        """
        origin = pop.parse_field(row, "ship_additional_origin_order", pop.parse_text)
        return origin.strip() or self._find_related_sn(row, *RELATED_NOTHING_TO_SHIP)

    @api.model
    def _find_related_sn(self, row, *kinds):
        """Return the order that an order is related to in one of some ways."""
        for relation in pop.parse_objects(row, "related_order_list"):
            kind = pop.parse_field(
                relation, "relation_type", pop.parse_int32, default=0
            )
            if kind in kinds:
                return pop.parse_field(relation, "order_sn", pop.parse_text).strip()
        return ""

    @api.model
    def _prepare_items(self, row):
        """Return the items of an order, then the gifts that go into its parcel.

        :raise ValueError: there is none, or one cannot be read
        """
        Line = self.env["pdd.order.line"]
        items = [
            Line._prepare_item(item) for item in pop.parse_objects(row, "item_list")
        ]
        if not items:
            raise ValueError("item_list: is empty")
        gifts = pop.parse_objects(row, "gift_list") if self._packs_gifts(row) else []
        return items + [Line._prepare_item(gift, is_gift=True) for gift in gifts]

    def _write_row(self, vals):
        """Write the platform's side of a known order; an order that is made stays made.

        :return dict: old values of the platform's fields that changed
        """
        self.ensure_one()
        # receiver data vanish after shipping: what was known is kept
        vals = {name: v for name, v in vals.items() if v or name not in KEPT_FIELDS}
        if self.sale_order_id or self.state == "cancelled":
            vals.pop("state", None)
            vals.pop("error_message", None)
        before = {
            name: self[name]
            for name in PLATFORM_FIELDS
            if name in vals and (self[name] or False) != (vals[name] or False)
        }
        self.write(vals)
        return before

    # --- lines

    def _write_lines(self, shop, rows, before):
        """Write the lines of new and changed orders.

        Lines of an order that is made are changed in place, since they are linked to the
        lines of its sales order; what changed is noted in ``before``.
        """
        items_by_order = {}
        for order in self:
            if order.state == "error" and not order.sale_order_id:
                continue
            try:
                items_by_order[order] = self._prepare_items(rows[order.order_sn])
            except ValueError:
                continue  # an order that is made keeps its lines; it was reported
        every_item = [item for items in items_by_order.values() for item in items]
        skus = self.env["pdd.sku"]._get_or_create(shop, every_item)
        Line = self.env["pdd.order.line"]
        to_create = []
        for order, items in items_by_order.items():
            wanted = [Line._prepare_line_vals(order, item, skus) for item in items]
            if order.line_ids:
                old = order._update_lines(wanted)
                if old and order.id in before:
                    before[order.id]["lines"] = old
            to_create += wanted
        Line.create(to_create)

    def _update_lines(self, wanted):
        """Change the lines of an order to what the platform says now.

        :param list wanted: values of its lines; what exists already is taken out
        :return: the old lines as text when something changed
        """
        self.ensure_one()
        old = self._describe_lines()
        gone, is_changed = self.line_ids.browse(), False
        for line in self.line_ids:
            vals = next((vals for vals in wanted if line._is_same_item(vals)), None)
            if vals is None:
                gone += line
                continue
            wanted.remove(vals)
            is_changed |= line._write_item(vals)
        is_changed |= bool(gone or wanted)
        gone.unlink()
        return old if is_changed else ""

    def _describe_lines(self):
        """Return the lines as text, for people who compare."""
        return "\n".join(
            f"{line.quantity} x {line.outer_id or line.spec or line.goods_name} "
            f"{line.price_unit:.2f}"
            for line in self.line_ids
        )

    # --- what follows

    def _after_status_change(self, before):
        """React to what changed on the platform, in the transaction that learns of it.

        Extended by the sibling add-ons.

        :param dict before: order id -> old values of the platform's fields that changed
        """
        self._review_after_sales()
        Change = self.env["pdd.order.change"]
        self._follow(lambda orders: Change._note(orders, before))


def _as_text(value):
    """Return a copy of a value in which numbers are texts and nulls are left out."""
    if isinstance(value, dict):
        return {k: _as_text(v) for k, v in value.items() if v not in (None, "")}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value)
