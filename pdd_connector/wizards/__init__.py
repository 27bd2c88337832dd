from . import (
    base_partner_merge,
    pdd_issue_ignore,
    pdd_order_release,
    pdd_sku_create_product,
    pdd_sku_kit,
)
