# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import pop
from ..races import RACES
from .pdd_feed import FeedBusy

_logger = logging.getLogger(__name__)

LIST_API = "pdd.order.list.get"
# The documentation does not say whether deposit orders (1) are in the list when no
# type is asked for: both lists together have all of them.
LISTS = ({}, {"trade_type": 1})
PART_ROWS = 2000  # a more crowded part is halved
MIN_PART_SECONDS = 60
MOVED_TRIES = 3
REACH = timedelta(days=90)
RETRY = timedelta(minutes=5)
DETAIL_ORDERS = 20  # named at most


class PddOrderCount(models.Model):
    """The reading of a period, in parts that are read as a whole."""

    _inherit = "pdd.order.count"

    @api.model
    def _cron_count(self):
        """Plan the periods that have passed, then count what is due.

        Recent hours come first, then days, then history; the history of a paused shop
        waits.
        """
        shops = self.env["pdd.shop"].search([("state", "=", "authorised")])
        shops._plan_counts()
        domain = Domain("state", "in", ("waiting", "different"))
        domain &= Domain("shop_id", "in", shops.ids)
        domain &= Domain("next_check_date", "<=", fields.Datetime.now())
        domain &= ~(
            Domain("is_history", "=", True)
            & Domain("shop_id.is_history_paused", "=", True)
        )
        due = self.search(domain, order="is_history, period desc, date_to, id")
        due._count_all()

    def _count_all(self, *, raise_error=False):
        """Count these periods, part by part; what the time cuts short goes on later.

        :param bool raise_error: a person waits: raise the first error as a sentence
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=len(self))
        silent_shops = self.env["pdd.shop"]
        # one by one: each commit empties the cache, which must not be filled for all
        for place, count in enumerate(map(self.browse, self.ids), 1):
            count = count.with_company(count.company_id)
            running = count.shop_id not in silent_shops
            while running and time_left:
                running = count._run_part(raise_error)
                if running is None:
                    silent_shops |= count.shop_id
                time_left = commit_progress(
                    not running, remaining=len(self) - place + bool(running)
                )
            if not time_left:
                break

    def _run_part(self, raise_error):
        """Read one part; return whether more is to be read, None after a failure."""
        try:
            return self._read_next_part()
        except FeedBusy:
            self.env.cr.rollback()  # another worker counts this period
            return False
        except RACES as error:
            self.env.cr.rollback()  # another worker was faster; nothing is lost
            _logger.info("PDD count %s: later, %s", self.id, type(error).__name__)
            return self._postpone()
        except (pop.PddError, UserError) as error:
            self.env.cr.rollback()
            if raise_error and isinstance(error, pop.PddError):
                raise UserError(self.shop_id._explain(error)) from error
            if raise_error:
                raise
            return self._postpone()
        except Exception as error:  # noqa: BLE001 one shop must not stop the others
            self.env.cr.rollback()
            if raise_error:
                raise
            where = f"count {self._get_label()}"
            self.env["pdd.issue"]._report_exception(self.shop_id, where, error)
            return self._postpone()

    def _postpone(self):
        self.next_check_date = fields.Datetime.now() + RETRY

    def _read_next_part(self):
        """Read the next part of a period; return whether more is to be read."""
        if self.state not in ("waiting", "different"):
            return False  # done by another worker meanwhile
        if self.date_from < self.shop_id._get_platform_now() - REACH:
            self.write({"state": "too_old", "next_check_date": False})
            return False
        start, end = self._get_part()
        try:
            amounts, added = self._read_part(start, end)
        except pop.WindowTooLarge:
            seconds = int((end - start).total_seconds())
            self.slice_seconds = max(seconds // 2, MIN_PART_SECONDS)
            return True
        self._note_part(start, end, amounts, added)
        if end < self.date_to:
            return True
        self._compare()
        return False

    def _get_part(self):
        start = self.read_until or self.date_from
        if not self.slice_seconds:
            return start, self.date_to
        return start, min(start + timedelta(seconds=self.slice_seconds), self.date_to)

    def _read_part(self, start, end):
        """Read the deals of ``start <= deal < end``, writing them by the way.

        :return: order number -> (paid, receivable) in yuan, as the platform says;
            number of orders that were added to Odoo
        :raise pop.WindowTooLarge: more rows than fit a part
        """
        for tries in range(MOVED_TRIES + 1):
            amounts, added = {}, 0
            try:
                for rows in self._fetch_part(start, end, strict=tries < MOVED_TRIES):
                    mine = [row for row in rows if _is_deal_of(row, start, end)]
                    amounts.update(_get_amounts(mine))
                    added += self._take_in(mine)
                    self.env["ir.cron"]._commit_progress()
                break
            except pop.PagesMoved as error:
                _logger.warning("PDD count %s: %s, read again", self.id, error)
        return amounts, added

    def _take_in(self, rows):
        """Write rows of the list; return how many orders Odoo did not have."""
        Order = self.env["pdd.order"]
        numbers = [str(row.get("order_sn")) for row in rows]
        known = Order.search(
            [("shop_id", "=", self.shop_id.id), ("order_sn", "in", numbers)]
        )
        Refund = self.env["pdd.refund"]
        granted = Refund._fetch_granted(self.shop_id, rows)
        Refund._intake_granted(self.shop_id, *granted)
        return len(Order._intake(self.shop_id, rows) - known)

    def _fetch_part(self, start, end, **options):
        """Yield the rows of each page of both lists."""
        length = (end - start).total_seconds()
        limit = PART_ROWS if length > MIN_PART_SECONDS else None
        for params in LISTS:
            for _page, rows in pop.pages_backward(
                self.shop_id._call,
                LIST_API,
                "order_list",
                key="order_sn",
                limit=limit,
                start_confirm_at=pop.to_timestamp(start),
                end_confirm_at=pop.to_timestamp(end),
                order_status=5,
                refund_status=5,
                **params,
                **options,
            ):
                yield rows

    def _note_part(self, start, end, amounts, added):
        """Add a part to what was read of the period.

        :raise FeedBusy: another worker counts this period
        """
        if not self.try_lock_for_update(allow_referencing=True):
            raise FeedBusy
        if (self.read_until or self.date_from) != start:
            raise FeedBusy
        here = self._get_amounts_here(start, end)
        # where the list gives no amount, the order as it was given in full counts
        there = {sn: figures or here.get(sn, (0, 0)) for sn, figures in amounts.items()}
        is_first = not self.read_until
        self.write(
            {
                "read_until": end,
                "platform_count": len(there) + (0 if is_first else self.platform_count),
                "platform_paid": float(sum(paid for paid, _all in there.values()))
                + (0 if is_first else self.platform_paid),
                "platform_receivable": float(
                    sum(full for _paid, full in there.values())
                )
                + (0 if is_first else self.platform_receivable),
                "added_count": added
                + (0 if is_first and not self.tries else self.added_count),
                "detail": self._describe_differences(there, here, is_first),
            }
        )

    def _get_amounts_here(self, start, end):
        """Return order number -> (paid, receivable) of Odoo's orders of a part."""
        orders = self.env["pdd.order"].search_fetch(
            Domain("shop_id", "=", self.shop_id.id)
            & Domain("confirm_date", ">=", start)
            & Domain("confirm_date", "<", end),
            ["order_sn", "pay_amount", "receivable_amount"],
        )
        return {
            order.order_sn: tuple(
                Decimal(str(round(amount, 2)))
                for amount in (order.pay_amount, order.receivable_amount)
            )
            for order in orders
        }

    def _describe_differences(self, there, here, is_first):
        """Return the orders of a part that differ, after those of the parts before."""
        kinds = (
            (self.env._("Not in Odoo"), set(there) - set(here)),
            (self.env._("Not in Pinduoduo's list"), set(here) - set(there)),
            (
                self.env._("Amounts differ"),
                {sn for sn in set(there) & set(here) if there[sn] != here[sn]},
            ),
        )
        lines = [
            f"{label}: {', '.join(sorted(numbers)[:DETAIL_ORDERS])}"
            + (f" … ({len(numbers)})" if len(numbers) > DETAIL_ORDERS else "")
            for label, numbers in kinds
            if numbers
        ]
        before = [] if is_first or not self.detail else [self.detail]
        return "\n".join(before + lines) or False


def _is_deal_of(row, start, end):
    """Return whether a row is a deal of ``start <= deal < end``; unknown counts."""
    try:
        moment = pop.parse_time(row.get("confirm_time"))
    except (AttributeError, ValueError):
        return isinstance(row, dict)
    return moment is None or start <= moment < end


def _get_amounts(rows):
    """Return order number -> (paid, receivable) in yuan, None where not readable."""
    amounts = {}
    for row in rows:
        try:
            paid = pop.parse_yuan(row.get("pay_amount"))
            coupon = pop.parse_yuan(row.get("platform_discount"), default=Decimal(0))
            amounts[str(row.get("order_sn"))] = (paid, paid + coupon)
        except ValueError:
            amounts[str(row.get("order_sn"))] = None
    return amounts
