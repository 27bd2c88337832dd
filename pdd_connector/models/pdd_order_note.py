# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

NOTE_API = "pdd.order.note.update"
TAG_NAME_LIMIT = 3  # characters, a limit of the platform
NOTE_LIMIT = 300


class PddOrderNote(models.Model):
    """Outbox: notes of the shop on their way to the platform.

    The platform replaces its note, so the last one counts and repeating one is safe.
    """

    _name = "pdd.order.note"
    _description = "PDD Order Note"
    _inherit = ["pdd.outbox"]
    _order = "id desc"
    _rec_name = "note"
    _outbox_cron = "pdd_connector.ir_cron_note_send"

    order_id = fields.Many2one(
        "pdd.order", required=True, index=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(related="order_id.shop_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    note = fields.Text(required=True)
    tag = fields.Selection(
        [
            ("1", "Red"),
            ("2", "Yellow"),
            ("3", "Green"),
            ("4", "Blue"),
            ("5", "Purple"),
        ],
        string="Colour",
    )
    tag_name = fields.Char(string="Colour's Name", help="Three characters at most.")
    state = fields.Selection(
        [
            ("to_send", "To send"),
            ("sent", "Sent"),
            ("replaced", "Replaced by a later note"),
            ("error", "Refused"),
        ],
        required=True,
        readonly=True,
        default="to_send",
        index=True,
    )

    _to_send_idx = models.Index("(id) WHERE state = 'to_send'")
    _tag_named = models.Constraint(
        "CHECK((tag IS NULL) = (tag_name IS NULL))",
        "The platform takes a colour only together with its name.",
    )

    @api.constrains("note", "tag_name")
    def _check_lengths(self):
        for note in self:
            if len(note.tag_name or "") > TAG_NAME_LIMIT:
                raise ValidationError(
                    self.env._("The colour's name has three characters at most.")
                )
            if len(note.note) > NOTE_LIMIT:
                raise ValidationError(
                    self.env._("The note has %s characters at most.", NOTE_LIMIT)
                )

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes._supersede()
        notes._trigger_send()
        return notes

    def action_send(self):
        """Close the form; the scheduled action sends the note after the commit."""
        return {"type": "ir.actions.act_window_close"}

    def action_retry(self):
        """Send refused notes again."""
        self.check_access("read")
        # users write notes; their way out is the connector's
        refused = self.sudo().filtered(lambda note: note.state == "error")
        refused.write({"state": "to_send", **self._prepare_fresh_vals()})
        refused._trigger_send()

    def _supersede(self):
        """Drop earlier notes of the same orders that have not been sent."""
        domain = Domain("order_id", "in", self.order_id.ids)
        domain &= Domain("state", "=", "to_send") & Domain("id", "not in", self.ids)
        # earlier notes may be another user's
        self.sudo().search(domain).state = "replaced"

    # --- sending

    def _tell(self):
        """Send one note; sent twice it is the same note."""
        self.shop_id._call(NOTE_API, **self._prepare_params())
        return self._prepare_sent_vals(), None

    def _prepare_params(self):
        """Return the parameters of the call."""
        params = {"order_sn": self.order_id.order_sn, "note": self.note}
        if self.tag:
            params |= {"tag": int(self.tag), "tag_name": self.tag_name}
        return params
