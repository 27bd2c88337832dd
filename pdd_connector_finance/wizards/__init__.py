from . import (
    pdd_bill_assign,
    pdd_bill_preview,
    pdd_bill_upload,
    pdd_month_end,
    pdd_order_write_off,
    pdd_report_upload,
)
