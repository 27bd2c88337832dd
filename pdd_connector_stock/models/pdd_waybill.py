# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

REQUEST_DAYS = timedelta(
    days=10
)  # then an unanswered request, with its ciphertext, goes


class PddWaybill(models.Model):
    """An electronic waybill of a transfer: its number and its label, kept for re-prints.

    Asking, changing and giving back the number is told by a scheduled action
    (pdd_waybill_tell.py); what the platform is sent stands in pdd_waybill_format.py.
    """

    _name = "pdd.waybill"
    _description = "PDD Electronic Waybill"
    _inherit = ["pdd.outbox"]
    _order = "id desc"
    _rec_name = "tracking_number"
    _check_company_auto = True
    _outbox_cron = "pdd_connector_stock.ir_cron_waybill"
    _outbox_states = ("to_send", "to_update", "to_cancel")

    account_id = fields.Many2one(
        "pdd.waybill.account",
        string="Waybill Account",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    shop_id = fields.Many2one(related="account_id.shop_id", store=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    logistics_id = fields.Many2one(related="account_id.logistics_id", store=True)
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    order_ids = fields.Many2many("pdd.order", string="Orders", readonly=True)
    object_id = fields.Char(
        string="Our Number",
        required=True,
        readonly=True,
        help="Under this number the parcel is asked for, however often.",
    )
    tracking_number = fields.Char(readonly=True, index="btree_not_null")
    request = fields.Json(
        readonly=True,
        copy=False,
        exportable=False,
        export_string_translation=False,
        help="What the platform was asked, ciphertext included, until it has answered.",
    )
    asked_date = fields.Datetime(
        readonly=True, copy=False, help="When the number was first asked for."
    )
    is_given_up = fields.Boolean(
        string="No Longer Wanted",
        readonly=True,
        copy=False,
        help="The number is to be given back; the transfer may get another one.",
    )
    print_data = fields.Text(
        readonly=True,
        exportable=False,
        help="The label as the platform encrypted it; handed on as it is.",
    )
    state = fields.Selection(
        [
            ("to_send", "Number asked for"),
            ("sent", "Ready"),
            ("to_update", "Receiver changed"),
            ("error", "Refused"),
            ("to_cancel", "To be given back"),
            ("cancelled", "Given back"),
        ],
        required=True,
        readonly=True,
        default="to_send",
        index=True,
    )
    print_count = fields.Integer(string="Printed", readonly=True)
    print_date = fields.Datetime(string="Printed On", readonly=True)

    _picking_uniq = models.UniqueIndex(
        "(picking_id) WHERE state != 'cancelled' AND is_given_up IS NOT TRUE",
        "This transfer has a waybill already.",
    )
    _request_idx = models.Index("(asked_date) WHERE request IS NOT NULL")
    _object_uniq = models.Constraint(
        "UNIQUE(object_id)", "This number of ours exists already."
    )

    @api.model
    def _ask(self, pickings):
        """Ask for a waybill of each transfer that has none.

        A gift that goes into the parcel of its main order travels under that number.

        :raise UserError: names the transfer and what is missing
        :return: the waybills of these transfers
        """
        pickings = pickings.browse().union(
            *(picking._get_pdd_leading_picking() for picking in pickings)
        )
        pickings._take_pdd_turns()
        known = self.search(
            [
                ("picking_id", "in", pickings.ids),
                ("state", "!=", "cancelled"),
                ("is_given_up", "=", False),
            ]
        )
        vals_list = [
            self._prepare_vals(picking) for picking in pickings - known.picking_id
        ]
        created = self.create(vals_list)
        created._trigger_send()
        return known + created

    def _filter_current(self):
        """Return those whose number travels, or is to travel, with its transfer."""
        return self.filtered(
            lambda waybill: waybill.state != "cancelled" and not waybill.is_given_up
        )

    @api.model
    def _prepare_vals(self, picking):
        orders = picking._get_pdd_waybill_orders()
        if not orders or picking.picking_type_code != "outgoing":
            raise UserError(
                self.env._("%s is no delivery of a Pinduoduo order.", picking.name)
            )
        orders._check_waybill_receiver(picking)
        account = self.env["pdd.waybill.account"]._find(picking, orders.shop_id[:1])
        earlier = self.search_count([("picking_id", "=", picking.id)])
        return {
            "account_id": account.id,
            "picking_id": picking.id,
            "order_ids": [Command.set(orders.ids)],
            "object_id": f"{picking.id}-{earlier + 1}",
        }

    # --- buttons

    def action_retry(self):
        """Ask once more for what was refused."""
        self.check_access("read")
        # the outbox belongs to the connector, whoever presses the button
        waybills = self.sudo().filtered(lambda waybill: waybill.state == "error")
        for waybill in waybills:
            state = "to_update" if waybill.tracking_number else "to_send"
            if waybill.is_given_up or (
                waybill.tracking_number and not waybill._is_wanted()
            ):
                state = "to_cancel" if waybill.tracking_number else "to_send"
            waybill.write({"state": state, **self._prepare_fresh_vals()})
        waybills._trigger_send()

    def action_give_back(self):
        """Give numbers back that are not to travel after all, as of the wrong carrier.

        :raise UserError: names the number whose parcel has left
        """
        self.check_access("read")
        # the outbox belongs to the connector, whoever presses the button
        waybills = self.sudo().filtered(lambda waybill: waybill._can_be_given_back())
        for waybill in waybills:
            waybill._take_off()
        waybills._give_back()

    def action_settle_unknown(self):
        """Note that no number is left to be found: a person has looked."""
        self.check_access("read")
        # the outbox belongs to the connector, whoever presses the button
        unknown = self.sudo().filtered(
            lambda waybill: (
                waybill.state == "error"
                and waybill.is_unsure
                and not waybill.tracking_number
            )
        )
        unknown.write({"state": "cancelled", "is_unsure": False, "request": False})
        unknown._settle_unsettled()

    def _can_be_given_back(self):
        return self.tracking_number and self.state in ("sent", "to_update", "error")

    def _take_off(self):
        """Take the number off its transfer, which can be shipped with another one."""
        if not self._is_wanted():
            return
        picking = self.picking_id
        if picking.state == "done":
            raise UserError(
                self.env._(
                    "The parcel %(number)s of %(transfer)s has left. Enter the number it"
                    " travels under on the transfer first.",
                    number=self.tracking_number,
                    transfer=picking.name,
                )
            )
        _logistics, numbers = picking._get_pdd_numbers()
        numbers.remove(self.tracking_number)
        picking.carrier_tracking_ref = ", ".join(numbers)

    def action_print(self):
        """Print the labels: on the platform's cloud printer, or by its component."""
        self._check_printable()
        cloud = self.filtered(lambda waybill: waybill.account_id.printer_id)
        for account, waybills in cloud.grouped("account_id").items():
            with account.shop_id._user_errors():
                waybills._print_in_cloud()
        # what was printed is a fact of the connector
        self.sudo()._note_printed()
        rest = self - cloud
        return rest._hand_to_component() if rest else True

    def _check_printable(self):
        unready = self.filtered(lambda waybill: waybill.state != "sent")
        if unready:
            raise UserError(
                self.env._(
                    "These waybills are not ready to be printed: %s",
                    ", ".join(unready.mapped("picking_id.name")),
                )
            )
        # whoever prints need not see the transfers; a parcel that left may be re-printed
        moves = self.sudo().picking_id.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        moves._check_pdd_stops()

    def _prepare_labels(self):
        """Return what the print component needs of each waybill.

        :raise UserError: one is not ready, or its order was stopped
        """
        self._check_printable()
        return [
            {"waybill_code": waybill.tracking_number, "print_data": waybill.print_data}
            for waybill in self
        ]

    def _note_printed(self):
        now = fields.Datetime.now()
        for waybill in self:
            waybill.write({"print_count": waybill.print_count + 1, "print_date": now})

    # --- what follows

    def _is_wanted(self):
        """Return whether the transfer travels, or is to travel, under the number."""
        self.ensure_one()
        _logistics, numbers = self.picking_id._get_pdd_numbers()
        return self.picking_id.state != "cancel" and self.tracking_number in numbers

    def _is_late(self):
        """Return whether the transfer has no use for the number any more.

        It was over, or changed its carrier, before the number came.
        """
        picking = self.picking_id
        is_shipped = picking.state == "done" and picking.carrier_tracking_ref
        is_over = picking.state == "cancel" or is_shipped or self._is_of_other_carrier()
        return bool(self.is_given_up or is_over) and not self._is_wanted()

    def _is_of_other_carrier(self):
        """Return whether the transfer travels with a carrier that is not the number's."""
        carrier = self.picking_id.carrier_id
        return bool(carrier) and carrier.pdd_logistics_id != self.logistics_id

    def _follow_carrier(self):
        """Give back the numbers of transfers that have changed their carrier.

        Of a parcel that has left, the number is kept as long as the transfer names it.
        """
        for waybill in self._filter_current():
            has_left = waybill.picking_id.state == "done" and waybill._is_wanted()
            if waybill._is_of_other_carrier() and not has_left:
                if waybill.tracking_number:
                    waybill._take_off()
                waybill._give_back()

    def _give_back(self):
        """Give numbers back that no parcel will use.

        Where nobody knows whether a number was given out, it is asked for first, see
        :meth:`_ask_again`.
        """
        unused = self.filtered(
            lambda waybill: (
                waybill.state in ("to_send", "error") and not waybill.tracking_number
            )
        )
        unknown = unused.filtered(lambda w: w.is_unsure or w.claim_date)
        (unused - unknown).write({"state": "cancelled", "request": False})
        self._give_up_unknown(unknown)
        given = self.filtered(lambda waybill: waybill._can_be_given_back())
        given.write(
            {"state": "to_cancel", "is_given_up": True, **self._prepare_fresh_vals()}
        )
        given._trigger_send()

    @api.model
    def _give_up_unknown(self, waybills):
        """Have numbers found that may have been given out, to be given back then.

        What a call is under way for is left to its worker, who looks at the transfer.
        """
        idle = waybills.filtered(lambda waybill: not waybill.claim_date)
        idle.write(
            {"state": "to_send", "is_given_up": True, **self._prepare_fresh_vals()}
        )
        idle._trigger_send()

    def _renew_receiver(self):
        """Have labels drawn anew whose receiver has changed; the number stays."""
        ready = self.filtered(lambda waybill: waybill.state == "sent")
        ready.write({"state": "to_update", **self._prepare_fresh_vals()})
        ready._trigger_send()
