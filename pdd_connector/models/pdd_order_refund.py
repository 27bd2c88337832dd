# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

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
        alive._reduce_documents()
        alive._review_made_holds()

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
        if refunds._filter_refunded() - self._get_seen_refunds():
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
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._cancel_documents()
        except Exception as error:  # noqa: BLE001 the mirror must not lose the fact
            if len(self) > 1:
                for order in self:
                    order._stop_documents()
                return
            self._report_not_stopped(error)

    def _cancel_documents(self):
        """Cancel the sales orders; extended by the sibling add-ons.

        :raise UserError: one of them cannot be cancelled any more
        """
        sale_orders = self.sale_order_id.filtered(lambda sale: sale.state != "cancel")
        locked = sale_orders.filtered("locked")
        if locked:
            raise UserError(
                self.env._(
                    "The sales orders are locked: %s", ", ".join(locked.mapped("name"))
                )
            )
        sale_orders._action_cancel()
        self.write({"state": "cancelled", **self._no_hold_vals()})
        self.refund_ids._filter_refunded().write({"effect": "cancelled"})

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
            if reasons:
                order._set_held(reasons)
            elif order.state == "held":
                order.write({"state": "done", **order._no_hold_vals()})

    def _is_to_ship(self):
        return self.order_status == ORDER_TO_SHIP

    # --- partial refunds before shipping

    def _get_new_cuts(self):
        """Return refunds that reduce this order and have not done so yet."""
        self.ensure_one()
        if not self._is_to_ship() or self._is_fully_refunded():
            return self.refund_ids.browse()
        refunded = self._get_seen_refunds()
        return refunded.filtered(lambda r: not r.effect and not r.is_shipped)

    def _apply_cuts(self):
        """Take new partial refunds off the shares of the lines they are about.

        :return: the lines that changed
        """
        self.ensure_one()
        changed = self.line_ids.browse()
        for refund in self._get_new_cuts():
            changed += refund._cut_lines(self.line_ids)
            refund.effect = "reduced"
        return changed

    def _reduce_documents(self):
        """Reduce quantity or price of sales orders by refunds before shipping."""
        for order in self:
            lines = order._apply_cuts()
            if lines:
                order._write_sale_lines(lines)
        self._mark_credits()

    def _mark_credits(self):
        """Leave refunds of shipped orders to credit notes; the order stays as it is."""
        shipped = self.filtered(lambda order: not order._is_to_ship())
        refunds = shipped.refund_ids._filter_refunded()
        refunds.filtered(lambda refund: not refund.effect).write({"effect": "credit"})

    def _write_sale_lines(self, lines):
        """Bring the sales order lines of these lines in line with shares and cuts.

        Extended by add-ons that plan deliveries for them.
        """
        self.ensure_one()
        order = self.with_company(self.company_id)
        taxes = order._get_taxes(order.shop_id)
        for line in lines.filtered("sale_line_id"):
            sale_line = line.sale_line_id
            vals = order._prepare_priced_vals(
                sale_line.product_id,
                line.quantity - line.cut_quantity,
                to_fen(line.share_amount - line.cut_amount),
                taxes,
            )
            sale_line.write(
                {name: vals[name] for name in ("product_uom_qty", "price_unit")}
            )
