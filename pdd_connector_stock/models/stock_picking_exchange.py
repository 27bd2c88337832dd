# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.addons.pdd_connector.const import EXCHANGE, REPAIR, RESEND

from .stock_picking_parcel import PARCEL_FIELDS


class StockPicking(models.Model):
    """Parcels of exchanges, resends and repairs are told as part of the after-sale."""

    _inherit = "stock.picking"

    pdd_exchange_case_id = fields.Many2one(
        "pdd.case",
        string="Pinduoduo Exchange",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The after-sale for which Odoo's own exchange sends these goods.",
    )

    def _action_done(self):
        # the outbox belongs to the connector; validating needs no right to it
        self.sudo()._link_pdd_exchange()
        result = super()._action_done()
        # the outbox belongs to the connector; validating needs no right to it
        self.sudo()._queue_exchange_parcels()
        self.sudo().sale_id.pdd_case_id._review_balance()  # as above
        return result

    def write(self, vals):
        result = super().write(vals)
        if self and PARCEL_FIELDS & vals.keys():
            done = self.filtered(lambda picking: picking.state == "done")
            done.sudo()._queue_exchange_parcels()  # as above
        return result

    def _get_pdd_exchange_case(self):
        """Return the after-sale for which the goods of a transfer are sent."""
        case = self.sale_id.pdd_case_id or self.pdd_exchange_case_id
        return case.filtered(lambda case: not case.is_sent_again)

    def _is_pdd_exchange(self):
        """Return whether Odoo's own exchange of an order sends these goods."""
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        return bool(moves) and all(moves.mapped("pdd_is_exchange"))

    def _link_pdd_exchange(self):
        """Note for which running after-sale Odoo's own exchanges send goods."""
        for picking in self.filtered(lambda picking: not picking.pdd_exchange_case_id):
            if (
                picking.location_dest_id.usage == "customer"
                and picking._is_pdd_exchange()
            ):
                picking.pdd_exchange_case_id = picking._find_pdd_exchange_case()

    def _find_pdd_exchange_case(self):
        """Return the running exchange of the order that has sent nothing yet."""
        orders = self.move_ids.sale_line_id.order_id.pdd_order_ids
        cases = orders.refund_ids.case_ids.filtered(
            lambda case: (
                case._is_running()
                and case.refund_id.after_sales_type in (EXCHANGE, RESEND, REPAIR)
                and not case.exchange_order_id
                and not case.exchange_picking_ids
            )
        )
        sold = self.move_ids.sale_line_id
        lines = orders.line_ids.filtered(lambda line: line.sale_line_id in sold)
        sku_ids = lines.sku_id.mapped("sku_id")
        fitting = cases.filtered(lambda case: case.refund_id.platform_sku_id in sku_ids)
        return (fitting or cases)[:1]

    def _queue_exchange_parcels(self):
        """Queue what has left for after-sales; a number may come later."""
        Action = self.env["pdd.refund.action"]
        for picking in self:
            case = picking._get_pdd_exchange_case()
            if not case or picking.location_dest_id.usage != "customer":
                continue
            params = picking._prepare_exchange_params()
            action = Action._queue(
                case.refund_id,
                "exchange_ship",
                params,
                picking_id=picking.id,
                state="to_send" if params else "waiting",
            )
            if action.state == "waiting" and params:
                action.write({"params": params, "state": "to_send"})
                action._trigger_send()

    def _prepare_exchange_params(self):
        """Return carrier and number as the platform wants them, {} when incomplete."""
        logistics, numbers = self._get_pdd_numbers()
        if not logistics or not numbers:
            return {}
        return {
            "shipping_id": logistics.logistics_id,
            "shipping_name": logistics.name,
            "tracking_number": numbers[0],
        }
