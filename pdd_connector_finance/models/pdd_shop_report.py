# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from psycopg2 import OperationalError


class PddShop(models.Model):
    """Reports of the merchant backend that explain what the bill leaves open."""

    _inherit = "pdd.shop"

    def _link_compensations(self):
        """Give movements the order numbers the compensation reports name.

        A shop that is being posted has its turn afterwards, and one that fails stops
        no other.
        """
        rows = self.env["pdd.compensation"]._read_group(
            [("shop_id", "in", self.ids), ("bill_line_id", "=", False)], ["shop_id"]
        )
        for (shop,) in rows:
            try:
                with self.env.cr.savepoint():
                    shop._link_own_compensations()
            except OperationalError:
                continue  # another worker was faster
            except Exception as error:  # noqa: BLE001 see above
                where = "linking the compensation report"
                self.env["pdd.issue"]._report_exception(shop, where, error)

    def _link_own_compensations(self):
        journal = self.journal_id
        if journal == journal.try_lock_for_update(allow_referencing=True):
            self.env["pdd.compensation"]._link_movements(self)
