# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

from ..races import RACES


class PddIssue(models.Model):
    """Causes that are mended while a maker holds orders for them.

    Who mends a cause releases the orders he sees. Those that a maker holds at the same
    time he does not see, and the maker does not see that the cause is gone.
    """

    _inherit = "pdd.issue"

    @api.model
    def _release_mended(self):
        """Release the orders that wait for a cause that is mended; commits.

        Every lane looks: what another one releases at the same time is left to it.
        """
        is_open = Domain("state", "=", "open")
        mapped = Domain("cause", "=", "sku") & Domain("sku_id.product_id", "!=", False)
        mended = self.search(is_open & mapped)
        consolidations = self.search(is_open & Domain("cause", "=", "consolidation"))
        mended |= consolidations.filtered(lambda issue: issue._has_consolidation_rule())
        archived = self.search(is_open & Domain("cause", "=", "archived"))
        mended |= archived.filtered(lambda issue: not issue._is_still_archived())
        try:
            mended.order_ids.try_lock_for_update()._release()
            self.env.cr.flush()
        except RACES:
            self.env.cr.rollback()
        self.env["ir.cron"]._commit_progress()

    def _is_still_archived(self):
        """Return whether the first of the orders still needs what is archived."""
        order = self.order_ids[:1]
        if not order:
            return True  # nothing to release
        return self.key in [needed.key for needed in order._get_archived_now()]

    def _has_consolidation_rule(self):
        """Return whether there is a rule by now for the orders of this issue."""
        order = self.order_ids[:1]
        kind = order._get_consolidation(order.payload or {})
        return kind is not None and order._is_consolidation_allowed(kind)
