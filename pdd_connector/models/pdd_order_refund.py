# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..batches import do_safely
from ..const import (
    CONFIRM_CANCELLED,
    ORDER_TO_SHIP,
    REFUND_NONE,
    REFUND_REFUNDED,
)
from .amounts import to_fen

_lt = LazyTranslate(__name__)


class PddOrder(models.Model):
    """After-sales of orders: stop, cancel, reduce, let go on.

    The order's row and its after-sales arrive by two feeds, in any order, and each may be
    older than the other; the newer one is believed, and in doubt the parcel waits.
    """

    _inherit = "pdd.order"

    def _review_after_sales(self):
        """Bring orders in line with their after-sales and the platform's status.

        Runs in the transaction that learns of a change: what was made is cancelled,
        reduced, held or let go; what is not made yet is judged again by the maker.
        """
        made = self.filtered("sale_order_id")
        made._review_made()
        unmade = self - made
        unmade._release()
        unmade._revive()

    def _review_made(self):
        """Cancel, make again, reduce, hold or let go on what was made already."""
        over = self.filtered(lambda o: o.state != "cancelled" and o._is_cancelled())
        over._stop_documents()
        self._revive()
        alive = (self - over).filtered(lambda o: o.state in ("done", "held"))
        failed = alive._follow(lambda orders: orders._reduce_documents())
        (alive - failed)._review_made_holds()

    def _follow(self, work):
        """Do what follows from the platform's news, order by order where it fails.

        Reading never depends on it: an order that cannot follow is held, with an issue
        that names it; the others go on.

        :param work: called with orders
        :return: the orders that failed
        :raise OperationalError: another worker was faster
        """
        failed = []

        def give_up(order, error):
            order._report_not_followed(error)
            failed.append(order.id)

        do_safely(self, work, give_up)
        return self.browse(failed)

    def _report_not_followed(self, error):
        """Hold an order whose documents could not follow the platform."""
        self.ensure_one()
        Issue = self.env["pdd.issue"]
        where = f"following the platform with order {self.order_sn}"
        message = Issue._explain_failure(self.shop_id, where, error, self)
        if self._is_to_ship() and self.state in ("done", "held"):
            self._set_held({"decision": message})
        if isinstance(error, UserError):
            name = _lt(
                "%(order)s could not be brought in line with Pinduoduo: look at its "
                "sales order, then try again.",
                order=self.order_sn,
            )
            Issue._report(
                self.shop_id, "follow", self.order_sn, name, self, detail=message
            )

    # --- what the after-sales say

    def _is_cancelled(self):
        """Return whether the order ended before it was shipped.

        The platform has no such status: a refunded order stays "to ship".
        """
        self.ensure_one()
        if self.confirm_status == CONFIRM_CANCELLED:
            return True
        return self.order_status == ORDER_TO_SHIP and self._is_fully_refunded()

    def _is_fully_refunded(self):
        """Return whether the buyer got all back.

        The order's status alone does not tell: it is the same after a partial refund.
        Without any after-sale at hand it means all.
        """
        if not self.refunded_amount:
            return self.refund_status == REFUND_REFUNDED
        refunded = self._get_seen_refunds().mapped("refund_amount")
        return bool(refunded) and (
            self.currency_id.compare_amounts(sum(refunded), self.pay_amount) >= 0
        )

    def _get_buyers_part(self, lines):
        """Return what the buyer paid for these lines (Decimal yuan), an estimate.

        The platform's discount is on the goods; postage and fees are the buyer's.
        """
        self.ensure_one()
        fees = to_fen(self.postage) + to_fen(self.service_fee)
        whole = self.line_ids._get_value()
        return whole and (to_fen(self.pay_amount) - fees) * lines._get_value() / whole

    def _get_seen_refunds(self):
        """Return the refunds that the order's row is not older than.

        A refund that is newer may belong to an order that was shipped meanwhile: until
        the order's row is read again, the parcel only waits.
        """
        date = self.platform_update_date
        return self.refund_ids._filter_refunded().filtered(
            lambda r: (
                r.effect
                or not date
                or r._get_update_date() <= date
                or (r.is_undated and self.refund_status == REFUND_REFUNDED)
            )
        )

    def _has_running_after_sale(self):
        """Return whether an after-sale runs: by the newer of order and after-sales."""
        refunds = self.refund_ids
        running = refunds.filtered(lambda r: r.state in ("open", "paying", "unknown"))
        granted = refunds._filter_refunded()
        if granted - self._get_seen_refunds() or granted._needs_detail():
            return True
        order_date = self.platform_update_date or fields.Datetime.now()
        if self.refund_status in (REFUND_NONE, REFUND_REFUNDED):
            return any(r._get_update_date() >= order_date for r in running)
        newer = any(r._get_update_date() > order_date for r in refunds)
        return bool(running) or not newer

    # --- what is made

    def _stop_documents(self):
        """Cancel the sales orders of orders that ended, with all that hangs on them.

        One that cannot be cancelled stays held, with an issue that says why; the fact is
        kept in any case.
        """
        do_safely(
            self,
            lambda orders: orders._cancel_documents(),
            lambda order, error: order._report_not_stopped(error),
        )

    def _cancel_documents(self):
        """Cancel the sales orders; extended by the sibling add-ons.

        :raise UserError: one of them cannot be cancelled any more, or was locked by a
            person
        """
        sale_orders = self.sale_order_id.filtered(lambda sale: sale.state != "cancel")
        with sale_orders._pdd_unlocked():
            sale_orders._action_cancel()
        self.write({"state": "cancelled", **self._no_hold_vals()})
        self.refund_ids._filter_refunded().write({"effect": "cancelled"})
        self.change_ids._drop()

    def _report_not_stopped(self, error):
        """Hold an order that ended but whose sales order could not be cancelled."""
        self.ensure_one()
        message = error.args[0] if isinstance(error, UserError) else str(error)
        name = _lt(
            "%(order)s is refunded, but its sales order could not be cancelled: stop the "
            "parcel and cancel the order by hand.",
            order=self.order_sn,
        )
        self._set_held({"refund": message})
        Issue = self.env["pdd.issue"]
        Issue._report(self.shop_id, "stop", self.order_sn, name, self, detail=message)

    def _revive(self):
        """Make orders again that were taken for cancelled and are not."""
        alive = self.filtered(
            lambda o: o.state == "cancelled" and not o._is_cancelled()
        )
        if alive:
            alive.write({"state": "pending", "sale_order_id": False})
            self.env.ref("pdd_connector.ir_cron_order_make")._trigger()

    def _review_made_holds(self):
        """Hold made orders that must not be shipped now; let the others go on."""
        for order in self:
            reasons = order._get_ship_holds() if order._is_to_ship() else {}
            reasons = order._drop_lifted(reasons)
            if reasons:
                order._set_held(reasons)
            elif order.state == "held":
                order.write({"state": "done", **order._no_hold_vals()})

    def _is_to_ship(self):
        return self.order_status == ORDER_TO_SHIP

    # --- partial refunds before shipping

    def _get_placeable(self):
        """Return the refunds that reduce this order, in the order of their grant.

        One whose detail was not read yet is left out: it may name pieces.
        """
        self.ensure_one()
        if not self._is_to_ship() or self._is_fully_refunded():
            return self.refund_ids.browse()
        refunds = self.refund_ids.filtered(lambda r: r.effect == "reduced")
        refunds |= self._get_seen_refunds().filtered(
            lambda r: not (r.effect or r.is_shipped or r._needs_detail())
        )
        return refunds.sorted(lambda r: (r._get_update_date(), r.id))

    def _get_placements(self):
        """Return what refunds newly take off this order: refund -> placement.

        Those that took the same before are left out.
        """
        placements = {}
        for refund in self._get_placeable():
            if not refund._filter_refunded():
                if refund.placement:
                    placements[refund] = None
                continue
            if refund.effect and (not refund.placement or refund._is_handled_by_hand()):
                continue  # reduced before placements were kept, or by a person
            placement = refund._place(refund.placement)
            if not refund.effect or placement.to_json() != refund.placement:
                placements[refund] = placement
        return placements

    def _reduce_documents(self):
        """Reduce quantity and price of sales orders by refunds before shipping."""
        for order in self:
            placements = order._get_placements()
            if placements:
                order._take_refunds(placements)
        self._mark_credits()

    def _take_refunds(self, placements):
        """Take refunds off the sales order, or ask a person how.

        :param dict placements: refund -> :class:`~..placing.Placement`, None takes nothing
        """
        self.ensure_one()
        Change = self.env["pdd.order.change"]
        for refund, placement in placements.items():
            reason = refund._explain_unplaced(placement) or self._find_edits()
            if reason:
                Change._ask_about_refund(refund, reason)
            else:
                self._take_refund(refund, placement)
                Change._settle_refund(refund)

    def _take_refund(self, refund, placement):
        """Take one refund off the shares of the lines, and off the sales order."""
        fees, after = self.fee_cut_amount, placement and placement.to_json()
        lines = refund._keep_placement(after, refund.placement)
        refund.effect = placement and "reduced"
        self._write_sale_lines(lines)
        if self.fee_cut_amount != fees:
            self._write_fee_lines()

    def _mark_credits(self):
        """Leave refunds of shipped orders to credit notes; the order stays as it is."""
        shipped = self.filtered(lambda order: not order._is_to_ship())
        refunds = shipped.refund_ids._filter_refunded()
        refunds.filtered(lambda refund: not refund.effect).write({"effect": "credit"})
