# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    delivery_carrier,
    pdd_logistics_company,
    pdd_order_parcel,
    pdd_order_stop,
    pdd_parcel,
    pdd_parcel_group,
    pdd_parcel_send,
    pdd_parcel_tell,
    pdd_refund_stop,
    pdd_shop_parcel,
    pdd_shop_stop,
    stock_move_line_stop,
    stock_move_stop,
    stock_picking_parcel,
    stock_picking_stop,
)
