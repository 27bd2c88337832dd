# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Buttons on the merchant's page by which a visitor plays buyer and platform.

They are no part of Pinduoduo: they let one see in Odoo what a refund, a changed address
or a new order leads to.
"""

from html import escape
from urllib.parse import quote

from werkzeug.wrappers import Response

from .cases import running_case
from .lifecycle import Impossible
from .loading import Loader

NEW_ORDER = "new_order"
#: event -> (Chinese, English)
LABELS = {
    NEW_ORDER: ("模拟买家下单", "a buyer orders"),
    "refund_request": ("买家申请退款", "buyer asks refund"),
    "refund_withdraw": ("买家撤销退款", "buyer withdraws"),
    "refund_agree": ("同意退款", "agree to refund"),
    "return_agree": ("同意退货", "agree to return"),
    "return_ship": ("买家寄回", "buyer sends back"),
    "address_change": ("买家改地址", "buyer moves"),
    "memo": ("买家留言", "buyer's note"),
    "risk_on": ("进入风控", "put under review"),
    "risk_off": ("风控通过", "end the review"),
    "hold": ("平台暂停发货", "hold shipping"),
    "receive": ("确认收货", "buyer receives"),
    "exchange_request": ("买家申请换货", "buyer wants exchange"),
    "penalty": ("平台处罚", "fine"),
}


def choices(order):
    """Return the events that an order's state allows a visitor to cause."""
    case = running_case(order)
    if case:
        found = {
            2: ["refund_agree", "refund_withdraw"],
            3: ["return_agree", "refund_agree", "refund_withdraw"],
            7: ["refund_withdraw"] if case.express_no else ["return_ship"],
        }.get(case.status, [])
    elif order.refunded >= order.pay_amount:
        return []
    else:
        found = ["refund_request"]
    if order.order_status == 1:
        found += ["risk_off"] if order.risk else ["risk_on", "address_change", "hold"]
        found += ["memo"]
    elif order.order_status == 2:
        found += ["receive"]
    elif not case:
        found += ["exchange_request", "penalty"]
    return found


def buttons(order):
    """Return the form by which a visitor lets something happen to an order."""
    options = "".join(
        f'<option value="{name}">{LABELS[name][0]} · {LABELS[name][1]}</option>'
        for name in choices(order)
    )
    if not options:
        return ""
    return (
        f'<form method="post" action="/shop/{order.mall_id}/visit">'
        f'<input type="hidden" name="order_sn" value="{order.order_sn}">'
        f'<select name="event">{options}</select> <button>▶</button></form>'
    )


def new_order_button(shop):
    """Return the form by which a visitor buys something."""
    chinese, english = LABELS[NEW_ORDER]
    return (
        f'<form method="post" action="/shop/{shop.mall_id}/visit">'
        f'<button id="new-order" name="event" value="{NEW_ORDER}">{chinese} '
        f"<small>{english}</small></button></form>"
    )


def serve_visit(platform, shop, wanted):
    """Let it happen and lead back to the page; 409 says why it cannot happen."""
    event, order_sn = wanted.get("event"), wanted.get("order_sn", "")
    if event not in LABELS or (event != NEW_ORDER and order_sn not in shop.orders):
        return Response("not found", status=404)
    with platform.lock:
        platform.settle()
        try:
            if event == NEW_ORDER:
                order_sn = _buy(platform, shop)
            else:
                platform.event(order_sn, event)
        except Impossible as error:
            return Response(escape(str(error)), status=409)
    place = f"/shop/{shop.mall_id}#order-{quote(order_sn)}"
    return Response("", status=303, headers={"Location": place})


def _buy(platform, shop):
    """Make an order of now.

    :raise Impossible: all is sold out
    """
    now = platform.clock.now()
    made = Loader(platform).load(shop.mall_id, 1, now, now, lived=True, restock=False)
    if not made:
        raise Impossible("all is sold out")
    return made[0]
