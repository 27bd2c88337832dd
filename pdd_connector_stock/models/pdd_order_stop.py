# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.addons.pdd_connector.const import (
    ORDER_TO_SHIP,
    REFUND_ONLY,
    RETURN_AND_REFUND,
)
from odoo.exceptions import UserError

STOPPED_STATES = ("held", "cancelled")


class PddOrder(models.Model):
    """Live stop: what the platform forbids to ship is neither moved on nor told.

    The core holds or cancels a made order in the transaction that learns of an
    after-sale, a review or a pause. Here follow its transfers and parcels.
    """

    _inherit = "pdd.order"

    # --- why it must stay here

    def _is_stopped(self):
        """Return whether the platform lets nothing of this order be shipped now."""
        self.ensure_one()
        return self.order_status == ORDER_TO_SHIP and self.state in STOPPED_STATES

    def _get_stop_reason(self):
        """Return why nothing (more) of this order may leave, or an empty text.

        A shipped order stops too while its money is being asked back: further parcels
        would be lost.
        """
        self.ensure_one()
        if self._is_stopped():
            if self.state == "cancelled":
                return self.env._("it is refunded")
            return ", ".join(self.hold_reasons.mapped("name"))
        if self.order_status == ORDER_TO_SHIP:
            return ""
        kinds = (REFUND_ONLY, RETURN_AND_REFUND)
        if self.refund_ids.filtered(
            lambda refund: (
                refund.state in ("open", "paying") and refund.after_sales_type in kinds
            )
        ):
            return self.env._("an after-sale is running")
        if self.change_ids._filter_stopping():
            return self.env._("a change is to be decided")
        return ""

    def _raise_stopped(self, reasons):
        """Refuse to move goods of stopped orders.

        :param dict reasons: order -> why
        """
        lines = [f"{order.order_sn}: {reason}" for order, reason in reasons.items()]
        raise UserError(
            self.env._(
                "Pinduoduo does not let these orders be shipped now:\n%s\n"
                "Put the goods aside; the transfer goes on by itself once Pinduoduo "
                "allows it.",
                "\n".join(lines),
            )
        )

    # --- what follows

    def _after_status_change(self, before):
        result = super()._after_status_change(before)
        self._review_deliveries()
        return result

    def _review_deliveries(self):
        """Stop, let go on, or settle transfers and parcels of these orders.

        Trouble with a transfer must not lose what the platform said: it is reported.
        """
        made = self.filtered("sale_order_id")
        made._follow(lambda orders: orders._stop_or_resume())

    def _stop_or_resume(self):
        shipped = self.filtered(lambda order: order.order_status != ORDER_TO_SHIP)
        shipped._settle_seen_parcels()
        shipped._keep_refunded_here()
        stopped = self.filtered(lambda order: order._get_stop_reason())
        stopped._stop_moves()
        stopped.filtered(lambda order: order._is_stopped())._stop_parcels()
        going_on = self - stopped
        going_on._resume_parcels()
        going_on._resume_moves()

    def _stop_moves(self):
        """Free the goods reserved for open transfers to the buyers.

        What was picked or packed for them stays with them.
        """
        moves = self.sale_order_id.order_line.move_ids._filter_to_buyer()
        moves.filtered(
            lambda move: (
                move.state in ("assigned", "partially_available")
                and not move._is_handled()
            )
        )._do_unreserve()

    def _resume_moves(self):
        """Reserve goods for transfers that may go on."""
        moves = self.sale_order_id.order_line.move_ids._filter_to_buyer()
        moves.filtered(
            lambda move: (
                move.state in ("confirmed", "waiting", "partially_available")
                and move._should_assign_at_confirm()
            )
        )._action_assign()

    def _stop_parcels(self):
        """Keep back what left the house but is not told yet; refunded: for good."""
        parcels = self.parcel_ids.filtered(
            lambda parcel: parcel.state in ("waiting", "to_send", "error", "stopped")
        )
        for parcel in parcels:
            reason = parcel.order_id._get_stop_reason()
            vals = parcel._prepare_stopped_vals(reason)
            if vals["state"] != parcel.state:
                parcel.write(vals)

    def _resume_parcels(self):
        self.parcel_ids.filtered(lambda parcel: parcel.state == "stopped")._requeue()

    def _settle_seen_parcels(self):
        """Note parcels as told that the platform shows as the order's parcel.

        Those being told just now are left to the worker that tells them.
        """
        parcels = self.parcel_ids.filtered(
            lambda parcel: (
                parcel.state != "sent"
                and not parcel.claim_date
                and parcel.tracking_number
                and parcel.tracking_number == parcel.order_id.tracking_number
                and parcel.logistics_id.logistics_id == parcel.order_id.logistics_id
            )
        )
        for parcel in parcels:
            parcel.write(parcel._prepare_told_vals(is_main=True))

    def _get_stage(self):
        """Return how far the order is in the warehouse."""
        stage = super()._get_stage()
        if self.parcel_ids:
            return "shipped"
        moves = self.sale_order_id.order_line.move_ids._filter_to_buyer()
        if stage == "confirmed" and moves.filtered(
            lambda move: (
                move.state != "cancel" and (move.picked or move.state == "done")
            )
        ):
            return "picked"
        return stage

    def _cancel_documents(self):
        """Cancel the sales orders; what was picked for them goes back to the shelf."""
        moves = self.sale_order_id.order_line.move_ids
        result = super()._cancel_documents()
        moves._put_back()
        return result

    # --- what was refunded stays here

    def _write_sale_lines(self, lines):
        """Lower the transfers ourselves where a line falls; Odoo plans what it gains."""
        sale_lines = lines.sale_line_id
        before = {line.id: line.product_uom_qty for line in sale_lines}
        quiet = lines.with_context(skip_procurement=True)
        result = super()._write_sale_lines(quiet)
        gained = sale_lines.filtered(
            lambda line: line.product_uom_qty > before[line.id]
        )
        fallen = sale_lines.filtered(
            lambda line: line.product_uom_qty < before[line.id]
        )
        if gained:
            with self.sale_order_id._pdd_unlocked():
                gained._action_launch_stock_rule(previous_product_uom_qty=before)
        fallen._lower_pdd_moves()
        return result

    def _keep_refunded_here(self):
        """Keep refunded pieces of shipped orders that are still here.

        The sales order stays as it is, a credit note is due; what waits in a backorder
        does not follow the first parcel.
        """
        for order in self:
            kept = order._get_kept_pieces()
            if kept:
                lines = order.sale_order_id.order_line.browse(line.id for line in kept)
                lines._lower_pdd_moves(kept)

    def _get_kept_pieces(self):
        """Return how many refunded pieces of a shipped order are not to leave.

        Of a return the pieces that left count first: they are what comes back.

        :return dict: sales order line -> units
        """
        self.ensure_one()
        refunds = self.refund_ids._filter_refunded().filtered(
            lambda refund: refund.effect in ("credit", "reduced")
        )
        open_lines = self.line_ids.filtered(
            lambda line: line.sale_line_id.move_ids._filter_leaving()
        )
        if not refunds or not open_lines:
            return {}
        if self._is_fully_refunded():
            return {
                li.sale_line_id: li.sale_line_id.product_uom_qty for li in open_lines
            }
        kept = {}
        for _sku, lines in self.line_ids.grouped("sku_id").items():
            stays = self._count_staying(refunds, lines)
            for line in lines & open_lines:
                sale_line = line.sale_line_id
                part = min(stays, sale_line.product_uom_qty)
                if part > 0:
                    kept[sale_line] = part
                    stays -= part
        return kept

    @api.model
    def _count_staying(self, refunds, lines):
        """Return how many pieces of one SKU refunds keep here that its lines still have.

        :param lines: all lines of the order with this SKU
        """
        sku_id = lines.sku_id.sku_id
        named = refunds.filtered(lambda refund: refund.platform_sku_id == sku_id)
        returned = named.filtered(
            lambda refund: refund.after_sales_type == RETURN_AND_REFUND
        )
        stays = sum(refund._get_pieces() for refund in named - returned)
        coming = sum(refund._get_pieces() for refund in returned)
        delivered = sum(lines.sale_line_id.mapped("qty_delivered"))
        return stays + max(coming - delivered, 0) - sum(lines.mapped("cut_quantity"))
