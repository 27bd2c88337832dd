# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError

from ..const import STOCK_READ_API, STOCK_WRITE_API
from ..unseen import count_unseen, total
from .pdd_stock_publication_settle import RETRY

FULL_UPDATE = 1


class PddStockPublication(models.Model):
    """One publication: reads what the platform shows, then tells the full quantity.

    Why the full quantity and no difference: a difference whose answer is lost may have
    been applied or not, and two workers or one that died in between leave it applied
    twice; then the quantity stays wrong. The full quantity may be repeated.

    What a full quantity overwrites are sales the computation did not know of. They
    are looked for twice: orders are read before anything is worked out, and the
    platform's own quantity is read right before it is overwritten. Where it is lower
    than it should be, somebody has bought and the lists do not show it yet: as many
    pieces are told less, by this publication and by those that follow, until the lists
    are read beyond that moment (see :mod:`~odoo.addons.pdd_connector_stock.unseen`).
    What remains is the time between this reading and the writing that follows at once:
    the way there and back of one call.
    """

    _inherit = "pdd.stock.publication"

    def _send(self):
        """Tell one quantity and keep the outcome.

        :return bool: whether the shop may go on
        """
        shop = self.shop_id
        facts = {"may_be_applied": False}
        try:
            vals = self._tell(facts)
        except pop.PddError as error:
            return self._settle_failure(error, facts)
        except UserError as error:
            self.env.cr.rollback()
            self._settle({"state": "to_send", "message": error.args[0]})
            return False
        except Exception as error:  # noqa: BLE001 one SKU must not stop the others
            self.env.cr.rollback()
            sentence = self.env["pdd.issue"]._report_exception(
                shop, f"publishing SKU {self.sku_id.sku_id}", error
            )
            self._settle({"state": "error", "message": sentence})
            return True
        self._end_snapshot()
        self._settle(vals)
        return True

    def _end_snapshot(self):
        """End the transaction that was open during the call: nothing is written in it.

        Else what others wrote meanwhile would make the writing of the outcome fail.
        """
        self.env["ir.cron"]._commit_progress()

    def _tell(self, facts):
        """Ask and tell the platform; no row is locked, nothing is written.

        :param dict facts: filled with what has to survive an error
        :return dict: values of this publication
        """
        keys = {
            "goods_id": int(self.sku_id.goods_id.goods_id),
            "sku_id": int(self.sku_id.sku_id),
        }
        facts["decided"] = vals = self._decide(**self._ask(keys))
        quantity, shown = vals["quantity"], vals["read_qty"]
        if quantity == shown:
            return {**vals, **self._known_vals("equal", quantity)}
        if quantity > shown and not self._may_raise():
            return self._wait_vals()
        facts["may_be_applied"] = True
        answer = self.shop_id._call(
            STOCK_WRITE_API, **keys, quantity=quantity, update_type=FULL_UPDATE
        )
        if answer.get("is_success") is not True:
            raise pop.PddBusinessError(0, self.env._("No success was reported."))
        return {**vals, **self._known_vals("sent", quantity)}

    def _ask(self, keys):
        """Return what the platform shows of the SKU, and when it was asked."""
        read_date = self._platform_now()
        answer = self.shop_id._call(STOCK_READ_API, **keys)
        quantity = pop.parse_field(answer, "quantity", pop.parse_int32)
        return {"read_qty": quantity, "read_date": read_date}

    def _platform_now(self):
        return fields.Datetime.now() + timedelta(seconds=self.shop_id.clock_skew)

    def _decide(self, read_qty, read_date):
        """Return the quantity to tell, now that the platform's own is known."""
        known = [self.expected_qty] if self.is_expected else []
        known += [self.maybe_qty] if self.is_maybe else []
        found, parts = count_unseen(read_qty, known), [*(self.unseen_parts or ())]
        if found:
            parts.append([fields.Datetime.to_string(read_date), found])
        unseen = total(parts)
        return {
            "read_qty": read_qty,
            "read_date": read_date,
            "is_read": True,
            "unseen_parts": parts,
            "unseen_qty": unseen,
            "quantity": max(0, self.target_qty - unseen),
            **self._prepare_drift_vals(read_qty, known),
        }

    def _prepare_drift_vals(self, read_qty, known):
        """Return how far the platform was from what was expected.

        Pieces that are missing are no drift as long as they may have been bought. A
        change tells the right quantity in any case: only a check looks at the surplus.

        :param list known: see :func:`~odoo.addons.pdd_connector_stock.unseen.count_unseen`
        """
        drift = self.drift_qty
        if known and self.is_check:
            drift += max(0, read_qty - max(known))
        if not drift:
            return {"drift_qty": 0, "drift_cause": False}
        if self.sku_id.publication_id.state == "refused":
            cause = "refused"
        else:
            cause = "raised" if drift > 0 else "lowered"
        return {"drift_qty": drift, "drift_cause": cause}

    def _may_raise(self):
        """Return whether orders were read lately: else more might be sold already."""
        return self.shop_id._has_fresh_orders()

    def _wait_vals(self):
        return {
            "state": "to_send",
            "quantity": self.target_qty,
            "retry_date": fields.Datetime.now() + RETRY,
            "message": self.env._(
                "Waits until the shop's orders are read: more may be sold than known."
            ),
        }

    def _known_vals(self, state, quantity):
        """Return the values of an attempt after which the platform's figure is known."""
        return {
            "state": state,
            "after_qty": quantity,
            "sent_date": self._platform_now(),
            "is_maybe": False,
            "message": False,
            "retry_date": False,
        }
