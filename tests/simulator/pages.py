# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The merchant's own view of a shop: orders, goods and account, for eyes and tests."""

from html import escape

from werkzeug.wrappers import Response

from .account import close_days
from .bill import FLOWS, serve_export
from .carriers import CARRIERS
from .clock import DAY, day_of, to_text
from .render import yuan_text
from .visitor import buttons, new_order_button, serve_visit

ROWS = 50
_STATUS = {
    1: ("待发货", "to ship"),
    2: ("已发货", "shipped"),
    3: ("已收货", "received"),
}
_REFUND = {
    1: ("无售后", "none"),
    2: ("售后处理中", "in process"),
    3: ("退款中", "refunding"),
    4: ("退款成功", "refunded"),
}
_ORDER_HEADS = (
    ("订单号", "Order"),
    ("商品", "Goods"),
    ("用户实付", "Paid"),
    ("商家实收", "Receivable"),
    ("订单状态", "Status"),
    ("售后状态", "After-sale"),
    ("快递单号", "Tracking"),
    ("收件人", "Receiver"),
    ("备注", "Notes"),
    ("成交时间", "Deal"),
    ("模拟", "Play buyer or platform"),
)
_GOODS_HEADS = (
    ("商品", "Goods"),
    ("规格", "Specification"),
    ("商家编码", "Merchant code"),
    ("SKU ID", "SKU"),
    ("拼单价", "Group price"),
    ("单买价", "Single price"),
    ("库存", "Stock"),
    ("状态", "Status"),
)
_ACCOUNT_HEADS = (
    ("发生时间", "Time"),
    ("订单号", "Order"),
    ("收支金额", "Amount"),
    ("业务描述", "Business"),
    ("备注", "Remark"),
)
_TABS = (
    ("orders", "订单管理", "Orders"),
    ("goods", "商品列表", "Goods and stock"),
    ("account", "账务明细", "Account"),
)
_STYLE = """
body{margin:0;font:14px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;color:#222;
background:#f5f6f8}
header{background:#e02e24;color:#fff;padding:12px 24px;display:flex;gap:24px;
align-items:baseline}
header a{color:#fff}h1{font-size:20px}small{color:#888;font-weight:normal}
header small{color:#ffd5d2}nav{padding:12px 24px 0;display:flex;gap:8px}
nav a{padding:8px 16px;background:#e9ebef;color:#222;text-decoration:none;
border-radius:6px 6px 0 0}nav a.on{background:#fff;font-weight:600}
main{background:#fff;margin:0 24px 24px;padding:16px;overflow-x:auto}
main.narrow{max-width:560px;margin:48px auto;padding:24px;border-radius:8px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid #eceef1;
vertical-align:top}th small{display:block}td.n{text-align:right;white-space:nowrap}
.b{padding:1px 8px;border-radius:9px;background:#eceef1;white-space:nowrap}
.b1{background:#fff1d6}.b2{background:#dcebff}.b3{background:#dff5e3}
.bad{background:#ffe0de}button{background:#e02e24;color:#fff;border:0;
padding:10px 24px;border-radius:6px;font-size:15px;cursor:pointer}
fieldset{border:1px solid #e3e5e9;border-radius:6px;margin:16px 0}
button small{color:#ffd5d2}form{margin:12px 24px}td form{margin:0;white-space:nowrap}
td button{padding:2px 8px;font-size:13px}
p.pager{display:flex;gap:16px}
"""


def document(title, body):
    """Return a whole page; it needs nothing from elsewhere."""
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )


def serve_page(platform, request):
    """Answer ``/`` (the first shop), ``/shop/<mall_id>``, its export and visits."""
    path = request.path.removeprefix("/shop/").strip("/")
    mall_id, _slash, wanted = path.partition("/")
    try:
        shop = platform.shop(mall_id or None)
        if wanted == "visit" and request.method == "POST":
            return serve_visit(platform, shop, request.form)
        if wanted == "export":
            return serve_export(
                platform, shop, request.args["from"], request.args["to"]
            )
        page = max(1, int(request.args.get("page", 1)))
    except (ValueError, KeyError):
        return Response("not found", status=404)
    tab = request.args.get("tab", "orders")
    show = {"orders": _orders, "goods": _goods, "account": _account}.get(tab)
    if wanted or not show:
        return Response("not found", status=404)
    with platform.lock:
        platform.settle()
        html = document(
            shop.name, _frame(platform, shop, tab) + show(platform, shop, page)
        )
    return Response(html, content_type="text/html;charset=UTF-8")


def _frame(platform, shop, tab):
    others = " · ".join(
        f'<a href="/shop/{other.mall_id}">{escape(other.name)}</a>'
        for other in platform.shops.values()
    )
    waiting = sum(
        order.order_status == 1 and order.refund_status == 1
        for order in shop.orders.values()
    )
    more = {"orders": f" · 待发货 {waiting}"}
    tabs = "".join(
        f'<a id="tab-{name}" class="{"on" if name == tab else ""}" '
        f'href="/shop/{shop.mall_id}?tab={name}">{label} '
        f"<small>{english}{more.get(name, '')}</small></a>"
        for name, label, english in _TABS
    )
    return (
        f"<header><h1>{escape(shop.name)} <small>{shop.mall_id}</small></h1>"
        f"<span>{to_text(platform.clock.now())} <small>UTC+8</small></span>"
        f"<span>{others}</span></header><nav>{tabs}</nav>"
    )


def _orders(platform, shop, page):
    orders = list(shop.orders.values())
    orders.sort(key=lambda order: order.confirmed, reverse=True)
    rows = "".join(_order_row(order) for order in _cut(orders, page))
    return new_order_button(shop) + _table(
        "orders", _ORDER_HEADS, rows, shop, page, len(orders)
    )


def _order_row(order):
    lines = "<br>".join(
        f"{escape(line.goods_name)} <small>{escape(line.spec)} · "
        f"{escape(line.outer_id)}</small> ×{line.count}"
        for line in order.lines
    )
    carrier = CARRIERS.get(order.logistics_id)
    parcel = f"{carrier.name}<br>{escape(order.tracking_number)}" if carrier else ""
    review = ' <span class="b bad">风控审核</span>' if order.risk else ""
    receiver = order.receiver
    notes = " / ".join(filter(None, (order.buyer_memo, order.remark)))
    receivable = order.pay_amount + order.platform_discount
    refund_class = "" if order.refund_status == 1 else " bad"
    return (
        f'<tr id="order-{order.order_sn}"><td>{order.order_sn}</td><td>{lines}</td>'
        f'<td class="n">¥{yuan_text(order.pay_amount)}</td>'
        f'<td class="n">¥{yuan_text(receivable)}</td>'
        f'<td class="status"><span class="b b{order.order_status}">'
        f"{_label(_STATUS[order.order_status])}</span>{review}</td>"
        f'<td class="refund"><span class="b{refund_class}">'
        f"{_label(_REFUND[order.refund_status])}</span></td>"
        f'<td class="tracking">{parcel}</td><td>{escape(receiver.name[0])}** '
        f"<small>{receiver.province.name} {receiver.city.name}</small></td>"
        f"<td>{escape(notes[:200])}</td><td>{to_text(order.confirmed)}</td>"
        f'<td class="play">{buttons(order)}</td></tr>'
    )


def _goods(platform, shop, page):
    pairs = [(goods, sku) for goods in shop.live_goods() for sku in goods.skus]
    rows = "".join(_sku_row(goods, sku) for goods, sku in _cut(pairs, page))
    return _table("goods", _GOODS_HEADS, rows, shop, page, len(pairs))


def _sku_row(goods, sku):
    onsale = goods.is_onsale and sku.is_onsale
    state = _label(("在售", "on sale") if onsale else ("已下架", "off sale"))
    promoted = ' <span class="b b1">资源位</span>' if goods.is_promoted else ""
    return (
        f'<tr id="sku-{sku.sku_id}"><td>{escape(goods.name)}{promoted}</td>'
        f"<td>{escape(sku.spec_text)}</td><td>{escape(sku.outer_id)}</td>"
        f'<td>{sku.sku_id}</td><td class="n">¥{yuan_text(sku.multi_price)}</td>'
        f'<td class="n">¥{yuan_text(sku.price)}</td>'
        f'<td class="n stock">{sku.quantity}</td><td>{state}</td></tr>'
    )


def _account(platform, shop, page):
    """Return the account's rows, newest first, and the export of the last 31 days."""
    now = platform.clock.now()
    today, yesterday = day_of(now), day_of(now - DAY)
    close_days(platform, shop, yesterday)
    rows = [row for row in shop.ledger if row.moment <= now][::-1]
    balance = platform.settings.opening_balance + sum(row.amount for row in rows)
    first = day_of(now - 31 * DAY)
    link = f"/shop/{shop.mall_id}/export?from={first}&amp;to={yesterday}"
    head = (
        f'<main><p>{today} 账户余额 <small>Balance</small> <b id="balance">'
        f'¥{yuan_text(balance)}</b> · <a id="export" href="{link}">'
        f"导出账务明细 <small>Export {first} – {yesterday}</small></a></p></main>"
    )
    body = "".join(_account_row(row) for row in _cut(rows, page))
    return head + _table("account", _ACCOUNT_HEADS, body, shop, page, len(rows))


def _account_row(row):
    text, _kind = FLOWS.get(row.flow, ("", ""))
    return (
        f"<tr><td>{to_text(row.moment)}</td><td>{row.order_sn}</td>"
        f'<td class="n">{yuan_text(row.amount)}</td><td>{row.flow}|{text}</td>'
        f"<td>{escape(row.remark)}</td></tr>"
    )


def _label(words):
    return f"{words[0]} <small>{words[1]}</small>"


def _cut(rows, page):
    return rows[(page - 1) * ROWS : page * ROWS]


def _table(tab, heads, rows, shop, page, total):
    head = "".join(
        f"<th>{first}<small>{second}</small></th>" for first, second in heads
    )
    pages = max(1, -(-total // ROWS))
    link = f"/shop/{shop.mall_id}?tab={tab}&amp;page="
    before = f'<a href="{link}{page - 1}">上一页</a>' if page > 1 else ""
    after = f'<a href="{link}{page + 1}">下一页</a>' if page < pages else ""
    return (
        f'<main><table id="{tab}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f'<p class="pager">{before}<span>{page} / {pages} · {total}</span>{after}</p>'
        "</main>"
    )
