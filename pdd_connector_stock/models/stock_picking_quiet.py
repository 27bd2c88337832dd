# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockPicking(models.Model):
    """Nobody writes to the masked receivers of a platform.

    Pinduoduo tells its buyers itself. Odoo's text message (module stock_sms) would go to
    a masked number, from within the transaction that validates.
    """

    _inherit = "stock.picking"

    def _filter_pdd(self):
        """Return the transfers of shops' sales orders."""
        # whoever moves goods need not be allowed to see the sales orders
        sale_orders = self.sudo().sale_id.filtered("pdd_shop_id")
        ids = set(sale_orders.picking_ids.ids)
        return self.filtered(lambda picking: picking.id in ids)

    def _filter_to_masked(self):
        """Return the transfers to buyers; what an after-sale sends goes to them as well."""
        # whoever moves goods need not be allowed to see the sales orders
        exchanges = self.sudo().filtered("sale_id.pdd_case_id")
        return self._filter_pdd() | self.browse(exchanges.ids)

    def _pre_action_done_hook(self):
        quiet = self == self & self._filter_to_masked()
        pickings = self.with_context(skip_sms=True) if quiet else self
        return super(StockPicking, pickings)._pre_action_done_hook()

    def _send_confirmation_email(self):
        pdd = self._filter_to_masked()
        result = super(StockPicking, self - pdd)._send_confirmation_email()
        if pdd:
            quiet = pdd.with_context(skip_sms=True)
            super(StockPicking, quiet)._send_confirmation_email()
        return result
