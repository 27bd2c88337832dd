# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Open orders: what the connector made of their lines, and whose lock they have."""

from odoo.tools import SQL

# what was written: pieces and price less the refunds before shipping
GOODS = """
    UPDATE sale_order_line AS target
       SET pdd_made = jsonb_build_object(
               'product_id', sku.product_id,
               'uom_id', template.uom_id,
               'quantity', line.quantity - COALESCE(line.cut_quantity, 0),
               'total', round((line.share_amount - COALESCE(line.cut_amount, 0))::numeric,
                              2)::text)
      FROM pdd_order_line AS line
      JOIN pdd_order AS orders ON orders.id = line.order_id
      JOIN pdd_sku AS sku ON sku.id = line.sku_id
      JOIN product_product AS product ON product.id = sku.product_id
      JOIN product_template AS template ON template.id = product.product_tmpl_id
     WHERE target.id = line.sale_line_id
       AND orders.order_status = 1
       AND COALESCE(orders.related_order_sn, '') = ''
       AND target.pdd_made IS NULL
"""
FEES = """
    UPDATE sale_order_line AS target
       SET pdd_made = jsonb_build_object(
               'product_id', target.product_id,
               'uom_id', target.product_uom_id,
               'quantity', target.product_uom_qty,
               'total', round(target.price_total::numeric, 2)::text)
      FROM pdd_order AS orders
      JOIN pdd_shop AS shop ON shop.id = orders.shop_id
     WHERE target.order_id = orders.sale_order_id
       AND orders.order_status = 1
       AND target.product_id IN (shop.postage_product_id, shop.service_product_id)
       AND target.pdd_made IS NULL
"""
LOCKS = """
    UPDATE sale_order
       SET pdd_is_locked_at_confirmation = true
     WHERE pdd_shop_id IS NOT NULL AND locked AND state = 'sale'
"""


def migrate(cr, version):
    from odoo.api import SUPERUSER_ID, Environment

    cr.execute(SQL(GOODS))
    cr.execute(SQL(FEES))
    env = Environment(cr, SUPERUSER_ID, {})
    # with the setting Odoo locks each order at its confirmation
    if env["res.groups"]._is_feature_enabled("sale.group_auto_done_setting"):
        cr.execute(SQL(LOCKS))
