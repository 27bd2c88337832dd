# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Time, shop, tokens and push permission (auth.md, messages.md 1)."""

from .clock import to_text
from .errors import ApiError, wrong
from .model import Push
from .registry import method

#: messages.md 4.
TOPICS = (
    "pdd_trade_TradeConfirmed",
    "pdd_trade_TradeSellerShip",
    "pdd_trade_TradeSuccess",
    "pdd_trade_TradeRiskChanged",
    "pdd_trade_TradeLogisticsAddressChanged",
    "pdd_trade_TradeMemoModified",
    "pdd_trade_BuyerMemoModified",
    "pdd_refund_RefundCreated",
    "pdd_refund_RefundAgreeAgreement",
    "pdd_refund_RefundClosed",
    "pdd_refund_RefundBuyerModifyAgreement",
    "pdd_refund_RefundBuyerReturnGoods",
    "pdd_refund_RefundCreateMessage",
    "pdd_goods_GoodsAdd",
    "pdd_goods_GoodsUpdate",
    "pdd_goods_GoodsOnShelf",
    "pdd_goods_GoodsOffShelf",
    "pdd_goods_GoodsDelete",
    "pdd_goods_GoodsCheckReject",
    "pdd_chat_OrderPromise",
)


@method("pdd.time.get", "time_get_response")
def get_time(call):
    """Return the platform's wall clock."""
    return {"time": to_text(call.now)}


@method("pdd.mall.info.get", "mall_info_get_response")
def get_mall(call):
    """Return the shop of the token."""
    return {
        "mall_id": call.shop.mall_id,
        "mall_name": call.shop.name,
        "mall_desc": "示例店铺",
        "logo": "https://img.example.invalid/goods/logo.png",
        "merchant_type": 5,
        "mall_character": 1,
    }


@method("pdd.pop.auth.token.create", "pop_auth_token_create_response")
def create_token(call):
    """Exchange the code of a consent for tokens."""
    code = call.arguments.text("code", required=True)
    grant = call.platform.tokens.exchange(code, call.client_id, call.now)
    return _tokens(call, grant)


@method("pdd.pop.auth.token.refresh", "pop_auth_token_refresh_response")
def refresh_token(call):
    """Rotate the tokens of a shop."""
    token = call.arguments.text("refresh_token", required=True)
    grant = call.platform.tokens.refresh(token, call.client_id, call.now)
    return _tokens(call, grant)


def _tokens(call, grant):
    life = int(grant.access_expires - call.now)
    expires = int(grant.access_expires)
    answer = {
        "access_token": grant.access_token,
        "expires_in": life,
        "expires_at": expires,
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_in": int(grant.refresh_expires - call.now),
        "refresh_token_expires_at": int(grant.refresh_expires),
        "owner_id": str(grant.mall_id),
        "owner_name": call.platform.shops[grant.mall_id].owner_name,
        "scope": sorted(grant.scope),
    }
    for level in ("r1", "r2", "w1", "w2"):
        answer[f"{level}_expires_in"] = life
        answer[f"{level}_expires_at"] = expires
    return answer


@method("pdd.pmc.user.permit", "pmc_user_permit_response")
def permit_push(call):
    """Switch push messages on for the shop."""
    topics = call.arguments.numbers("topics", most=len(TOPICS), required=False)
    if any(topic not in TOPICS for topic in topics):
        raise wrong("topics")
    shop = call.shop
    created = shop.push.created if shop.push else call.now
    shop.push = Push(topics or list(TOPICS), shop.grant, created, call.now)
    return {"is_success": True}


@method("pdd.pmc.user.get", "pmc_user_get_response")
def get_push(call):
    """Return the shop's push permission."""
    _check_owner(call)
    shop = call.shop
    if not shop.push:
        return {"pmc_user": None}
    return {
        "pmc_user": {
            "owner_id": str(shop.mall_id),
            "topics": list(shop.push.topics),
            "is_expire": int(shop.is_push_expired(call.now)),
            "created": to_text(shop.push.created),
            "modified": to_text(shop.push.modified),
        }
    }


@method("pdd.pmc.user.cancel", "tmc_user_cancel_response")
def cancel_push(call):
    """Switch push messages off."""
    _check_owner(call)
    call.shop.push = None
    return {"is_success": True}


@method("pdd.pmc.accrue.query", "pmc_user_get_response")
def count_backlog(call):
    """Return how many messages of the last 7 days no one has acknowledged."""
    return {"number": call.platform.mailbox.backlog(call.client_id, call.now)}


def _check_owner(call):
    if call.arguments.text("owner_id", required=True) != str(call.shop.mall_id):
        raise ApiError(20031)
