# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .. import pop
from .row_age import ASK_AND_TAKE, DETAIL_SECONDS, SKIP, TAKE, judge_row, read_change


class PddOrder(models.Model):
    """How old what we know of an order is; the newest is kept, in doubt it is asked for.

    Source: orders.md 1.3, protocol.md 8.
    """

    _inherit = "pdd.order"

    detail_date = fields.Datetime(
        string="Read In Full On",
        readonly=True,
        copy=False,
        help="When the order was asked for by its number; empty once a list has said "
        "something newer.",
    )
    is_undated = fields.Boolean(
        readonly=True,
        copy=False,
        help="The platform sent no time of the last change that can be; the time of "
        "reading stands for it.",
    )
    doubted_digest = fields.Char(
        readonly=True,
        copy=False,
        exportable=False,
        help="Of the last row whose time could not be: it is taken once.",
    )

    @api.model
    def _prepare_age_vals(self, row, digest, now):
        """Return when a row was changed, and how we know.

        :param datetime now: the platform's time, naive UTC
        """
        change_date, is_undated = read_change(row.get("updated_at"), now)
        vals = {
            "platform_update_date": change_date,
            "is_undated": is_undated,
            "detail_date": now if self.env.context.get("pdd_in_full") else False,
        }
        if is_undated:
            vals["doubted_digest"] = digest
        return vals

    def _is_row_known(self, digest):
        """Return whether a row says what we know; a list's odd row is taken once."""
        self.ensure_one()
        if digest == self.digest:
            return True
        return digest == self.doubted_digest and not self.env.context.get("pdd_in_full")

    def _note_detail(self, now):
        """Note that the detail says what is here already.

        :return: these orders when they were read in full, else none
        """
        if not self.env.context.get("pdd_in_full"):
            return self.browse()
        self.detail_date = now
        return self

    def _get_known_date(self, now):
        """Return when the platform changed the order last; None: we cannot say."""
        self.ensure_one()
        known = self.platform_update_date
        return known if not self.is_undated and pop.is_past(known, now) else None

    def _judge_row(self, vals, now):
        """Return what to do with a row that differs from what we have.

        A row with gaps must be newer: it comes again and again while a list shows it; one
        without gaps need not be newer than one with gaps. A row without a time that can
        be is taken once, and the detail is asked for.

        :return: a verdict of :func:`~.row_age.judge_row`
        """
        self.ensure_one()
        new, old = vals["platform_update_date"], self._get_known_date(now)
        if vals["is_incomplete"] and not self.is_incomplete:
            is_newer = not vals["is_undated"] and (not old or new > old)
            return TAKE if is_newer else SKIP
        if self.env.context.get("pdd_in_full"):
            return SKIP if old and new < old else TAKE
        if vals["is_undated"]:
            return ASK_AND_TAKE
        detail_date = not self.is_incomplete and self.detail_date
        verdict = judge_row(new, old, detail_date)
        if new == old and self._says_the_same(vals["payload"]):
            return TAKE  # only a ciphertext came or went
        return verdict

    def _says_the_same(self, payload):
        """Return whether a row without its ciphertexts is what we have."""
        return self._digest_row(payload) == self._digest_row(self.payload or {})

    @api.model
    def _ask_unclear(self, shop, order_sns, now):
        """Ask for the orders of which two versions cannot be told apart by their time.

        One that was asked for a moment ago is asked for again when the second of its
        change is surely over.

        :param set order_sns: their numbers
        :param datetime now: the platform's time, naive UTC
        """
        if not order_sns or self.env.context.get("pdd_in_full"):
            return
        fresh = self.search(
            [
                ("shop_id", "=", shop.id),
                ("order_sn", "in", list(order_sns)),
                ("detail_date", ">=", now - DETAIL_SECONDS),
            ]
        )
        later_sns = set(fresh.mapped("order_sn"))
        Lookup = self.env["pdd.order.lookup"]
        Lookup._ask(shop, order_sns - later_sns)
        Lookup._ask(shop, later_sns, delay=2 * DETAIL_SECONDS)
