# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from bisect import bisect_left, bisect_right
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain

from .pdd_flow_type import OF_ORDERS

CLOSE = timedelta(minutes=10)  # report and bill may name moments a little apart
TEXT_LIMIT = 200
TIMES = ("occurred_at", "promised_date", "shipping_date")


class PddCompensation(models.Model):
    """A row of the compensation report: which order a payment to a buyer was for.

    The bill often shows such payments without order number; amount and time tell which
    of them this is.
    """

    _name = "pdd.compensation"
    _description = "PDD Compensation"
    _order = "occurred_at desc, id desc"
    _rec_name = "order_sn"
    _log_access = False

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    order_sn = fields.Char(string="Order Number", required=True, readonly=True)
    occurred_at = fields.Datetime(string="Paid On", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Paid to the buyer.")
    promised_date = fields.Datetime(string="Promised Shipping", readonly=True)
    shipping_date = fields.Datetime(string="Shipped On", readonly=True)
    reason = fields.Char(readonly=True)
    tracking_number = fields.Char(readonly=True)
    ordinal = fields.Integer(
        required=True, readonly=True, help="Place among equal rows."
    )
    bill_line_id = fields.Many2one(
        "pdd.bill.line",
        string="Movement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _row_uniq = models.UniqueIndex(
        "(shop_id, order_sn, occurred_at, amount, ordinal)",
        "This compensation is known already.",
    )
    _open_idx = models.Index("(shop_id, amount) WHERE bill_line_id IS NULL")

    # --- the report

    @api.model
    def _take(self, shop, rows):
        """Keep the rows of a report that are not known; return all of them.

        :param rows: ``(line, values)`` of the report, amounts in yuan
        """
        rows = [self._prepare_vals(values) for _line, values in rows]
        numbers = list({row["order_sn"] for row in rows})
        known = {
            row._get_key(): row
            for row in self.search(
                [("shop_id", "=", shop.id), ("order_sn", "in", numbers)]
            )
        }
        counts, keys, vals_list = Counter(), [], []
        for vals in rows:
            equal = (vals["order_sn"], vals["occurred_at"], vals["amount"])
            counts[equal] += 1
            keys.append((*equal, counts[equal]))
            if vals["amount"] and keys[-1] not in known:
                vals_list.append({**vals, "shop_id": shop.id, "ordinal": counts[equal]})
        known.update((row._get_key(), row) for row in self.create(vals_list))
        return self.concat(*(known[key] for key in keys if key in known))

    def _get_key(self):
        return (self.order_sn, self.occurred_at, self.amount, self.ordinal)

    @api.model
    def _prepare_vals(self, values):
        """Return the values of a row; the report's times are the platform's."""
        vals = {name: values[name] or False for name in values}
        for name in TIMES:
            vals[name] = vals[name] and pop.to_utc(vals[name])
        for name in ("reason", "tracking_number"):
            vals[name] = pop.parse_text(vals[name] or "", limit=TEXT_LIMIT) or False
        return {**vals, "amount": float(abs(values["amount"]))}

    # --- the bill

    @api.model
    def _link_movements(self, shop):
        """Note which movement each row is about; those without number get the order's.

        First the movements that carry the order's number. Of the others those of the
        same second, then those close to it where only one fits.
        """
        rows = self.search(
            [("shop_id", "=", shop.id), ("bill_line_id", "=", False)], order="id"
        )
        pairs = _pair_numbered(rows, self._find_numbered(shop, rows))
        for row, line in pairs:
            row.bill_line_id = line
        rows, _lines = _leave_out(pairs, rows)
        lines = self._find_numberless(shop, rows)
        pairs = _pair_equal(rows, lines)
        pairs += _pair_close(*_leave_out(pairs, rows, lines))
        for row, line in pairs:
            row.bill_line_id = line
        numbers = {line: row.order_sn for row, line in pairs}
        self.env["pdd.bill.line"]._assign_numbers(shop, numbers, "report")

    @api.model
    def _find_numbered(self, shop, rows):
        """Return movements with the number of a row that no row is about yet."""
        domain = self._get_movement_domain(shop, rows)
        domain &= Domain("order_sn", "in", list(set(rows.mapped("order_sn"))))
        # also before it is posted: then nobody knows yet what it is
        domain &= Domain("flow_type_id", "=", False) | (
            Domain("flow_type_id.needs_order", "=", True)
            & Domain("flow_type_id.treatment", "not in", OF_ORDERS)
        )
        lines = self.env["pdd.bill.line"].search(domain, order="id")
        return lines - self.search([("bill_line_id", "in", lines.ids)]).bill_line_id

    @api.model
    def _find_numberless(self, shop, rows):
        """Return posted movements that lack the number of their order."""
        domain = self._get_movement_domain(shop, rows)
        domain &= Domain("reason", "=", "no_order")
        return self.env["pdd.bill.line"].search(domain, order="id")

    @api.model
    def _get_movement_domain(self, shop, rows):
        amounts = [-amount for amount in set(rows.mapped("amount"))]
        return Domain("shop_id", "=", shop.id) & Domain("amount", "in", amounts)


def _leave_out(pairs, rows, lines=()):
    """Return the rows and the movements that are in none of the pairs."""
    paired_rows = {row.id for row, _line in pairs}
    paired_lines = {line.id for _row, line in pairs}
    return (
        rows.filtered(lambda row: row.id not in paired_rows),
        lines and lines.filtered(lambda line: line.id not in paired_lines),
    )


def _pair_numbered(rows, lines):
    """Return (row, movement) of the same order and amount.

    Those of the same second first; what is left in the order of time. Movements of one
    order and amount are alike, so nothing is guessed.
    """
    by_key = lines.grouped(lambda line: (line.order_sn, -line.amount))
    pairs = []
    for key, some in rows.grouped(lambda row: (row.order_sn, row.amount)).items():
        found = by_key.get(key, lines.browse())
        by_second = found.grouped("occurred_at")
        own = []
        for second, same in some.grouped("occurred_at").items():
            own += zip(same, by_second.get(second, ()), strict=False)
        left, free = _leave_out(own, some, found)
        pairs += own + _pair_in_time(left, free)
    return pairs


def _pair_in_time(rows, lines):
    """Return (row, movement) that are close to each other, the earliest first."""
    pairs, free = [], [*lines.sorted("occurred_at")]
    for row in rows.sorted("occurred_at"):
        while free and row.occurred_at - free[0].occurred_at > CLOSE:
            free.pop(0)  # too early for this row, so for all that follow
        if free and _is_close(row, free[0]):
            pairs.append((row, free.pop(0)))
    return pairs


def _pair_equal(rows, lines):
    """Return (row, movement) of the same amount and second.

    Movements are alike, so any of them will do, as long as there is one for each row.
    """
    by_key = lines.grouped(lambda line: (-line.amount, line.occurred_at))
    pairs = []
    for key, some in rows.grouped(lambda row: (row.amount, row.occurred_at)).items():
        found = by_key.get(key, lines.browse())
        if len(found) >= len(some):
            pairs += zip(some, found, strict=False)
    return pairs


def _pair_close(rows, lines):
    """Return (row, movement) of the same amount where each is the only one in reach."""
    by_amount = lines.grouped(lambda line: -line.amount)
    pairs = []
    for amount, some in rows.grouped("amount").items():
        found = by_amount.get(amount, lines.browse()).sorted("occurred_at")
        rivals = some.sorted("occurred_at")
        for row in some:
            near = _get_close(row, found)
            if len(near) == 1 and len(_get_close(near, rivals)) == 1:
                pairs.append((row, near))
    return pairs


def _get_close(record, others):
    """Return the others close to a row or movement; they are sorted by time."""
    start = bisect_left(others, record.occurred_at - CLOSE, key=_get_moment)
    end = bisect_right(others, record.occurred_at + CLOSE, key=_get_moment)
    return others[start:end]


def _get_moment(record):
    return record.occurred_at


def _is_close(row, line):
    return abs(row.occurred_at - line.occurred_at) <= CLOSE
