# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from .. import pop
from ..const import (
    CONSOLIDATION,
    ORDER_STATUS,
    REFUND_STATUS,
    STEP_BOTH_PAID,
    TRADE_DEPOSIT,
)
from .labels import label_of

_lt = LazyTranslate(__name__)

KEYED_BY_DETAIL = ("consolidation", "status")  # one issue per type, per code


class PddOrder(models.Model):
    """Why an order must not be made yet, or not at all."""

    _inherit = "pdd.order"

    is_releasable = fields.Boolean(
        compute="_compute_is_releasable",
        help="Held for a reason that a manager may lift.",
    )

    who_may_release = fields.Char(
        compute="_compute_who_may_release",
        help="Who may lift the hold, for readers who may not.",
    )

    @api.depends("is_releasable")
    @api.depends_context("uid")
    def _compute_who_may_release(self):
        manager = "pdd_connector.group_pdd_manager"
        sentence = self.env.user._explain_who_may(manager) or False
        for order in self:
            order.who_may_release = order.is_releasable and sentence

    @api.depends("state", "hold_reasons.is_overridable")
    def _compute_is_releasable(self):
        for order in self:
            liftable = order.hold_reasons.filtered("is_overridable")
            order.is_releasable = order.state == "held" and bool(liftable)

    def _hold(self):
        """Hold what must not be made, cancel what is refunded; return the rest."""
        ready, cancelled, held = self.browse(), self.browse(), {}
        for order in self:
            if order._is_cancelled():
                cancelled += order
                continue
            reasons = order._get_open_holds()
            if reasons:
                held[order] = reasons
            else:
                ready += order
        cancelled.write({"state": "cancelled", **self._no_hold_vals()})
        cancelled.refund_ids._filter_refunded().write({"effect": "cancelled"})
        self._hold_all(held)
        return ready

    def _hold_all(self, reasons_by_order):
        """Hold orders, and open or join the issues that mend the cause.

        :param dict reasons_by_order: order -> {reason code: detail}
        """
        issues = {}
        for order, reasons in reasons_by_order.items():
            order._set_held(reasons)
            for cause, key, name, vals in order._get_issues(reasons):
                place = (order.shop_id, cause, key)
                orders, _name, _vals = issues.get(place, (self.browse(), name, vals))
                issues[place] = (orders + order, name, vals)
        for (shop, cause, key), (orders, name, vals) in issues.items():
            self.env["pdd.issue"]._report(shop, cause, key, name, orders, **vals)

    def _get_open_holds(self):
        """Return why the order must wait, but for what a person has lifted."""
        return self._drop_lifted(self._get_hold_reasons())

    def _drop_lifted(self, reasons):
        """Return reasons to wait without those that a person has lifted as they are."""
        lifted = self.overridden_holds
        if not lifted or not reasons:
            return reasons
        facts = self._get_hold_facts()
        return {
            code: detail
            for code, detail in reasons.items()
            if code not in lifted or lifted[code] != facts.get(code)
        }

    def _get_hold_facts(self):
        """Return the reasons to wait as they are compared: in one language."""
        return self.with_context(lang=None)._get_hold_reasons()

    def _get_hold_reasons(self):
        """Return why the order must wait: reason code -> detail.

        Extended by other modules; no side effect.
        """
        reasons = self._get_ship_holds()
        payload = self.payload or {}
        if self._is_to_ship():
            reasons |= self._get_making_holds(payload)
        unmapped = self._get_unmapped_lines()
        if unmapped:
            names = [
                f"{line.outer_id or ''} {line.spec or ''}".strip() for line in unmapped
            ]
            reasons["sku"] = ", ".join(names)
        if not self.sale_order_id:
            reasons |= self._explain_archived(self._get_archived_products())
        problems = self._get_amount_problems() + self._explain_unplaced_refunds()
        if problems:
            reasons["amount"] = "\n".join(problems)
        return reasons

    def _get_ship_holds(self):
        """Return what forbids shipping, of made orders as well."""
        reasons = {}
        if self.order_status not in ORDER_STATUS:
            reasons["status"] = self.env._("Order status %s", self.order_status)
        if self.refund_status not in REFUND_STATUS:
            reasons["status"] = self.env._("After-sale status %s", self.refund_status)
        if not self._is_to_ship():
            return reasons  # the parcel is gone: nothing to hold back
        if self.refund_status in REFUND_STATUS and self._has_running_after_sale():
            reasons["refund"] = ""
        if self.risk_control_status:
            reasons["risk"] = ""
        if "ship_hold" in (self.tags or "").split():
            reasons["ship_hold"] = ""
        stopping = self.sale_order_id and self.change_ids._filter_stopping()
        if stopping:
            reasons["decision"] = "\n".join(c.reason or "" for c in stopping)
        return reasons

    def _get_making_holds(self, payload):
        """Return what forbids to plan the delivery of an order to ship."""
        reasons = {}
        if self.trade_type == TRADE_DEPOSIT and not self._is_deposit_paid(payload):
            reasons["deposit"] = ""
        due_date = self._get_presale_date(payload)
        if due_date and due_date > fields.Datetime.now():
            reasons["presale"] = self.env._("Will be made on %s", due_date.date())
        kind = self._get_consolidation(payload)
        if kind is not None and not self._is_consolidation_allowed(kind):
            reasons["consolidation"] = label_of(self.env, CONSOLIDATION, kind)
        if self._lacks_receiver():
            reasons["receiver"] = ""
        return reasons

    @api.model
    def _get_consolidation(self, payload):
        """Return the type of a consolidated parcel, None for an ordinary one."""
        info = payload.get("consolidate_info")
        kind = info.get("consolidate_type") if isinstance(info, dict) else None
        try:
            return pop.parse_int32(kind, default=None)
        except ValueError:
            return None

    def _is_consolidation_allowed(self, kind):
        """Return whether there is a rule for a type of consolidation."""
        return bool(self.env["pdd.consolidation.rule"]._find(self.shop_id, kind))

    def _get_presale_date(self, payload):
        """Return when a presale order is due to be made, None for other orders."""
        if str(payload.get("is_pre_sale")) != "1":
            return None
        try:
            presale_date = pop.parse_time(payload.get("pre_sale_time"))
        except ValueError:
            return None
        if not pop.is_promise(presale_date, fields.Datetime.now()):
            return None
        return presale_date - timedelta(days=self.shop_id.presale_lead_days)

    def _lacks_receiver(self):
        """Return whether nobody could tell where the parcel goes.

        Under review the platform hides the receiver; some orders have only a phone
        (``contact_mobile``).
        """
        known = self.receiver_cipher or self.open_address_id or self.receiver_name_mask
        return not (known or self.risk_control_status or self.related_order_sn)

    def _get_unmapped_lines(self):
        """Return the lines without product; what has nothing to ship needs none."""
        if self.related_order_sn:
            return self.line_ids.browse()
        return self.line_ids.filtered(lambda line: not line.product_id)

    def _get_issues(self, reasons):
        """Return the issues of an order's holds: (cause, key, sentence, values).

        Holds that the platform or the buyer ends make none.
        """
        issues = []
        facts = self._get_hold_facts()
        if "sku" in reasons:
            for line in self._get_unmapped_lines():
                issues.append(line._get_sku_issue())
        if "archived" in reasons:
            for needed in self._get_archived():
                issues.append(("archived", *needed))
        for cause in ("amount", "consolidation", "double", "receiver", "status", "tax"):
            if cause in reasons:
                key = facts.get(cause, "") if cause in KEYED_BY_DETAIL else ""
                name = self._get_issue_name(cause, key)
                issues.append((cause, key, name, {"detail": reasons[cause] or None}))
        return issues

    def _get_issue_name(self, cause, key):
        """Return the sentence of an issue, in no language yet."""
        kind = self._get_consolidation(self.payload or {})
        return {
            "amount": _lt(
                "Amounts of orders do not add up: compare them with the merchant "
                "backend, then accept them with a reason."
            ),
            "consolidation": _lt(
                "Consolidated orders of the type %s: say how they are handled.",
                CONSOLIDATION.get(kind, key),
            ),
            "double": _lt(
                "Sales orders with the numbers of Pinduoduo's orders exist already and "
                "differ, or are quotations: open the orders and compare both."
            ),
            "receiver": _lt(
                "Orders without receiver: look at them in the merchant backend."
            ),
            "status": _lt(
                "The platform sends a status unknown to this version (%s): ask "
                "Pinduoduo what it means.",
                key,
            ),
            "tax": _lt(
                "Odoo's taxes change the total of orders: use taxes that are included "
                "in the price (fiscal position of the shop)."
            ),
        }[cause]

    @api.model
    def _is_deposit_paid(self, payload):
        step = payload.get("step_order_info")
        status = step.get("step_trade_status") if isinstance(step, dict) else None
        return str(status) == str(STEP_BOTH_PAID)

    def _get_amount_problems(self):
        """Check the platform's identities to the fen; return the broken ones as text."""
        goods = sum(
            line.price_unit * line.quantity
            for line in self.line_ids
            if not line.is_gift
        )
        discounts = (
            self.platform_discount + self.seller_discount + self.capital_free_discount
        )
        fees = self.postage + self.service_fee
        problems = []
        for name, actual, expected in (
            ("goods_amount", self.goods_amount, goods - self.order_change_amount),
            ("discount_amount", self.discount_amount, discounts),
            (
                "pay_amount",
                self.pay_amount,
                self.goods_amount - self.discount_amount + fees,
            ),
        ):
            if self.currency_id.compare_amounts(actual, expected):
                problems.append(
                    self.env._(
                        "%(field)s is %(actual).2f, expected %(expected).2f",
                        field=name,
                        actual=actual,
                        expected=expected,
                    )
                )
        for name in ("pay_amount", "receivable_amount", "postage", "platform_discount"):
            if self.currency_id.compare_amounts(self[name], 0) < 0:
                problems.append(self.env._("%s is negative", name))
        return problems

    def _lift_holds(self, codes, note):
        """Lift holds for good, as long as what is known of them stays the same.

        :param set codes: reasons to lift
        :param str note: why, kept with the order
        """
        self.ensure_one()
        lifted = {
            code: detail
            for code, detail in self._get_hold_facts().items()
            if code in codes
        }
        self.write(
            {
                "overridden_holds": {**(self.overridden_holds or {}), **lifted},
                "release_note": note,
                "release_user_id": self.env.uid,
            }
        )

    def _set_held(self, reasons):
        """Hold the order; it is checked again when the platform or the mapping moves."""
        detail = "\n".join(text for text in reasons.values() if text)
        due_date = "presale" in reasons and self._get_presale_date(self.payload or {})
        kept = self.issue_ids.browse()
        if "decision" in reasons:  # what is asked about a made order stays asked
            kept = self.issue_ids.filtered(lambda issue: issue.state == "open")
        self.write(
            {
                "state": "held",
                "hold_reasons": [Command.set(self._get_reason_ids(reasons))],
                "hold_detail": detail or False,
                "held_date": self.held_date or fields.Datetime.now(),
                "release_date": due_date,
                "issue_ids": [Command.set(kept.ids)],
            }
        )

    @api.model
    def _get_reason_ids(self, codes):
        return [self.env.ref(f"pdd_connector.hold_reason_{code}").id for code in codes]

    @api.model
    def _no_hold_vals(self):
        return {
            "hold_reasons": [Command.clear()],
            "hold_detail": False,
            "held_date": False,
            "release_date": False,
            "issue_ids": [Command.clear()],
        }
