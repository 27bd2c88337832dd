# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from odoo import api, fields, models
from odoo.fields import Domain

from .. import pop
from ..batches import do_safely
from ..const import AFTER_SALES_REFUNDED, ORDER_TO_SHIP, REFUND_REFUNDED
from .row_age import ASK, ASK_AND_TAKE, TAKE, newest_first

_logger = logging.getLogger(__name__)

ORDER_API = "pdd.order.information.get"
DETAIL_API = "pdd.refund.information.get"
LIST_API = "pdd.refund.list.increment.get"
WINDOW_SECONDS = 1800
ALL_TYPES = 1
TEXT_LIMIT = 2000
AMOUNTS = ("refund_amount", "order_amount", "discount_amount", "goods_price")
CODES = (
    "after_sales_type",
    "after_sales_status",
    "speed_refund_flag",
    "dispute_refund_status",
    "refund_operator_role",
)
TIMES = {"created_time": "platform_create_date", "confirm_time": "confirm_date"}
TEXTS = {
    "after_sale_reason": "reason",
    "tracking_number": "tracking_number",
    "shipping_name": "shipping_name",
    "sku_id": "platform_sku_id",
    "outer_id": "outer_id",
    "goods_name": "goods_name",
    "speed_refund_status": "speed_refund_status",
    "user_shipping_status": "user_shipping_status",
}
WATCHED = ("after_sales_status", "after_sales_type", "refund_amount", "tracking_number")


class PddRefund(models.Model):
    """From the platform's rows to the mirror: list (yuan) and detail (fen)."""

    _inherit = "pdd.refund"

    @api.model
    def _intake(self, shop, rows):
        """Write one page of after-sales: new ones, and what changed of known ones.

        :param shop: the shop they belong to
        :param list rows: items of ``refund_list``, newest first
        :return: the after-sales that were created or changed
        """
        shop = shop.with_company(shop.company_id)
        return self.with_company(shop.company_id)._intake_page(shop, rows)

    @api.model
    def _intake_page(self, shop, rows):
        """Do that in the environment of the shop's company."""
        now = shop._get_platform_now()
        rows = self._newest_rows(shop, rows, now)
        known = {
            refund.after_sales_id: refund
            for refund in self.search_fetch(
                Domain("shop_id", "=", shop.id)
                & Domain("after_sales_id", "in", list(rows)),
                ["after_sales_id", "digest", "platform_update_date", *WATCHED],
            )
        }
        orders = self.env["pdd.order"]._by_order_sn(
            shop, {vals["order_sn"] for vals in rows.values()}
        )
        before, changed, to_create = {}, self.browse(), []
        for key, vals in rows.items():
            refund, order = known.get(key), orders.get(vals["order_sn"])
            vals["order_id"] = order and order.id
            vals["is_shipped"] = bool(order) and order.order_status != ORDER_TO_SHIP
            if not refund:
                vals.update(shop_id=shop.id, currency_id=shop.currency_id.id)
                to_create.append(vals)
                continue
            verdict = refund._judge_row(vals, now)
            if verdict == ASK:
                refund.detail_digest = False
            if verdict in (TAKE, ASK_AND_TAKE):
                before[refund.id] = {name: refund[name] for name in WATCHED}
                refund.write(vals)
                changed += refund
        touched = changed + self.create(to_create)
        touched._follow(before)
        return touched

    @api.model
    def _newest_rows(self, shop, rows, now):
        """Return the values of the newest readable row of each after-sale, by number.

        :param list rows: newest first
        :param datetime now: the platform's time, naive UTC
        """
        readable = []
        for row in rows:
            try:
                readable.append(self._prepare_vals(row, now))
            except (ValueError, AttributeError) as error:
                number = row.get("id") if isinstance(row, dict) else row
                _logger.warning(
                    "PDD shop %s: after-sale %s not read: %s", shop.id, number, error
                )
                shop._report_unreadable("refund", number, error)
        return newest_first(readable, itemgetter("after_sales_id"), _get_certain_date)

    @api.model
    def _prepare_vals(self, row, now):
        """Map an item of ``pdd.refund.list.increment.get`` (amounts: yuan).

        A time that cannot be is left out: what was known before stays.

        :param datetime now: the platform's time, naive UTC
        :raise ValueError: names the field that is missing or cannot be read
        """
        vals = {
            "after_sales_id": pop.parse_text(row.get("id")),
            "order_sn": pop.parse_text(row.get("order_sn")).strip(),
            "digest": pop.digest_of(row),
            "payload": pop.storable(row),
            "problem": False,
        }
        if not vals["after_sales_id"] or not vals["order_sn"]:
            raise ValueError("id or order_sn: the value is missing")
        for name in CODES:
            default = {} if name == "after_sales_status" else {"default": 0}
            vals[name] = pop.parse_field(row, name, pop.parse_int32, **default)
        for name in AMOUNTS:
            default = {} if name == "refund_amount" else {"default": Decimal(0)}
            vals[name] = float(pop.parse_field(row, name, pop.parse_yuan, **default))
        vals.update(self._prepare_age_vals(row, now))
        for name, target in TIMES.items():
            moment = pop.parse_field(row, name, pop.parse_time)
            if not moment or pop.is_past(moment, now):
                vals[target] = moment or False
        for name, target in TEXTS.items():
            vals[target] = pop.parse_field(
                row, name, pop.parse_text, limit=TEXT_LIMIT
            ).strip()
        vals["quantity"] = pop.parse_field(
            row, "goods_number", pop.parse_int32, default=0
        )
        return vals

    @api.model
    def _fetch_granted(self, shop, order_rows):
        """Return the after-sales of made orders that the rows say are refunded.

        The order's row does not tell whether all was refunded, and the order must be
        stopped or reduced at once. Calls the gateway, so it is to be called before
        anything is locked.

        :param list order_rows: orders as the list APIs return them
        :return tuple: items of ``refund_list``; the details of those granted, by number
        """
        numbers = [
            str(row.get("order_sn"))
            for row in order_rows
            if isinstance(row, dict)
            and str(row.get("order_status")) == str(ORDER_TO_SHIP)
            and str(row.get("refund_status")) == str(REFUND_REFUNDED)
        ]
        if not numbers:
            return [], {}
        orders = self.env["pdd.order"].search(
            Domain("shop_id", "=", shop.id)
            & Domain("order_sn", "in", numbers)
            & Domain("sale_order_id", "!=", False)
            & Domain("refund_status", "!=", REFUND_REFUNDED)
        )
        rows = []
        for order in orders:
            rows += self._fetch_of_order(shop, order.order_sn)
        return rows, self._fetch_granted_details(shop, rows)

    @api.model
    def _fetch_granted_details(self, shop, rows):
        """Return the details of granted refunds by their number, as far as they come.

        One that does not come now is read with the after-sales; the order waits for it.
        """
        details = {}
        for row in rows:
            granted = isinstance(row, dict) and row.get("after_sales_status")
            if str(granted) != str(AFTER_SALES_REFUNDED):
                continue
            try:
                number, order_sn = str(row["id"]), row["order_sn"]
                details[number] = self._fetch_detail(shop, order_sn, number)
            except (pop.PddError, KeyError) as error:
                _logger.info("PDD shop %s: a detail did not come: %s", shop.id, error)
        return details

    @api.model
    def _intake_granted(self, shop, rows, details):
        """Write what :meth:`_fetch_granted` has returned."""
        for refund in self._intake(shop, rows):
            detail = details.get(refund.after_sales_id)
            if detail:
                refund._intake_detail(detail)

    @api.model
    def _fetch_detail(self, shop, order_sn, after_sales_id):
        """Return the detail answer, None when the platform does not know the case."""
        try:
            return shop._call(
                DETAIL_API, order_sn=order_sn, after_sales_id=int(after_sales_id)
            )
        except (pop.PddBusinessError, ValueError):
            return None

    @api.model
    def _fetch_orders(self, shop, rows):
        """Return the orders of refunds that are newer than what we have of the order.

        Whether the order was shipped meanwhile decides what the refund does to it. Calls
        the gateway, so it is to be called before anything is locked.

        :param list rows: items of ``refund_list``
        :return list: orders as the detail API returns them
        """
        dates, now = {}, shop._get_platform_now()
        for row in rows:
            try:
                vals = self._prepare_vals(row, now)
            except (ValueError, AttributeError):
                continue  # reported by the intake
            if vals["after_sales_status"] == AFTER_SALES_REFUNDED and not (
                vals["is_undated"] and self._is_row_known(shop, vals)
            ):
                order_sn, date = vals["order_sn"], vals["platform_update_date"]
                dates[order_sn] = max(date, dates.get(order_sn, date))
        orders = self.env["pdd.order"].search(
            Domain("shop_id", "=", shop.id)
            & Domain("order_sn", "in", list(dates))
            & Domain("order_status", "=", ORDER_TO_SHIP)
            & Domain("state", "!=", "cancelled")
        )
        stale = orders.filtered(
            lambda order: (
                not order.platform_update_date
                or order.platform_update_date < dates[order.order_sn]
            )
        )
        rows = []
        for order in stale:
            try:
                answer = shop._call(ORDER_API, order_sn=order.order_sn)
            except pop.PddError as error:  # it waits until the order's own feed comes
                _logger.info("PDD order %s not read: %s", order.order_sn, error)
                continue
            rows.append(answer.get("order_info"))
        return rows

    @api.model
    def _is_row_known(self, shop, vals):
        """Return whether a row is here as it is."""
        return bool(
            self.search_count(
                Domain("shop_id", "=", shop.id)
                & Domain("after_sales_id", "=", vals["after_sales_id"])
                & Domain("digest", "=", vals["digest"]),
                limit=1,
            )
        )

    @api.model
    def _fetch_of_order(self, shop, order_sn):
        """Ask for all after-sales of an order; the window is not looked at then.

        :raise pop.PddError: no answer now; the page with the order is read again
        """
        now = pop.to_timestamp(fields.Datetime.now())
        try:
            answer = shop._call(
                LIST_API,
                order_sn=order_sn,
                start_updated_at=now - WINDOW_SECONDS,
                end_updated_at=now,
                after_sales_type=ALL_TYPES,
                # ignored as well, but it must be one the platform knows
                after_sales_status=int(shop.refund_statuses.split(",")[0]),
                page=1,
                page_size=100,
            )
        except (pop.PddPermissionError, pop.PddBusinessError) as error:
            # without amounts, and none to be had, the order counts as refunded
            _logger.info("PDD order %s: after-sales not read: %s", order_sn, error)
            return []
        return answer.get("refund_list") or []

    # --- detail

    def _needs_detail(self):
        """Return the after-sales whose list row changed since their detail was read."""
        return self.filtered(lambda refund: refund.detail_digest != refund.digest)

    def _intake_detail(self, detail):
        """Write what only ``pdd.refund.information.get`` knows (amounts: fen).

        The two calls must agree: the list in yuan, the detail in fen, and its type
        is one lower. A contradiction is noted, never silently corrected.

        :param dict detail: the answer
        """
        self.ensure_one()
        vals = {"detail_digest": self.digest}
        try:
            vals.update(self._prepare_detail_vals(detail))
            vals["problem"] = self._get_contradiction(detail) or False
        except ValueError as error:
            vals["problem"] = str(error)
        vals.update(self._prepare_detail_age_vals(detail))
        before = {self.id: {"is_shipped": self.is_shipped}}
        before[self.id].update({name: self[name] for name in WATCHED if name in vals})
        self.write(vals)
        self._follow(before)

    def _intake_no_detail(self):
        """Go on without a detail: the platform knows of none."""
        self.detail_digest = self.digest
        self._follow({self.id: {"is_shipped": self.is_shipped}})

    @api.model
    def _prepare_detail_vals(self, detail):
        """Map the detail answer to field values.

        :raise ValueError: a field is not what the platform documents
        """
        vals = {
            name: pop.parse_field(detail, name, pop.parse_int32, default=0)
            for name in ("part_after_sales_type", "part_after_sales_value")
        }
        expire_date = pop.parse_field(detail, "expire_time", pop.parse_time)
        now = self.shop_id._get_platform_now()
        if not expire_date or pop.is_promise(expire_date, now):
            vals["expire_date"] = expire_date or False
        vals["remark"] = pop.parse_field(
            detail, "remark", pop.parse_text, limit=TEXT_LIMIT
        )
        if detail.get("shipping_status") is not None:
            shipped = pop.parse_field(detail, "shipping_status", pop.parse_int32)
            vals["is_shipped"] = shipped == 1
        return vals

    def _get_contradiction(self, detail):
        """Return where list and detail contradict each other, as text."""
        problems = []
        amount = pop.parse_field(detail, "refund_amount", pop.parse_fen)
        if self.currency_id.compare_amounts(float(amount), self.refund_amount):
            problems.append(
                self.env._(
                    "Refund amount: %(list).2f in the list, %(detail).2f in the detail",
                    list=self.refund_amount,
                    detail=amount,
                )
            )
        kind = pop.parse_field(detail, "after_sales_type", pop.parse_int32, default=0)
        if kind and kind + 1 != self.after_sales_type:
            problems.append(
                self.env._(
                    "Type: %(list)s in the list, %(detail)s in the detail",
                    list=self.after_sales_type,
                    detail=kind,
                )
            )
        return "; ".join(problems)

    # --- what follows

    @api.model
    def _link(self, shop, orders):
        """Link after-sales that were read before their order."""
        by_sn = {order.order_sn: order for order in orders}
        loose = self.search(
            Domain("shop_id", "=", shop.id)
            & Domain("order_sn", "in", list(by_sn))
            & Domain("order_id", "=", False)
        )
        for refund in loose:
            refund.order_id = by_sn[refund.order_sn]

    def _follow(self, before):
        """Do what follows from news of after-sales, one by one where it fails.

        :param dict before: see :meth:`_after_status_change`
        """
        do_safely(
            self,
            lambda refunds: refunds._after_status_change(before),
            lambda refund, error: refund._report_not_followed(error),
        )

    def _report_not_followed(self, error):
        """Hold the order of an after-sale that could not be followed, with an issue."""
        self.ensure_one()
        if self.order_id:
            self.order_id._report_not_followed(error)
        else:
            where = f"following after-sale {self.after_sales_id}"
            self.env["pdd.issue"]._report_exception(self.shop_id, where, error)

    def _after_status_change(self, before):
        """React to new and changed after-sales, in the transaction that learns of them.

        Extended by the sibling add-ons.

        :param dict before: refund id -> old values of the fields that are watched; a new
            after-sale is not in it
        """
        self.order_id._review_after_sales()


def _get_certain_date(vals):
    """Return when a row was changed; one without such a time is older than any other."""
    return datetime.min if vals["is_undated"] else vals["platform_update_date"]
