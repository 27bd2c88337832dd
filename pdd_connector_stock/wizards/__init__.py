# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    pdd_refund_agree,
    pdd_return_receive,
    pdd_return_receive_line,
    pdd_sku_create_product,
    pdd_sku_opening,
    pdd_sku_opening_line,
    pdd_warehouse_rule_try,
    pdd_warehouse_rule_try_line,
    stock_return_picking,
)
