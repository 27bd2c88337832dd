# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain

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
        """Give movements without order number the order they were paid for.

        First those of the same second, then those close to it where only one fits.
        """
        rows = self.search(
            [("shop_id", "=", shop.id), ("bill_line_id", "=", False)], order="id"
        )
        lines = self.env["pdd.bill.line"].search(
            [
                ("shop_id", "=", shop.id),
                ("reason", "=", "no_order"),
                ("amount", "in", [-amount for amount in set(rows.mapped("amount"))]),
            ],
            order="id",
        )
        pairs = _pair_equal(rows, lines)
        rows -= rows.browse().concat(*(row for row, _line in pairs))
        lines -= lines.browse().concat(*(line for _row, line in pairs))
        pairs += _pair_close(rows, lines)
        self._assign(shop, pairs)

    @api.model
    def _assign(self, shop, pairs):
        """Note which movement a row is about, and the order on the movement."""
        numbers = [row.order_sn for row, _line in pairs]
        orders = self.env["pdd.order"].search(
            Domain("shop_id", "=", shop.id) & Domain("order_sn", "in", numbers)
        )
        by_number = orders.grouped("order_sn")
        for row, line in pairs:
            row.bill_line_id = line
            line._assign_number(
                row.order_sn, by_number.get(row.order_sn, orders.browse()), "report"
            )


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
        found = by_amount.get(amount, lines.browse())
        for row in some:
            near = found.filtered(lambda line, r=row: _is_close(r, line))
            rivals = some.filtered(lambda r, n=near: any(_is_close(r, x) for x in n))
            if len(near) == 1 and len(rivals) == 1:
                pairs.append((row, near))
    return pairs


def _is_close(row, line):
    return abs(row.occurred_at - line.occurred_at) <= CLOSE
