# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from psycopg2 import OperationalError

from .. import pop

_logger = logging.getLogger(__name__)

NOTE_API = "pdd.order.note.update"
BATCH_SIZE = 20
TAG_NAME_LIMIT = 3  # characters, a limit of the platform
NOTE_LIMIT = 300


class PddOrderNote(models.Model):
    """Outbox: notes of the shop on their way to the platform.

    The platform replaces its note, so the last one counts and repeating one is safe.
    """

    _name = "pdd.order.note"
    _description = "PDD Order Note"
    _order = "id desc"
    _rec_name = "note"

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
    sent_date = fields.Datetime(readonly=True)
    error_message = fields.Char(readonly=True)

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
        self.env.ref("pdd_connector.ir_cron_note_send")._trigger()
        return notes

    def action_send(self):
        """Close the form; the scheduled action sends the note after the commit."""
        return {"type": "ir.actions.act_window_close"}

    def action_retry(self):
        """Send refused notes again."""
        self.check_access("read")
        # users write notes; their way out is the connector's
        refused = self.sudo().filtered(lambda note: note.state == "error")
        refused.write({"state": "to_send", "error_message": False})
        self.env.ref("pdd_connector.ir_cron_note_send")._trigger()

    def _supersede(self):
        """Drop earlier notes of the same orders that have not been sent."""
        domain = Domain("order_id", "in", self.order_id.ids)
        domain &= Domain("state", "=", "to_send") & Domain("id", "not in", self.ids)
        # earlier notes may be another user's
        self.sudo().search(domain).state = "replaced"

    # --- sending

    @api.model
    def _cron_send(self):
        """Send what waits, one call per order; no row is locked while a call runs."""
        commit_progress = self.env["ir.cron"]._commit_progress
        domain = Domain("state", "=", "to_send")
        domain &= Domain("shop_id.state", "=", "authorised")
        notes = self.search(domain, order="id", limit=BATCH_SIZE)
        time_left = commit_progress(remaining=len(notes))
        blocked = self.env["pdd.shop"]
        for note in notes:
            if not time_left:
                break
            if note.shop_id not in blocked and not note._send():
                blocked += note.shop_id
            time_left = commit_progress(1)
        if len(notes) == BATCH_SIZE:
            self.env.ref("pdd_connector.ir_cron_note_send")._trigger()

    def _send(self):
        """Send one note; return whether the shop can take more now."""
        self.ensure_one()
        try:
            self.shop_id._call(NOTE_API, **self._prepare_params())
        except pop.PddBusinessError as error:
            self._finish("error", error_message=self.shop_id._explain(error))
            return True
        except (pop.PddError, UserError) as error:
            self.env.cr.rollback()
            _logger.info("PDD note %s waits: %s", self.id, type(error).__name__)
            return False
        self._finish("sent", sent_date=fields.Datetime.now(), error_message=False)
        return True

    def _prepare_params(self):
        """Return the parameters of the call."""
        params = {"order_sn": self.order_id.order_sn, "note": self.note}
        if self.tag:
            params |= {"tag": int(self.tag), "tag_name": self.tag_name}
        return params

    def _finish(self, state, **vals):
        """Note the outcome, unless a later note has replaced this one meanwhile."""
        try:
            note = self.try_lock_for_update()
            if note.state == "to_send":
                note.write({"state": state, **vals})
            self.env.cr.flush()
        except OperationalError:
            self.env.cr.rollback()  # replaced just now
