# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector.const import ORDER_TO_SHIP


class StockPicking(models.Model):
    """A transfer says why it is stopped, and asks the platform before it is validated."""

    _inherit = "stock.picking"

    pdd_stop_reason = fields.Char(
        string="Stopped by Pinduoduo", compute="_compute_pdd_stop_reason"
    )

    @api.depends("move_ids.state", "move_ids.quantity", "move_ids.product_uom_qty")
    def _compute_pdd_stop_reason(self):
        open_moves = self.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        reasons = {}
        for move, stops in open_moves._get_pdd_stops().items():
            reasons.setdefault(move.picking_id, {}).update(stops)
        surplus = open_moves._get_pdd_surplus().grouped("picking_id")
        for picking in self:
            sentences = [
                f"{order.order_sn}: {reason}"
                for order, reason in reasons.get(picking, {}).items()
            ]
            sentences += [
                move._explain_pdd_surplus() for move in surplus.get(picking, ())
            ]
            picking.pdd_stop_reason = "; ".join(sentences)

    def action_assign(self):
        """Reserve what may leave; of several transfers the stopped ones stay behind."""
        stopped = self.filtered("pdd_stop_reason")
        going = self - stopped
        if stopped and not going:
            stopped.move_ids._check_pdd_stops()
            stopped.move_ids._check_pdd_surplus()
        return super(StockPicking, going).action_assign()

    def action_put_in_pack(self, **kwargs):
        self.move_ids._check_pdd_stops()
        return super().action_put_in_pack(**kwargs)

    def button_validate(self):
        """Validate what may leave; of several transfers the stopped ones stay behind.

        The platform is asked first when its last news are old; no row is locked yet.
        """
        stopped = self.filtered("pdd_stop_reason")
        going = self - stopped
        if stopped and not going:
            stopped.move_ids._check_pdd_stops()
            stopped.move_ids._check_pdd_surplus()
        # whoever validates need not be allowed to see the shop's orders
        going.sudo()._ask_pdd_before_shipping()
        if not stopped:
            return super().button_validate()
        stopped._note_left_behind()
        # a batch lets go of what it does not ship (module stock_picking_batch)
        detached = [*self.env.context.get("pickings_to_detach", ()), *stopped.ids]
        going = going.with_context(pickings_to_detach=detached)
        result = super(StockPicking, going).button_validate()
        return stopped._prepare_left_behind_action() if result is True else result

    def _note_left_behind(self):
        """Say on each of these transfers why it was not validated with the others."""
        for picking in self:
            picking.message_post(
                body=self.env._(
                    "Not validated with the others, Pinduoduo does not let it be shipped: "
                    "%s",
                    picking.pdd_stop_reason,
                )
            )

    def _prepare_left_behind_action(self):
        lines = [f"{picking.name}: {picking.pdd_stop_reason}" for picking in self]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Put these goods aside"),
                "message": self.env._(
                    "The other transfers are validated. Pinduoduo does not let these be "
                    "shipped now: %s",
                    "; ".join(lines),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _ask_pdd_before_shipping(self):
        """Ask for the state of the orders that are about to leave.

        :raise UserError: some of them must not be shipped
        """
        moves = self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.location_dest_usage == "customer"
            )
        )
        orders = moves.sale_line_id.order_id.pdd_order_ids.filtered(
            lambda order: order.order_status == ORDER_TO_SHIP
        )
        for shop, of_shop in orders.grouped("shop_id").items():
            shop._ask_before_shipping(of_shop)
