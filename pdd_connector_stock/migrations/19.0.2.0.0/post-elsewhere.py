# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH_SIZE = 1000


def migrate(cr, version):
    """Show the open deliveries of orders that were shipped outside Odoo.

    Until now each was a delivery that could be validated, and was a second parcel.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
        SELECT DISTINCT orders.id
          FROM pdd_order AS orders
          JOIN stock_picking AS picking ON picking.sale_id = orders.sale_order_id
         WHERE orders.order_status IN (2, 3)
           AND picking.state NOT IN ('done', 'cancel')
      ORDER BY orders.id
        """
    )
    order_ids = [order_id for (order_id,) in cr.fetchall()]
    for orders in split_every(BATCH_SIZE, order_ids, env["pdd.order"].browse):
        orders._review_elsewhere()
        env.flush_all()
        env.invalidate_all()
