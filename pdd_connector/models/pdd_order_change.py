# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate
from psycopg2 import OperationalError

from ..batches import by_company, work_through
from ..button_time import for_a_moment, notify, work_for_a_moment
from .pdd_change_policy import POLICY_KINDS, STAGES

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

BATCH_SIZE = 100
GC_LIMIT = 10000
FIELDS = {  # kind -> fields of pdd.order
    "address": (
        "receiver_name_mask",
        "receiver_phone_mask",
        "receiver_address_mask",
        "province",
        "city",
        "town",
        "open_address_id",
    ),
    "memo": ("buyer_memo", "remark", "remark_tag"),
    "amount": (
        "goods_amount",
        "order_change_amount",
        "seller_discount",
        "capital_free_discount",
        "platform_discount",
        "postage",
        "service_fee",
        "pay_amount",
        "receivable_amount",
    ),
    "goods": ("lines",),
    "promise": ("last_ship_date",),
    "shipping": (
        "order_status",
        "logistics_id",
        "tracking_number",
        "shipping_date",
        "receive_date",
    ),
    "after_sale": ("refund_status", "after_sales_status"),
    "review": ("risk_control_status", "tags", "confirm_status"),
}
STOPPING = ("address", "amount", "goods", "refund")  # nothing leaves before a decision
TOLD_ONLY = ("shipping", "after_sale", "review")  # nothing to apply to the sales order
LABELS = {
    "order_status": "order_status_label",
    "refund_status": "refund_status_label",
    "remark_tag": "remark_tag_label",
}


class PddOrderChange(models.Model):
    """What the platform changed on an order after Odoo made it, and what became of it.

    The policy (``pdd.change.policy``) says for each kind and stage whether the change is
    applied, asked about or ignored. Where somebody has edited the sales order, the change
    is asked about in any case: an edit made in Odoo is never overwritten silently.
    """

    _name = "pdd.order.change"
    _description = "PDD Order Change"
    _order = "id desc"
    _rec_name = "kind"

    order_id = fields.Many2one(
        "pdd.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(related="order_id.shop_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    kind = fields.Selection(
        [
            *POLICY_KINDS,
            ("refund", "Refund"),
            ("shipping", "Shipping"),
            ("after_sale", "After-sale"),
            ("review", "Review"),
        ],
        required=True,
        readonly=True,
    )
    stage = fields.Selection(STAGES, required=True, readonly=True)
    diff = fields.Json(readonly=True, export_string_translation=False)
    summary = fields.Text(string="Change", compute="_compute_summary")
    state = fields.Selection(
        [
            ("to_apply", "To apply"),
            ("applied", "Applied"),
            ("asked", "To decide"),
            ("ignored", "Ignored"),
            ("told", "Noted"),
        ],
        required=True,
        readonly=True,
        default="told",
        index=True,
    )
    reason = fields.Text(readonly=True, help="Why a person has to decide.")
    is_stopping = fields.Boolean(
        string="Stops the Parcel",
        readonly=True,
        help="It meets an edit made in Odoo: nothing is shipped before the decision.",
    )
    refund_id = fields.Many2one(
        "pdd.refund",
        string="After-sale",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Whose money is to be taken off the sales order.",
    )
    decided_user_id = fields.Many2one("res.users", string="Decided By", readonly=True)

    _to_apply_idx = models.Index("(id) WHERE state = 'to_apply'")

    @api.depends("diff")
    @api.depends_context("lang")
    def _compute_summary(self):
        for change in self:
            change.summary = "\n".join(
                f"{self._get_label(name)}: {old or '–'} → {new or '–'}"
                for name, (old, new) in (change.diff or {}).items()
            )

    @api.model
    def _get_label(self, name):
        if name == "lines":
            return self.env._("Goods")
        description = self.env["pdd.order"].fields_get([name], ["string"])
        return description[name]["string"]

    # --- buttons

    def action_apply(self):
        """Apply what waited for a decision."""
        self.check_access("read")
        waiting = self.filtered(lambda change: change.state == "asked")
        # the connector writes the documents; who decided is kept
        waiting = for_a_moment(waiting.sudo())
        left = work_for_a_moment(waiting, 1, lambda change: change._apply_decided())
        (waiting - left)._note_decision()
        if not left:
            return None
        left.write({"state": "to_apply", "decided_user_id": self.env.uid})
        self.env.ref("pdd_connector.ir_cron_order_change")._trigger()
        return notify(self.env, "", is_over=True)

    def _apply_decided(self):
        """Apply what a person has decided, in the company of the order."""
        for changes in by_company(self):
            changes._apply(force=True)

    def action_ignore(self):
        """Leave the sales order as it is."""
        self.check_access("read")
        waiting = self.filtered(lambda change: change.state == "asked")
        # changes are the connector's; a person only decides
        for changes in by_company(waiting.sudo()):
            changes._leave_refunds()
            changes.state = "ignored"
        waiting._note_decision()

    def _note_decision(self):
        """Keep who decided, and let the orders go on that waited for it."""
        for changes in by_company(self.sudo()):  # as above
            changes.decided_user_id = self.env.uid
            changes._end_decision()

    def _end_decision(self):
        self._settle_issues()
        self.order_id._after_status_change({})

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "pdd.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    # --- intake

    @api.model
    def _note(self, orders, before):
        """Keep what changed on orders that are made; what is to be done follows later.

        :param orders: the changed orders
        :param dict before: order id -> old values of the platform's fields
        """
        vals_list = []
        for order in orders.filtered("sale_order_id"):
            old = before.get(order.id) or {}
            for kind, names in FIELDS.items():
                diff = {
                    name: [self._show(old, order, name), self._show_new(order, name)]
                    for name in names
                    if name in old
                }
                if diff:
                    vals_list.append(self._prepare_change_vals(order, kind, diff))
        changes = self.create(vals_list)
        changes.filtered(lambda change: change.state == "asked")._report()
        if changes.filtered(lambda change: change.state == "to_apply"):
            self.env.ref("pdd_connector.ir_cron_order_change")._trigger()

    @api.model
    def _prepare_change_vals(self, order, kind, diff):
        stage = order._get_stage()
        return {
            "order_id": order.id,
            "kind": kind,
            "stage": stage,
            "diff": diff,
            "state": self._get_first_state(order, kind, stage),
        }

    @api.model
    def _get_first_state(self, order, kind, stage):
        if kind == "refund":
            return "asked"
        if kind in TOLD_ONLY or order.state == "cancelled":
            return "told"
        action = self.env["pdd.change.policy"]._get_action(kind, stage)
        return {"apply": "to_apply", "ask": "asked", "ignore": "ignored"}[action]

    @api.model
    def _show(self, old, order, name):
        """Return an old value as a person reads it."""
        value = old[name]
        if hasattr(value, "isoformat"):
            return fields.Datetime.to_string(value)
        return value

    @api.model
    def _show_new(self, order, name):
        if name == "lines":
            return order._describe_lines()
        return self._show({name: order[name]}, order, name)

    # --- apply

    @api.model
    def _cron_apply(self):
        """Apply the changes that the policy applies by itself."""
        to_apply = Domain("state", "=", "to_apply")
        work_through(self, to_apply, BATCH_SIZE, lambda some: some._apply_all())

    def _apply_all(self):
        for change in self:
            change._apply_safely()
        decided = self.filtered(lambda c: c.decided_user_id and c.state == "applied")
        if decided:
            decided._end_decision()

    def _apply_safely(self):
        try:
            with self.env.cr.savepoint():
                # decided by a person, who had no time to wait for it
                self._apply(force=bool(self.decided_user_id))
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 one order must not stop the others
            self._ask(
                self.env["pdd.issue"]._explain_failure(
                    self.shop_id, f"change {self.id}", error, self.order_id
                )
            )

    def _apply(self, *, force=False):
        """Bring the sales order in line with the platform, unless a person edited it.

        :param bool force: a person has decided
        """
        self.ensure_one()
        order = self.order_id
        if self.refund_id:
            self.refund_id._apply()
            self.state = "applied"
            return
        edit = False if force else getattr(order, f"_find_{self.kind}_edit", str)()
        if edit:
            self._ask(edit)
            return
        getattr(order, f"_apply_{self.kind}")()
        self.state = "applied"

    def _ask(self, reason):
        """Ask a person; what changes the parcel stops it meanwhile."""
        stops = self.kind in STOPPING
        self.write({"state": "asked", "reason": reason, "is_stopping": stops})
        self._report()
        if stops:
            self.order_id._after_status_change({})

    def _filter_stopping(self):
        """Return the changes before whose decision nothing may leave."""
        return self.filtered(
            lambda change: change.state in ("asked", "to_apply") and change.is_stopping
        )

    # --- refunds that meet an edit, or find no place

    @api.model
    def _ask_about_refund(self, refund, reason):
        """Ask a person how a refund is taken off the sales order; asked once."""
        order = refund.order_id
        change = self._find_asked(refund)
        if change:
            change.reason = reason
            return
        after = order.refunded_amount
        before = after - refund.refund_amount
        diff = {"refunded_amount": [f"{before:.2f}", f"{after:.2f}"]}
        vals = self._prepare_change_vals(order, "refund", diff)
        vals.update(refund_id=refund.id, reason=reason, is_stopping=True)
        self.create(vals)._report()

    @api.model
    def _find_asked(self, refund):
        return refund.order_id.change_ids.filtered(
            lambda change: change.refund_id == refund and change.state == "asked"
        )

    @api.model
    def _settle_refund(self, refund):
        """Close the question about a refund that could be taken off after all."""
        asked = self._find_asked(refund)
        if asked:
            asked.state = "applied"
            asked._settle_issues()

    def _leave_refunds(self):
        """Take refunds as taken off by the person who ignores the change."""
        for refund in self.refund_id:
            refund._keep_by_hand()

    def _drop(self):
        """Close what nobody has to decide any more: the order came to nothing."""
        waiting = self.filtered(lambda change: change.state in ("asked", "to_apply"))
        if waiting:
            waiting.state = "told"
            waiting._settle_issues()

    def _report(self):
        """Open one issue for each shop and kind of change that waits for a decision."""
        for (shop, kind), changes in self.grouped(
            lambda c: (c.shop_id, c.kind)
        ).items():
            label = dict(self._fields["kind"]._description_selection(self.env))[kind]
            name = _lt(
                "%s changed on the platform after confirmation: decide order by order.",
                label,
            )
            self.env["pdd.issue"]._report(shop, "change", kind, name, changes.order_id)

    def _settle_issues(self):
        """Close issues none of whose changes waits for a decision any more."""
        for shop, changes in self.grouped("shop_id").items():
            waiting = dict(
                self._read_group(
                    [("shop_id", "=", shop.id), ("state", "=", "asked")],
                    ["kind"],
                    ["__count"],
                )
            )
            done = [kind for kind in set(changes.mapped("kind")) if kind not in waiting]
            self.env["pdd.issue"]._settle(
                shop, "change", done, self.env._("All changes are decided")
            )

    @api.autovacuum
    def _gc_changes(self):
        """Purge old changes nobody has to decide any more."""
        get_param = self.env["ir.config_parameter"].get_param
        days = int(get_param("pdd_connector.change_retention_days", 90))
        domain = Domain("state", "not in", ("asked", "to_apply"))
        domain &= Domain(
            "create_date", "<", fields.Datetime.now() - timedelta(days=days)
        )
        changes = self.search(domain, limit=GC_LIMIT)
        changes.unlink()
        return len(changes), len(changes) == GC_LIMIT
