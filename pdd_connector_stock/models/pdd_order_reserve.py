# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector.batches import do_safely
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

BATCH_SIZE = 200  # twice what one maker confirms at a time
RETRY_MINUTES = 1


class PddOrder(models.Model):
    """Reservation of made orders: after the confirmation, one worker per warehouse.

    Makers work in parallel, and orders of a shop want the same few products: reserved in
    the makers' transactions they would wait for each other and fail. So the maker only notes
    that an order is to be reserved, and whoever gets the lock of the warehouse reserves for
    all. When that one dies the note is still there.
    """

    _inherit = "pdd.order"

    reserve_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="To Reserve In",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The warehouse whose stock is to be reserved for the order in a moment.",
    )

    def _confirm_sale_orders(self):
        later = self.with_context(pdd_reserve_later=True)
        result = super(PddOrder, later)._confirm_sale_orders()
        for order in self:
            order.reserve_warehouse_id = order.sale_order_id.warehouse_id
        return result

    @api.model
    def _finish_made(self):
        result = super()._finish_made()
        self._reserve_waiting()
        return result

    @api.model
    def _cron_reserve(self):
        """Reserve for what a maker has left, because it died or stock was locked."""
        self._reserve_waiting()

    @api.model
    def _reserve_waiting(self):
        """Reserve for all orders that wait, in one transaction per batch.

        A worker that meets the lock of another one goes away: that one looks again after
        each batch. What there is no time for is left to a scheduled action that is woken
        at once.
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        waiting = Domain("reserve_warehouse_id", "!=", False)
        warehouses = [w for (w,) in self._read_group(waiting, ["reserve_warehouse_id"])]
        commit_progress(remaining=len(warehouses))
        for warehouse in warehouses:
            last_id, busy = 0, True
            while busy:
                try:
                    last_id, busy = self._reserve_batch(warehouse, last_id)
                    self.env.cr.flush()
                except OperationalError:  # somebody else moved the same stock
                    self.env.cr.rollback()
                    self._reserve_soon()
                    busy = False
                if not commit_progress(0 if busy else 1) and busy:
                    self._reserve_soon(minutes=0)
                    return

    @api.model
    def _reserve_soon(self, minutes=RETRY_MINUTES):
        cron = self.env.ref("pdd_connector_stock.ir_cron_order_reserve")
        cron._trigger(fields.Datetime.now() + timedelta(minutes=minutes))

    @api.model
    def _reserve_batch(self, warehouse, last_id):
        """Reserve for the next orders that wait for a warehouse.

        :return tuple: (id of the last order, whether there may be more)
        """
        if not warehouse.try_lock_for_update(allow_referencing=True):
            return last_id, False
        batch = self.search(
            [("reserve_warehouse_id", "=", warehouse.id), ("id", ">", last_id)],
            order="id",
            limit=BATCH_SIZE,
        )
        # orders split over warehouses need the others as well
        others = batch._get_source_warehouses() - warehouse
        free = warehouse + others.try_lock_for_update(allow_referencing=True)
        ready = batch.filtered(lambda order: order._get_source_warehouses() <= free)
        if ready != batch:
            self._reserve_soon()
        do_safely(
            ready.try_lock_for_update(),
            lambda orders: orders._reserve(),
            lambda order, error: order._set_reserve_error(error),
        )
        return batch[-1:].id, bool(batch)

    def _get_source_warehouses(self):
        """Return the warehouses that the orders are delivered from."""
        return self.sale_order_id.picking_ids.location_id.warehouse_id

    def _reserve(self):
        """Reserve stock, then let the reordering rules see what is gone."""
        self.reserve_warehouse_id = False
        # stopped meanwhile: what lets them go on reserves for them
        orders = self.filtered(lambda order: not order._get_stop_reason())
        moves = orders.sale_order_id.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("draft", "cancel", "done")
        ).sorted("id")
        # core reserves in the transaction that creates a transfer, and logs no change
        quiet = moves.with_context(mail_notrack=True)
        quiet.filtered(
            lambda move: (
                move.state in ("confirmed", "partially_available")
                and move._should_assign_at_confirm()
            )
        )._reserve_as_set()
        quiet.picking_id.mapped("state")
        moves._trigger_scheduler()

    def _set_reserve_error(self, error):
        """Leave the transfer unreserved; its *Check Availability* tries again."""
        self.ensure_one()
        self.reserve_warehouse_id = False
        if isinstance(error, UserError):
            self.sale_order_id._message_log(body=error.args[0])
        else:
            where = f"reserving for order {self.order_sn}"
            self.env["pdd.issue"]._report_exception(self.shop_id, where, error, self)
