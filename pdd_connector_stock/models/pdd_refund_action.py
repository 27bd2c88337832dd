# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class PddRefundAction(models.Model):
    """What the shop does in an after-sale, told to the platform: an outbox.

    Each kind happens once per after-sale; the database keeps that promise. How a kind
    is told stands in pdd_refund_action_tell.py.
    """

    _name = "pdd.refund.action"
    _description = "PDD After-sale Action"
    _inherit = ["pdd.outbox"]
    _order = "id desc"
    _rec_name = "kind"
    _check_company_auto = True
    _outbox_cron = "pdd_connector_stock.ir_cron_refund_action"

    refund_id = fields.Many2one(
        "pdd.refund",
        string="After-sale",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    shop_id = fields.Many2one(related="refund_id.shop_id", store=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    order_sn = fields.Char(related="refund_id.order_sn")
    kind = fields.Selection(
        [
            ("agree", "Agree to the refund"),
            ("return_agree", "Agree to the return"),
            ("stored", "Returned goods arrived"),
            ("stop_answer", "Could the order be stopped?"),
            ("exchange_ship", "Exchange shipped"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(readonly=True, help="What the buyer gets back.")
    params = fields.Json(
        readonly=True,
        export_string_translation=False,
        help="What the platform is told besides order and after-sale.",
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("to_approve", "Second look"),
            ("waiting", "Incomplete"),
            ("to_send", "To tell"),
            ("sent", "Told"),
            ("error", "Refused"),
            ("dropped", "Dropped"),
        ],
        required=True,
        readonly=True,
        default="to_send",
        index=True,
    )
    asked_user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        readonly=True,
        default=lambda self: self.env.uid,
    )
    agreed_date = fields.Datetime(
        readonly=True,
        default=fields.Datetime.now,
        export_string_translation=False,
        help="The day whose limits it counts for; telling again counts anew.",
    )
    approved_user_id = fields.Many2one(
        "res.users", string="Second Look By", readonly=True
    )

    _kind_uniq = models.UniqueIndex(
        "(refund_id, kind) WHERE state NOT IN ('error', 'dropped')",
        "This was done in the after-sale already.",
    )
    _to_send_idx = models.Index("(id) WHERE state = 'to_send'")

    @api.model
    def _queue(self, refund, kind, params=None, **vals):
        """Write a row once; a row of the kind that is open or told stays as it is.

        :param dict params: what is told besides order and after-sale
        :return: the row
        """
        # the outbox belongs to the connector, whoever's work is told
        actions = self.sudo()
        action = actions.search(
            [
                ("refund_id", "=", refund.id),
                ("kind", "=", kind),
                ("state", "not in", ("error", "dropped")),
            ],
            limit=1,
        )
        if not action:
            refund._take_turns()
            action = actions.create(
                {"refund_id": refund.id, "kind": kind, "params": params or {}, **vals}
            )
            action._trigger_send()
        return action

    # --- buttons

    def action_retry(self):
        """Tell the platform once more; what may have happened is read first."""
        self.check_access("read")
        self._check_may_agree()
        for action in self.sudo():  # the connector tells, whoever presses the button
            if action.state == "error":
                if action.kind == "agree":
                    self._check_limits(action.shop_id, action.amount)
                action.write(
                    {
                        **self._prepare_fresh_vals(),
                        "state": "to_send",
                        "agreed_date": fields.Datetime.now(),
                    }
                )
        self.sudo()._trigger_send()  # as above

    def action_approve(self):
        """Let a refund go that needed a second look by another person."""
        self.check_access("read")
        self._check_may_agree()
        for action in self.filtered(lambda action: action.state == "to_approve"):
            if action.asked_user_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You have asked for this refund yourself: another person must "
                        "have the second look."
                    )
                )
            # the outbox belongs to the connector; who approved is kept
            action.sudo().write({"state": "to_send", "approved_user_id": self.env.uid})
        self.sudo()._trigger_send()  # as above

    def action_drop(self):
        """Give up what was not told yet."""
        self.check_access("read")
        self._check_may_agree()
        # the outbox belongs to the connector, a person only decides
        waiting = self.sudo().filtered(
            lambda action: action.state in ("to_approve", "error", "waiting")
        )
        waiting.write({"state": "dropped"})

    @api.model
    def _check_may_agree(self):
        if not self.env.user.has_group("pdd_connector_stock.group_pdd_refund"):
            raise UserError(
                self.env._(
                    "You may not decide about refunds: ask a manager for the right "
                    "to agree to refunds."
                )
            )

    @api.model
    def _check_limits(self, shop, amount):
        """Raise when one more refund would pass the shop's limits of the day.

        Refunds of a shop are counted one after the other until the commit.
        """
        # A mere lock would leave the old snapshot: after an update, whoever waited
        # fails to serialize, and Odoo repeats the request with the new count.
        self.env.cr.execute(
            SQL("UPDATE pdd_shop SET write_date = write_date WHERE id = %s", shop.id)
        )
        domain = Domain("shop_id", "=", shop.id) & Domain("kind", "=", "agree")
        domain &= Domain("agreed_date", ">=", self._get_start_of_day())
        domain &= Domain("state", "not in", ("error", "dropped"))
        # the limits hold for all users together
        [(count, total)] = self.sudo()._read_group(
            domain, [], ["__count", "amount:sum"]
        )
        if count + 1 > shop.refund_limit_day_count or (
            total + amount > shop.refund_limit_day_amount
        ):
            raise UserError(
                self.env._(
                    "Today's limit of the shop %(shop)s is reached (%(count)s refunds, "
                    "%(amount)s): agree in the merchant backend, or have a manager "
                    "raise the limit.",
                    shop=shop.name,
                    count=count,
                    amount=shop.currency_id.format(total),
                )
            )

    @api.model
    def _get_start_of_day(self):
        """Return the beginning of the platform's day, naive UTC."""
        today = pop.platform_date(fields.Datetime.now())
        return pop.to_utc(fields.Datetime.to_datetime(today))

    # --- outbox

    def _write_outcome(self, vals, seen=None):
        """Keep what the after-sale looked like as well, and have it read again.

        :param dict seen: the after-sale's detail as the platform sent it
        """
        result = super()._write_outcome(vals, seen)
        if vals.get("state") == "sent":
            cron = self.env.ref(
                "pdd_connector.ir_cron_refund_intake", raise_if_not_found=False
            )
            if cron:
                cron._trigger()
        return result

    def _prepare_failure_vals(self, error):
        """Put the platform's own words first: they name the reason."""
        vals = super()._prepare_failure_vals(error)
        if isinstance(error, pop.PddBusinessError):
            words = error.sub_message or error.message
            if words:
                vals["error_message"] = self.env._(
                    "Pinduoduo refuses: %s. Look at the after-sale in the merchant "
                    "backend.",
                    words,
                )
        return vals
