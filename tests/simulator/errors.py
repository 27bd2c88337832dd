# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Refusals of the platform: gateway codes and business sub codes."""

#: Gateway codes with their texts. Codes: protocol.md 5 [A]; texts: the examples where
#: one was captured (10001, 10019, 20004, 20005, 20031, 21001, 50001, 52101, 70031),
#: else our wording of the table's meaning.
GATEWAY = {
    10000: "参数错误",
    10001: "公共参数错误",
    10016: "client下线或者clientId不正确",
    10017: "type不正确",
    10019: "access_token已过期",
    20004: "签名sign校验失败",
    20005: "ip无权访问接口，请加入ip白名单",
    20031: "用户没有授权访问此接口",
    20032: "access_token或client_id错误",
    20034: "接口已下线",
    20035: "接口不属于当前网关",
    21001: "请求参数错误",
    21002: "请求参数不能为空",
    50000: "系统内部错误",
    50001: "业务服务错误",
    50002: "业务系统内部异常",
    52001: "网关业务服务错误",
    52002: "网关系统错误",
    52004: "请求body体过大",
    52101: "当前接口被限流，请稍后重试",
    52102: "当前接口暂时不可用，请稍后重试",
    52103: "服务暂时不可用，请稍后重试",
    70031: "调用过于频繁，请调整调用频率",
    70032: "当前请求被禁止调用",
    70033: "当前接口正在维护，请稍后重试",
    70034: "当前用户存在风险，禁止调用",
    70035: "当前应用存在风险，禁止调用",
    70036: "应用处于测试状态，调用次数已用完",
}

#: Business refusals: cause -> (sub code, text). Only ``45001`` and ``ISV_TRACK_ERROR``
#: are known (protocol.md 5 [C]). **All other sub codes are invented**: the platform
#: does not publish them; the text carries the meaning.
BUSINESS = {
    "order_not_found": ("45001", "订单不属于当前店铺或订单不存在"),
    "no_trace": ("ISV_TRACK_ERROR", "该运单暂无轨迹"),
    # codes of protocol.md 5 [A], their texts are ours
    "printer_unbound": ("2002", "打印机未绑定"),
    "invoice": ("4000000", "发票服务异常：订单没有可处理的开票申请"),
    # -- invented from here on -----------------------------------------------------
    "code_void": ("90101", "授权码code无效、已使用或已过期"),
    "already_shipped": ("91001", "订单已发货，请勿重复发货"),
    "not_shipped": ("91002", "订单未发货，不能修改物流信息"),
    "in_refund": ("91003", "订单售后处理中，不能发货"),
    "refunded": ("91004", "订单已退款，不能发货"),
    "under_review": ("91005", "订单风控审核中，不能发货"),
    "carrier": ("91006", "快递公司不存在或不可用"),
    "number_form": ("91007", "运单号格式与快递公司不符"),
    "number_used": ("91008", "运单号已被其他订单使用"),
    "unpaid_balance": ("91009", "预售订单尾款未支付，不能发货"),
    "ship_hold": ("91010", "订单已被平台暂停发货"),
    "return_address": ("91011", "退货地址不存在"),
    "already_received": ("91012", "订单已签收，不能修改物流信息"),
    "goods_not_found": ("92001", "商品不属于当前店铺或商品不存在"),
    "sku_not_found": ("92002", "SKU不属于当前商品或SKU不存在"),
    "promoted_cut": ("92003", "商品在资源位中，不允许减少库存"),
    "stock_negative": ("92004", "库存不能小于0"),
    "ambiguous_code": ("92005", "商家编码对应多个SKU"),
    "price_order": ("92006", "单买价必须大于拼单价"),
    "price_range": ("92007", "SKU之间的价格差异超过限制"),
    "commit_pending": ("92008", "商品正在审核中，不能重复提交"),
    "goods_deleted": ("92009", "商品已删除"),
    "commit_not_found": ("92010", "商品提交记录不存在"),
    "after_sale_not_found": ("45001", "售后单不属于当前店铺或售后单不存在"),
    "waybill_not_subscribed": ("95001", "未开通该快递公司的电子面单"),
    "waybill_address": ("95002", "发货地址未订购电子面单"),
    "waybill_quota": ("95003", "电子面单余额不足"),
    "waybill_cipher": ("95004", "收件人密文与订单不匹配"),
    "waybill_not_found": ("95005", "面单号不存在"),
    "waybill_cancelled": ("95006", "面单号已取消"),
    "waybill_used": ("95007", "面单号已发货，不能取消"),
    "promise_not_found": ("96001", "承诺不存在"),
    "label_not_reported": ("96002", "解密前请先上报面单类型"),
    "bill_not_ready": ("94001", "账单尚未生成，请稍后重试"),
    "bill_empty": ("94002", "当日没有账单"),
}


class ApiError(Exception):
    """The platform refuses a call.

    :param int code: gateway code
    :param str sub_msg: detail, shown beside the gateway's text
    :param str sub_code: business code as text, or None
    :param str name: parameter the gateway's text names after a colon
    :ivar int retry_after: seconds sent as ``Retry-After``, or None
    """

    retry_after = None

    def __init__(self, code, sub_msg="", sub_code=None, name=""):
        super().__init__(f"{code} {sub_msg or name}")
        self.code = code
        self.sub_msg = sub_msg
        self.sub_code = sub_code
        self.name = name

    def body(self, request_id):
        """Return the answer's body (protocol.md 4)."""
        text = GATEWAY.get(self.code, "")
        return {
            "error_response": {
                "error_msg": f"{text}:{self.name}" if self.name else text,
                "sub_msg": self.sub_msg,
                "sub_code": self.sub_code,
                "error_code": self.code,
                "request_id": request_id,
            }
        }


def public(name, sub_msg=""):
    """Return the refusal of a public parameter, named in the text."""
    return ApiError(10001, sub_msg, name=name)


def wrong(name):
    """Return the refusal of a business parameter's value (window, page, age...)."""
    return ApiError(21001, name)


def missing(name):
    """Return the refusal of an absent or empty business parameter."""
    return ApiError(21002, name)


def business(cause):
    """Return the refusal of the business service behind the gateway.

    :param str cause: a key of ``BUSINESS``
    """
    sub_code, text = BUSINESS[cause]
    return ApiError(50001, text, sub_code)
