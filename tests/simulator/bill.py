# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The bill file: one day of a shop's account as the back office exports it.

Format, preamble and codes: finance.md 2; the nasty rows are those of its section 6.
"""

import hashlib
import io
import random
import zipfile
from urllib.parse import quote, unquote

from werkzeug.wrappers import Response

from .clock import DAY, day_start, to_text
from .model import BillRow
from .render import yuan_text

#: code -> (text, 账务类型). The last code is in no list, as new ones come unannounced.
FLOWS = {
    "0010002": ("交易收入-订单收入", "交易收入"),
    "0010005": ("交易收入-优惠券结算", "优惠券结算"),
    "0020002": ("交易退款-订单退款", "退款"),
    "0020005": ("交易退款-优惠券结算", "优惠券结算"),
    "0030002": ("技术服务费-基础技术服务费", "技术服务费"),
    "0030003": ("技术服务费-百亿补贴技术服务费", "技术服务费"),
    "0040002": ("售后费用-售后补偿消费者", "其他"),
    "0040004": ("售后费用-延迟发货", "扣款"),
    "0060001": ("营销费用-多多进宝", "多多进宝"),
    "0070004": ("转账-广告账户", "转账"),
    "0080001": ("提现-提现申请", "提现"),
    "0990099": ("其他-未知新业务", "其他"),
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
    stamp = to_text(now).replace(" ", "-").replace(":", "-")
    name = f"pdd-mall-bill-detail({shop.mall_id})_{stamp}_1.{suffix}"
    token = _link_token(platform, shop.mall_id, day, expires)
    return f"/bill/{shop.mall_id}/{day}/{expires}/{token}/{quote(name)}"


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
    if name.endswith(".zip"):
        content = _zipped(unquote(name), content)
    response = Response(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(unquote(name))}"
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
        rows = day_rows(platform, shop, day)
        shop.bills[day] = _format(day, rows).encode("gb18030")
    return shop.bills[day]


def day_rows(platform, shop, day):
    """Return the rows of one day in order of time, shop-level rows included."""
    start = day_start(day)
    rows = [row for row in shop.ledger if start <= row.moment < start + DAY]
    rows += _shop_rows(platform, shop, day, rows)
    return sorted(rows, key=lambda row: row.moment)


def _shop_rows(platform, shop, day, rows):
    """Return what an account has besides orders: see finance.md 6.

    A penalty whose order number hides in the remark, two identical compensations, an
    unknown code, an advertising transfer and a withdrawal; none on a day without
    orders.
    """
    if not rows:
        return []
    rng = random.Random(f"{platform.seed}-{shop.mall_id}-{day}")
    start = day_start(day)
    first, second = rng.choice(rows).order_sn, rng.choice(rows).order_sn
    late = f"延迟发货（订单{first}）"
    moment = start + rng.randrange(8, 12) * 3600
    income = sum(row.amount for row in rows if row.amount > 0)
    return [
        BillRow(start + 12 * 3600, "", -300, "0040004", late),
        BillRow(moment, second, -500, "0040002"),
        BillRow(moment, second, -500, "0040002"),
        BillRow(start + 13 * 3600, "", -rng.randrange(100, 900), "0990099", "新业务"),
        BillRow(start + 14 * 3600, "", -50000, "0070004"),
        BillRow(start + 18 * 3600, "", -(income // 200 * 100 or 100), "0080001"),
    ]


def _format(day, rows):
    lines = [
        _TITLE,
        "",
        f"起始时间：{day} 00:00:00  终止时间：{day} 23:59:59",
        _RULE,
        HEADER,
        *[_line(row) for row in rows],
        "-" * 34,
        *_totals(rows),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _line(row):
    text, kind = FLOWS[row.flow]
    income = yuan_text(row.amount) if row.amount > 0 else "0"
    expense = yuan_text(row.amount) if row.amount < 0 else "0"
    cells = (
        row.order_sn,
        to_text(row.moment),
        income,
        expense,
        kind,
        row.remark,
        f"{row.flow}|{text}",
    )
    return ",".join(cells)


def _totals(rows):
    income = [row.amount for row in rows if row.amount > 0]
    expense = [row.amount for row in rows if row.amount < 0]
    return (
        f"收入合计：{len(income)}笔，共{yuan_text(sum(income))}元",
        f"支出合计：{len(expense)}笔，共{yuan_text(sum(expense))}元",
    )
