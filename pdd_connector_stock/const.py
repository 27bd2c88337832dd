# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""APIs and codes of shipping and after-sales. Tables only, no logic."""

# shipping
SEND_API = "pdd.logistics.online.send"
EXTRA_API = "pdd.order.upload.extra.logistics"
READ_API = "pdd.order.information.get"
STATUS_API = "pdd.order.status.get"
TRACE_API = "pdd.logistics.ordertrace.get"
COMPANIES_API = "pdd.logistics.companies.get"

SIGNED_ACTIONS = ("SIGN", "SIGN_ON_BEHALF")  # of a trace

# quantities: what each publication needs
STOCK_READ_API = "pdd.goods.skus.get"
STOCK_WRITE_API = "pdd.goods.quantity.update"
PUBLISH_APIS = (STOCK_READ_API, STOCK_WRITE_API)

# electronic waybills
SUBSCRIPTION_API = "pdd.waybill.search"
TEMPLATE_API = "pdd.cloudprint.stdtemplates.get"
WAYBILL_API = "pdd.waybill.get"
WAYBILL_UPDATE_API = "pdd.waybill.update"
WAYBILL_CANCEL_API = "pdd.waybill.cancel"
PRINT_API = "pdd.cloud.print"
WAYBILL_BATCH = 10  # parcels of one call

# after-sales
DETAIL_API = "pdd.refund.information.get"
AGREE_API = "pdd.refund.agree"
RETURN_AGREE_API = "pdd.refund.returngoods.agree"
ADDRESS_API = "pdd.refund.address.list.get"
STORED_API = "pdd.nextone.logistics.warehouse.update"
STOP_ANSWER_API = "pdd.rdc.pddgenius.sendgoods.cancel"
EXCHANGE_API = "pdd.refund.exchange.shipping"

# after_sales_status
RETURN_AGREED = 7
RECALL = 33  # agreed to refund after recall: the shop must get the parcel back
AGREED = (4, 5, 10)
# those in which the shop's word is still awaited, by what it would do
AWAITED = {
    "agree": (2, 3, 7),
    "return_agree": (3,),
    "exchange_ship": (15, 22, 32),
}
PART_BY_PIECES = 1  # part_after_sales_type
