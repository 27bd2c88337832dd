# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The bill file: days of a shop's account as the back office exports them.

Format, preamble, codes and footer: finance.md 2, accounting.md 3.2 to 3.4.
"""

import hashlib
import io
import zipfile
from urllib.parse import quote, unquote

from werkzeug.wrappers import Response

from .account import (
    DEPOSIT,
    TO_ADVERTISING,
    UNKNOWN,
    WITHDRAWAL,
    day_rows,
    days_between,
)
from .clock import DAY, day_start, to_text
from .ledger import (
    AFFILIATE,
    APPEAL,
    BASE_FEE,
    CLAWED_BACK,
    COMPENSATION,
    COUPON,
    COUPON_BACK,
    CROSS_SHOP,
    FAKE,
    INCOME,
    LATE,
    PROGRAMME,
    REFUND,
    SMALL_TRANSFER,
    SUBSIDY_FEE,
)
from .render import yuan_text

#: code -> (text, 账务类型). The numbers that end in 999 are invented: sources name
#: those flows, and for some the prefix, without a number.
FLOWS = {
    INCOME: ("交易收入-订单收入", "交易收入"),
    COUPON: ("交易收入-优惠券结算", "优惠券结算"),
    REFUND: ("交易退款-订单退款", "退款"),
    COUPON_BACK: ("交易退款-优惠券结算", "优惠券结算"),
    "0030001": ("技术服务费-技术服务费", "其他"),
    BASE_FEE: ("技术服务费-基础技术服务费", "技术服务费"),
    SUBSIDY_FEE: ("技术服务费-百亿补贴技术服务费", "技术服务费"),
    COMPENSATION: ("售后费用-售后补偿消费者", "其他"),
    LATE: ("售后费用-延迟发货", "扣款"),
    FAKE: ("售后费用-虚假发货", "扣款"),
    SMALL_TRANSFER: ("售后费用-小额打款", "其他"),
    PROGRAMME: ("服务支出-消费者体验提升计划", "其他服务"),
    AFFILIATE: ("营销费用-多多进宝", "多多进宝"),
    CROSS_SHOP: ("营销费用-跨店满返", "其他"),
    TO_ADVERTISING: ("转账-广告账户", "转账"),
    WITHDRAWAL: ("提现-提现申请", "提现"),
    DEPOSIT: ("转账-店铺保证金", "转账"),
    APPEAL: ("其他收入-申诉补回", "其他"),
    CLAWED_BACK: ("其他支出-合作费追回", "其他支出"),
    UNKNOWN: ("其他-未知新业务", "其他"),
}
HEADER = "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述"
_TITLE = "拼多多店铺账务明细查询"
_RULE = "----------交易记录明细列表---------"


def is_ready(settings, day, now):
    """Tell whether a day's bill can be had: from some hour of the next day on."""
    return now >= day_start(day) + DAY + settings.bill_ready_hour * 3600


def make_link(platform, shop, day, now):
    """Return the path of a download, good for a while."""
    expires = int(now + platform.settings.bill_link_life)
    suffix = "zip" if platform.settings.bill_zip else "csv"
    name = f"{_file_name(shop, now)}.{suffix}"
    token = _link_token(platform, shop.mall_id, day, expires)
    return f"/bill/{shop.mall_id}/{day}/{expires}/{token}/{quote(name)}"


def _file_name(shop, now):
    stamp = to_text(now).replace(" ", "-").replace(":", "-")
    return f"pdd-mall-bill-detail({shop.mall_id})_{stamp}_1"


def _link_token(platform, mall_id, day, expires):
    text = f"{platform.seed}/{mall_id}/{day}/{expires}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def serve_bill(platform, path):
    """Answer a download: 404 for a wrong link, 403 for one that has expired."""
    try:
        _bill, mall_id, day, expires, token, name = path.strip("/").split("/")
        shop = platform.shop(mall_id)
        right = _link_token(platform, shop.mall_id, day, int(expires)) == token
    except ValueError:
        right = False
    if not right:
        return Response("not found", status=404)
    if int(expires) < platform.clock.now():
        return Response("expired", status=403)
    with platform.lock:
        content = bill_file(platform, shop, day)
    return _download(unquote(name), content)


def serve_export(platform, shop, first, last):
    """Answer the back office's button: any period up to yesterday as one file."""
    with platform.lock:
        platform.settle()
        content = export_file(platform, shop, first, last)
    name = f"{_file_name(shop, platform.clock.now())}.csv"
    return _download(name, content)


def _download(name, content):
    if name.endswith(".zip"):
        content = _zipped(name, content)
    response = Response(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(name)}"
    )
    return response


def _zipped(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name.replace(".zip", ".csv"), content)
    return packed.getvalue()


def bill_file(platform, shop, day):
    """Return the file of one day as GB18030 bytes; a finished day stays the same."""
    if day not in shop.bills:
        shop.bills[day] = export_file(platform, shop, day, day)
    return shop.bills[day]


def export_file(platform, shop, first, last):
    """Return the file of some days as GB18030 bytes."""
    rows = [
        row
        for day in days_between(first, last)
        for row in day_rows(platform, shop, day)
    ]
    settings, now = platform.settings, platform.clock.now()
    lines = [
        _TITLE,
        "",
        f"起始时间：{first} 00:00:00  终止时间：{last} 23:59:59",
        _RULE,
        HEADER,
        *[_line(settings, row) for row in rows],
        *(_footer(rows, now) if settings.bill_footer else ()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")


def _line(settings, row):
    text, kind = FLOWS.get(row.flow, ("其他-未知新业务", "其他"))
    amount = yuan_text(row.amount)
    tab = "\t" if settings.bill_order_tab and row.order_sn else ""
    cells = (
        row.order_sn + tab,
        to_text(row.moment),
        amount if row.amount > 0 else settings.bill_zero,
        amount if row.amount < 0 else settings.bill_zero,
        kind,
        row.remark,
        f"{row.flow}|{text}",
    )
    return ",".join(cells)


def _footer(rows, now):
    """Return the tail; a row of nothing counts among the incomes."""
    income = [row.amount for row in rows if row.amount >= 0]
    expense = [row.amount for row in rows if row.amount < 0]
    return (
        f"#支出合计：{len(expense)}笔{yuan_text(sum(expense))}元",
        f"#收入合计：{len(income)}笔{yuan_text(sum(income))}元",
        f"#总计：{len(rows)}笔{yuan_text(sum(income) + sum(expense))}元",
        f"#导出时间：{to_text(now)}",
    )
