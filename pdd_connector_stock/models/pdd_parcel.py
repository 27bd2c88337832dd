# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import AccessError

_SEPARATORS = re.compile(r"[,;|，；、。\r\n\t]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
WHOLE = 10  # characters; what is at least so long is a number, not a part of one


class PddParcel(models.Model):
    """What the platform must be told about one parcel of one order: an outbox.

    A row is written in the transaction that validates the transfer and is told by a
    scheduled action after the commit (pdd_parcel_send.py). The platform knows one main
    parcel per order; the first one told ships the order, the others are added to it.
    """

    _name = "pdd.parcel"
    _description = "PDD Parcel"
    _inherit = ["pdd.outbox"]
    _order = "id desc"
    _rec_name = "tracking_number"
    _check_company_auto = True
    _outbox_cron = "pdd_connector_stock.ir_cron_parcel_send"
    _outbox_seconds = 0.25  # far less than a refund takes to be read

    order_id = fields.Many2one(
        "pdd.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    shop_id = fields.Many2one(related="order_id.shop_id", store=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    sequence = fields.Integer(
        default=1, readonly=True, help="Position among the parcels of the transfer."
    )
    logistics_id = fields.Many2one(
        "pdd.logistics.company", string="Carrier", readonly=True, ondelete="restrict"
    )
    tracking_number = fields.Char(readonly=True, index="btree_not_null")
    extra_track_type = fields.Selection(
        [("1", "Part of the order"), ("2", "Sent again"), ("3", "Gift")],
        string="Content",
        required=True,
        readonly=True,
        default="1",
        help="Told for parcels that are added to a shipped order.",
    )
    state = fields.Selection(
        [
            ("waiting", "Incomplete"),
            ("to_send", "To tell"),
            ("sent", "Told"),
            ("error", "Refused"),
            ("stopped", "Stopped"),
            ("cancelled", "Order Refunded"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    is_elsewhere = fields.Boolean(
        string="Shipped Elsewhere",
        readonly=True,
        help="The platform shows another parcel than this one.",
    )

    # --- what the platform knows
    is_main = fields.Boolean(
        string="Main Parcel", readonly=True, help="The parcel that shipped the order."
    )
    told_logistics_id = fields.Many2one(
        "pdd.logistics.company", string="Told Carrier", readonly=True
    )
    told_number = fields.Char(readonly=True)

    attempt_number = fields.Char(
        readonly=True, help="The number in the last call, whatever became of it."
    )

    _picking_uniq = models.UniqueIndex(
        "(picking_id, order_id, sequence) WHERE picking_id IS NOT NULL",
        "This parcel of the transfer exists already.",
    )
    _to_send_idx = models.Index("(id) WHERE state = 'to_send'")

    # --- buttons

    def action_retry(self):
        """Tell the platform once more."""
        self.check_access("read")
        # the connector tells, whoever presses the button
        ended = self.sudo().filtered(lambda p: p.state in ("error", "cancelled"))
        ended._requeue()

    def action_take_platform_parcel(self):
        """Leave the parcel that the platform shows; this one is not told."""
        self.check_access("read")
        for parcel in self.sudo().filtered("is_elsewhere"):  # see action_retry
            parcel.write({"state": "sent", **parcel._no_trouble_vals()})

    def action_replace_platform_parcel(self):
        """Replace the parcel that the platform shows by this one."""
        self.check_access("read")
        if not self.env.user.has_group("pdd_connector.group_pdd_user"):
            raise AccessError(
                self.env._(
                    "Only users of Pinduoduo may replace the parcel that the platform "
                    "shows."
                )
            )
        # no one writes parcels but the connector, whoever presses the button
        parcels = self.sudo().filtered("is_elsewhere")
        parcels.write({"is_main": True})
        parcels._requeue()

    # --- business methods

    @api.model
    def _split_numbers(self, text):
        """Return the tracking numbers in a transfer's tracking reference, each once.

        Numbers are read off in groups and pasted from tables: blanks inside of one are
        left out, unless what stands between them are whole numbers.
        """
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text or ""))
        numbers = []
        for chunk in _SEPARATORS.split(text):
            parts = chunk.split()
            are_whole = all(len(part) >= WHOLE for part in parts)
            numbers += parts if are_whole else ["".join(parts)]
        return list(dict.fromkeys(filter(None, numbers)))

    @api.model
    def _get_open_state(self, logistics, tracking_number):
        """Return the state of a parcel that is not told yet."""
        return "to_send" if logistics and tracking_number else "waiting"

    def _requeue(self):
        """Queue these parcels again, as they are now."""
        for parcel in self:
            state = self._get_open_state(parcel.logistics_id, parcel.tracking_number)
            vals = {**self._no_trouble_vals(), **self._prepare_fresh_vals()}
            parcel.write({"state": state, **vals})
        self._trigger_send()

    @api.model
    def _no_trouble_vals(self):
        return {"error_message": False, "is_elsewhere": False, "retry_date": False}

    def _renumber(self, logistics, tracking_number):
        """Give the parcel another carrier or number; the platform is told again.

        A stopped or cancelled one keeps its state, the platform would refuse it.
        """
        self.ensure_one()
        if (self.logistics_id, self.tracking_number) == (logistics, tracking_number):
            return
        self.write({"logistics_id": logistics.id, "tracking_number": tracking_number})
        if self.state not in ("stopped", "cancelled"):
            self._requeue()
