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
GIFT_TO_CREATE, GIFT_CREATED = 0, 1  # gift_order_status

# Receiver fields that hold ciphertext; present only while an order waits to ship.
CIPHER_FIELDS = ("receiver_name", "receiver_phone", "receiver_address", "address")
CIPHER_FIELDS += ("contact_mobile",)

# APIs this add-on calls; what is missing from the token's scope is named to the user.
REQUIRED_APIS = (
    "pdd.order.number.list.increment.get",
    "pdd.order.information.get",
    "pdd.goods.list.get",
    "pdd.goods.detail.get",
)

# Calls per second of one shop where the platform allows fewer than the shop's setting.
# Published limits: refund list 100 per 10 s and shop, address list 1 per s and app.
API_CALLS_PER_SECOND = {
    "pdd.refund.list.increment.get": 8.0,
    "pdd.logistics.address.get": 0.5,
    "pdd.open.decrypt.batch": 0.1,
}

# Parameters that name no buyer and no secret, hence may be kept in the call log.
LOGGED_PARAMS = frozenset(
    "start_updated_at end_updated_at start_confirm_at end_confirm_at page page_size "
    "use_has_next order_sn goods_id sku_id order_status refund_status bill_date".split()
)
