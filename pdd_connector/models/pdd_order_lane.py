# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

LANE_CODE = "model._cron_make_lane()"
TOGETHER = 200  # so many pending orders are worth the work of more than one lane


class PddOrder(models.Model):
    """Lanes: further scheduled actions that make orders beside the first one.

    One scheduled action never runs twice at a time, so what shall be done by several
    workers, on this server or another, is several scheduled actions. They share the work
    through the locks of the orders.
    """

    _inherit = "pdd.order"

    @api.model
    def _wake_lanes(self):
        """Call the further lanes when there is much to do."""
        if self.search_count([("state", "=", "pending")], limit=TOGETHER) == TOGETHER:
            self._get_lanes()._trigger()

    @api.model
    def _cron_make_lane(self):
        """Help the first lane with the pending orders."""
        self._make_pending(Domain.TRUE)

    @api.model
    def _get_lanes(self):
        """Return the scheduled actions of the further lanes that are in use."""
        # a fact of the installation; operators need no right to scheduled actions
        return self.env["ir.cron"].sudo().search([("code", "=", LANE_CODE)])

    @api.model
    def _set_lane_count(self, count):
        """Use so many lanes, the first one included; missing ones are created."""
        lanes = self._get_lanes().with_context(active_test=False)
        lanes = lanes.search([("code", "=", LANE_CODE)], order="id")
        while len(lanes) < count - 1:
            name = self.env._("Pinduoduo: make sales orders (lane %s)", len(lanes) + 2)
            lanes += lanes[0].copy({"name": name})
        lanes[: count - 1].active = True
        lanes[count - 1 :].active = False
