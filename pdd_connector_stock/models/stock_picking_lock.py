# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockPicking(models.Model):
    """Transfers of orders whose planned day lies in a closed month."""

    _inherit = "stock.picking"

    def _is_date_in_lock_period(self):
        """Ask for the day goods moved: the one that was planned posts nothing.

        What is planned is what the platform asked for. Orders that are read, released
        or shipped after their month is closed could neither be made nor shipped.
        """
        is_locked = super()._is_date_in_lock_period()
        if not is_locked or not self.sale_id.pdd_shop_id:
            return is_locked
        locks = self.date_done and self.company_id._get_lock_date_violations(
            self.date_done.date(),
            fiscalyear=True,
            sale=False,
            purchase=False,
            tax=False,
            hard=True,
        )
        return bool(locks)
