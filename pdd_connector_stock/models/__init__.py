# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    delivery_carrier,
    pdd_logistics_company,
    pdd_order_parcel,
    pdd_parcel,
    pdd_parcel_send,
    pdd_parcel_tell,
    pdd_shop_parcel,
    stock_picking_parcel,
)
