# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from collections import deque

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..batches import LOST, by_company, do_safely, work_through
from ..button_time import (
    for_a_moment,
    get_time_left,
    notify,
    work_for_a_moment,
)
from ..races import RACES

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100
LANES_AHEAD = 4  # a batch is looked for among so many: other workers have theirs
# Two makers met at the same rows: the later one undoes its batch and tries again;
# when that happens so often in a row, one of its orders is looked for instead.
MAX_FAILURES = 5
LAST_RACES = LOST


class PddOrder(models.Model):
    """The maker: from pending orders to confirmed sales orders, in batches.

    What must wait is in pdd_order_hold.py, the documents are in pdd_order_sale.py.
    """

    _inherit = "pdd.order"

    # --- runner

    @api.model
    def _cron_make(self):
        """Make the sales orders of all pending orders, together with the other lanes."""
        self._wake_lanes()
        self._release_due()
        self.env["pdd.issue"]._release_mended()
        self._make_pending(Domain.TRUE)
        self.env["pdd.issue"]._settle_idle()

    @api.model
    def _make_pending(self, domain):
        """Make the pending orders of a domain, one transaction per batch.

        Any number of workers may run this at once: a batch is what one of them could
        lock. The shops take turns, so that a crowded one does not keep the others
        waiting.
        """
        domain = Domain(domain) & Domain("state", "=", "pending")
        commit_progress = self.env["ir.cron"]._commit_progress
        counts = self._read_group(domain, ["shop_id"], ["__count"])
        time_left = commit_progress(remaining=sum(count for _shop, count in counts))
        turns = deque((shop, 0, 0) for shop, _count in counts)
        while turns and time_left:
            shop, last_id, failures = turns.popleft()
            batch = self._make_next(
                domain & Domain("shop_id", "=", shop.id),
                last_id,
                RACES if failures < MAX_FAILURES else LAST_RACES,
            )
            if batch:
                turns.append((shop, batch[-1].id, 0))
            elif batch is None and failures <= MAX_FAILURES:
                turns.append((shop, last_id, failures + 1))
            time_left = commit_progress(len(batch or ()))
            self._finish_made()
            time_left = min(time_left, get_time_left(self.env))
        if not turns:
            commit_progress(remaining=0)  # what is still pending, another worker has
        self.env["pdd.issue"]._release_mended()

    @api.model
    def _make_next(self, domain, last_id, races=RACES):
        """Make the next batch behind an order.

        :param tuple races: exceptions that mean that another worker was faster
        :return: its orders; None when another worker was faster and it is still pending
        """
        try:
            batch = self._lock_batch(domain, last_id)
            to_make = batch._take_over_safely(races)
            if to_make._create_receivers(races):
                # for the other workers to see, who may have orders for the same ones
                self.env["ir.cron"]._commit_progress()
                to_make = self._lock_batch(
                    domain & Domain("id", "in", to_make.ids), last_id
                )
                if not to_make:
                    return None
            to_make._make_safely(races)
        except RACES as error:
            self.env.cr.rollback()
            _logger.info("PDD makers have met: %s", str(error).partition("\n")[0])
            return None
        return batch

    @api.model
    def _lock_batch(self, domain, last_id):
        """Return the next orders that no other worker has, locked."""
        candidates = self.search(
            domain & Domain("id", ">", last_id),
            order="id",
            limit=BATCH_SIZE * LANES_AHEAD,
        )
        return candidates.try_lock_for_update(limit=BATCH_SIZE)

    @api.model
    def _finish_made(self):
        """Do what made orders need in a transaction of its own; for the sibling add-ons.

        Called after the commit of each batch.
        """

    def _make_safely(self, races=RACES):
        """Make a batch; on an error halve it down to the order that is the cause.

        :raise: one of ``races``
        """
        do_safely(
            self,
            lambda orders: orders._make(),
            lambda order, error: order._set_error(error),
            races,
        )

    def _set_error(self, error):
        """Keep an order that cannot be made, with a sentence and an issue."""
        self.ensure_one()
        Issue = self.env["pdd.issue"]
        self.write({"state": "error", "issue_ids": [Command.clear()]})
        if isinstance(error, UserError):
            message = error.args[0]
            Issue._report(self.shop_id, "setting", message, message, self)
        else:
            where = f"making order {self.order_sn}"
            message = Issue._report_exception(self.shop_id, where, error, self)
        self.error_message = message

    def _release(self):
        """Let held and failed orders be made; what still forbids it holds them again.

        What is not known in full stays: its old fields may be out of date.
        """
        orders = self.filtered(
            lambda order: order.state in ("held", "error") and not order.is_incomplete
        )
        made = orders.filtered("sale_order_id")
        for some in by_company(made):
            some._review_made()
        # unreadable rows wait for the platform
        unmade = (orders - made).filtered("line_ids")
        unmade.write({"state": "pending", "error_message": False})
        if unmade:
            self.env.ref("pdd_connector.ir_cron_order_make")._trigger()

    def _release_by_hand(self):
        """Release what a moment allows, let the scheduled action release the rest.

        :return: a notification when there is a rest
        """
        orders = for_a_moment(self)
        left = work_for_a_moment(orders, BATCH_SIZE, lambda some: some._release())
        if not left:
            return None
        left.release_date = fields.Datetime.now()
        self.env.ref("pdd_connector.ir_cron_order_make")._trigger()
        return notify(self.env, "", is_over=True)

    @api.model
    def _release_due(self):
        """Release the orders whose hold ends by itself today, such as presales."""
        due = Domain("state", "in", ("held", "error"))
        due &= Domain("release_date", "<=", fields.Datetime.now())
        work_through(self.browse(), due, BATCH_SIZE, lambda some: some._release_once())

    def _release_once(self):
        """Release orders that are due; what stays held is not due again."""
        self._release()
        waiting = self.filtered(lambda order: order.state in ("held", "error"))
        waiting.release_date = False

    # --- one batch

    def _make(self):
        """Hold, cancel or turn into confirmed sales orders: a batch, set by set."""
        for some in by_company(self):
            for shop, orders in some.grouped("shop_id").items():
                ready = orders._hold()
                if ready:
                    shop._check_currency()
                    ready._make_sale_orders(shop)
