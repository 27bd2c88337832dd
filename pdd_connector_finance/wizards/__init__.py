from . import (
    pdd_bill_assign,
    pdd_bill_preview,
    pdd_bill_upload,
    pdd_order_write_off,
)
