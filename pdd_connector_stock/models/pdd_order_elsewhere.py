# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector.batches import do_safely, work_through
from odoo.addons.pdd_connector.button_time import for_a_moment, hand_over
from odoo.addons.pdd_connector.const import ORDER_RECEIVED, ORDER_SHIPPED
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

BATCH_SIZE = 50
CRON = "pdd_connector_stock.ir_cron_order_reserve"
OPEN_STATES = ("draft", "waiting", "confirmed", "partially_available", "assigned")


class PddOrder(models.Model):
    """Orders whose goods left without Odoo: no second parcel, and a clear stock.

    Shipped before Odoo has read them, or later in the merchant backend or by another
    tool. The shop's setting says whether the goods come from Odoo's stock.
    """

    _inherit = "pdd.order"

    is_fulfilled = fields.Boolean(
        string="Shipped Outside Odoo", related="sale_order_id.pdd_is_fulfilled"
    )
    elsewhere_state = fields.Selection(
        [("asked", "To be decided"), ("booking", "Being booked")],
        string="Shipped Elsewhere",
        readonly=True,
        copy=False,
        help="Shipped outside Odoo while its delivery in Odoo was open.",
    )

    _elsewhere_idx = models.Index("(shop_id, id) WHERE elsewhere_state IS NOT NULL")

    # --- which

    def _is_shipped(self):
        self.ensure_one()
        return (
            self.order_status in (ORDER_SHIPPED, ORDER_RECEIVED)
            and not self.related_order_sn
        )

    def _is_shipped_elsewhere(self):
        """Return whether the parcel left outside Odoo: the delivery here is open."""
        if not self._is_shipped() or not self.sale_order_id or self.parcel_ids:
            return False
        moves = self.sale_order_id.order_line.move_ids._filter_to_buyer()
        is_open = moves.filtered(lambda move: move.state in OPEN_STATES)
        left = moves.filtered(
            lambda move: move.state == "done" and move.location_dest_usage == "customer"
        )
        return bool(is_open) and not left

    def _get_stop_reason(self):
        reason = super()._get_stop_reason()
        if not reason and self._is_shipped_elsewhere():
            return self.env._("it was shipped outside Odoo")
        return reason

    def _raise_stopped(self, reasons):
        shipped = self.browse().union(
            *(order for order in reasons if order._is_shipped_elsewhere())
        )
        if shipped:
            raise UserError(
                self.env._(
                    "Pinduoduo shows these orders as shipped, and not by Odoo: %s\n"
                    "Do not send a second parcel. Press Mark as Shipped Elsewhere on "
                    "the transfer, which follows the setting of the shop.",
                    ", ".join(shipped.mapped("order_sn")),
                )
            )
        return super()._raise_stopped(reasons)

    # --- shipped when first read

    def _confirm_sale_orders(self):
        """Plan no delivery for what left before, or book it as it happened."""
        shipped = self.filtered(lambda order: order._is_shipped())
        outside = shipped.filtered(lambda o: o.shop_id.shipped_policy == "none")
        outside.sale_order_id.pdd_is_fulfilled = True
        result = super()._confirm_sale_orders()
        shipped.reserve_warehouse_id = False
        (shipped - outside)._book_elsewhere_safely()
        return result

    # --- shipped later

    def _after_status_change(self, before):
        result = super()._after_status_change(before)
        news = self.filtered(lambda o: "order_status" in before.get(o.id, ()))
        news._review_elsewhere()
        return result

    def _review_elsewhere(self):
        """Let a person decide about deliveries that are open and already shipped."""
        found = self.filtered(
            lambda order: not order.elsewhere_state and order._is_shipped_elsewhere()
        )
        if found:
            found._ask_elsewhere()

    def _ask_elsewhere(self, error=None):
        """Keep these orders for a decision, with one issue per shop.

        :param Exception error: why the setting could not be followed
        """
        self.elsewhere_state = "asked"
        Issue = self.env["pdd.issue"]
        name = _lt(
            "Orders were shipped outside Odoo while their delivery here is open, so it "
            "cannot be validated: mark them as shipped elsewhere. The setting Orders "
            "Shipped Outside Odoo of the shop says what happens to the stock."
        )
        for shop, orders in self.grouped("shop_id").items():
            detail = None
            if error:
                where = f"order {orders[0].order_sn}, shipped elsewhere"
                message = Issue._explain_failure(shop, where, error, orders)
                detail = f"{orders[0].order_sn}: {message}"
            Issue._report(shop, "elsewhere", "", name, detail=detail)

    # --- the decision

    def action_mark_elsewhere(self):
        """Follow the shops' setting for orders that were shipped outside Odoo."""
        self.check_access("read")
        # the connector writes the documents, whoever presses the button
        orders = for_a_moment(self.sudo())
        orders._review_elsewhere()
        orders.filtered("elsewhere_state").elsewhere_state = "booking"
        orders._book_elsewhere()
        return orders._notify_elsewhere(hand_over(orders, CRON))

    def _notify_elsewhere(self, goes_on):
        left = self.filtered(lambda order: order.elsewhere_state == "asked")
        message = self.env._("The orders are marked as shipped elsewhere.")
        if goes_on:
            message = self.env._("The rest goes on in the background.")
        elif left:
            message = self.env._(
                "Orders that could not be booked: %s. Their issue says why.", len(left)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if goes_on or left else "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_reserve(self):
        result = super()._cron_reserve()
        self._book_elsewhere()
        return result

    @api.model
    def _book_elsewhere(self):
        """Book what a person has marked, one transaction per batch."""
        booking = Domain("elsewhere_state", "=", "booking")
        shops = self.search(booking).shop_id
        if not shops:
            return
        work_through(
            self.browse(),
            booking,
            BATCH_SIZE,
            lambda orders: orders._book_elsewhere_safely(),
        )
        still = self.search(Domain("elsewhere_state", "!=", False)).shop_id
        self.env["pdd.issue"]._settle(
            shops - still, "elsewhere", solution=self.env._("All are booked")
        )
        self.env["ir.cron"]._commit_progress()

    def _book_elsewhere_safely(self):
        """Follow the setting; an order that cannot be booked is kept with its reason."""
        do_safely(
            self,
            lambda orders: orders._follow_shipped_policy(),
            lambda order, error: order._ask_elsewhere(error),
        )

    def _follow_shipped_policy(self):
        """Cancel the deliveries, or validate them as of the day the parcel left."""
        from_stock = self.filtered(lambda o: o.shop_id.shipped_policy == "stock")
        from_stock._deliver_as_shipped()
        (self - from_stock)._set_fulfilled()
        self.filtered("elsewhere_state").elsewhere_state = False

    def _set_fulfilled(self):
        """Plan no delivery any more; what was picked goes back to the shelf."""
        moves = self.sale_order_id.order_line.move_ids
        moves._filter_to_buyer().filtered(
            lambda move: move.state in OPEN_STATES
        )._action_cancel()
        moves._put_back()
        self.sale_order_id.pdd_is_fulfilled = True

    def _deliver_as_shipped(self):
        """Validate the open deliveries, dated by the platform; nothing is sent to it.

        Step by step where a delivery has several. Stock may become negative: the goods
        are gone, whatever was counted.

        :raise UserError: for instance a lot is to be named by a person
        """
        for order in self:
            date = (
                order.shipping_date
                or order.receive_date
                or order.platform_update_date
                or fields.Datetime.now()
            )
            # a step may only be planned when the one before it is done
            while ready := order._get_ready_moves():
                ready.with_context(pdd_as_shipped=True)._do_as_shipped(date)
            order._note_seen_parcels()

    def _get_ready_moves(self):
        """Return the open moves to the buyer that wait for no step before them."""
        moves = self.sale_order_id.order_line.move_ids._filter_to_buyer()
        return moves.filtered(
            lambda move: (
                move.state in OPEN_STATES
                and not move.move_orig_ids.filtered(lambda m: m.state in OPEN_STATES)
            )
        )

    def _adopt_sale_order(self, sale_order, pairs):
        result = super()._adopt_sale_order(sale_order, pairs)
        self._review_elsewhere()
        return result
