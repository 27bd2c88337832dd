# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Codes of the platform and the labels shown for them. Tables only, no logic.

A code that is missing here is not an error: it is stored and shown as unknown.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

DEFAULT_GATEWAY = "https://gw-api.pinduoduo.com/api/router"
DEFAULT_CONSENT_PAGE = "https://fuwu.pinduoduo.com/service-market/auth"
PLATFORM_DOMAINS = ("pinduoduo.com", "yangkeduo.com")

# order_status: the platform has no "cancelled" (see REFUND_REFUNDED)
ORDER_TO_SHIP, ORDER_SHIPPED, ORDER_RECEIVED = 1, 2, 3
ORDER_STATUS = {
    ORDER_TO_SHIP: _lt("To ship"),
    ORDER_SHIPPED: _lt("Shipped, awaiting receipt"),
    ORDER_RECEIVED: _lt("Received"),
}

# refund_status: ship only at 1
REFUND_NONE, REFUND_REQUESTED, REFUND_RUNNING, REFUND_REFUNDED = 1, 2, 3, 4
REFUND_STATUS = {
    REFUND_NONE: _lt("No after-sale"),
    REFUND_REQUESTED: _lt("After-sale in process"),
    REFUND_RUNNING: _lt("Refunding"),
    REFUND_REFUNDED: _lt("Refunded"),
}

# after_sales_type of the list; the detail's codes are one lower
AFTER_SALES_TYPE = {
    2: _lt("Refund only"),
    3: _lt("Return and refund"),
    4: _lt("Exchange"),
    5: _lt("Resend"),
    6: _lt("Repair"),
}
REFUND_ONLY, RETURN_AND_REFUND, EXCHANGE, RESEND, REPAIR = AFTER_SALES_TYPE

# after_sales_status: money has moved only at 10
AFTER_SALES_STATUS = {
    0: _lt("None"),
    2: _lt("Refund asked, the shop must act"),
    3: _lt("Return and refund asked, the shop must act"),
    4: _lt("Shop agreed, refunding"),
    5: _lt("Platform agreed, refunding"),
    6: _lt("Refused, the buyer must act"),
    7: _lt("Return agreed, the buyer ships"),
    8: _lt("The platform decides"),
    9: _lt("Closed, refused by the platform"),
    10: _lt("Refunded"),
    11: _lt("Withdrawn by the buyer"),
    12: _lt("Closed, the buyer was late"),
    13: _lt("Closed, past its validity"),
    14: _lt("Exchange or resend, the shop must act"),
    15: _lt("Exchange or resend, the buyer must act"),
    16: _lt("Exchange or resend done"),
    17: _lt("Exchange or resend failed"),
    18: _lt("Exchange or resend, the buyer confirms"),
    21: _lt("Repair, the shop must agree"),
    22: _lt("Repair, the buyer confirms shipping"),
    24: _lt("Repair closed"),
    25: _lt("Repair done"),
    27: _lt("The buyer confirms receipt"),
    31: _lt("Refund on refusal agreed, the buyer refuses the parcel"),
    32: _lt("Resend, the shop must ship"),
    33: _lt("Refund after recall of the parcel"),
}
AFTER_SALES_CLASS = {
    **dict.fromkeys((2, 3, 6, 7, 8, 14, 15, 18, 21, 22, 27, 31, 32, 33), "open"),
    **dict.fromkeys((4, 5), "paying"),
    **dict.fromkeys((10, 16, 25), "done"),
    **dict.fromkeys((0, 9, 11, 12, 13, 17, 24), "closed"),
}
AFTER_SALES_REFUNDED = 10
PART_BY_PIECES = 1  # part_after_sales_type of the detail

REFUND_OPERATOR = {
    1: _lt("Buyer"),
    2: _lt("Shop"),
    3: _lt("Pinduoduo"),
    4: _lt("System"),
    5: _lt("Group leader"),
    6: _lt("Driver"),
    7: _lt("Agent"),
}

REMARK_TAG = {
    1: _lt("Red"),
    2: _lt("Yellow"),
    3: _lt("Green"),
    4: _lt("Blue"),
    5: _lt("Purple"),
}

CONFIRM_CANCELLED = 2
TRADE_DEPOSIT = 1  # trade_type of a deposit (step) order
STEP_BOTH_PAID = 2  # step_order_info.step_trade_status
# gift_order_status of the main order: the gift's own order is still to be created; is
# created: the gift ships on it; failed: the gift goes into the main order's parcel
GIFT_TO_CREATE, GIFT_CREATED, GIFT_FAILED = 0, 1, 2
# related_order_list.relation_type: a price difference order; a gift order
RELATED_NOTHING_TO_SHIP = (3,)
RELATED_GIFT = 4

# consolidate_info.consolidate_type: the parcel goes to a transit warehouse
CONSOLIDATION = {
    0: _lt("Hong Kong"),
    1: _lt("Xinjiang"),
    2: _lt("Kazakhstan"),
    3: _lt("Tibet"),
    5: _lt("Japan"),
    6: _lt("Taiwan"),
    7: _lt("Korea"),
    8: _lt("Singapore"),
    9: _lt("Malaysia"),
    10: _lt("Thailand"),
    11: _lt("Vietnam"),
    12: _lt("Kyrgyzstan"),
    13: _lt("Uzbekistan"),
    14: _lt("Gansu"),
    15: _lt("Inner Mongolia"),
    16: _lt("Ningxia"),
    17: _lt("Qinghai"),
    18: _lt("Macau"),
    19: _lt("Cambodia"),
    20: _lt("Laos"),
    21: _lt("Tajikistan"),
    22: _lt("Armenia"),
    23: _lt("Georgia"),
    24: _lt("Mongolia"),
    25: _lt("Canada"),
}

# Receiver fields that hold ciphertext; present only while an order waits to ship.
CIPHER_FIELDS = ("receiver_name", "receiver_phone", "receiver_address", "address")
CIPHER_FIELDS += ("contact_mobile",)

# APIs this add-on calls; what is missing from the token's scope is named to the user.
REQUIRED_APIS = (
    "pdd.order.number.list.increment.get",
    "pdd.order.list.get",
    "pdd.order.information.get",
    "pdd.refund.list.increment.get",
    "pdd.refund.information.get",
    "pdd.goods.list.get",
    "pdd.goods.detail.get",
)

# Calls per second of one shop where the platform allows fewer than the shop's setting.
# Published limits: goods list 600 or 1000 per 60 s and shop, refund list 100 per 10 s
# and shop, address list 1 per s and app.
API_CALLS_PER_SECOND = {
    "pdd.goods.list.get": 10.0,
    "pdd.refund.list.increment.get": 8.0,
    "pdd.logistics.address.get": 0.5,
    "pdd.open.decrypt.batch": 0.1,
}

# Parameters that name no buyer and no secret, hence may be kept in the call log.
LOGGED_PARAMS = frozenset(
    "start_updated_at end_updated_at start_confirm_at end_confirm_at page page_size "
    "use_has_next order_sn goods_id sku_id order_status refund_status bill_date "
    "trade_type after_sales_type after_sales_status after_sales_id".split()
)
